"""Files on their way: what a killed process leaves goes, and nothing else; what has not changed is one file."""

from __future__ import annotations

import errno
import os
import time
from datetime import date
from pathlib import Path

import pytest

from pipelines import artifacts


def touched(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return paths


def test_only_what_replacing_names_goes(tmp_path: Path) -> None:
    with artifacts.replacing(tmp_path / "reads.jsonl") as temporary:
        pass_for_dead = temporary.name
        temporary.write_bytes(b"x")
    touched(tmp_path, pass_for_dead, f"notes/{pass_for_dead}", ".quality.duckdb.7.0a.tmp.wal")
    kept = touched(
        tmp_path, ".pages.jsonl.under_way", "a.7.0123abcd.tmp", ".tmp", ".hidden.tmp", "notes/a.json"
    )
    artifacts.clear_left(tmp_path)
    left = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {tmp_path / "reads.jsonl", *kept}


def test_a_folder_is_set_aside_beside_whatever_is_there_already(tmp_path: Path) -> None:
    folder, aside = tmp_path / "federal", tmp_path / "_night" / "superseded"
    for _ in range(3):
        touched(folder, "index.json")
        artifacts.set_aside(folder)
    assert sorted(it.name for it in aside.iterdir()) == ["federal-1", "federal-2", "federal-3"]
    (aside / "federal-1" / "index.json").unlink()
    (aside / "federal-1").rmdir()
    touched(folder, "index.json")
    artifacts.set_aside(folder)
    assert sorted(it.name for it in aside.iterdir()) == ["federal-1", "federal-2", "federal-3"]
    assert not folder.exists()


def test_where_others_may_be_writing_only_what_is_old_goes(tmp_path: Path) -> None:
    old, young = touched(tmp_path, ".a.json.7.0123abcd.tmp", ".b.json.7.0123abcd.tmp")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    artifacts.clear_left(tmp_path, older_than=artifacts.ABANDONED)
    assert list(tmp_path.iterdir()) == [young]


def test_a_folder_that_is_not_there_is_left_alone(tmp_path: Path) -> None:
    artifacts.clear_left(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_nights_are_the_folders_that_are_named_as_we_name_them(tmp_path: Path) -> None:
    """Python takes other forms for dates too; what somebody put aside is no night."""
    for name in ("2026-03-02", "2026-03-01", "20260303", "2026-W09-7", "2026-03-04 old", "compacted"):
        (tmp_path / name).mkdir()
    (tmp_path / "2026-03-05").write_text("no folder", encoding="utf-8")
    assert artifacts.nights(tmp_path) == [date(2026, 3, 1), date(2026, 3, 2)]


def test_the_same_bytes_are_one_file_and_others_are_not(tmp_path: Path) -> None:
    earlier = tmp_path / "1" / "reads.jsonl"
    artifacts.write_bytes(earlier, b"as it was")
    for night, content in (
        ("2", b"as it was"),
        ("3", b"as it is!"),
        ("4", b"as it was, and more"),
        ("5", b""),
    ):
        path = tmp_path / night / "reads.jsonl"
        path.parent.mkdir()
        artifacts.write_as(path, content, earlier)
        assert path.read_bytes() == content
        assert path.samefile(earlier) == (night == "2")
    assert earlier.read_bytes() == b"as it was"


def test_a_file_that_is_there_is_replaced_and_the_one_it_was_shared_with_stands(tmp_path: Path) -> None:
    """A stage that was killed between its files writes them anew: in place, the night before would change too."""
    earlier, path = tmp_path / "earlier", tmp_path / "path"
    artifacts.write_bytes(earlier, b"old")
    artifacts.write_as(path, b"old", earlier)
    artifacts.write_as(path, b"new", earlier)
    assert (earlier.read_bytes(), path.read_bytes()) == (b"old", b"new")
    artifacts.write_as(path, b"old", earlier)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("earlier", [None, "gone", "gone/too"])
def test_without_an_earlier_file_it_is_written(tmp_path: Path, earlier: str | None) -> None:
    artifacts.write_as(tmp_path / "night" / "a", b"x", tmp_path / earlier if earlier else None)
    assert (tmp_path / "night" / "a").read_bytes() == b"x"


@pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK, errno.EXDEV, errno.ENOTSUP])
def test_where_there_are_no_links_it_is_written(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    artifacts.write_bytes(tmp_path / "earlier", b"x")
    monkeypatch.setattr(os, "link", refused)
    artifacts.write_as(tmp_path / "a", b"x", tmp_path / "earlier")
    assert (tmp_path / "a").read_bytes() == b"x"
    assert not (tmp_path / "a").samefile(tmp_path / "earlier")
