"""The store: bytes under their checksum, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from pipelines.snapshots.store import ABANDONED_SECONDS, Store

CONTENT = b"id\n1\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "snapshots")


def arrived(store: Store) -> Path:
    path = store.incoming()
    path.write_bytes(CONTENT)
    return path


def test_nothing_is_made_before_it_is_needed(store: Store, tmp_path: Path) -> None:
    assert not store.has(SHA256)
    assert list(tmp_path.iterdir()) == []


def test_adopted_bytes_lie_under_their_checksum(store: Store, tmp_path: Path) -> None:
    temporary = arrived(store)
    path = store.adopt(temporary, SHA256)
    assert path == store.path(SHA256) == tmp_path / "snapshots" / "sha256" / SHA256[:2] / SHA256
    assert path.read_bytes() == CONTENT
    assert store.has(SHA256)
    assert not temporary.exists()


def test_the_same_bytes_twice_are_kept_once_and_mend_what_was_damaged(store: Store, tmp_path: Path) -> None:
    path = store.adopt(arrived(store), SHA256)
    path.write_bytes(b"")
    store.adopt(arrived(store), SHA256)
    assert path.read_bytes() == CONTENT
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == [path]


def test_incoming_files_lie_on_the_same_file_system_and_never_share_a_name(store: Store) -> None:
    first, second = store.incoming(), store.incoming()
    assert first != second
    assert first.parent == second.parent
    assert first.parent.stat().st_dev == first.parent.parent.stat().st_dev


def test_what_a_killed_process_left_is_cleared_away_in_time(store: Store) -> None:
    old, young = arrived(store), arrived(store)
    long_ago = time.time() - ABANDONED_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    store.incoming()
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", SHA256.upper(), SHA256[:-1], SHA256 + "\n", "g" * 64]
)
def test_only_a_checksum_names_a_path(name: str, store: Store) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.path(name)
