"""What a night costs: a generated world of sources, run as an operator runs it.

python -m benchmarks.night --only unchanged --n 200 --profile out.prof
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.nights import data
from benchmarks.nights.past import make
from benchmarks.nights.portal import LARGE, Portal
from benchmarks.nights.tonight import Stage
from benchmarks.nights.world import CLASSES, Mix, address


def only(kind: str, n: int, nights: int) -> Mix:
    """`n` sources of one class, and one of each small class that lets everything be loaded."""
    base = Mix(1, 1, 1, 0, nights).text
    return Mix(**{**base, kind: base[kind] + n})


@contextmanager
def staged(mix: Mix, rows: int, pause: float) -> Iterator[Stage]:
    """The past of `mix`, and its portal, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="bench-night-") as name:
        folder = Path(name)
        with Portal(mix, folder) as portal:
            if mix.large:
                data.write_large(folder / LARGE, rows, f"{address(0)}:{portal.port}")
            began = time.perf_counter()
            past = make(mix, folder / "past", portal, datetime.now(UTC).date())
            print(f"{mix}: past made in {time.perf_counter() - began:.1f} s", file=sys.stderr)
            yield Stage(past, portal, pause)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", choices=CLASSES)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--shell", choices=("plain", "dagster"), default="plain")
    parser.add_argument("--profile", type=Path)
    chosen = parser.parse_args()
    mix = only(chosen.only, chosen.n, chosen.nights)
    with staged(mix, chosen.rows, chosen.pause) as stage:
        night = getattr(stage, chosen.shell)(chosen.profile)
    print(json.dumps({"only": chosen.only, "n": chosen.n, **asdict(night)}))


if __name__ == "__main__":
    main()
