"""The store: bytes under their checksum, whole or not at all, in a folder and in an object store alike."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import ArtifactDamaged, ConfigurationError, HistoryLocked
from pipelines.snapshots.store import ABANDONED_SECONDS, Store, store_at

CONTENT = b"id\n1\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    root = tmp_path / "snapshots"
    if request.param == "folder":
        yield store_at(None, root)
        return
    address = f"memory://{uuid.uuid4().hex}/veedor"  # this file system is one for the whole process
    yield store_at(address, root)
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem.store.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    return Store(tmp_path / "snapshots")


@pytest.fixture
def remote(tmp_path: Path) -> Store:
    return store_at(f"memory://{uuid.uuid4().hex}", tmp_path / "snapshots")


def arrived(store: Store, content: bytes = CONTENT) -> Path:
    path = store.incoming()
    path.write_bytes(content)
    return path


def test_nothing_is_made_before_it_is_needed(store: Store, tmp_path: Path) -> None:
    assert not store.has(SHA256)
    assert store.size(SHA256) is None
    assert list(store.versions()) == []
    assert list(tmp_path.iterdir()) == []


def test_adopted_bytes_lie_under_their_checksum(store: Store, tmp_path: Path) -> None:
    temporary = arrived(store)
    path = store.adopt(temporary, SHA256)
    assert path == store.path(SHA256) == tmp_path / "snapshots" / "sha256" / SHA256[:2] / SHA256
    assert (store.has(SHA256), store.size(SHA256)) == (True, len(CONTENT))
    assert not temporary.exists()
    with store.local(SHA256) as here:
        assert here.read_bytes() == CONTENT


def test_what_is_kept_is_listed_and_can_be_dropped(store: Store) -> None:
    store.adopt(arrived(store), SHA256)
    store.adopt(arrived(store, b"other"), OTHER)
    found = {version.sha256: version for version in store.versions()}
    assert {sha256: version.bytes for sha256, version in found.items()} == {SHA256: 5, OTHER: 5}
    assert all(abs(version.modified - datetime.now(UTC)) < timedelta(hours=1) for version in found.values())
    for _ in range(2):
        store.drop(SHA256)
        assert [version.sha256 for version in store.versions()] == [OTHER]
        assert not store.has(SHA256)
        with pytest.raises(FileNotFoundError), store.local(SHA256) as path:
            path.read_bytes()


def test_the_same_bytes_twice_are_kept_once(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        path = store.adopt(arrived(store), SHA256)
    assert len(list(store.versions())) == 1
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == [path]


def test_the_same_bytes_again_mend_what_was_damaged(folder: Store) -> None:
    path = folder.adopt(arrived(folder), SHA256)
    path.write_bytes(b"")
    folder.adopt(arrived(folder), SHA256)
    assert path.read_bytes() == CONTENT


def test_a_reader_gets_the_kept_file_itself_from_a_folder(folder: Store) -> None:
    kept = folder.adopt(arrived(folder), SHA256)
    with folder.local(SHA256) as path:
        assert path == kept


def test_a_lost_copy_is_had_again_from_the_object_store(remote: Store) -> None:
    copy = remote.adopt(arrived(remote), SHA256)
    copy.unlink()
    assert remote.has(SHA256)
    with remote.local(SHA256) as path:
        assert path == copy
        assert path.read_bytes() == CONTENT
    assert list(copy.parents[2].joinpath("incoming").iterdir()) == []


def test_what_the_object_store_gives_must_be_what_its_name_says(remote: Store) -> None:
    copy = remote.adopt(arrived(remote, b"spoilt"), SHA256)
    copy.unlink()
    with pytest.raises(ArtifactDamaged, match="object store gives") as caught, remote.local(SHA256):
        pass
    assert f"sha256/{SHA256[:2]}/{SHA256} from VEEDOR_STORE" in caught.value.advice
    assert not copy.exists()


def test_an_upload_that_falls_short_is_told_and_not_kept(
    remote: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    monkeypatch.setattr(MemoryFileSystem, "put_file", lambda self, local, key: self.pipe_file(key, b"id"))
    with pytest.raises(OSError, match="of 5 bytes 2 arrived"):
        remote.adopt(arrived(remote), SHA256)
    assert not remote.path(SHA256).exists()
    monkeypatch.undo()
    remote.adopt(arrived(remote), SHA256)
    assert remote.size(SHA256) == len(CONTENT)


def test_copies_that_nobody_used_for_a_day_make_room_and_a_folder_keeps_all(
    remote: Store, tmp_path: Path
) -> None:
    long_ago = time.time() - ABANDONED_SECONDS - 60
    for store in (remote, Store(tmp_path / "folder")):
        path = store.adopt(arrived(store), SHA256)
        os.utime(path, (long_ago, long_ago))
        with store.in_use():
            assert path.exists() is (store is not remote)
        assert store.has(SHA256)
    with remote.local(SHA256) as path:
        os.utime(path, (long_ago, long_ago))
    with remote.local(SHA256) as path, remote.in_use():
        assert path.read_bytes() == CONTENT


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
    for use in (store.path, store.size, store.has, store.drop):
        with pytest.raises(ValueError, match="not a SHA-256"):
            use(name)
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.adopt(arrived(store), name)


def test_nights_share_the_store_and_whoever_removes_is_alone(store: Store) -> None:
    with store.in_use(), store.in_use(), pytest.raises(HistoryLocked, match="at work"), store.alone():
        pass
    with store.alone():
        pass


def test_an_address_may_be_a_folder(tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    for address in (str(root), f"file://{root}"):
        assert store_at(address, tmp_path / "unused").path(SHA256).is_relative_to(root)


@pytest.mark.parametrize("address", ["nosuch://bucket/prefix", "dropbox://folder"])
def test_an_address_that_cannot_be_used_is_refused_by_name(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="VEEDOR_STORE"):
        store_at(address, tmp_path)
