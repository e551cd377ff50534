"""Figures of measured nights: what a source of a class costs, and what Dagster's share is.

Belongs here: running nights in turn, and arithmetic. Does not belong here: the nights themselves (`tonight`).

What a source of a class costs is the slope: a night with `n` sources of the class more, less the same night without
them, over `n`; recording, alerting and publishing are in it, and what a night loads once is not. So that this is loaded
in both, each of these nights has one unchanged, one small and one faulty source besides.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

from benchmarks.nights.commands import environment
from benchmarks.nights.process import run
from benchmarks.nights.stages import staged
from benchmarks.nights.tonight import Night
from benchmarks.nights.world import FAULTS, Mix, World

SHELLS = ("plain", "dagster")
# By shell, the nights of one world in the order of the rounds.
Both = Mapping[str, Sequence[Night]]
BASE, MIXED = "base", "mixed"
DECLARED = 3_000
LOADS = 3


def base(nights: int) -> Mix:
    """The night with one source of each small class, from which slopes are taken."""
    return Mix(unchanged=1, small=1, faulty=1, large=0, nights=nights)


def only(kind: str, n: int, nights: int) -> Mix:
    """`base` with `n` more sources of a class."""
    found = base(nights).text
    return Mix(**{**found, kind: found[kind] + n})


def class_sizes(total: int) -> dict[str, int]:
    """How many sources of each class its own nights have, for a benchmark of `total` sources.

    Enough that a second of noise is little: of cheap ones many, of faulty ones each fault as often.
    """
    faulty = len(FAULTS) * max(1, round(total * 0.036 / len(FAULTS)))
    found = {"unchanged": max(20, total * 2 // 5), "small": max(5, total // 10)}
    return {**found, "faulty": faulty, "large": max(1, total * 3 // 1000)}


def measured(
    worlds: Mapping[str, Mix],
    *,
    runs: int,
    rows: int,
    keep: Path | None = None,
    pauses: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Both]:
    """The measured nights of all `worlds`, through both shells: all in turn, `runs` times.

    `pauses` are the seconds between two requests to a host, by world; elsewhere there is none.
    """
    taken: dict[str, dict[str, list[Night]]] = {name: {shell: [] for shell in SHELLS} for name in worlds}
    with ExitStack() as stack:
        stages = {
            name: stack.enter_context(staged(mix, rows, pauses.get(name, 0.0), keep))
            for name, mix in worlds.items()
        }
        for number in range(runs):
            for name, stage in stages.items():
                for shell in SHELLS:
                    night: Night = getattr(stage, shell)()
                    taken[name][shell].append(night)
                    told = {"round": number + 1, "world": name, "shell": shell, **asdict(night)}
                    print(json.dumps(told), file=sys.stderr, flush=True)
    return dict(taken)


def slopes(taken: Mapping[str, Both], sizes: Mapping[str, int], shell: str) -> dict[str, float]:
    """The milliseconds of processor that one source more of each class costs."""
    base = least(taken[BASE][shell])
    return {kind: 1000 * (least(taken[kind][shell]) - base) / n for kind, n in sizes.items()}


def least(nights: Sequence[Night]) -> float:
    """The seconds of processor that the night of one world takes."""
    return min(it.cpu_s for it in nights)


def summary(mix: Mix, taken: Mapping[str, Both], sizes: Mapping[str, int]) -> dict[str, Any]:
    """What `make bench-night` prints of the nights."""
    plain, dagster = taken[MIXED]["plain"], taken[MIXED]["dagster"]
    cost = {shell: slopes(taken, sizes, shell) for shell in SHELLS}
    more = {kind: cost["dagster"][kind] - cost["plain"][kind] for kind in sizes}
    nights = [night for both in taken.values() for taken_by in both.values() for night in taken_by]
    return {
        "sources": mix.total,
        **_told(dagster, cost["dagster"]),
        "dagster_share": round(1 - least(plain) / least(dagster), 3),
        # Of what changed, the small: of seconds for a large file, some milliseconds more are not to be seen
        "dagster_ms": {"changed": round(more["small"], 1), "unchanged": round(more["unchanged"], 1)},
        "event_bytes_per_source": round(median(it.event_bytes for it in dagster) / mix.total),
        "plain": _told(plain, cost["plain"]),
        "sum_of_classes_over_mix": {
            shell: round(_sum_of_classes(mix, taken, cost[shell], shell), 2) for shell in SHELLS
        },
        "portal_busy": round(max(it.portal_busy for it in nights), 3),
        "requests": plain[0].portal["requests"],
    }


def _sum_of_classes(mix: Mix, taken: Mapping[str, Both], cost: Mapping[str, float], shell: str) -> float:
    """What the classes' own nights say of the mixed one, over what it took: 1 when they are right."""
    whole = least(taken[BASE][shell])
    whole += sum(getattr(mix, kind) * cost[kind] for kind in cost) / 1000
    return whole / least(taken[MIXED][shell])


def _told(nights: Sequence[Night], cost: Mapping[str, float]) -> dict[str, Any]:
    return {
        "wall_s": round(min(it.wall_s for it in nights), 2),
        "cpu_s": round(least(nights), 2),
        "cpu_ms": {kind: round(value, 1) for kind, value in cost.items()},
        "peak_mb": round(max(it.peak_mb for it in nights)),
    }


def loading() -> dict[str, float]:
    """How long the definitions for 3,000 sources take: a fresh process from start to end (`load_3000_s`), the part of
    it that loads (`load_3000_defs_s`), and what a code server adds to tell of them (`load_3000_told_s`)."""
    world = World(Mix(DECLARED, 0, 0, 0, nights=0))
    with tempfile.TemporaryDirectory() as name:
        sources = Path(name) / "sources.yaml"
        sources.write_text(world.sources_yaml(40_000, DECLARED), encoding="utf-8")
        told = environment(Path(name) / "data", sources)
        command = [sys.executable, "-m", "benchmarks.nights.scheduled", "load"]
        taken = [run(command, told, memory=False) for _ in range(LOADS)]
    found = [json.loads(used.out.splitlines()[-1]) for used in taken]
    told_s = median(it["told_s"] for it in found)
    return {
        "load_3000_s": round(median(it.wall_s for it in taken) - told_s, 2),
        "load_3000_defs_s": round(median(it["load_s"] for it in found), 2),
        "load_3000_told_s": round(told_s, 2),
    }
