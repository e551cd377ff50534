"""The public views of publishers, owners and alerts on small histories, worked out on paper."""

from __future__ import annotations

from typing import Any

from tests.unit.history.small_history import DATASET, History, Row, described, night, of


def ranked(history: History) -> dict[str, tuple[Any, ...]]:
    rows = history.ask(
        "SELECT publisher, rank, datasets, datasets_passed, datasets_measured, content, access, lowest_content"
        " FROM publisher_ranking"
    )
    return {row[0]: row[1:] for row in rows}


def test_publishers_are_ranked_by_content_and_the_unmeasured_have_no_rank(history: History) -> None:
    for dataset, publisher, content in (
        ("a/1", "Salud", 90.0),
        ("a/2", "Salud", 60.0),
        ("a/3", "Hacienda", 80.0),
        ("a/4", "Obras", None),
    ):
        history.add("dataset", described(dataset, publisher))
        outcome = "passed" if content and content > 70 else "failed"
        history.add("verdict", of(0, dataset, outcome=outcome))
        for category, value in (("access", 50.0), ("content", content)):
            history.add(
                "score",
                of(0, dataset, category=category, dimension=category, score=value, rules="weights 1"),
            )
    assert ranked(history) == {
        "Hacienda": (1, 1, 1, 1, 80.0, 50.0, 80.0),
        "Salud": (2, 2, 1, 2, 75.0, 50.0, 60.0),
        "Obras": (None, 1, 0, 0, None, 50.0, None),
    }


def test_publishers_under_other_rules_are_not_ranked_against_each_other(history: History) -> None:
    for dataset, rules in (("a/1", "weights 1"), ("a/2", "weights 2")):
        history.add("dataset", described(dataset, dataset))
        history.add("verdict", of(0, dataset, outcome="passed"))
        for category in ("access", "content"):
            history.add(
                "score", of(0, dataset, category=category, dimension=category, score=50.0, rules=rules)
            )
    assert history.ask("SELECT publisher, rank, rules FROM publisher_ranking ORDER BY 1") == [
        ("a/1", 1, "weights 1"),
        ("a/2", 1, "weights 2"),
    ]


def told(at: int, kind: str, since: int, condition: str = "unreachable", **more: object) -> Row:
    row = {"night": night(at), "id": f"{at}{kind}{condition}", "dataset": DATASET, "condition": condition}
    return {**row, "kind": kind, "since": night(since), "severity": "critical", **more}


def test_the_workload_of_an_owner_adds_up_over_its_datasets(history: History) -> None:
    other = "salud/plazas"
    for dataset in (DATASET, other):
        history.add("dataset", described(dataset, "Salud", contact_name="Unidad de Transparencia"))
    history.add("dataset", described("obras/obra", "Obras", contact_name=None))
    history.add("verdict", of(0, outcome="failed", critical_failed=9, warning_failed=9))
    history.add("verdict", of(1, outcome="failed", critical_failed=2, warning_failed=1))
    history.add("verdict", of(1, other, outcome="passed", critical_failed=0, warning_failed=3))
    history.add(
        "transition", told(1, "opened", 0), told(1, "opened", 1, "score:validity", severity="warning")
    )
    words = {"kind": "metric", "category": "access", "dimension": "structure", "rules": "weights 1"}
    gains = {"gain": 1.0, "gain_in_category": 1.0}
    for at, place in ((0, 1), (1, 1), (1, 2)):
        history.add("fix", of(at, place=place, subject="structure.utf8", **words, **gains))
    rows = history.ask(
        "SELECT publisher, contact_name, datasets, datasets_failed, alerts_open, alerts_critical, open_since,"
        " critical_failed, warning_failed, fixes FROM owner_workload ORDER BY publisher DESC"
    )
    assert rows == [
        ("Salud", "Unidad de Transparencia", 2, 1, 2, 1, night(0), 2, 4, 2),
        ("Obras", None, 1, 0, 0, 0, None, 0, 0, 0),
    ]


def test_time_to_repair_runs_from_the_first_sight_to_the_recovery_that_was_told(history: History) -> None:
    history.add("judged", {"night": night(20), "source": "salud"}, {"night": night(90), "source": "otra"})
    history.add(
        "transition",
        told(2, "opened", 1),
        told(6, "recovered", 1),
        told(10, "opened", 9),
        told(3, "opened", 3, "score:validity"),
        told(5, "opened", 5, "score:validity"),  # told again, under other rules: it had not ended
        told(8, "recovered", 5, "score:validity"),
    )
    rows = history.ask(
        "SELECT condition, since, opened_on, recovered_on, days_to_repair, days_open FROM time_to_repair ORDER BY ALL"
    )
    assert rows == [
        ("score:validity", night(3), night(3), night(8), 5, None),
        ("unreachable", night(1), night(2), night(6), 5, None),
        ("unreachable", night(9), night(10), None, None, 11),
    ]


def test_what_was_closed_is_neither_open_nor_repaired_and_what_grew_worse_is_open_as_it_is_now(
    history: History,
) -> None:
    history.add("judged", {"night": night(20), "source": "salud"})
    amounts = "expectation:a.amount.present"
    history.add(
        "transition",
        told(2, "opened", 1, before=0.0, after=4.0, summary_es="al principio"),
        told(5, "worsened", 1, before=4.0, after=40.0, summary_es="ahora"),
        told(3, "opened", 3, "stale"),
        told(6, "closed", 3, "stale"),
        told(4, "opened", 4, "rows"),
        told(7, "closed", 4, "rows", incident="one"),
        told(7, "opened", 7, "rows", incident="two"),  # under other rules, on the same night
        told(8, "opened", 8, amounts),
        told(9, "worsened", 8, amounts),
        told(9, "recovered", 8, amounts),
    )
    assert history.ask(
        'SELECT condition, since, opened_on, "before", "after", summary_es FROM open_alerts ORDER BY condition'
    ) == [
        ("rows", night(7), night(7), None, None, None),
        ("unreachable", night(1), night(2), 0.0, 40.0, "ahora"),
    ]
    assert history.ask(
        "SELECT condition, since, recovered_on, closed_on, days_to_repair, days_open FROM time_to_repair ORDER BY ALL"
    ) == [
        (amounts, night(8), night(9), None, 1, None),
        ("rows", night(4), None, night(7), None, None),
        ("rows", night(7), None, None, None, 13),
        ("stale", night(3), None, night(6), None, None),
        ("unreachable", night(1), None, None, None, 19),
    ]


def incident(at: int, key: str, state: str = "open", **more: object) -> Row:
    row = {"night": night(at), "id": key, "dataset": DATASET, "condition": "unreachable", "state": state}
    return {**row, "severity": "critical", "first_seen": night(1), "opened_on": night(2), **more}


def test_open_incidents_are_those_whose_newest_row_is_not_resolved(history: History) -> None:
    history.add("dataset", described(DATASET, "Salud"))
    history.add("judged", {"night": night(20), "source": "salud"})
    history.add(
        "incident",
        incident(2, "one", held="all at once"),
        incident(3, "one", told_on=night(3)),
        incident(9, "one", "acknowledged", told_on=night(3), worst=7.0),
        incident(2, "two"),
        incident(5, "two", "resolved", resolved_on=night(5), resolution="mended"),
    )
    history.add(
        "transition",
        told(2, "opened", 1, incident="one", summary_es="Ya no se puede descargar"),
        told(5, "recovered", 1, incident="two", summary_es="Se puede descargar"),
    )
    assert history.ask(
        "SELECT incident, publisher, state, first_seen, days_open, told_on, worst, summary_es FROM open_incidents"
    ) == [("one", "Salud", "acknowledged", night(1), 19, night(3), 7.0, "Ya no se puede descargar")]
    assert history.ask("SELECT night, incident, state, held FROM incident_history ORDER BY ALL") == [
        (night(2), "one", "open", "all at once"),
        (night(2), "two", "open", None),
        (night(3), "one", "open", None),
        (night(5), "two", "resolved", None),
        (night(9), "one", "acknowledged", None),
    ]


def test_every_view_answers_an_empty_history(history: History) -> None:
    for (view,) in history.ask("SELECT view_name FROM duckdb_views() WHERE NOT internal"):
        assert history.ask(f"FROM {view}") == [], view


def test_the_newest_description_is_found_without_a_window_over_the_whole_table(history: History) -> None:
    history.add("dataset", *(described(DATASET, f"name {at}", at) for at in range(3)))
    assert history.ask("SELECT publisher FROM latest_dataset") == [("name 2",)]
    plan = history.ask("EXPLAIN SELECT dataset, title FROM latest_dataset")[0][1]
    assert "window" not in plan.lower(), "every view joins latest_dataset: it has to be quick"
