"""How long our reader takes for a CSV, against DuckDB's bare full parse of the same file.

    python -m benchmarks.read --rows 500000 --runs 3

Each contender runs in its own process, in turn. The last line is one JSON object with the file's `rows` and
`bytes`, for each contender the median `wall_s` and the largest `peak_mb`, and `csv_over_duckdb_parse`: the median
of the ratios of wall times, run by run.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADER = (
    "contract_id,title,status,buyer_name,supplier_name,supplier_id,value_amount,currency,date_signed,notes"
)
SEED = 2017


def generate(path: Path, rows: int) -> None:
    """Write a UTF-8 contracts CSV of `rows` records, the same for the same number."""
    dice = random.Random(SEED)  # noqa: S311 - test data, no secret
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(HEADER + "\n")
        for number in range(rows):
            handle.write(
                f"C-2026-{number:07},Adquisición de «material» n.º {dice.randrange(10**6)},active,"
                f'"Secretaría {dice.randrange(200)}, Oficialía",Proveedora Ejemplo {dice.randrange(9000)} SA de CV,'
                f"PEJ{dice.randrange(10**6):06}AB{dice.randrange(10)},{dice.randrange(10**9) / 100},MXN,"
                f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02},{'' if dice.random() < 0.7 else 'nota'}\n"
            )


def veedor(path: Path) -> int:
    """Read the file as a night does; the number of records."""
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint

    with opened(path, Hint("bench/csv/file", "0" * 64, format="csv", file_name=path.name)) as content:
        return content.tables[0].report.rows


def duckdb(path: Path) -> int:
    """DuckDB's own parse of every cell, with nothing kept."""
    from pipelines import duck

    columns = ", ".join(f"hash({name})" for name in HEADER.split(","))
    row = (
        duck.connect()
        .execute(
            f"SELECT count(*), bit_xor(hash({columns})) FROM read_csv(?, all_varchar = true)", [str(path)]
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


CONTENDERS = {"veedor": veedor, "duckdb": duckdb}


def measured(name: str, path: Path) -> dict[str, float]:
    """Run one contender in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.read", "--contender", name, "--file", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Generate, measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--contender", choices=sorted(CONTENDERS))
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.contender:
        started = time.perf_counter()
        rows = CONTENDERS[chosen.contender](chosen.file)
        wall = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"rows": rows, "wall_s": wall, "peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contratos.csv"
        generate(path, chosen.rows)
        runs = [{name: measured(name, path) for name in CONTENDERS} for _ in range(chosen.runs)]
        size = path.stat().st_size
    assert all(one[name]["rows"] == chosen.rows for one in runs for name in CONTENDERS)
    figures = {
        name: {
            "wall_s": round(statistics.median(one[name]["wall_s"] for one in runs), 3),
            "peak_mb": round(max(one[name]["peak_mb"] for one in runs)),
        }
        for name in CONTENDERS
    }
    ratio = statistics.median(one["veedor"]["wall_s"] / one["duckdb"]["wall_s"] for one in runs)
    print(
        json.dumps({"rows": chosen.rows, "bytes": size, **figures, "csv_over_duckdb_parse": round(ratio, 2)})
    )


if __name__ == "__main__":
    main()
