"""A whole history: all datasets, night by night, and the truth.

Belongs here: the assembly. The parts are drawn apart (`watched`), one dataset after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.alert_histories.trouble import Trouble, trouble
from benchmarks.alert_histories.truth import Drop
from benchmarks.alert_histories.watched import Watched, watched
from benchmarks.alert_histories.world import World, world
from pipelines.model.dataset_night import DatasetNight


@dataclass(frozen=True)
class Night:
    """What one night recorded. `night` is the date that it really was, `dated` the one that our machine believed."""

    night: date
    dated: date
    seen: tuple[DatasetNight, ...]


@dataclass(frozen=True)
class History:
    """The world, its nights that were run, and the planted drops by first night."""

    world: World
    nights: tuple[Night, ...]
    drops: tuple[Drop, ...]

    @property
    def dataset_nights(self) -> int:
        return sum(len(night.seen) for night in self.nights)


def history(seed: int, datasets: int, nights: int, *, quiet: bool = False) -> History:
    """The history of this seed, always the same. In a `quiet` one nothing is planted.

    Raises `ValueError` for less than one dataset or night.
    """
    if datasets < 1 or nights < 1:
        raise ValueError(f"a history needs datasets and nights, not {datasets} and {nights}")
    where = world(seed, datasets, nights)
    troubles: dict[str, Trouble] = {}
    all_seen = []
    for place in where.places:
        if place.portal not in troubles:
            troubles[place.portal] = trouble(seed, place.portal, place.portal_size, nights)
        all_seen.append(watched(where, place, troubles[place.portal], quiet=quiet))
    drops = [drop for one in all_seen for drop in one.drops]
    return History(
        where,
        tuple(
            Night(where.date_of(night), where.dated(night), tuple(_on(all_seen, night)))
            for night in range(nights)
            if night not in where.not_run
        ),
        tuple(sorted(drops, key=lambda one: (one.first, one.dataset, one.kind))),
    )


def _on(all_seen: Sequence[Watched], night: int) -> Iterator[DatasetNight]:
    for one in all_seen:
        found = one.nights.get(night)
        if found is not None:
            yield found
