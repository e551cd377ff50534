"""Random numbers: a stream of their own for each thing that is drawn.

Belongs here: streams and the distributions that the standard library lacks. A portal, a dataset or a suite has a stream
that depends on the seed and its own name alone, so that what one of them draws moves nothing elsewhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *names: object) -> random.Random:
    """The numbers that belong to these names."""
    # Seeding by text goes through SHA-512: streams of neighbouring names have nothing in common.
    return random.Random("/".join(map(str, (seed, *names))))  # noqa: S311 - a simulation


def chance(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def log_uniform(rng: random.Random, low: float, high: float) -> float:
    """Between both, small ones as often as large ones by order of magnitude."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def whole_nights(rng: random.Random, low: float, high: float) -> int:
    """The same in whole nights."""
    return round(log_uniform(rng, low, high))


def log_normal(rng: random.Random, median: float, spread: float) -> float:
    return median * math.exp(rng.gauss(0, spread))


def weighted(rng: random.Random, weights: Mapping[T, float]) -> T:
    """One of the keys, as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def arrivals(rng: random.Random, mean_gap: float, start: int, end: int) -> list[int]:
    """Nights in [start, end) on which something happens that happens every `mean_gap` nights on average."""
    nights = []
    at = start + rng.expovariate(1 / mean_gap)
    while at < end:
        nights.append(int(at))
        at += rng.expovariate(1 / mean_gap)
    return nights
