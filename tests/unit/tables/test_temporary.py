"""Temporary folders say whose they are, and only abandoned ones of ours are removed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import pytest

from pipelines.tables import temporary

pytestmark = pytest.mark.skipif(os.name != "posix", reason="nothing is swept elsewhere")
OLD = 2 * temporary.MAX_AGE_SECONDS


@pytest.fixture
def parent(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def left(parent, name, age):
    folder = parent / name
    folder.mkdir()
    (folder / "file0").write_bytes(b"x")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_the_name_tells_the_process_and_the_folder_vanishes(parent):
    with temporary.folder() as folder:
        assert folder.parent == parent
        assert folder.name.startswith(f"veedor-tables-{os.getpid()}-")
        assert temporary._NAME.fullmatch(folder.name)
    assert not folder.exists()


def test_an_old_folder_of_a_dead_process_is_removed(parent, dead):
    folder = left(parent, f"veedor-tables-{dead}-abcd1234", OLD)
    with temporary.folder():
        assert not folder.exists()


def test_nothing_else_is_touched(parent, dead):
    kept = [
        left(parent, f"veedor-tables-{dead}-abcd1234", 60),  # not a day old
        left(parent, f"veedor-tables-{os.getpid()}-abcd1234", OLD),  # alive
        left(parent, "veedor-tables-0-abcd1234", OLD),
        left(parent, "veedor-tables-abcd1234", OLD),
        left(parent, f"veedor-{dead}-abcd1234", OLD),
        left(parent, f"x-veedor-tables-{dead}-abcd1234", OLD),
        left(parent, f"veedor-tables-{dead}-abcd1234.keep", OLD),
        left(parent, "theirs", OLD),
    ]
    link = parent / f"veedor-tables-{dead}-linked12"
    link.symlink_to(kept[-1])
    os.utime(link, (time.time() - OLD,) * 2, follow_symlinks=False)
    with temporary.folder():
        pass
    assert all((folder / "file0").exists() for folder in kept)
    assert link.is_symlink()


def test_a_folder_of_another_user_is_not_touched(parent, dead, monkeypatch):
    folder = left(parent, f"veedor-tables-{dead}-abcd1234", OLD)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    with temporary.folder():
        pass
    assert folder.exists()
