"""What portals do to whoever visits them: outages, firewalls, silent catalogs, moves.

Belongs here: trouble that a portal's datasets share, night by night. Does not belong here: what is one dataset's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.draws import arrivals, chance, log_uniform, stream, weighted, whole_nights


@dataclass(frozen=True)
class Firewall:
    """A phase in which a firewall refuses us, for a share of the datasets (1: all)."""

    first: int
    end: int
    share: float


@dataclass(frozen=True)
class Trouble:
    """One portal's nights. `outages` says how an outage looks: `silent` catalog, `files` out of reach, `both`, or
    `pages` in place of the files."""

    outages: dict[int, str] = field(default_factory=dict)
    firewalls: tuple[Firewall, ...] = ()
    silent: dict[int, bool] = field(default_factory=dict)  # True: and so the files were not asked for
    empty: frozenset[int] = frozenset()
    moved_since: int | None = None
    flaky: float = 0.0

    def firewall(self, night: int) -> float:
        """The share of the datasets for which we are turned away."""
        return max((one.share for one in self.firewalls if one.first <= night < one.end), default=0.0)


def trouble(seed: int, portal: str, size: int, nights: int) -> Trouble:
    rng = stream(seed, "trouble", portal)
    outages: dict[int, str] = {}
    for start in arrivals(rng, rates.OUTAGE_GAP, 1, nights):
        looks = weighted(rng, rates.OUTAGE_LOOKS)
        length = rng.randint(*weighted(rng, rates.OUTAGE_NIGHTS))
        outages |= dict.fromkeys(range(start, start + length), looks)
    firewalls = []
    if chance(rng, rates.WAF_PORTALS):
        firewalls = [_firewall(rng, start) for start in arrivals(rng, rates.WAF_GAP, 1, nights)]
    silent: dict[int, bool] = {}
    for start in arrivals(rng, rates.CATALOG_SILENT_GAP, 1, nights):
        unasked = chance(rng, 0.5)
        silent |= dict.fromkeys(range(start, start + rng.randint(1, 3)), unasked)
    empty: set[int] = set()
    for start in arrivals(rng, rates.EMPTY_INDEX_GAP, 1, nights):
        empty |= set(range(start, start + rng.randint(1, 2)))
    moves = arrivals(rng, 400 / rates.MOVED_PORTALS, 1, nights)
    # Of one or two datasets nobody can tell a portal's habits from the dataset's own.
    several = size >= SEVERAL
    return Trouble(
        outages,
        tuple(firewalls),
        silent,
        frozenset(empty) if several else frozenset(),
        moves[0] if moves and several else None,
        log_uniform(rng, *rates.FLAKY),
    )


# From so many datasets on, trouble of all of them at once is visibly the portal's.
SEVERAL = 3


def _firewall(rng: Random, start: int) -> Firewall:
    share = 1.0 if weighted(rng, rates.WAF_SHARES) == "all" else rng.uniform(0.1, 0.6)
    return Firewall(start, start + whole_nights(rng, *rates.WAF_NIGHTS), share)
