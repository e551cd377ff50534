"""One dataset before anything happens to it: its rhythm, its rows, and how far it meets each expectation.

Belongs here: traits that stay. Does not belong here: its versions (`versions`) and what is planted (`plan`).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.draws import chance, log_uniform, stream, weighted
from benchmarks.alert_histories.rhythm import Rhythm, rhythm
from benchmarks.alert_histories.suites import RECORDS, WEIGHTS, Rule, Suite
from benchmarks.alert_histories.world import Place, World
from pipelines.model.outcomes import Severity

WINDOWS = {"window", "volume"}
# Shapes whose rows jump by nature: only a much larger change is a drop.
VOLATILE = {"volume", "bursty", "year_end", "year_file"}


@dataclass(frozen=True)
class Expectation:
    """How one rule is met here: `base` percent of the values fail, with noise on each publication and a drift."""

    rule: Rule
    base: float
    threshold: float
    noise: str
    spread: float
    drift: float

    @property
    def key(self) -> str:
        return self.rule.key


@dataclass(frozen=True)
class Dataset:
    """Its traits. `start` is the night from which it is declared; `share_key` decides if a bug of some hits it."""

    place: Place
    suite: Suite
    start: int
    rhythm: Rhythm
    expectations: tuple[Expectation, ...]
    columns: tuple[str, ...]
    rows: int
    shape: str
    growth: float
    churn: float
    keyed: bool
    modified: str
    as_of_lag: float | None
    harmless: float
    partial: float
    share_key: float
    layout: int

    @property
    def key(self) -> str:
        return self.place.dataset


def dataset(world: World, place: Place) -> Dataset:
    rng = stream(world.seed, "dataset", place.dataset)
    suite = world.suites[rng.choice(sorted(world.suites))]
    start = rng.randrange(1, max(2, world.nights * 3 // 4)) if chance(rng, rates.DECLARED_LATE) else 0
    its_rhythm = rhythm(rng)
    columns, rules = _rules(rng, suite)
    shape = _shape(rng, its_rhythm)
    return Dataset(
        place,
        suite,
        start,
        its_rhythm,
        _expectations(rng, rules, its_rhythm),
        columns,
        round(log_uniform(rng, *rates.ROWS)),
        shape,
        log_uniform(rng, 0.0005, 0.02) if shape != "steady" else 0.0,
        log_uniform(rng, 0.02, 1.0) if shape == "window" else 1.0,
        chance(rng, rates.KEYED),
        weighted(rng, rates.MODIFIED),
        rng.uniform(*rates.AS_OF_LAG) if chance(rng, rates.AS_OF_KNOWN) else None,
        log_uniform(rng, *rates.HARMLESS),
        weighted(rng, rates.PARTIAL),
        rng.random(),
        rng.randint(1, 4),
    )


def _shape(rng: Random, of: Rhythm) -> str:
    """Which way the rows go. A file of a day's rows needs a day's rhythm, one of a year's at least a few a year."""
    shape = weighted(rng, rates.SHAPES)
    if shape == "volume" and of.name not in ("nightly", "weekdays"):
        return "window"
    if shape == "year_file" and of.name in ("yearly", "dead", "irregular"):
        return "linear"
    return shape


def _rules(rng: Random, suite: Suite) -> tuple[tuple[str, ...], list[Rule]]:
    """The columns that the file has, and the rules about them."""
    few, many = rates.EXPECTATIONS
    target = rng.randint(few, many)
    known = sorted({rule.column for rule in suite.rules} - {RECORDS})
    rng.shuffle(known)
    columns: list[str] = []
    rules: list[Rule] = [rule for rule in suite.rules if rule.column == RECORDS]
    for column in known:
        more = [rule for rule in suite.rules if rule.column == column]
        if len(rules) + len(more) > max(target, few):
            continue
        columns.append(column)
        rules += more
    return tuple(columns), rules


def _expectations(rng: Random, rules: list[Rule], of: Rhythm) -> tuple[Expectation, ...]:
    weights = dict(zip(Severity, WEIGHTS[0], strict=True))
    total: dict[str, float] = {}
    for rule in rules:
        total[rule.dimension] = total.get(rule.dimension, 0.0) + weights[rule.severity]
    heavy, drifting = dict.fromkeys(total, 0.0), dict.fromkeys(total, 0.0)
    made = []
    for rule in rules:
        share = weights[rule.severity] / total[rule.dimension]
        base = _base(rng, rule)
        noise = weighted(rng, rates.NOISE_OF_BASE if base else rates.NOISE_OF_ZERO)
        if base >= 99.5 or (rule.asks == "not_personal" and not base):
            noise = "none"
        if rule.asks == "not_personal" and base:
            noise = "jitter"
        if noise == "heavy":
            heavy[rule.dimension] += share
            if heavy[rule.dimension] > rates.HEAVY_SHARE:
                noise = "jitter"
        spread = rng.uniform(*(rates.HEAVY if noise == "heavy" else rates.JITTER))
        if noise == "jitter":
            # Cut at 2.5 sigma (`versions`), so that one of them stays below 1.5 points
            spread = min(spread, 0.5 / (share * base))
        drift = 0.0
        if base and base < 80 and noise != "heavy" and chance(rng, rates.DRIFT):
            room = min(rates.DRIFT_PERCENT, (rates.DRIFT_POINTS - drifting[rule.dimension]) / share)
            if room > 0.5:
                drift = rng.choice((1, 1, -1)) * rng.uniform(0.2, 1.0) * room / 400
                drifting[rule.dimension] += abs(drift) * 400 * share
        threshold = rng.choice((1.0, 2.0, 5.0, 10.0)) if chance(rng, rates.LENIENT) else 0.0
        if rule.asks in ("exists", "not_personal"):  # of these, one is too many
            threshold = 0.0
        made.append(Expectation(rule, base, threshold, noise, spread, drift))
    return tuple(made)


def _base(rng: Random, rule: Rule) -> float:
    if rule.asks == "not_personal":  # some columns hold numbers that look like telephones
        return round(log_uniform(rng, *rates.LOOKALIKE_RANGE), 3) if chance(rng, rates.LOOKALIKE) else 0.0
    if rule.asks == "exists":
        return 100.0 if chance(rng, 0.03) else 0.0
    which = weighted(rng, rates.BASES)
    return 0.0 if which == "zero" else round(log_uniform(rng, *rates.BASE_RANGE[which]), 3)
