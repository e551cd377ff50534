"""When a source is visited again: the rule, and what a night makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.feedback import inbox
from pipelines.model import (
    Catalog,
    ContactPoint,
    Dataset,
    Distribution,
    Fault,
    FaultKind,
    FeedbackEvent,
    FeedbackEventKind,
    Publisher,
    RunIndex,
    Snapshot,
)
from pipelines.revisit import LONGEST, due, next_visit
from pipelines.sources import Sources, parse
from tests.unit.feedback.reports import item

NIGHT = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
DOWN = Fault(FaultKind.NOT_REACHABLE, "no answer", "", transient=True)


def catalog(period: float | None = None, fault: Fault | None = None) -> Catalog:
    file = Distribution("s/d/f", "f", "https://example.org/f.csv")
    dataset = Dataset(
        "s/d", "D", Publisher("P"), ContactPoint("O"), distributions=(file,), accrual_periodicity_days=period
    )
    return Catalog("s", "direct", "", (dataset,), NOON, fault)


def seen(days: int | None, fault: Fault | None = None) -> Snapshot:
    since = None if days is None else NOON - timedelta(days=days)
    sha256 = None if fault else "0" * 64
    return Snapshot("s/d/f", "", NOON, sha256=sha256, changed_on=since, same_since=since, fault=fault)


def wait(days: int | None, period: float | None = None, fault: Fault | None = None) -> int:
    return (next_visit(NIGHT, catalog(period), [seen(days, fault)]) - NIGHT).days


@pytest.mark.parametrize(
    ("days", "nights"), [(0, 1), (9, 1), (19, 1), (20, 2), (45, 4), (70, 7), (3000, 7), (-1, 1)]
)
def test_a_source_rests_a_tenth_of_the_time_for_which_nothing_changed(days: int, nights: int) -> None:
    assert wait(days) == nights


def test_what_is_out_of_reach_or_empty_or_unknown_is_looked_at_the_next_night() -> None:
    assert wait(3000, fault=DOWN) == 1
    assert wait(None) == 1
    assert next_visit(NIGHT, catalog(fault=DOWN), [seen(3000)]) == NIGHT + timedelta(days=1)
    assert next_visit(NIGHT, catalog(), []) == NIGHT + timedelta(days=1)


def test_a_source_is_seen_twice_in_each_promised_period_and_on_the_night_on_which_it_is_due() -> None:
    assert wait(60, period=1) == 1
    assert wait(60, period=7) == 3
    assert wait(88, period=90) == 2, "in two nights a change is due"
    assert wait(89, period=90) == 1
    assert wait(91, period=90) == 7, "it is late: that will be seen within a week"
    assert wait(88, period=0) == 1


@given(st.integers(-5, 10_000), st.one_of(st.none(), st.floats(0, 1e6, allow_nan=False)), st.booleans())
def test_nobody_waits_longer_than_a_week_or_half_the_promise(
    days: int, period: float | None, down: bool
) -> None:
    found = wait(days, period, DOWN if down else None)
    assert 1 <= found <= LONGEST
    assert period is None or found <= max(1, period / 2)


DECLARED = """
version: 1
time_zone: America/Mexico_City
sources:
  - {id: rests, portal: ckan, url: 'https://a.example', publisher: {name: P}, owner: {name: O}, datasets: [{id: d}]}
  - {id: mondays, schedule: '0 3 * * 1', portal: ckan, url: 'https://b.example', publisher: {name: P},
     owner: {name: O}, datasets: [{id: d}]}
  - {id: off, enabled: false, portal: ckan, url: 'https://c.example', publisher: {name: P}, owner: {name: O},
     datasets: [{id: d}]}
"""


def names(sources: Sources, night: date, runs: Path) -> list[str]:
    return [it.id for it in due(sources, night, runs)]


def visit(runs: Path, sources: Sources, night: date, index: RunIndex) -> None:
    folder = artifacts.run_folder(runs, night, "rests")
    artifacts.write_text(folder / artifacts.DECLARATION, sources.sources[0].declaration)
    artifacts.write_value(folder / artifacts.INDEX, index)


def test_a_night_visits_what_does_not_rest(tmp_path: Path) -> None:
    sources = parse(DECLARED)
    nights = [NIGHT + timedelta(days=number) for number in range(9)]  # a Monday to the Tuesday after
    assert names(sources, NIGHT, tmp_path) == ["rests", "mondays"]
    index = RunIndex("rests", NIGHT, "veedor", NOON, NOON, "success", revisit_on=nights[4])
    visit(tmp_path, sources, NIGHT, index)
    found = [names(sources, night, tmp_path) for night in nights]
    assert found[0] == ["rests", "mondays"], "a night that is run again visits the same"
    assert [("rests" in it) for it in found[1:]] == [False, False, False, True, True, True, True, True]
    assert [("mondays" in it) for it in found] == [True, *[False] * 6, True, False]

    visit(tmp_path, sources, nights[1], replace(index, result="failure"))
    assert names(sources, nights[2], tmp_path) == ["rests"], "our own fault is made good the next night"
    visit(tmp_path, sources, nights[1], replace(index, revisit_on=None))
    assert names(sources, nights[2], tmp_path) == ["rests"], "a run of an older version knows no rest"


def test_another_declaration_is_visited_at_once(tmp_path: Path) -> None:
    sources = parse(DECLARED)
    later = NIGHT + timedelta(days=7)
    visit(tmp_path, sources, NIGHT, RunIndex("rests", NIGHT, "v", NOON, NOON, "success", revisit_on=later))
    assert names(sources, NIGHT + timedelta(days=1), tmp_path) == []
    edited = parse(DECLARED.replace("a.example", "new.example"))
    assert names(edited, NIGHT + timedelta(days=1), tmp_path) == ["rests"]


@pytest.mark.parametrize("name", [artifacts.INDEX, artifacts.DECLARATION])
@pytest.mark.parametrize("content", [b"", b'{"source": "re', b"\xff\x00", None])
def test_a_damaged_mark_keeps_no_night_from_beginning(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    """The source is visited, and it alone is stopped if it cannot do without what is damaged."""
    sources = parse(DECLARED)
    later = NIGHT + timedelta(days=7)
    visit(tmp_path, sources, NIGHT, RunIndex("rests", NIGHT, "v", NOON, NOON, "success", revisit_on=later))
    path = artifacts.run_folder(tmp_path, NIGHT, "rests") / name
    path.unlink() if content is None else path.write_bytes(content)
    assert names(sources, NIGHT + timedelta(days=1), tmp_path) == ["rests"]


def test_a_source_that_was_not_looked_at_for_weeks_is_due(tmp_path: Path) -> None:
    sources = parse(DECLARED)
    never = date(2100, 1, 1)
    visit(tmp_path, sources, NIGHT, RunIndex("rests", NIGHT, "v", NOON, NOON, "success", revisit_on=never))
    assert names(sources, NIGHT + timedelta(days=LONGEST + 2), tmp_path) == ["rests"]


def test_a_source_at_rest_is_visited_when_a_report_about_it_moved_on(tmp_path: Path) -> None:
    sources, runs = parse(DECLARED), tmp_path / "runs"
    nights = [NIGHT + timedelta(days=number) for number in range(5)]
    index = RunIndex("rests", NIGHT, "veedor", NOON, NOON, "success", revisit_on=nights[4])
    visit(runs, sources, NIGHT, index)
    report = item(dataset="rests/d", received_at=NOON, night=NIGHT)
    inbox.receive(runs, report)
    assert "rests" not in names(sources, nights[3], runs), "nobody has looked at it"
    at = NOON + timedelta(days=2)
    inbox.add(runs, FeedbackEvent("e" * 20, report.id, FeedbackEventKind.ACCEPTED, at, at.date(), "operator"))
    assert "rests" not in names(sources, nights[2], runs), "a night that is run again knows what it knew"
    assert "rests" in names(sources, nights[3], runs)
