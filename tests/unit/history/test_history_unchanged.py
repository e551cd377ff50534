"""Only the lines of datasets that changed are read again, and the history is what a rebuild makes of all of them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.history import rebuild, record
from pipelines.history.lines import BLOCK_ARTIFACTS, hash_of
from pipelines.history.unchanged import change
from tests.unit.history import run_folders

Contents = Callable[[Path], dict[str, list[tuple[Any, ...]]]]

KEYS = ["estatal/obra", "estatal/obra-2", "estatal/salud", "estatal/educación"]
LINES = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 3)), unique=True, max_size=12)


def write(path: Path, lines: list[tuple[str, int]], named: str) -> bytes:
    end = "/csv" if named == "distribution" else ""
    content = "".join(
        json.dumps({named: f"{key}{end}", "n": n}, ensure_ascii=False, separators=(",", ":")) + "\n"
        for key, n in lines
    ).encode()
    path.write_bytes(content)
    return content


@given(LINES, LINES, st.sampled_from(["dataset", "distribution"]))
def test_what_is_the_same_and_what_has_changed_are_all_there_is(
    tmp_path_factory: Any, old: list[tuple[str, int]], new: list[tuple[str, int]], named: str
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    before = write(folder / "before", old, named)
    write(folder / "now", new, named)
    found = change(folder / "now", folder / "before", hash_of(before))
    assert found is not None
    read = [json.loads(line) for line in found.lines]
    again = [(it[named].removesuffix("/csv"), it["n"]) for it in read]
    kept = [line for line in old if line[0] not in found.datasets]
    assert Counter(again + kept) == Counter(new)
    assert set(found.datasets) == {key for key, _ in set(old) ^ set(new)}


def test_what_cannot_be_compared_is_read_whole(tmp_path: Path) -> None:
    now, before = tmp_path / "now", tmp_path / "before"
    lines = [("a/b", 1), ("a/c", 2)]
    write(now, lines, "dataset")
    assert change(now, before, 1) is None, "gone"
    content = write(before, lines, "dataset")
    assert change(now, before, hash_of(content) ^ 1) is None, "not what was recorded"
    for odd in (b'{"other":1}\n', b'{"dataset":"a\\u0062/c"}\n', content):
        now.write_bytes(content + odd)
        assert change(now, before, hash_of(content)) is None, odd


def test_only_datasets_that_changed_are_recorded_anew(tmp_path: Path, all_rows: Contents) -> None:
    run_folders.write(tmp_path / "runs")
    first, second, third, *others = sorted((tmp_path / "runs").glob("*/federal"))
    for folder in (*others, *(tmp_path / "runs").glob("*/[!f]*")):
        shutil.rmtree(folder)
    for name in BLOCK_ARTIFACTS:
        lines = (first / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (second / name).write_text("".join(reversed(lines)), encoding="utf-8")
        # One dataset has gone from every artifact, another is new in it.
        left = [
            line.replace("federal/contratos", "federal/nuevos") for line in lines if "/declara" not in line
        ]
        (third / name).write_text("".join(left), encoding="utf-8")
    history = tmp_path / "history.duckdb"
    counts = [record.record_run(history, folder) for folder in (first, second, third)]
    lines_of_one = len((first / artifacts.SCALES).read_bytes().splitlines())
    assert counts[1] <= counts[0] - lines_of_one
    once = all_rows(history)
    assert {row for row in once["score"] if "federal/nuevos" in row}
    rebuild.rebuild(history, tmp_path / "runs")
    assert all_rows(history) == once
