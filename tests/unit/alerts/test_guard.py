"""Our own outage never alerts an owner: what is held, for what reason, and when it is let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines.model import Access, DatasetNight
from tests.unit.alerts.replayed import FIRST, Replay, failing, usual

GONE = {"access": Access.OUT_OF_REACH, "content": None, "usable": None, "levels": {}, "scores": {}}
Made = Callable[[int], list[DatasetNight]]


def told_of(made: Made, nights: int) -> Replay:
    replay = Replay()
    for number in range(nights):
        replay.night(*made(number))
    return replay


def portal(name: str, size: int, number: int, **changes: object) -> list[DatasetNight]:
    return [usual(number, f"{name}/{item}", **changes) for item in range(size)]


def test_the_outage_of_a_whole_portal_is_the_operators_and_ends_in_silence() -> None:
    def made(number: int) -> list[DatasetNight]:
        down = GONE if 10 <= number <= 16 else {}
        return [*portal("a", 6, number, **down), *portal("b", 6, number)]

    replay = told_of(made, 30)
    assert replay.told() == []
    assert replay.notices() == [(12, "portal|a|6|6")]


def test_what_stays_away_when_the_portal_is_back_is_its_owners() -> None:
    def made(number: int) -> list[DatasetNight]:
        down = GONE if 10 <= number <= 16 else {}
        lost = GONE if number >= 10 else {}
        return [
            usual(number, "a/0", **lost),
            *portal("a", 6, number, **down)[1:],
            *portal("b", 6, number),
        ]

    replay = told_of(made, 24)
    assert replay.told() == [(17, "unreachable", "opened")]


def test_one_dataset_of_a_portal_is_told() -> None:
    def made(number: int) -> list[DatasetNight]:
        return [*portal("a", 6, number), usual(number, "a/9", **(GONE if number >= 10 else {}))]

    assert told_of(made, 16).told() == [(12, "unreachable", "opened")]


def test_a_second_dataset_that_goes_later_is_not_taken_for_the_portal() -> None:
    """Two of three are gone, one of them since long: that one has been told, and says nothing of the portal."""

    def made(number: int) -> list[DatasetNight]:
        return [
            usual(number, "a/0"),
            usual(number, "a/1", **(GONE if number >= 5 else {})),
            usual(number, "a/2", **(GONE if number >= 20 else {})),
        ]

    assert [it[0] for it in told_of(made, 26).told()] == [7, 22]


def test_many_datasets_of_many_sources_on_one_night_are_held() -> None:
    def made(number: int) -> list[DatasetNight]:
        levels = (
            failing(50.0, key=f"k{number % 2}")
            if number >= 10
            else failing(0.0, key="k0") | failing(0.0, key="k1")
        )
        return [it for name in "abcde" for it in portal(name, 2, number, levels=levels)]

    replay = told_of(made, 12)
    assert replay.told() == []
    assert [it[1].split("|")[0] for it in replay.notices()][:1] == ["everywhere"]


def test_one_rule_that_fails_in_several_sources_at_once_is_the_rules_fault() -> None:
    def made(number: int) -> list[DatasetNight]:
        broken = failing(50.0) if number >= 10 else failing(0.0)
        quiet = [it for name in "efghij" for it in portal(name, 5, number, levels=failing(0.0, key="other"))]
        return [*(usual(number, f"{name}/0", levels=broken) for name in "abcd"), *quiet]

    replay = told_of(made, 14)
    assert replay.told() == []
    assert replay.notices()[0] == (10, "same|expectation:k|4|4")


@pytest.mark.parametrize("mended", [True, False])
def test_what_breaks_with_a_new_release_waits_until_it_is_no_longer_new(mended: bool) -> None:
    def made(number: int) -> list[DatasetNight]:
        software = "1.1" if number >= 10 else "1.0"
        broken = number >= 10 and not (mended and number >= 13)
        worse = {"levels": failing(50.0, key="own")} if broken else {"levels": failing(0.0, key="own")}
        few = [usual(number, f"a/{item}", software=software, **worse) for item in range(3)]
        rest = [it for name in "bcd" for it in portal(name, 8, number, software=software)]
        return [*few, *rest]

    replay = told_of(made, 18)
    assert replay.notices() == [(10, "release|1.1|3|27")]
    assert [it[:1] + it[2:] for it in replay.told()] == ([] if mended else [(15, "opened")] * 3)


def test_one_dataset_that_breaks_with_a_new_release_is_told() -> None:
    def made(number: int) -> list[DatasetNight]:
        worse = {"levels": failing(50.0)} if number >= 10 else {}
        software = "1.1" if number >= 10 else "1.0"
        return [usual(number, "a/0", software=software, **worse), *portal("b", 8, number, software=software)]

    assert told_of(made, 12).told() == [(10, "expectation:k", "opened")]


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_jumps_makes_nothing_overdue(days: int) -> None:
    replay = Replay()
    for number in range(30):
        day = FIRST + timedelta(days=number)
        seen = [
            usual(number, f"s/{item}", period_days=7.0, content="same", changed_on=FIRST, modified=FIRST)
            if item
            else usual(number, "s/0", period_days=7.0)
            for item in range(3)
        ]
        if number == 8:
            seen = [usual(number + days, f"s/{item}", period_days=7.0, changed_on=FIRST) for item in range(3)]
        elif number > 8:
            seen = [usual(number, f"s/{item}", period_days=7.0, changed_on=day) for item in range(3)]
        replay.night(*seen)
    assert replay.told() == []


def test_other_rules_on_one_night_alert_nobody() -> None:
    def made(number: int) -> list[DatasetNight]:
        rules = {
            "rules": "suite 2",
            "levels": failing(70.0),
            "score_rules": "w2",
            "scores": {"validity": 20.0},
        }
        return [it for name in "abc" for it in portal(name, 5, number, **(rules if number >= 10 else {}))]

    replay = told_of(made, 16)
    assert (replay.told(), replay.notices()) == ([], [])
