"""What a process that was killed leaves of a file on its way is cleared away, and nothing else is."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

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
