"""The public views of scores and files on small histories, whose answers can be worked out on paper."""

from __future__ import annotations

import json

import pytest

from tests.unit.history.small_history import (
    DATASET,
    FILE,
    History,
    Row,
    described,
    measured,
    night,
    of,
    score,
)

# --- scores ----------------------------------------------------------------------------------------------


def test_a_score_is_compared_with_the_nights_that_are_old_enough(history: History) -> None:
    history.add(
        "score", *(score(at, value) for at, value in ((0, 50.0), (340, 60.0), (363, 70.0), (370, 71.5)))
    )
    ((*found,),) = history.ask(
        "SELECT night_before, change, night_7_days, change_7_days, night_30_days, change_30_days,"
        f" night_365_days, change_365_days FROM score_change WHERE night = DATE '{night(370)}'"
    )
    assert found == [night(363), 1.5, night(363), 1.5, night(340), 11.5, night(0), 21.5]


def test_a_night_that_is_much_older_than_asked_for_is_not_taken_for_it(history: History) -> None:
    history.add("score", score(0, 50.0), score(15, 60.0))
    ((change, of_week, on),) = history.ask(
        f"SELECT change, change_7_days, night_7_days FROM score_change WHERE night = DATE '{night(15)}'"
    )
    assert (change, of_week, on) == (10.0, None, None)


def test_scores_under_other_rules_and_unknown_ones_are_never_compared(history: History) -> None:
    history.add(
        "score",
        score(0, 90.0),
        score(1, None),
        score(2, 80.0),
        score(3, 20.0, rules="weights 2"),
        score(4, 30.0, rules="weights 2"),
        score(4, 99.0, "uniqueness", rules="weights 2"),
        score(4, 99.0, "validity", rules="weights 2", category="access"),
    )
    rows = history.ask(
        "SELECT night, category, dimension, night_before, change FROM score_change ORDER BY ALL"
    )
    assert [row[3:] for row in rows if row[1:3] == ("content", "validity")] == [
        (None, None),
        (night(0), -10.0),
        (None, None),
        (night(3), 10.0),
    ]
    assert {row[3:] for row in rows if row[1:3] != ("content", "validity")} == {(None, None)}


def test_the_worst_regressions_tell_what_was_lost_and_what_came_back(history: History) -> None:
    history.add("dataset", described(DATASET, "Secretaría de Salud"))
    history.add(
        "score",
        *(score(at, value) for at, value in enumerate((90.0, 60.0, 95.0, 94.5))),
        *(score(at, value, "uniqueness") for at, value in enumerate((80.0, 75.0))),
        *(score(at, value, "content") for at, value in enumerate((90.0, 50.0))),  # the category's own
        score(2, 10.0, "uniqueness", rules="weights 2"),
    )
    rows = history.ask(
        "SELECT fall, dimension, night, score_before, score, change, score_now, regained, publisher"
        " FROM worst_regressions ORDER BY fall"
    )
    assert rows == [
        (1, "validity", night(1), 90.0, 60.0, -30.0, 94.5, True, "Secretaría de Salud"),
        (2, "uniqueness", night(1), 80.0, 75.0, -5.0, None, None, "Secretaría de Salud"),  # not known now
    ]


def test_a_change_of_rules_is_told_with_both_scores(history: History) -> None:
    history.add(
        "score",
        score(0, 90.0, "content"),
        score(1, 70.0, "content", rules="weights 2"),
        score(2, 70.0, "content", rules="weights 2"),
        score(2, 10.0, "validity", rules="weights 2"),
    )
    rows = history.ask(
        "SELECT night, category, night_before, rules_before, rules, score_before, score FROM rule_changes"
    )
    assert rows == [(night(1), "content", night(0), "weights 1", "weights 2", 90.0, 70.0)]


# --- files -----------------------------------------------------------------------------------------------


def test_freshness_is_that_of_the_newest_night_and_unknown_is_not_fresh(history: History) -> None:
    other = "salud/plazas"
    history.add(
        "dataset", described(DATASET, "Salud", accrual_periodicity_days=7.0), described(other, "Salud")
    )
    history.add(
        "verdict", *(of(at, outcome="passed") for at in (0, 1)), of(1, other, outcome="not_published")
    )
    history.add(
        "quality_measurement",
        measured(0, "timeliness.age", 1.0),
        measured(1, "timeliness.age", 2.0),
        measured(1, "timeliness.as_of_age", 14.0),
        measured(1, "timeliness.current", 2 / 3, reason="as of 2026-02-16, expected every 7 days"),
        measured(1, "timeliness.age", 3.0, computed_on=f"{DATASET}/old"),
    )
    rows = history.ask(
        "SELECT dataset, distribution, days_since_change, days_since_newest_date, late, reason FROM freshness"
        " ORDER BY dataset, distribution"
    )
    assert rows == [
        (DATASET, FILE, 2.0, 14.0, True, "as of 2026-02-16, expected every 7 days"),
        (DATASET, f"{DATASET}/old", 3.0, None, None, None),
        (other, None, None, None, None, None),
    ]


def test_uptime_counts_the_nights_that_are_known_within_one_version_of_the_metric(history: History) -> None:
    def reached(at: int, value: float | None, **more: object) -> Row:
        return measured(at, "availability.reachable", value, **more)

    history.add(
        "quality_measurement",
        reached(0, 0.0, metric_version="0"),  # of an older version: not counted
        reached(1, 1.0),
        reached(2, None),  # turned away
        reached(30, 1.0),
        reached(30, 1.0, computed_on=f"{DATASET}/two"),
        reached(31, 1.0),
        reached(31, None, computed_on=f"{DATASET}/two"),  # one of two files unknown: unknown
        reached(32, 1.0),
        reached(32, 0.0, computed_on=f"{DATASET}/two"),  # one of two files is missing
        reached(33, None),
        reached(34, 0.0),
    )
    ((*found,),) = history.ask(
        "SELECT night, nights, nights_known, uptime, uptime_7_days, uptime_30_days, last_up, down_since FROM uptime"
    )
    assert found == [night(34), 7, 4, 0.5, pytest.approx(1 / 3), pytest.approx(1 / 3), night(30), night(32)]


def test_uptime_of_what_was_never_known_is_unknown(history: History) -> None:
    history.add("quality_measurement", measured(0, "availability.reachable", None))
    assert history.ask("SELECT nights, nights_known, uptime, last_up, down_since FROM uptime") == [
        (1, 0, None, None, None)
    ]


def test_rows_are_compared_with_the_reading_before_of_the_same_table(history: History) -> None:
    def read(at: int, rows: int | None, table: str = "datos", **more: object) -> Row:
        return of(at, distribution=FILE, table_name=table, rows=rows, **more)

    history.add(
        "read_report",
        read(0, 100),
        read(0, 7, "anexo"),
        read(1, None, "", fault_kind="broken_file"),
        read(2, 80),
        read(3, 0),
        read(4, 5),
    )
    rows = history.ask(
        "SELECT night, table_name, rows, night_before, rows_change, rows_change_percent FROM rows_over_time"
        " ORDER BY table_name, night"
    )
    assert rows == [
        (night(0), "anexo", 7, None, None, None),
        (night(0), "datos", 100, None, None, None),
        (night(2), "datos", 80, night(0), -20, -20.0),
        (night(3), "datos", 0, night(2), -80, -100.0),
        (night(4), "datos", 5, night(3), 5, None),  # nothing is a percentage of nothing
    ]


def test_rows_that_changed_stand_beside_the_table_that_they_are_of(history: History) -> None:
    def of_file(at: int, table: str, **more: object) -> Row:
        return of(at, distribution=FILE, table_name=table, **more)

    history.add(
        "read_report", of_file(0, "datos", rows=9), of_file(1, "datos", rows=9), of_file(1, "anexo", rows=1)
    )
    history.add(
        "row_change",
        of_file(0, "datos", compared="not_compared", reason="first_reading"),
        of_file(1, "datos", compared="by_key", added=2, removed=2, amended=1),
    )
    assert history.ask(
        "SELECT night, table_name, rows_change, rows_added, rows_removed, rows_amended, rows_compared,"
        " rows_compared_reason FROM rows_over_time ORDER BY night, table_name"
    ) == [
        (night(0), "datos", None, None, None, None, "not_compared", "first_reading"),
        (night(1), "anexo", None, None, None, None, None, None),
        (night(1), "datos", 0, 2, 2, 1, "by_key", None),
    ]


def test_changed_columns_are_one_row_each_and_what_is_no_json_is_none(history: History) -> None:
    changes = [
        {"kind": "renamed", "before": "Año", "after": "Ejercicio", "type_before": "", "type_after": ""},
        {
            "kind": "retyped",
            "before": "Monto",
            "after": "Monto",
            "type_before": "number",
            "type_after": "text",
        },
        {"kind": "dropped", "before": "RFC", "after": None, "type_before": "", "type_after": ""},
    ]
    for at, text in enumerate(
        ("[]", json.dumps(changes), '[{"kind": "dro', None, '{"kind": "dropped"}', "7")
    ):
        history.add("read_report", of(at, distribution=FILE, table_name="datos", column_changes=text))
    rows = history.ask(
        "SELECT night, column_change, col_before, col_after, type_before, type_after FROM schema_changes"
        " ORDER BY column_change"
    )
    assert rows == [
        (night(1), "dropped", "RFC", None, None, None),
        (night(1), "renamed", "Año", "Ejercicio", None, None),
        (night(1), "retyped", "Monto", "Monto", "number", "text"),
    ]
