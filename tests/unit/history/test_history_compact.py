"""Compaction: every file comes back byte for byte, and later nights find what they would have found."""

from __future__ import annotations

import inspect
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import artifacts, compacted, past_runs
from pipelines.alerts.outbox import LOOK_BACK
from pipelines.compacted import File
from pipelines.errors import ArtifactDamaged, ConfigurationError
from pipelines.history import apart, compact, rebuild
from pipelines.past_runs import previous_snapshots
from pipelines.snapshots.retention import referred
from tests.unit.history import past, run_folders

Contents = Callable[[Path], dict[str, list[tuple[Any, ...]]]]
FIRST = date(2026, 1, 10)
LATER = date(2026, 6, 1)


def tree(runs: Path) -> dict[str, bytes]:
    """Every file of every run folder; what compaction keeps for itself is left out."""
    return {
        path.relative_to(runs).as_posix(): path.read_bytes()
        for path in sorted(runs.rglob("*"))
        if path.is_file() and compacted.FOLDER not in path.relative_to(runs).parts
    }


@pytest.fixture
def short_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """One night is looked back to instead of thirty: the generated folders are five."""
    monkeypatch.setattr(compact, "LOOK_BACK", 1)


CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.text("a,é\n\r\x00\u2028😀", max_size=40).map(str.encode),
    st.sampled_from(
        [b"", b"\n", b"a\n", b"a", b"\n\n", b"a\r\nb", b"\x00\n", b"\xff\xfe\n{}", "é\u2028ñ\n".encode()]
    ),
)
NAMES = st.sampled_from(
    ["index.json", "reads.jsonl", "failure.log", "notifications/a-file-1.json", "superseded/x-1/a.json"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.tuples(st.dates(FIRST, FIRST + timedelta(5)), st.sampled_from("ab"), NAMES), CONTENTS)
)
def test_any_file_comes_back_byte_for_byte(contents: dict[tuple[date, str, str], bytes]) -> None:
    given_files = [File(*key, content) for key, content in sorted(contents.items())]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2026-01.parquet"
        compacted.write(path, given_files)
        assert list(compacted.files(path)) == given_files
        chosen = [it for it in given_files if it.artifact == "reads.jsonl"]
        assert list(compacted.files(path, "reads.jsonl".__eq__)) == chosen


def test_a_file_longer_than_a_group_of_rows_comes_back(tmp_path: Path) -> None:
    content = b"".join(b'{"line": %d}\n' % number for number in range(compacted.ROWS_AT_ONCE * 2 + 17))
    file = File(FIRST, "s", artifacts.MEASUREMENTS, content)
    compacted.write(tmp_path / "2026-01.parquet", [file])
    assert list(compacted.files(tmp_path / "2026-01.parquet")) == [file]


@pytest.mark.usefixtures("short_past")
def test_folders_go_into_months_and_come_back(recorded: Path) -> None:
    runs = recorded / "runs"
    odd = runs / "2026-02-26" / "federal"
    (odd / "failure.log").write_bytes(b"\xff\x00 no text, no end of line")
    (runs / "2026-02-26" / "_night" / "superseded" / "federal-1").mkdir(parents=True)
    (runs / "2026-02-26" / "_night" / "superseded" / "federal-1" / "catalog.json").write_bytes(b"{}")
    before = tree(runs)
    done = compact.compact(runs, 30, LATER)
    assert (done.months, done.runs, done.left) == (("2026-02", "2026-03"), 10, ())
    assert done.files == len(before) - len(tree(runs))
    assert 0 < done.bytes_after < done.bytes_before
    assert artifacts.nights(runs) == run_folders.nights()[-2:], (
        "the newest is looked back to, the one before is needed"
    )
    assert compact.compact(runs, 30, LATER).runs == 0
    for month in done.months:
        assert compact.restore(runs, month) > 0
    assert tree(runs) == before
    assert compacted.settled(runs) is None
    assert list((runs / compacted.FOLDER).iterdir()) == []


def test_what_nights_have_in_common_is_one_file_again(tmp_path: Path) -> None:
    nights = [FIRST + timedelta(days) for days in range(3)]
    contents = dict(zip(nights, (b"same", b"same", b"else"), strict=True))
    path = tmp_path / compacted.FOLDER / f"{FIRST:%Y-%m}.parquet"
    path.parent.mkdir()
    compacted.write(path, [File(night, "s", artifacts.READS, content) for night, content in contents.items()])
    assert compact.restore(tmp_path, path.stem) == 3
    files = [artifacts.run_folder(tmp_path, night, "s") / artifacts.READS for night in nights]
    assert [file.read_bytes() for file in files] == list(contents.values())
    assert [file.stat().st_nlink for file in files] == [2, 2, 1]


@pytest.mark.usefixtures("short_past")
def test_a_rebuild_reads_compacted_months(recorded: Path, all_rows: Contents) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    before = all_rows(history)
    compact.compact(runs, 30, LATER)
    assert apart.apart(history, runs).equal
    history.unlink()
    rebuilt = rebuild.rebuild(history, runs)
    assert all_rows(history) == before
    assert (rebuilt.nights, rebuilt.runs) == (5, 10)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.usefixtures("short_past")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_recorded_in_any_order_and_compacted_in_any_steps_the_rows_are_the_same(
    data: st.DataObject,
    recorded_once: Path,
    all_rows: Contents,
    record_folders: Callable[[Path, list[Path]], int],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        runs, history = Path(folder) / "runs", Path(folder) / "history.duckdb"
        folders = run_folders.write(runs)
        order = data.draw(st.permutations(folders))
        again = data.draw(st.lists(st.sampled_from(folders), max_size=5))
        record_folders(history, [*order, *again])
        expected = all_rows(recorded_once / "history.duckdb")
        assert all_rows(history) == expected
        for today in data.draw(st.lists(st.dates(date(2026, 3, 28), date(2026, 4, 5)), max_size=3)):
            compact.compact(runs, 30, today)
        if (months := compacted.months(runs)) and data.draw(st.booleans()):
            compact.restore(runs, data.draw(st.sampled_from(months)).stem)
        rebuild.rebuild(history, runs)
        assert all_rows(history) == expected


@pytest.mark.usefixtures("short_past")
def test_what_is_in_a_folder_and_in_a_month_counts_once(recorded: Path, all_rows: Contents) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    before, files = all_rows(history), tree(runs)
    compact.compact(runs, 30, LATER)
    for name, content in files.items():  # as a kill before the folders went would leave it
        (runs / name).parent.mkdir(parents=True, exist_ok=True)
        (runs / name).write_bytes(content)
    rebuild.rebuild(history, runs)
    assert all_rows(history) == before
    assert compact.compact(runs, 30, LATER).bytes_after == 0, "the months hold them already"


@pytest.mark.usefixtures("short_past")
def test_a_folder_that_says_something_else_than_the_month_is_never_removed(recorded: Path) -> None:
    runs = recorded / "runs"
    compact.compact(runs, 30, LATER)
    folder = runs / "2026-02-26" / "federal"
    artifacts.write_text(folder / artifacts.INDEX, (runs / "2026-03-02/federal/index.json").read_text())
    month = (runs / "compacted" / "2026-02.parquet").read_bytes()
    with pytest.raises(ArtifactDamaged, match=r"2026-02-26/federal/index\.json.*hold different files"):
        compact.compact(runs, 30, LATER)
    with pytest.raises(ArtifactDamaged, match="hold different files"):
        compact.restore(runs, "2026-02")
    assert folder.exists()
    assert (runs / "compacted" / "2026-02.parquet").read_bytes() == month


@pytest.mark.usefixtures("short_past")
def test_a_link_keeps_its_run_as_it_is(recorded: Path) -> None:
    runs = recorded / "runs"
    (runs / "2026-02-26" / "federal" / "elsewhere").symlink_to(recorded)
    done = compact.compact(runs, 30, LATER)
    assert "'elsewhere', which is no plain file" in done.left[0]
    assert (runs / "2026-02-26" / "federal" / artifacts.INDEX).exists()
    assert not (runs / "2026-02-26" / "estatal").exists()


@pytest.mark.usefixtures("short_past")
def test_a_damaged_month_is_told(recorded: Path) -> None:
    runs = recorded / "runs"
    compact.compact(runs, 30, LATER)
    path = runs / "compacted" / "2026-02.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ArtifactDamaged, match="this compacted month cannot be read"):
        rebuild.rebuild(recorded / "history.duckdb", runs)
    with pytest.raises(ArtifactDamaged):
        compact.restore(runs, "2026-02")
    assert path.read_bytes() == content


def test_an_unknown_month_and_too_few_days_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a compacted month"):
        compact.restore(tmp_path, "2026-02")
    with pytest.raises(ConfigurationError, match="29 days are too few"):
        compact.compact(tmp_path, 29, LATER)
    assert compact.compact(tmp_path, 30, LATER) == compact.Compacted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("short_past")
def test_a_dry_run_changes_nothing(recorded: Path) -> None:
    before = tree(recorded / "runs")
    assert compact.compact(recorded / "runs", 30, LATER, dry_run=True).runs == 10
    assert tree(recorded / "runs") == before
    assert not (recorded / "runs" / "compacted").exists()


def test_the_past_that_is_kept_is_the_one_that_is_looked_at() -> None:
    for lookup in (past_runs.previous_reads, previous_snapshots):
        assert inspect.signature(lookup).parameters["look_back"].default == compact.LOOK_BACK
    assert LOOK_BACK.days < compact.LEAST_DAYS
    assert past.functions_that_look_back() == set(past.LOOKUPS), (
        "compaction must know what a new one looks for"
    )


PLANS = st.fixed_dictionaries(
    {
        "every": st.lists(st.sampled_from([1, 2, 3, 7, 20, 45]), min_size=3, max_size=3),
        "kinds": st.lists(
            st.lists(st.sampled_from(past.KINDS), min_size=1, max_size=5), min_size=3, max_size=3
        ),
        "steps": st.lists(st.integers(31, 70), min_size=1, max_size=3),
    }
)


@pytest.mark.slow
@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(plan=PLANS)
def test_a_night_finds_what_it_would_have_found_without_compaction(plan: dict[str, Any]) -> None:
    days = 110
    runs_of = {
        (FIRST + timedelta(day), source): kinds[(day // every) % len(kinds)]
        for source, every, kinds in zip("abc", plan["every"], plan["kinds"], strict=True)
        for day in range(0, days, every)
    }
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain", Path(folder) / "small"
        past.write(plain, runs_of)
        shutil.copytree(plain, small)
        now = datetime(2026, 7, 1, tzinfo=UTC)
        for keep in plan["steps"]:
            compact.compact(small, keep, FIRST + timedelta(days))
            assert referred(small, now.date()) == referred(plain, now.date()), "prune sees compacted runs"
        before = compacted.settled(small) or FIRST + timedelta(days)
        for day in range(0, 40, 3):
            night = before + timedelta(day)
            assert str(past.found(small, list("abc"), night)).replace("/small/", "/plain/") == str(
                past.found(plain, list("abc"), night)
            )


def test_a_settled_night_is_not_run_again(tmp_path: Path) -> None:
    compacted.settle(tmp_path, date(2026, 3, 1))
    compacted.settle(tmp_path, date(2026, 2, 1))
    compacted.not_settled(tmp_path, date(2026, 3, 1))
    with pytest.raises(ConfigurationError, match="2026-02-28 is settled") as caught:
        compacted.not_settled(tmp_path, date(2026, 2, 28))
    assert "--restore all" in caught.value.advice
