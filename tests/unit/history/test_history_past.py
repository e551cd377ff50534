"""What detection learns about earlier nights: strictly earlier, and under the newest rules only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import HistoryMissing
from pipelines.history import database, past
from tests.unit.history import run_folders

NIGHTS = run_folders.nights()


def test_the_last_outcome_is_of_an_earlier_night_and_a_failing_file_stands_for_the_dataset(
    recorded_once: Path,
) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        before_it_broke = past.last_outcomes(connection, NIGHTS[2])
        after = past.last_outcomes(connection, NIGHTS[3])
        worst = connection.execute(
            "SELECT max(unexpected_percent) FROM expectation_result WHERE night = ? AND key = ? AND dataset = ?",
            [NIGHTS[2], "contracts_register.amount.number", "federal/contratos"],
        ).fetchone()
    key = ("federal/contratos", "contracts_register.amount.number")
    assert (before_it_broke[key].outcome, before_it_broke[key].night) == ("passed", NIGHTS[1])
    assert (after[key].outcome, after[key].night) == ("failed", NIGHTS[2])
    assert (after[key].level,) == worst
    assert after[key].best == before_it_broke[key].level


def test_outcomes_under_an_older_suite_version_do_not_count(recorded_once: Path) -> None:
    key = ("federal/proveedores-sancionados", "debarred_suppliers.amount.number")
    with database.reading(recorded_once / "history.duckdb") as connection:
        old = past.last_outcomes(connection, NIGHTS[3])[key]
        new = past.last_outcomes(connection, NIGHTS[4])[key]
    assert (old.rules.split()[1], old.outcome) == ("1.0.0", "failed")
    assert (new.rules.split()[1], new.outcome) == ("1.1.0", "passed")


def test_a_night_that_was_not_judged_is_no_past(recorded: Path) -> None:
    key = ("federal/contratos", "contracts_register.amount.number")
    with database.writing(recorded / "history.duckdb") as connection:
        connection.execute("DELETE FROM judged WHERE night = ? AND source = 'federal'", [NIGHTS[2]])
        found = past.last_outcomes(connection, NIGHTS[3])
        assert (found[key].outcome, found[key].night) == ("passed", NIGHTS[1])
        assert [
            n for n, _, _ in past.last_scores(connection, NIGHTS[3])[("federal/contratos", "content")]
        ] == [*(NIGHTS[1], NIGHTS[0])]


def test_an_expectation_that_never_passed_or_failed_has_no_past(recorded_once: Path) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        found = past.last_outcomes(connection, date(2099, 1, 1))
    assert ("federal/contratos", "contracts_register.dates.in_order") not in found


def test_a_night_that_could_not_be_computed_does_not_hide_the_one_before(recorded_once: Path) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        found = past.last_outcomes(connection, date(2099, 1, 1))
    assert found[("estatal/presupuesto", "budget.contract_id.unique")].night == NIGHTS[3]


def test_scores_are_known_ones_newest_first(recorded_once: Path) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        found = past.last_scores(connection, NIGHTS[4], count=3)
    assert [night for night, _, _ in found[("federal/contratos", "content")]] == NIGHTS[3:0:-1]
    assert [rules for _, _, rules in found[("federal/contratos", "content")]] == [
        *("weights 2", "weights 1", "weights 1")
    ]
    assert ("federal/declaraciones", "content") not in found


def test_open_conditions_begin_the_night_after_and_end_with_recovery(recorded_once: Path) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        assert past.open_conditions(connection, NIGHTS[2]) == {}
        found = past.open_conditions(connection, NIGHTS[4])
    (transition,) = found.values()
    assert list(found) == [("federal/contratos", "expectation:contracts_register.amount.number")]
    assert transition.advice == run_folders.ADVICE
    assert transition.examples[0].value == "1.234,56"
    assert transition.since == NIGHTS[2]


def test_a_recovered_condition_is_closed(recorded: Path) -> None:
    with database.writing(recorded / "history.duckdb") as connection:
        connection.execute(
            "INSERT INTO transition BY NAME SELECT * REPLACE (? AS night, 'recovered' AS kind, 'x' AS id)"
            " FROM transition WHERE kind = 'opened'",
            [NIGHTS[4]],
        )
        assert past.open_conditions(connection, date(2099, 1, 1)) == {}


def test_reachability_newest_first_without_the_night_of_the_outage(recorded_once: Path) -> None:
    with database.reading(recorded_once / "history.duckdb") as connection:
        found = past.last_reachable(connection, date(2099, 1, 1))
    assert found["estatal/obra"] == [False, True, True, True]
    assert found["federal/contratos"] == [True] * 5


def test_without_a_history_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(HistoryMissing), database.reading(tmp_path / "history.duckdb"):
        pass
