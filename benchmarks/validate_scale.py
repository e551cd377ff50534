"""How the time of reading and validating grows with the number of rows, as figures and as a plot.

    python -m benchmarks.validate_scale --rows 10000000 --plot docs/validation_speed.svg

Ours alone, on the contracts CSV and the 25 expectations of `benchmarks/suite.py`, at powers of ten from 10,000 rows up
to `--rows`, each run in a process of its own. The last line is one JSON object: for each number of rows the medians
`warm_s` (read and validate in a process that has judged a small file before) and `cold_s` (the whole process, start of
the interpreter and imports included), `warm_s_per_million` and the largest `peak_mb`; `growth`, by how much more than
tenfold `warm_s` grows from each size to the next (1 is linear); and the `machine`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measure import Figures, measured
from benchmarks.scale_plot import plot
from benchmarks.suite import generate, head

SMALLEST = 10_000
WARM, COLD = "benchmarks.contenders.veedor:judge_warm", "benchmarks.contenders.veedor:judge"


def sizes(rows: int) -> list[int]:
    """Powers of ten from `SMALLEST` up to `rows`."""
    found = [SMALLEST]
    while found[-1] * 10 <= rows:
        found.append(found[-1] * 10)
    return found


def machine() -> str:
    """How large the machine is, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB of memory"


def scaled(rows: int, runs: int) -> dict[str, Any]:
    """Measure at each size. The largest file is generated, and the others are its beginnings."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name) / "contratos.csv"
        generate(whole, sizes(rows)[-1])
        for size in sizes(rows):
            path = whole if size == sizes(rows)[-1] else Path(name) / f"contratos-{size}.csv"
            if path != whole:
                head(whole, path, size)
            figures[str(size)] = _one(path, size, runs)
            print(json.dumps({str(size): figures[str(size)]}), file=sys.stderr)
    growth = [
        round(figures[str(larger)]["warm_s"] / figures[str(size)]["warm_s"] / (larger / size), 2)
        for size, larger in pairwise(sizes(rows))
    ]
    return {"rows": figures, "growth": growth, "machine": machine()}


def _one(path: Path, rows: int, runs: int) -> dict[str, float]:
    taken: list[tuple[Figures, Figures]] = [(measured(WARM, path), measured(COLD, path)) for _ in range(runs)]
    if any(one["rows"] != rows for both in taken for one in both):
        raise ValueError(f"{path} has {rows} rows, and others were read")
    warm = statistics.median(warm["work_s"] for warm, _ in taken)
    return {
        "warm_s": round(warm, 4),
        "cold_s": round(statistics.median(cold["process_s"] for _, cold in taken), 3),
        "warm_s_per_million": round(warm / rows * 1_000_000, 3),
        "peak_mb": round(max(one["peak_mb"] for both in taken for one in both)),
    }


def main() -> None:
    """Measure, print the figures, and draw them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--plot", type=Path, help="the SVG to write")
    chosen = parser.parse_args()
    figures = scaled(chosen.rows, chosen.runs)
    if chosen.plot:
        chosen.plot.write_text(plot(figures), encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
