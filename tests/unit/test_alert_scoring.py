"""The scoring of alerts on simulated histories, on cases made by hand, and the three baselines.

Belongs here: `benchmarks.alert_scoring`, `alert_baselines` and the command `alerts`. The histories themselves are
tested in `test_alert_histories`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from benchmarks import alerts
from benchmarks.alert_baselines import Deviations, any_failure, baselines, not_had, under_threshold
from benchmarks.alert_histories.history import History, Night, history
from benchmarks.alert_histories.truth import Drop, Kind
from benchmarks.alert_scoring import FAMILIES, OPERATOR, Raised, Score, Told, fits
from pipelines.model.dataset_night import Access, DatasetNight, Level

NIGHTS = 60
EMPTY = history(1, 2, NIGHTS, quiet=True)
FIRST = EMPTY.world.first
ONE, OTHER = (place.dataset for place in EMPTY.world.places)


def night(number: int) -> date:
    return FIRST + timedelta(number)


def drop(kind: Kind = Kind.SCORE, first: int = 10, last: int | None = 20, **more: Any) -> Drop:
    known: dict[str, Any] = {
        "dataset": ONE,
        "due": True,
        "size": 10.0,
        "points": 10.0,
        "touched": ("x.amount.present",),
        "dimensions": ("completeness",),
        "seen": 9,
        "first_seen": night(first),
    }
    return Drop(kind=kind, first=night(first), last=None if last is None else night(last), **(known | more))


def figures(drops: Sequence[Drop], told: dict[int, Sequence[Raised]], mails: int = 0) -> dict[str, Any]:
    """What is scored when each night's `told` is said, and `mails` of the first owner go out on as many nights."""
    nights = tuple(
        Night(night(n), night(n), (DatasetNight(ONE, night(n), Access.REACHED),)) for n in range(NIGHTS)
    )
    score = Score(replace(EMPTY, nights=nights, drops=tuple(drops)))
    for n, one in enumerate(nights):
        score.night(one, Told(night(n), tuple(told.get(n, ())), ("a", "a") if n < mails else ()))
    return score.figures()


def raised(condition: str = "score:completeness", dataset: str = ONE) -> Raised:
    return Raised(dataset, condition)


# --- detectors whose figures are known --------------------------------------------------------------------


class Oracle:
    """Knows the truth: tells each drop on the first night on which it shows."""

    def __init__(self, of: History) -> None:
        self.due = [one for one in of.drops if one.due and one.visible]

    def night(self, night: date, seen: Sequence[DatasetNight]) -> Told:
        now = [one for one in self.due if one.first_seen == night]
        return Told(night, tuple(Raised(one.dataset, condition_of(one)) for one in now))


def condition_of(one: Drop) -> str:
    if one.kind in (Kind.EXPECTATION, Kind.PERSONAL):
        return f"{one.kind}:{one.touched[0]}"
    return f"score:{one.dimensions[0]}" if one.kind is Kind.SCORE else one.kind.value


class Silent:
    def night(self, night: date, seen: Sequence[DatasetNight]) -> Told:
        return Told(night)


def test_one_that_knows_the_truth_is_perfect_and_a_silent_one_finds_nothing() -> None:
    of = history(5, 60, 200)
    # The clock of this history must be right: the oracle goes by it
    assert not of.world.misdated or all(one.night == one.dated for one in of.nights)
    scores = alerts.judged(of, {"oracle": Oracle(of), "silent": Silent()})
    perfect, nothing = (scores[name].figures() for name in ("oracle", "silent"))
    assert (perfect["recall"], perfect["precision"], perfect["false_per_1000"]) == (1, 1, 0)
    assert (perfect["delay_median"], perfect["delay_p95"], perfect["repeats"]) == (0, 0, 0)
    assert set(perfect["recall_by_kind"].values()) == {1}
    assert scores["oracle"].missed() == []
    assert (nothing["recall"], nothing["precision"], nothing["false_per_1000"]) == (0, None, 0)
    assert (nothing["delay_median"], nothing["mails_per_owner_month"]) == (None, 0)
    assert len(scores["silent"].missed()) == sum(one.due and one.visible for one in of.drops)


# --- cases by hand ----------------------------------------------------------------------------------------


def test_told_once_in_its_life_is_a_match_with_its_delay() -> None:
    found = figures([drop()], {12: [raised()]})
    assert (found["recall"], found["precision"], found["false_per_1000"]) == (1, 1, 0)
    assert (found["delay_median"], found["delay_p95"]) == (2, 2)


@pytest.mark.parametrize(
    ("when", "recall"), [(9, 0), (10, 1), (20, 1), (23, 1), (24, 0)], ids=lambda value: str(value)
)
def test_it_may_be_told_until_three_nights_after_its_end(when: int, recall: int) -> None:
    found = figures([drop()], {when: [raised()]})
    assert (found["recall"], found["precision"]) == (recall, recall)
    assert found["false_per_1000"] == pytest.approx(0 if recall else 1000 / NIGHTS, abs=0.001)


def test_told_again_while_it_stands_is_a_repeat_and_false() -> None:
    found = figures([drop()], {12: [raised()], 13: [raised()], 14: [raised("expectation:x.amount.present")]})
    assert (found["recall"], found["repeats"], found["matched"]) == (1, 2, 1)
    assert found["precision"] == pytest.approx(1 / 3, abs=0.001)
    assert found["false_per_1000"] == pytest.approx(2000 / NIGHTS, abs=0.001)


def test_several_conditions_of_one_drop_in_one_night_are_one_telling() -> None:
    found = figures([drop()], {12: [raised(), raised("expectation:x.amount.present")]})
    assert (found["matched"], found["repeats"], found["precision"]) == (2, 0, 1)


def test_one_that_grew_by_five_points_may_be_told_again() -> None:
    growth = ((night(10), 3.0), (night(14), 7.0), (night(18), 12.0))
    found = figures([drop(growth=growth)], {14: [raised()], 15: [raised()], 18: [raised()]})
    assert (found["matched"], found["repeats"]) == (2, 1)


def test_two_drops_of_one_dataset_are_told_one_by_one() -> None:
    drops = [drop(), drop(first=40, last=None)]
    assert figures(drops, {12: [raised()]})["recall"] == 0.5
    found = figures(drops, {12: [raised()], 41: [raised()]})
    assert (found["recall"], found["repeats"], found["delay_p95"]) == (1, 0, 2)


def test_what_tells_of_nothing_is_false_once_a_dataset_and_night() -> None:
    wrong = [raised("rows"), raised("columns"), raised("score:validity"), raised(dataset=OTHER)]
    found = figures([drop()], {12: wrong})
    assert (found["recall"], found["precision"]) == (0, 0)
    assert found["false_per_1000"] == pytest.approx(2000 / NIGHTS, abs=0.001)


def test_what_the_operator_is_told_is_neither_found_nor_false() -> None:
    found = figures([drop()], {12: [Raised(ONE, "score:completeness", OPERATOR)]})
    assert (found["recall"], found["precision"], found["false_per_1000"], found["to_operator"]) == (
        0,
        None,
        0,
        1,
    )


def test_small_ones_may_be_told_and_need_not_be() -> None:
    small = drop(due=False, points=2.0)
    assert figures([small], {})["recall"] is None
    assert figures([small], {12: [raised()]})["precision"] == 1


@pytest.mark.parametrize(
    ("kind", "seen", "recall"), [(Kind.SCORE, 1, None), (Kind.SCORE, 2, 0), (Kind.UNREACHABLE, 2, None)]
)
def test_what_could_hardly_be_seen_is_not_asked_for(kind: Kind, seen: int, recall: float | None) -> None:
    assert figures([drop(kind, seen=seen)], {})["recall"] == recall


def test_told_before_it_could_be_seen_is_told_at_once() -> None:
    assert figures([drop(first_seen=night(15))], {11: [raised()]})["delay_median"] == 0


def test_the_delay_at_95_percent_is_one_that_was_seen() -> None:
    drops = [drop(first=10, last=30, dataset=f"p/{n}") for n in range(20)]
    found = figures(drops, {10 + n: [raised(dataset=f"p/{n}")] for n in range(20)})
    assert (found["delay_median"], found["delay_p95"]) == (9.5, 18)


def test_mails_are_counted_once_an_owner_and_night() -> None:
    owners = len(set(EMPTY.world.owners.values()))
    found = figures([], {}, mails=30)
    assert found["mails"] == 30
    assert found["mails_per_owner_month"] == pytest.approx(30 / owners / (NIGHTS / 30.4375), abs=0.001)


@pytest.mark.parametrize(
    ("kind", "condition", "fitting"),
    [
        (Kind.COLUMNS, "columns", True),
        (Kind.COLUMNS, "expectation:x.amount.present", True),
        (Kind.COLUMNS, "expectation:x.other.present", False),
        (Kind.COLUMNS, "score:completeness", True),
        (Kind.COLUMNS, "score:content", True),
        (Kind.COLUMNS, "score:validity", False),
        (Kind.COLUMNS, "rows", False),
        (Kind.UNREACHABLE, "unreachable", True),
        (Kind.UNREACHABLE, "blocked", False),
        (Kind.STALE, "overdue", True),
        (Kind.PERSONAL, "personal:x.amount.present", True),
        (Kind.MOVED, "unreachable", False),
    ],
)
def test_which_condition_tells_of_which_drop(kind: Kind, condition: str, fitting: bool) -> None:
    assert fits(drop(kind), condition) is fitting


def test_every_kind_has_its_families_and_its_own_name_among_them() -> None:
    assert set(FAMILIES) == set(Kind)
    assert [kind for kind, families in FAMILIES.items() if kind.value not in families] == []


# --- baselines --------------------------------------------------------------------------------------------


def reached(percent: float = 0.0, points: float = 100.0, rows: int = 100, number: int = 0) -> DatasetNight:
    levels = {"x.amount.present": Level(percent, percent > 0)}
    scores = {"completeness": points}
    return DatasetNight(
        ONE, night(number), Access.REACHED, usable=True, whole=True, rows=rows, levels=levels, scores=scores
    )


def test_the_threshold_and_every_failure_ask_of_one_night_only() -> None:
    assert list(under_threshold(reached(points=79))) == ["score:completeness"]
    assert list(under_threshold(reached(points=81))) == []
    assert list(any_failure(reached(percent=0.1))) == ["expectation:x.amount.present"]
    assert list(any_failure(reached())) == []
    away = [DatasetNight(ONE, night(0), access) for access in Access if access is not Access.REACHED]
    assert [list(not_had(one)) for one in away] == [["unreachable"]] * 3
    assert list(not_had(DatasetNight(ONE, night(0), Access.REACHED, usable=False))) == ["unusable"]


def test_three_deviations_of_fourteen_points_with_the_one_under_test() -> None:
    rule = Deviations()
    assert [tuple(rule(reached(number=n))) for n in range(13)] == [()] * 13
    # One point of 14 lies 3.47 deviations off; two lie 2.36 off, and the first is still under test on the second night
    assert rule(reached(rows=50, number=13)) == ["rows"]
    assert rule(reached(rows=50, number=14)) == ["rows"]
    assert rule(reached(rows=50, number=15)) == []
    assert Deviations()(DatasetNight(ONE, night(0), Access.UNKNOWN)) == ()


def test_three_deviations_need_seven_points_and_see_scores_and_percents() -> None:
    rule = Deviations()
    for n in range(13):
        rule(reached(number=n))
    assert rule(reached(percent=40, points=80, number=13)) == [
        "expectation:x.amount.present",
        "score:completeness",
    ]
    young = Deviations()
    assert [tuple(young(reached(rows=100 * (n == 5) or 1, number=n))) for n in range(6)] == [()] * 6


def test_baselines_write_to_the_owners_of_what_they_raise() -> None:
    told = baselines(EMPTY.world)["fixed"].night(night(0), [reached(points=10)])
    assert told.raised == (Raised(ONE, "score:completeness"),)
    assert told.mails == (EMPTY.world.owners[ONE],)


# --- the command ------------------------------------------------------------------------------------------


def test_the_last_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    alerts.main(["--seed", "2", "--datasets", "6", "--nights", "50"])
    lines = capsys.readouterr().out.splitlines()
    said = json.loads(lines[-1])
    wanted = {
        "recall",
        "precision",
        "false_per_1000",
        "delay_median",
        "delay_p95",
        "mails_per_owner_month",
        "recall_by_kind",
    }
    assert (said["seed"], said["datasets"], said["nights"]) == (2, 6, 50)
    assert wanted < said.keys()
    assert set(said["baselines"]) == {"fixed", "zscore", "every_failure"}
    for one in said["baselines"].values():
        assert wanted < one.keys()
        assert one["mails_per_owner_month"] > 0
    assert "every_failure" in "\n".join(lines[:-1])
