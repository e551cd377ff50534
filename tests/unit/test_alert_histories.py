"""The simulated histories that alerts are measured on: one for each seed, and true to what was planted.

Belongs here: the histories (`benchmarks.alert_histories`). How detectors are scored is tested in `test_alert_scoring`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.alert_histories.history import History, history
from benchmarks.alert_histories.truth import Drop, Kind
from pipelines.model.dataset_night import Access, DatasetNight
from pipelines.model.evidence import ColumnChangeKind

ROOT = Path(__file__).resolve().parents[2]
SEED, DATASETS, NIGHTS = 7, 90, 260
By = dict[str, dict[date, DatasetNight]]


@pytest.fixture(scope="module")
def planted() -> History:
    return history(SEED, DATASETS, NIGHTS)


@pytest.fixture(scope="module")
def quiet() -> History:
    return history(SEED, DATASETS, NIGHTS, quiet=True)


def by_dataset(of: History) -> By:
    found: By = {}
    for night in of.nights:
        for one in night.seen:
            found.setdefault(one.dataset, {})[night.night] = one
    return found


@pytest.fixture(scope="module")
def seen(planted: History) -> By:
    return by_dataset(planted)


@pytest.fixture(scope="module")
def undisturbed(quiet: History) -> By:
    return by_dataset(quiet)


def visible(of: History, *kinds: Kind) -> list[Drop]:
    found = [drop for drop in of.drops if drop.kind in kinds and drop.first_seen is not None and drop.size]
    assert found, f"this seed plants no {kinds}"
    return found


def lives(drop: Drop, nights: dict[date, DatasetNight]) -> Iterator[tuple[date, DatasetNight]]:
    for night, one in nights.items():
        if drop.first <= night and (drop.last is None or night <= drop.last):
            yield night, one


def alone(of: History, drop: Drop) -> bool:
    """Nothing was planted in this dataset before: what differs from the quiet history is this drop."""
    return not any(
        other.dataset == drop.dataset and other.first < drop.first for other in of.drops if other is not drop
    )


# --- the same, and apart ----------------------------------------------------------------------------------


def test_the_same_seed_is_the_same_history_and_another_is_another() -> None:
    one, again, other = history(3, 12, 60), history(3, 12, 60), history(4, 12, 60)
    assert one == again
    assert one.nights != other.nights
    assert one.world.owners == again.world.owners


def test_a_dataset_does_not_depend_on_how_many_others_there_are(planted: History, seen: By) -> None:
    fewer = history(SEED, 40, NIGHTS)
    nights = by_dataset(fewer)
    # The last portal of the smaller history is cut, and with it what its datasets share
    cut = fewer.world.places[-1].portal
    whole = [place.dataset for place in fewer.world.places if place.portal != cut]
    assert len(whole) > 10
    assert {name: nights[name] for name in whole} == {name: seen[name] for name in whole}
    assert [drop for drop in fewer.drops if drop.dataset in whole] == [
        drop for drop in planted.drops if drop.dataset in whole
    ]


def test_what_is_planted_changes_nothing_before_it(planted: History, seen: By, undisturbed: By) -> None:
    first = {}
    for drop in planted.drops:
        if drop.due:
            first.setdefault(drop.dataset, drop.first)
    compared = 0
    for name, nights in undisturbed.items():
        # One that is overdue was last published before that
        stopped = any(
            drop.dataset == name and drop.kind in (Kind.OVERDUE, Kind.STALE) for drop in planted.drops
        )
        if stopped:
            continue
        for night, one in nights.items():
            earliest = min((drop.first for drop in planted.drops if drop.dataset == name), default=date.max)
            if night < earliest:
                assert seen[name][night] == one
                compared += 1
    assert compared > 5_000


def test_nothing_is_due_in_a_quiet_history(quiet: History) -> None:
    assert [drop for drop in quiet.drops if drop.due] == []
    # What may be told all the same: late versions, and outages of portals of one or two datasets
    assert {drop.kind for drop in quiet.drops} <= {Kind.OVERDUE, Kind.UNREACHABLE, Kind.UNUSABLE}


def test_noise_alone_never_takes_five_points_from_one_version_to_the_next(
    quiet: History, undisturbed: By
) -> None:
    world = quiet.world
    bugs = {world.date_of(night) for bug in world.bugs for night in range(bug.first, bug.end)}
    for nights in undisturbed.values():
        before = None
        for night, one in nights.items():
            if not one.scores or one.whole is False or night in bugs:
                continue
            if before is not None and (before.rules, before.score_rules) == (one.rules, one.score_rules):
                for dimension, points in one.scores.items():
                    assert before.scores[dimension] - points < 5
            before = one


def test_the_histories_know_nothing_of_the_detector() -> None:
    code = (
        "import sys, benchmarks.alert_histories.history, benchmarks.alert_scoring, benchmarks.alert_baselines;"
        "print(sorted({m for m in sys.modules if m.startswith('pipelines.') and not m.startswith('pipelines.model')}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(("datasets", "nights"), [(0, 10), (10, 0), (-1, 10)])
def test_a_history_of_nothing_is_refused(datasets: int, nights: int) -> None:
    with pytest.raises(ValueError, match="needs datasets and nights"):
        history(1, datasets, nights)


def test_the_smallest_history_is_one() -> None:
    one = history(1, 1, 1)
    assert (len(one.nights), len(one.world.owners)) == (1, 1)


# --- what a night looks like ------------------------------------------------------------------------------


def test_nights_are_as_the_pipeline_records_them(planted: History) -> None:
    for night in planted.nights:
        for one in night.seen:
            assert one.night == night.dated
            assert one.source == one.dataset.split("/")[0]
            if one.access is not Access.REACHED:
                assert (one.usable, one.whole, one.content, one.rows, one.levels) == (
                    None,
                    None,
                    None,
                    None,
                    {},
                )
            if not one.usable:
                assert (one.levels, one.scores, one.content) == ({}, {}, None)
            if one.usable:
                assert one.rows
                assert one.content
                assert one.levels
                assert {level.dimension for level in one.levels.values()} == set(one.scores)
            if one.listed is not True:
                assert one.modified is None
            for level in one.levels.values():
                assert 0 <= level.percent <= 100
            for points in one.scores.values():
                assert 0 <= points <= 100
            assert one.rows_lost is None or one.rows_lost >= 0


def test_everything_that_must_not_alert_owners_is_there(planted: History) -> None:
    nights = [one for night in planted.nights for one in night.seen]
    accesses = {one.access for one in nights}
    assert accesses == set(Access)
    assert {one.listed for one in nights} == {True, False, None}
    assert any(one.whole is False for one in nights)
    assert len({one.software for one in nights}) > 3
    assert len({one.rules for one in nights}) > len({one.rules.split()[0] for one in nights})
    assert len(planted.nights) < NIGHTS
    late = {place.dataset for place in planted.world.places} - {one.dataset for one in planted.nights[0].seen}
    assert late
    assert any(change.kind is ColumnChangeKind.ADDED for one in nights for change in one.columns)


def test_a_wrong_clock_dates_one_night_only() -> None:
    found = next(one for one in (history(seed, 2, 70) for seed in range(20)) if one.world.misdated)
    wrong = [night for night in found.nights if night.dated != night.night]
    assert len(wrong) == 1
    assert {one.night for one in wrong[0].seen} == {wrong[0].dated}


# --- the truth and what is seen ---------------------------------------------------------------------------


def test_one_that_is_unreachable_is_so_on_all_nights_that_count_it(planted: History, seen: By) -> None:
    for drop in visible(planted, Kind.UNREACHABLE):
        out = [night for night, one in lives(drop, seen[drop.dataset]) if one.access is Access.OUT_OF_REACH]
        assert drop.first_seen in out
        assert drop.seen <= len(out)
        assert not drop.due or max(drop.size, drop.seen) >= 3


def test_one_that_is_withdrawn_is_not_listed(planted: History, seen: By) -> None:
    for drop in visible(planted, Kind.WITHDRAWN):
        missing = [night for night, one in lives(drop, seen[drop.dataset]) if one.listed is False]
        assert drop.first_seen in missing
        assert drop.seen <= len(missing)


@pytest.mark.parametrize(
    ("kind", "shows"),
    [
        (Kind.UNUSABLE, lambda one: one.usable is False),
        (Kind.MOVED, lambda one: one.moved_to is not None),
        (
            Kind.PERSONAL,
            lambda one: any(
                key.endswith(".not_personal") and level.percent for key, level in one.levels.items()
            ),
        ),
    ],
)
def test_the_night_on_which_it_is_first_seen_shows_it(
    planted: History, seen: By, kind: Kind, shows: Callable[[DatasetNight], bool]
) -> None:
    for drop in visible(planted, kind):
        assert drop.first_seen is not None
        assert shows(seen[drop.dataset][drop.first_seen])


def test_a_planted_expectation_fails_by_so_much_more(planted: History, seen: By, undisturbed: By) -> None:
    compared = 0
    for drop in visible(planted, Kind.EXPECTATION):
        if not alone(planted, drop):
            continue
        for night, one in lives(drop, seen[drop.dataset]):
            calm = undisturbed[drop.dataset][night]
            if not one.whole or not calm.whole:
                continue
            for key in set(drop.touched) & set(one.levels):
                added = one.levels[key].percent - calm.levels[key].percent
                # Cut where everything fails, and below 0 where a version of the suite is that much milder
                if calm.levels[key].percent > 0 and one.levels[key].percent < 100:
                    assert added == pytest.approx(drop.size, abs=0.001)
                    compared += 1
                assert added <= drop.size + 0.001
    assert compared > 20


def test_the_points_of_a_drop_are_those_that_the_scores_lose(
    planted: History, seen: By, undisturbed: By
) -> None:
    compared = 0
    for drop in visible(planted, Kind.SCORE, Kind.EXPECTATION):
        if not alone(planted, drop) or drop.growth or drop.first_seen != drop.first or not drop.points:
            continue
        one, calm = (of[drop.dataset][drop.first] for of in (seen, undisturbed))
        falls = [calm.scores[name] - points for name, points in one.scores.items()]
        assert max(falls) == pytest.approx(
            drop.points, abs=1.5
        )  # versions of the suite may come while it lasts
        assert drop.due is (drop.points >= 5)
        compared += 1
    assert compared > 5


def test_one_that_grows_says_when_it_had_come_to_what(planted: History) -> None:
    growing = [drop for drop in planted.drops if len({points for _, points in drop.growth}) > 2]
    assert growing
    for drop in growing:
        assert max(points for _, points in drop.growth) == drop.points
        assert drop.growth[0][1] < (drop.points or 0)
        if drop.points and drop.points >= 5 and drop.first_seen:
            assert drop.first_seen >= min(night for night, points in drop.growth if points >= 5)


def test_rows_collapse_and_explode_by_the_planted_factor(planted: History, seen: By, undisturbed: By) -> None:
    compared = 0
    for drop in visible(planted, Kind.ROWS):
        if not alone(planted, drop):
            continue
        for night, one in lives(drop, seen[drop.dataset]):
            calm = undisturbed[drop.dataset][night]
            if one.whole and calm.whole and calm.rows and one.rows and calm.rows > 200:
                assert one.rows / calm.rows == pytest.approx(drop.size, rel=0.25)
                compared += 1
    assert compared > 20


def test_columns_and_removed_rows_are_told_once_by_the_reading_that_finds_them(
    planted: History, seen: By
) -> None:
    for drop in visible(planted, Kind.COLUMNS):
        changed = [
            one
            for _, one in lives(drop, seen[drop.dataset])
            if any(change.kind is not ColumnChangeKind.ADDED for change in one.columns)
        ]
        assert changed
    for drop in visible(planted, Kind.ROWS_REMOVED):
        nights = seen[drop.dataset]
        assert any(one.rows_lost and one.rows_lost >= drop.size * 10 for _, one in lives(drop, nights))


def test_one_that_is_overdue_shows_the_same_content_for_longer_than_allowed(
    planted: History, seen: By
) -> None:
    compared = 0
    for drop in visible(planted, Kind.OVERDUE, Kind.STALE):
        alive = [one for _, one in lives(drop, seen[drop.dataset]) if one.whole]
        if not alive or (drop.last is None and not drop.due):  # a promise that was never kept
            continue
        assert len({one.content for one in alive}) == 1
        period = alive[0].period_days
        assert period is not None
        found = [
            night
            for night, one in seen[drop.dataset].items()
            if one.whole and one.content == alive[0].content
        ]
        # Found on the first night, it is older than we know; found after trouble, it is older too
        if found[0] - planted.world.first > timedelta(1) and drop.due:
            assert (alive[-1].night - found[0]).days >= min(1.5 * period, 3)
            compared += 1
    assert compared > 5


def test_a_stale_one_has_a_newer_date_than_its_data(planted: History, seen: By) -> None:
    for drop in visible(planted, Kind.STALE):
        alive = [one for _, one in lives(drop, seen[drop.dataset]) if one.whole and one.modified]
        for one in alive:
            if one.changed_on is not None:
                assert one.modified is not None
                assert one.modified > one.changed_on
