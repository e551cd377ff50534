"""What a night costs, by class of source, through `veedor run` and through Dagster.

    python -m benchmarks.night --sources 1000
    python -m benchmarks.night --only unchanged --n 200 --shell plain --profile out.prof

A local portal publishes generated contracts of `--sources` sources: 80 % unchanged, 15 % changed tables of 2,000 rows
and 20 columns, 4 % faulty, 1 % of 1,000,000 rows (`--rows`); every answer comes after 50 ms. After the nights of a past
the measured night is run on fresh copies of one data folder, through both shells in turn, `--runs` times. The last line
is one JSON object: `sources`; of the night through Dagster `wall_s`, `cpu_s`, `cpu_ms` by class (milliseconds of
processor that one source more costs, everything included) and `peak_mb` (PSS of the process tree); `dagster_share`
(what it takes more than the plain night, over what it takes), `dagster_ms` of a changed and an unchanged source,
`event_bytes_per_source` (growth of Dagster's records), `load_3000_s` (the definitions for 3,000 sources in a fresh
process); `plain`, the same of `veedor run`; and what says whether the figures can be relied on:
`sum_of_classes_over_mix`, `portal_busy` (share of a processor that the portal took), `requests`, `busy_over_alone` (how
many times as much processor time a work takes when every processor is busy), `machine`.

With `--only` one night of `--n` sources of a class is run (one small source of each kind besides), under cProfile with
`--profile`; with `--keep` its past stays in a folder, for the next time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.nights.commands import at_least
from benchmarks.nights.figures import BASE, MIXED, SHELLS, base, class_sizes, loading, measured, only, summary
from benchmarks.nights.processors import busy_over_alone
from benchmarks.nights.stages import end_on_terminate, staged
from benchmarks.nights.world import CLASSES, mix_of
from benchmarks.validate_scale import machine

USUAL_NIGHTS, FEW_NIGHTS = 10, 3
# As in life (the default of VEEDOR_HOST_PAUSE_SECONDS); waiting costs no processor time.
PAUSE = 0.5


def compared(
    total: int, runs: int, nights: int, rows: int, pause: float, keep: Path | None
) -> dict[str, Any]:
    """Everything that the benchmark says of a night of `total` sources."""
    mix, sizes = mix_of(total, nights), class_sizes(total)
    worlds = {BASE: base(nights), **{kind: only(kind, n, nights) for kind, n in sizes.items()}, MIXED: mix}
    taken = measured(worlds, runs=runs, rows=rows, keep=keep, pauses={MIXED: pause})
    return {
        **summary(mix, taken, sizes),
        **loading(),
        "busy_over_alone": busy_over_alone(),
        "machine": machine(),
    }


def main() -> None:
    """Measure what is asked for, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sources", type=at_least(20), default=1_000)
    parser.add_argument("--runs", type=at_least(1), default=3)
    parser.add_argument(
        "--nights", type=at_least(1), help=f"of the past; {USUAL_NIGHTS}, with --only {FEW_NIGHTS}"
    )
    parser.add_argument("--rows", type=at_least(1), default=1_000_000, help="of a large file")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between requests to a host")
    parser.add_argument("--keep", type=Path, help="a folder for the past, to be taken up again the same day")
    parser.add_argument("--only", choices=CLASSES, help="one night of sources of this class")
    parser.add_argument("--n", type=at_least(1), default=100, help="how many, with --only")
    parser.add_argument("--shell", choices=SHELLS, default="plain", help="with --only")
    parser.add_argument("--profile", type=Path, help="where cProfile's figures go, with --only")
    chosen = parser.parse_args()
    end_on_terminate()
    if chosen.only:
        mix = only(chosen.only, chosen.n, chosen.nights or FEW_NIGHTS)
        with staged(mix, chosen.rows, 0.0, chosen.keep) as stage:
            night = getattr(stage, chosen.shell)(chosen.profile)
        figures = {"only": chosen.only, "n": chosen.n, "shell": chosen.shell, **asdict(night)}
    elif chosen.profile:
        sys.exit("--profile is for one class: say which with --only.")
    else:
        nights = chosen.nights or USUAL_NIGHTS
        figures = compared(chosen.sources, chosen.runs, nights, chosen.rows, chosen.pause, chosen.keep)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
