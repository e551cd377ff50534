"""Which datasets cannot be had, and since when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.operation.away import away

# dataset, night in March, outcome, whether its file could be had, the fault
NIGHTS = [
    *[("a/fine", n, "passed", True, None) for n in (1, 2, 3)],
    *[("a/down", 1, "failed", True, None), ("a/down", 2, "failed", False, "timed_out")],
    ("a/down", 3, "failed", False, "gone"),
    *[("a/mended", 1, "failed", False, "gone"), ("a/mended", 3, "passed", True, None)],
    *[("a/never", n, "failed", False, "tls") for n in (1, 2, 3)],
    # Turned away, which is no failure of the file; our own fault in between says nothing.
    *[("a/blocked", 1, "blocked", False, "blocked"), ("a/blocked", 2, "not_run", None, None)],
    ("a/blocked", 3, "blocked", False, "blocked"),
    *[("a/throttled", n, "not_run", False, "throttled") for n in (1, 2, 3)],
    ("a/listed", 3, "not_published", None, None),
]


@pytest.fixture
def public(tmp_path: Path) -> Path:
    connection = duck.connect(tmp_path / "quality.duckdb")
    connection.execute("create table verdict (dataset varchar, night date, outcome varchar, reason varchar)")
    connection.execute("create view verdict_history as from verdict")
    connection.execute(
        "create table availability (dataset varchar, night date, reachable boolean, fault varchar)"
    )
    for dataset, day, outcome, reachable, fault in NIGHTS:
        night = date(2026, 3, day)
        connection.execute(
            "insert into verdict values (?, ?, ?, ?)", [dataset, night, outcome, f"as of {day}"]
        )
        if reachable is not None:
            connection.execute(
                "insert into availability values (?, ?, ?, ?)", [dataset, night, reachable, fault]
            )
    connection.close()
    return tmp_path


def test_since_the_first_night_after_the_last_good_one(public: Path) -> None:
    found, unknown = away(public)
    assert unknown == ""
    assert [(it.dataset, it.since.day, it.nights) for it in found] == [
        ("a/blocked", 1, 2),
        ("a/never", 1, 3),
        ("a/down", 2, 2),
        ("a/listed", 3, 1),
    ]
    assert (found[2].outcome, found[2].reason) == ("failed", "as of 3")


def test_what_left_the_declaration_is_nobodys_worry_any_more(public: Path) -> None:
    connection = duck.connect(public / "quality.duckdb")
    connection.execute("insert into verdict values ('b/new', date '2026-04-01', 'passed', '')")
    connection.close()
    assert away(public) == ([], "")


def test_a_copy_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert away(tmp_path) == ([], "nothing was published yet")
    (tmp_path / "quality.duckdb").write_bytes(b"no database" * 100)
    found, unknown = away(tmp_path)
    assert found == []
    assert "damaged" in unknown
    assert "\n" not in unknown
