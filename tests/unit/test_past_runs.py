"""Since when the data have been as they are: records before bytes, and earlier nights only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.model import Fault, FaultKind, ReadReport, Snapshot
from pipelines.past_runs import changes, dated, dated_reads, previous_reads

NIGHT = datetime(2026, 3, 1, 9, tzinfo=UTC)
KEY = "s/d/f"


def on(day: int, sha256: str | None = "a", **more: object) -> Snapshot:
    return Snapshot(KEY, "", NIGHT + timedelta(days=day), sha256, **more)  # type: ignore[arg-type]


def read(rows_hash: str | None, sha256: str = "a", **more: object) -> ReadReport:
    return ReadReport(KEY, "t", "csv", rows_hash=rows_hash, sha256=sha256, **more)  # type: ignore[arg-type]


def test_dates_of_bytes() -> None:
    first = dated(on(0), None)
    assert (first.changed_on, first.same_since) == (None, first.visited_on)
    same = dated(on(1), first)
    assert (same.changed_on, same.same_since) == (None, first.visited_on)
    gone = dated(on(2, None), same)
    assert (gone.changed_on, gone.same_since) == (None, None)
    other = dated(on(3, "b"), same)
    assert (other.changed_on, other.same_since) == (other.visited_on, other.visited_on)
    still = dated(on(4, "b"), other)
    assert (still.changed_on, still.same_since) == (other.visited_on, other.visited_on)
    assert dated(on(0, None), None).same_since is None


def test_a_snapshot_from_before_the_dates_were_kept() -> None:
    old = replace(on(0), changed_on=NIGHT - timedelta(days=9))
    assert dated(on(1), old).same_since == old.visited_on
    assert dated(on(1), old).changed_on == old.changed_on


def test_other_bytes_with_the_same_records_are_no_change_of_the_data() -> None:
    first = dated(on(0), None)
    reports = dated_reads([read("1")], first, None)
    assert changes(first, reports) == (None, first.visited_on)
    shuffled = dated(on(1, "b"), first)
    reports = dated_reads([read("1", "b")], shuffled, reports)
    assert changes(shuffled, reports) == (None, first.visited_on)
    new = dated(on(2, "c"), shuffled)
    reports = dated_reads([read("2", "c")], new, reports)
    assert changes(new, reports) == (new.visited_on, new.visited_on)
    again = dated(on(3, "d"), new)
    assert changes(again, dated_reads([read("2", "d")], again, reports)) == (new.visited_on, new.visited_on)


def test_what_the_reader_learns_is_no_change_of_the_data() -> None:
    first = dated(on(0), None)
    reports = dated_reads([read("1")], first, None)
    same = dated(on(1), first)
    assert changes(same, dated_reads([read("otherwise read")], same, reports)) == (None, first.visited_on)


def test_records_that_are_not_all_known_leave_the_dates_of_the_bytes() -> None:
    first = dated(on(0), None)
    reports = dated_reads([read("1")], first, None)
    broken = dated(on(1, "b"), first)
    fault = Fault(FaultKind.BROKEN_FILE, "broken", "")
    unread = dated_reads([read(None, "b", fault=fault)], broken, reports)
    assert unread[0].rows_since is None
    assert changes(broken, unread) == (broken.visited_on, broken.visited_on)
    assert changes(broken, []) == (broken.visited_on, broken.visited_on)


def test_the_newest_earlier_reports_whose_records_are_all_known(tmp_path: Path) -> None:
    def night(day: int, *reports: ReadReport) -> None:
        folder = artifacts.run_folder(tmp_path, date(2026, 3, day), "s")
        artifacts.write_values(folder / artifacts.READS, reports)

    two = [read("2"), replace(read("3"), table="u")]
    night(1, read("1"))
    night(2, *two)
    night(3, read(None, fault=Fault(FaultKind.BROKEN_FILE, "broken", "")))
    night(4, read("4"))
    assert previous_reads(tmp_path, "s", date(2026, 3, 4)) == {KEY: two}
    assert previous_reads(tmp_path, "s", date(2026, 3, 4), look_back=1) == {}
    assert previous_reads(tmp_path, "s", date(2026, 3, 1)) == {}
    assert previous_reads(tmp_path, "other", date(2026, 3, 4)) == {}
