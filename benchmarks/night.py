"""What a night costs: a generated world of sources, run as an operator runs it.

python -m benchmarks.night --only unchanged --n 200 --profile out.prof
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.nights import data
from benchmarks.nights.past import Past, environment, make
from benchmarks.nights.portal import LARGE, Portal
from benchmarks.nights.process import Used, run
from benchmarks.nights.world import CLASSES, Mix, World

LATENCY = 0.05


def only(kind: str, n: int, nights: int) -> Mix:
    """`n` sources of one class, and one of each small class that lets everything be loaded."""
    base = Mix(1, 1, 1, 0, nights).text
    return Mix(**{**base, kind: base[kind] + n})


def plain(
    past: Past, portal: Portal, pause: float, profile: Path | None = None
) -> tuple[Used, dict[str, Any]]:
    """Tonight, as `veedor run` runs it, on a copy of `past`."""
    with past.copied("plain") as copy:
        command = ["run", "--json", "--night", past.today.isoformat()]
        begin = (
            ["-m", "benchmarks.nights.profiled", str(profile.absolute()), "pipelines.cli:main"]
            if profile
            else ["-m", "pipelines"]
        )
        portal.night(past.mix.nights + 1, LATENCY)
        used = run(
            [sys.executable, *begin, *command],
            environment(copy, past.sources, VEEDOR_HOST_PAUSE_SECONDS=str(pause)),
        )
        asked = portal.asked()
        demand_all(past, copy, asked)
        return used, asked


def demand_all(past: Past, copy: Path, asked: dict[str, Any]) -> None:
    """Stop the benchmark when a source was left out of the measured night, by whatever rule."""
    world = World(past.mix)
    missing = {it.number for it in world.sources} - set(asked["sources"])
    if missing:
        raise SystemExit(f"{len(missing)} sources were not asked on the measured night, e.g. {min(missing)}")
    folder = copy / "runs" / past.today.isoformat()
    through = sum((folder / it.id / "index.json").exists() for it in world.sources)
    if through != past.mix.total:
        raise SystemExit(f"{through} of {past.mix.total} sources are through with the measured night")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", choices=CLASSES)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--profile", type=Path)
    chosen = parser.parse_args()
    mix = only(chosen.only, chosen.n, chosen.nights)
    with tempfile.TemporaryDirectory(prefix="bench-night-") as name:
        folder = Path(name)
        with Portal(mix, folder) as portal:
            if mix.large:
                data.write_large(folder / LARGE, chosen.rows, f"127.101.101.101:{portal.port}")
            began = time.perf_counter()
            past = make(mix, folder / "past", portal, datetime.now(UTC).date())
            print(f"past made in {time.perf_counter() - began:.1f} s", file=sys.stderr)
            used, asked = plain(past, portal, chosen.pause, chosen.profile)
    print(
        json.dumps(
            {
                "only": chosen.only,
                "n": chosen.n,
                "wall_s": round(used.wall_s, 2),
                "cpu_s": round(used.cpu_s, 2),
                "peak_mb": round(used.peak_mb),
                "portal": {k: v for k, v in asked.items() if k != "sources"},
            }
        )
    )


if __name__ == "__main__":
    main()
