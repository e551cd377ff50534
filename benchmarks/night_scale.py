"""Whether a source costs the same in a night of 100 sources and of 3,000, as figures and as a plot.

    python -m benchmarks.night_scale --sources 3000 --plot docs/night_scale.svg

The world of `benchmarks.night` without files of a million rows (what they cost is theirs, whoever else is there; where
they would be, sources are unchanged), at 100, 300, 1,000 ... sources up to `--sources`, through both shells in turn,
`--runs` times. The last line is one JSON object: for each number of sources and each shell `ms_per_source` (processor,
less a night of three sources, over the sources that it has more), `wall_s` and `peak_mb`; `growth`, what a source costs
at the largest number over what it costs at the smallest; and the `machine`. It fails when that is more than FLAT.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.night_scale_plot import plot
from benchmarks.nights.commands import at_least
from benchmarks.nights.figures import BASE, SHELLS, Both, base, least, measured
from benchmarks.nights.stages import end_on_terminate
from benchmarks.nights.tonight import Night
from benchmarks.nights.world import Mix, mix_of
from benchmarks.validate_scale import machine

SMALLEST = 100
NIGHTS = 3
# Figures of the same night differ by some per cent on a shared machine; what grows with N would be threefold or more.
FLAT = 1.25


def sizes(largest: int) -> list[int]:
    """100, 300, 1,000, 3,000 ... up to `largest`."""
    found = [SMALLEST]
    while (following := found[-1] * 3 if str(found[-1])[0] == "1" else found[-1] * 10 // 3) <= largest:
        found.append(following)
    return found


def world(total: int) -> Mix:
    """The mix of so many sources, none of them large."""
    mix = mix_of(total, NIGHTS)
    return replace(mix, unchanged=mix.unchanged + mix.large, large=0)


def scaled(largest: int, runs: int, keep: Path | None) -> dict[str, Any]:
    """Measure at each number of sources."""
    worlds = {BASE: base(NIGHTS), **{str(total): world(total) for total in sizes(largest)}}
    return {**summary(measured(worlds, runs=runs, rows=0, keep=keep)), "machine": machine()}


def summary(taken: Mapping[str, Both]) -> dict[str, Any]:
    """The figures of measured nights: by number of sources, then by shell."""
    found: dict[str, dict[str, dict[str, float]]] = {
        total: {shell: _one(both[shell], taken[BASE][shell], int(total)) for shell in SHELLS}
        for total, both in taken.items()
        if total != BASE
    }
    numbers = list(found)
    first, last = numbers[0], numbers[-1]
    growth = {
        shell: round(found[last][shell]["ms_per_source"] / found[first][shell]["ms_per_source"], 2)
        for shell in SHELLS
    }
    return {"sources": found, "growth": growth}


def _one(nights: Sequence[Night], bases: Sequence[Night], total: int) -> dict[str, float]:
    more = total - base(NIGHTS).total
    cost = (least(nights) - least(bases)) / more
    return {
        "ms_per_source": round(cost * 1000, 1),
        "wall_s": round(min(it.wall_s for it in nights), 1),
        "peak_mb": round(max(it.peak_mb for it in nights)),
    }


def main() -> None:
    """Measure, draw the figures where that is asked for, print them, and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sources", type=at_least(SMALLEST), default=3_000)
    parser.add_argument("--runs", type=at_least(1), default=3)
    parser.add_argument("--keep", type=Path, help="a folder for the pasts, to be taken up again the same day")
    parser.add_argument("--plot", type=Path, help="the SVG to write")
    chosen = parser.parse_args()
    end_on_terminate()
    figures = scaled(chosen.sources, chosen.runs, chosen.keep)
    if chosen.plot:
        chosen.plot.write_text(plot(figures), encoding="utf-8")
    print(json.dumps(figures))
    steep = [shell for shell, growth in figures["growth"].items() if growth > FLAT]
    if steep:
        sys.exit(
            f"Not flat: a source costs more among many, with {' and '.join(steep)}: {figures['growth']}."
        )


if __name__ == "__main__":
    main()
