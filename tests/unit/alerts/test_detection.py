"""What is told of a dataset, and what is not: one story a test, in nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipelines.alerts.describe import described
from pipelines.model import Access, ColumnChange, ColumnChangeKind, Level, Severity
from pipelines.sources_alerts import AlertPolicy
from tests.unit.alerts.replayed import FIRST, POLICY, changed_at, failing, replayed, usual

MONTH = 31.0


def test_a_quiet_dataset_is_never_told() -> None:
    assert replayed(40, usual).told() == []


def test_an_expectation_that_newly_fails_is_told_once_and_its_mending_once() -> None:
    replay = replayed(20, changed_at(10, 14, levels=failing(20.0)))
    assert replay.told() == [(10, "expectation:k", "opened"), (15, "expectation:k", "recovered")]


@pytest.mark.parametrize("first", [0, 1])
def test_what_is_bad_from_the_first_night_has_not_dropped(first: int) -> None:
    replay = replayed(10, changed_at(0, None, levels=failing(20.0)))
    assert replay.told() == []
    # One night that could be judged is enough to know better.
    known = replayed(10, changed_at(1, None, levels=failing(60.0)))
    assert known.told()[:1] == [(1, "expectation:k", "opened")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"levels": failing(0.4)}, "below the least effect"),
        ({"levels": failing(20.0), "rules": "suite 2"}, "other rules"),
        ({"levels": failing(20.0), "whole": False}, "a file that was read in part"),
        ({"levels": failing(20.0, Severity.INFO)}, "for information only"),
        ({"levels": {}}, "not judged at all"),
        ({"scores": {"validity": 91.0}}, "fewer points than asked for"),
        ({"scores": {"validity": 50.0}, "score_rules": "weights 2"}, "other weights"),
        ({"scores": {"validity": 95.0, "consistency": 10.0}}, "a dimension that was unknown before"),
        ({"access": Access.TURNED_AWAY, "content": None, "usable": None}, "turned away: not the publisher's"),
        ({"access": Access.UNKNOWN, "listed": None, "content": None, "usable": None}, "nobody knows"),
        ({"columns": (ColumnChange(ColumnChangeKind.ADDED, None, "nota"),)}, "a column more"),
        ({"rows": 12_000}, "growth"),
        ({"rows": 9_000}, "a few rows fewer"),
        ({"modified": None, "as_of": None}, "unknown dates"),
    ],
)  # fmt: skip
def test_what_is_no_drop_is_not_told(changes: dict[str, object], why: str) -> None:
    assert replayed(24, changed_at(12, None, **changes)).told() == [], why


def test_a_level_that_always_strays_so_far_is_no_news() -> None:
    noisy = (3.0, 5.5, 2.0, 6.0, 4.0, 3.5, 6.5, 2.5, 5.0)
    replay = replayed(60, lambda n: usual(n, levels=failing(noisy[n % len(noisy)])))
    assert replay.told() == []
    assert replayed(
        61, lambda n: usual(n, levels=failing(40.0 if n == 60 else noisy[n % len(noisy)]))
    ).told() == [(60, "expectation:k", "opened")]


def test_a_small_change_has_to_stay_for_a_second_night() -> None:
    once = replayed(20, changed_at(12, 12, levels=failing(1.5)))
    assert once.told() == []
    twice = replayed(20, changed_at(12, None, levels=failing(1.5)))
    assert twice.told() == [(13, "expectation:k", "opened")]


def test_the_same_data_confirm_what_they_said() -> None:
    """A weekly file: the second night is of the same bytes, and nothing more is read of them for days."""

    def weekly(number: int) -> object:
        edition = number // 7
        level = failing(1.5) if edition >= 4 else failing(0.0)
        return usual(number, content=f"edition {edition}", levels=level, period_days=7.0)

    assert replayed(60, weekly).told() == [(29, "expectation:k", "opened")]  # type: ignore[arg-type]


def test_a_drop_in_steps_is_told_when_it_has_gone_far_enough() -> None:
    def sinking(number: int) -> object:
        return usual(number, scores={"validity": 95.0 - 2.0 * max(0, min(number - 19, 4))})

    told = replayed(40, sinking).told()  # type: ignore[arg-type]
    assert [(condition, kind) for _, condition, kind in told] == [("score:validity", "opened")]
    assert 22 <= told[0][0] <= 25


def test_much_worse_is_told_again_and_a_little_worse_is_not() -> None:
    levels = {10: 20.0, 13: 24.0, 16: 70.0}

    def made(number: int) -> object:
        return usual(number, levels=failing(max((v for n, v in levels.items() if n <= number), default=0.0)))

    assert replayed(22, made).told() == [  # type: ignore[arg-type]
        (10, "expectation:k", "opened"),
        (16, "expectation:k", "worsened"),
    ]


def test_nearly_mended_is_mended_and_half_mended_is_not() -> None:
    half = replayed(16, lambda n: usual(n, levels=failing(0.0 if n < 10 else 20.0 if n < 13 else 10.0)))
    assert half.told() == [(10, "expectation:k", "opened")]
    nearly = replayed(16, lambda n: usual(n, levels=failing(0.0 if n < 10 else 20.0 if n < 13 else 0.4)))
    assert nearly.told()[-1] == (13, "expectation:k", "recovered")


def test_personal_data_are_told_at_once_however_few() -> None:
    key = "asset_declarations.description.not_personal"
    clean, exposed = failing(0.0, key=key), failing(0.2, Severity.WARNING, key)
    replay = replayed(14, lambda n: usual(n, levels=exposed if n >= 12 else clean))
    assert replay.told() == [(12, f"personal:{key}", "opened")]
    (opened,) = (it for judgement in replay.judgements for it in judgement.transitions)
    assert opened.severity is Severity.CRITICAL


def test_rules_that_change_end_what_they_no_longer_say_without_thanks() -> None:
    def made(number: int) -> object:
        if number < 15:
            return usual(number, levels=failing(20.0 if number >= 10 else 0.0))
        return usual(number, levels=failing(0.0), rules="suite 2")

    replay = replayed(20, made)  # type: ignore[arg-type]
    assert replay.told() == [(10, "expectation:k", "opened")]
    assert [it.resolution for it in replay.judgements[15].incidents] == ["rules_changed"]


def test_what_still_fails_under_other_rules_stays_told_and_is_thanked_for_later() -> None:
    def made(number: int) -> object:
        rules = "suite 1" if number < 15 else "suite 2"
        return usual(number, levels=failing(20.0 if 10 <= number < 18 else 0.0), rules=rules)

    assert replayed(22, made).told() == [  # type: ignore[arg-type]
        (10, "expectation:k", "opened"),
        (18, "expectation:k", "recovered"),
    ]


def test_out_of_reach_is_believed_on_the_third_night_and_mended_after_five() -> None:
    gone = {"access": Access.OUT_OF_REACH, "content": None, "usable": None, "levels": {}, "scores": {}}
    assert replayed(24, changed_at(8, 12, **gone)).told() == [
        (10, "unreachable", "opened"),
        (17, "unreachable", "recovered"),
    ]
    assert replayed(24, changed_at(8, 9, **gone)).told() == []


def test_a_host_that_fails_now_and_then_has_to_fail_longer() -> None:
    gone = {"access": Access.OUT_OF_REACH, "content": None, "usable": None, "levels": {}, "scores": {}}
    flaky = {*range(0, 80, 9), 41, 42, 50, 51}

    def made(number: int) -> object:
        bad = number in flaky or number >= 85
        return [usual(number, **(gone if bad else {})), *(usual(number, f"s/{name}") for name in "efg")]

    told = replayed(95, made).told()  # type: ignore[arg-type]
    assert [it[1:] for it in told] == [("unreachable", "opened")]
    assert 87 <= told[0][0] <= 91


def test_a_file_that_is_no_table_any_more_is_told_on_its_second_night() -> None:
    """One night may be a page of the portal's that says: come back tomorrow."""
    broken = {"usable": False, "levels": {}, "scores": {}, "rows": 0}
    assert replayed(14, changed_at(9, 9, **broken)).told() == []
    assert replayed(14, changed_at(9, 10, **broken)).told() == [
        (10, "unusable", "opened"),
        (11, "unusable", "recovered"),
    ]


def test_columns_that_go_and_come_back() -> None:
    lost = ColumnChange(ColumnChangeKind.DROPPED, "Importe", None)
    back = ColumnChange(ColumnChangeKind.ADDED, None, "Importe")
    replay = replayed(14, lambda n: usual(n, columns={9: (lost,), 12: (back,)}.get(n, ())))
    assert replay.told() == [(9, "columns", "opened"), (12, "columns", "recovered")]


def test_columns_that_stay_away_become_the_new_normal_in_silence() -> None:
    lost = ColumnChange(ColumnChangeKind.RENAMED, "Importe", "Monto")
    policy = replace(POLICY, reminders=0, escalate_after_days=40, settle_after_days=50)
    replay = replayed(70, lambda n: usual(n, columns=(lost,) if n == 9 else ()), policy)
    assert [it for it in replay.told() if it[1] == "columns"] == [(9, "columns", "opened")]
    ended = [it for judgement in replay.judgements for it in judgement.incidents if it.resolution]
    assert [(it.resolution, it.resolved_on) for it in ended] == [("settled", FIRST + timedelta(days=59))]


@pytest.mark.parametrize(
    ("rows", "told"), [(900, True), (4_000, True), (25_000, True), (8_500, False), (14_000, False)]
)
def test_rows_that_collapse_or_explode(rows: int, told: bool) -> None:
    replay = replayed(20, changed_at(12, None, rows=rows))
    assert [it[1] for it in replay.told()] == (["rows"] if told else [])


def test_a_window_that_slides_loses_rows_every_week_and_is_not_told() -> None:
    def sliding(number: int) -> object:
        return usual(number, rows=5_000, rows_lost=700)

    assert replayed(40, sliding).told() == []  # type: ignore[arg-type]


def test_rows_that_are_silently_removed_are_told() -> None:
    def fewer(number: int) -> object:
        return usual(number, rows=9_500 if number >= 12 else 10_000, rows_lost=900 if number == 12 else 0)

    assert replayed(20, fewer).told() == [(12, "rows_removed", "opened")]  # type: ignore[arg-type]


def test_removed_rows_that_come_back_are_mended() -> None:
    def fewer(number: int) -> object:
        gone = 12 <= number < 15
        return usual(number, rows=9_000 if gone else 10_000, rows_lost=1_000 if number == 12 else 0)

    assert replayed(20, fewer).told() == [  # type: ignore[arg-type]
        (12, "rows_removed", "opened"),
        (15, "rows_removed", "recovered"),
    ]


def test_a_few_corrected_rows_are_not_told() -> None:
    assert replayed(20, changed_at(12, 12, rows_lost=40)).told() == []


def test_a_year_file_that_begins_anew_in_january_is_not_told() -> None:
    def yearly(number: int) -> object:
        night = FIRST + timedelta(days=number)
        return usual(number, rows=1_000 + 200 * night.timetuple().tm_yday, rows_lost=None)

    assert replayed(330, yearly).told() == []  # type: ignore[arg-type]


def quiet_since(number: int, last: int, **changes: object) -> object:
    """A dataset whose data are new on every night up to `last`, and then no more."""
    day = FIRST + timedelta(days=min(number, last))
    return usual(
        number, content=f"{min(number, last)}", changed_on=day, as_of=day, **{"modified": day, **changes}
    )


def test_data_that_stop_coming_are_overdue_after_period_and_grace() -> None:
    replay = replayed(80, lambda n: quiet_since(n, 20, period_days=14.0))  # type: ignore[arg-type,return-value]
    assert replay.told()[0] == (43, "overdue", "opened")
    assert {it[1] for it in replay.told()} == {"overdue"}


def test_new_data_end_it() -> None:
    def made(number: int) -> object:
        return quiet_since(number, 20, period_days=14.0) if number < 60 else usual(number, period_days=14.0)

    assert replayed(64, made).told() == [(43, "overdue", "opened"), (60, "overdue", "recovered")]  # type: ignore[arg-type]


def test_a_publisher_that_is_always_that_late_is_not_told() -> None:
    """Promised weekly, published every 16 days since ever."""

    def late(number: int) -> object:
        return quiet_since(number, number - number % 16, period_days=7.0)

    assert replayed(120, late).told() == []  # type: ignore[arg-type]


def test_old_data_under_a_new_date_are_stale() -> None:
    replay = replayed(80, lambda n: quiet_since(n, 20, period_days=14.0, modified=FIRST + timedelta(days=n)))  # type: ignore[arg-type,return-value]
    assert {it[1] for it in replay.told()} == {"stale"}


def test_withdrawn_is_told_on_the_second_night() -> None:
    gone = {
        "listed": False,
        "access": Access.UNKNOWN,
        "content": None,
        "usable": None,
        "levels": {},
        "scores": {},
    }
    assert replayed(14, changed_at(9, None, **gone)).told() == [(10, "withdrawn", "opened")]


def test_moved_for_good_is_told_after_some_nights() -> None:
    replay = replayed(20, changed_at(9, None, moved_to="https://datos.example/nuevo.csv"))
    assert replay.told() == [(11, "moved", "opened")]


def test_what_comes_and_goes_is_one_incident_and_is_told_less_and_less() -> None:
    """Every other night bad: no mail each second night for ever."""
    replay = replayed(60, lambda n: usual(n, levels=failing(30.0 if n >= 10 and n % 2 else 0.0)))
    opened = [it for it in replay.told() if it[2] == "opened"]
    assert len(opened) <= 3
    ids = {it.id for judgement in replay.judgements for it in judgement.incidents}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (replace(POLICY, enabled=False), False),
        (replace(POLICY, ignore=("expectation:*",)), False),
        (replace(POLICY, minimum_percent=30.0), False),
        (replace(POLICY, minimum_percent=15.0), True),
    ],
)
def test_the_policy_is_obeyed(policy: AlertPolicy, told: bool) -> None:
    assert bool(replayed(16, changed_at(10, None, levels=failing(20.0)), policy).told()) is told


def test_a_gap_of_nights_is_no_drop() -> None:
    """The machine was off for three weeks."""
    replay = replayed(20, usual)
    for number in range(41, 50):
        replay.night(usual(number))
    assert replay.told() == []


def test_levels_of_several_keys_are_told_each() -> None:
    def made(number: int) -> object:
        percent = 30.0 if number >= 10 else 0.0
        return usual(number, levels={**failing(percent, key="a"), **failing(percent, key="b")})

    assert [it[1] for it in replayed(12, made).told()] == ["expectation:a", "expectation:b"]  # type: ignore[arg-type]


def test_dates_of_the_series_are_those_of_the_nights() -> None:
    replay = replayed(12, changed_at(9, None, levels=failing(50.0)))
    (opened,) = (it for judgement in replay.judgements for it in judgement.transitions)
    assert (opened.since, opened.before, opened.after) == (date(2026, 3, 11), 0.0, 50.0)
    assert isinstance(usual(0).levels["k"], Level)


def test_columns_are_told_by_name_in_every_language() -> None:
    lost = ColumnChange(ColumnChangeKind.DROPPED, "Proveedor", None)
    replay = replayed(12, lambda n: usual(n, columns=(lost,) if n == 9 else ()))
    (opened,) = replay.judgements[9].transitions
    said = described(opened, {})
    assert said.advice["es"].endswith("Columnas desde la última versión que se pudo leer: Proveedor.")
    assert said.advice["en"].endswith("Columns since the last version that could be read — Proveedor.")
