"""How long a suite of 25 expectations takes on a contracts CSV of 20 columns, ours and others'.

    python -m benchmarks.validate --rows 5000000 --runs 3

Contenders, each in its own process and in turn: `veedor` (the file is read and validated as a night does, evidence
included), `duckdb_parse` (DuckDB's bare parse), `handwritten` (one query written for these very rules, without
evidence), `gx_pandas`, and, from an environment of their own, `soda_duckdb`, `pandera_polars`, `pointblank_polars` and
`frictionless`, which is so slow that it judges the first 50th of the rows and has its time scaled up. What each can say
and keeps is in its file under `benchmarks/contenders/`.

**They have to agree.** First all judge a small file that breaks every rule, then each judges the large one; when any
counts otherwise than we do, that is told and nothing else.

The last line is one JSON object: `rows`; for each contender the medians `wall_s` (from the start of the interpreter to
its end) and `cpu_s`, the largest `peak_mb` and `same_counts`, the number of expectations on which it agrees; for ours
also `read_s` and `validate_s`; for what was scaled also `judged_rows` and `judged_wall_s`, as measured; `over_<floor>`
and `<other>_over_veedor`, medians of the ratios of wall times run by run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import spoilt
from benchmarks.counts import disagreements
from benchmarks.environments import python_of
from benchmarks.measure import Figures, measured
from benchmarks.suite import generate, head


@dataclass(frozen=True)
class Contender:
    """`target` is what `benchmarks.measure` runs; `share`: it judges one row in so many.

    `environment` holds its libraries (None: ours does). A `floor` is what nobody is expected to beat.
    """

    target: str
    environment: str | None = None
    floor: bool = False
    share: int = 1

    def run(self, path: Path) -> Figures:
        """Its figures for one file, from a fresh process."""
        python = python_of(self.environment) if self.environment else sys.executable
        return measured(f"benchmarks.contenders.{self.target}", path, python)


OURS = "veedor"
CONTENDERS = {
    OURS: Contender("veedor:judge"),
    "duckdb_parse": Contender("plain_duckdb:parse", floor=True),
    "handwritten": Contender("plain_duckdb:by_hand", floor=True),
    "gx_pandas": Contender("gx_pandas:judge"),
    "soda_duckdb": Contender("soda:judge", "judges"),
    "pandera_polars": Contender("pandera_polars:judge", "judges"),
    "pointblank_polars": Contender("pointblank_polars:judge", "judges"),
    "frictionless": Contender("frictionless_rows:judge", "judges", share=50),
}


def agreed(names: Sequence[str], folder: Path) -> None:
    """Let all judge the small file that breaks every rule. Exits when they do not count alike."""
    path = folder / "spoilt.csv"
    spoilt.write(path)
    compare({name: CONTENDERS[name].run(path) for name in (OURS, *names)})


def compare(found: dict[str, Figures], ours: Figures | None = None) -> None:
    """Exit with what differs from our counts and numbers of rows."""
    ours = ours or found[OURS]
    differing = [
        line
        for name, figures in found.items()
        for line in disagreements(name, figures.get("counts", {}), ours["counts"])
    ]
    differing += [
        f"{name} read {one['rows']} rows" for name, one in found.items() if one["rows"] != ours["rows"]
    ]
    if differing:
        sys.exit("\n".join(differing))


def compared(rows: int, runs: int, names: Sequence[str]) -> dict[str, Any]:
    """Medians and ratios of `runs` rounds over all of `names`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agreed([name for name in names if name != OURS], folder)
        whole = folder / "contratos.csv"
        generate(whole, rows)
        files = {1: whole}
        for share in {CONTENDERS[name].share for name in names} - {1}:
            files[share] = folder / f"contratos-{share}.csv"
            head(whole, files[share], max(1, rows // share))
        ours = {share: CONTENDERS[OURS].run(path) for share, path in files.items() if share != 1}
        rounds = []
        for number in range(runs):
            rounds.append({name: _one(name, files, number) for name in names})
            ours.setdefault(1, rounds[0][OURS])
            for name, one in rounds[-1].items():
                compare({name: one}, ours[CONTENDERS[name].share])
        size = whole.stat().st_size
    return {"rows": rows, "bytes": size} | summary(rounds, rows)


def _one(name: str, files: dict[int, Path], number: int) -> Figures:
    figures = CONTENDERS[name].run(files[CONTENDERS[name].share])
    print(f"run {number + 1}, {name}: {figures['process_s']:.1f} s", file=sys.stderr)
    return figures


def summary(rounds: list[dict[str, Figures]], rows: int) -> dict[str, Any]:
    """The figures of the last line, of what was measured in each round."""
    figures: dict[str, Any] = {}
    walls = {name: [_wall(one[name], rows) for one in rounds] for name in rounds[0]}
    for name in rounds[0]:
        taken = [one[name] for one in rounds]
        figures[name] = {
            "wall_s": round(statistics.median(walls[name]), 3),
            "cpu_s": round(statistics.median(_scaled(one, one["cpu_s"], rows) for one in taken), 3),
            "peak_mb": round(max(one["peak_mb"] for one in taken)),
        }
        for part in ("read_s", "validate_s"):
            if part in taken[0]:
                figures[name][part] = round(statistics.median(one[part] for one in taken), 3)
        if "counts" in taken[0]:
            figures[name]["same_counts"] = len(taken[0]["counts"])
        if taken[0]["rows"] != rows:
            judged = statistics.median(one["process_s"] for one in taken)
            figures[name] |= {"judged_rows": taken[0]["rows"], "judged_wall_s": round(judged, 3)}
    for name in [name for name in rounds[0] if name != OURS]:
        ratios = [other / ours for other, ours in zip(walls[name], walls[OURS], strict=True)]
        if CONTENDERS[name].floor:
            figures[f"over_{name}"] = round(statistics.median(1 / ratio for ratio in ratios), 2)
        else:
            figures[f"{name}_over_veedor"] = round(statistics.median(ratios), 2)
    return figures


def _wall(figures: Figures, rows: int) -> float:
    return _scaled(figures, figures["process_s"], rows)


def _scaled(figures: Figures, seconds: float, rows: int) -> float:
    """`seconds` of a contender as if it had judged all rows: its work grows with them, its start does not."""
    if figures["rows"] == rows:
        return seconds
    return seconds + float(figures["work_s"]) * (rows / figures["rows"] - 1)


def main() -> None:
    """Generate, measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    others = [name for name in CONTENDERS if name != OURS]
    parser.add_argument("--without", nargs="*", default=[], choices=others)
    chosen = parser.parse_args()
    names = [name for name in CONTENDERS if name not in chosen.without]
    print(json.dumps(compared(chosen.rows, chosen.runs, names)))


if __name__ == "__main__":
    main()
