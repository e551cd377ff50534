"""How long our reader takes for a CSV, against DuckDB's bare full parse of the same file.

    python -m benchmarks.csv_speed --megabytes 1000 --runs 3

The last line is one JSON object with the file's `rows` and `bytes`, the figures of each contender, and
`csv_over_duckdb_parse`: the median of the ratios of wall times, run by run.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from itertools import cycle
from pathlib import Path

from benchmarks.measure import compared

COLUMNS = (
    "contract_id",
    "title",
    "status",
    "buyer_name",
    "supplier_name",
    "supplier_id",
    "value_amount",
    "currency",
    "date_signed",
    "notes",
)
SEED = 2017
_DIFFERENT = 200_000


def contracts(count: int = _DIFFERENT) -> list[tuple[str, ...]]:
    """Contracts without people, the same for the same number; their first column is left to be filled."""
    dice = random.Random(SEED)  # noqa: S311 - test data, no secret
    return [
        (
            f"Adquisición de «material» n.º {dice.randrange(10**6)}",
            "active",
            f"Secretaría {dice.randrange(200)}, Oficialía",
            f"Proveedora Ejemplo {dice.randrange(9000)} SA de CV",
            f"PEJ{dice.randrange(10**6):06}AB{dice.randrange(10)}",
            f"{dice.randrange(10**9) / 100}",
            "MXN",
            f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
            "" if dice.random() < 0.7 else "nota",
        )
        for _ in range(count)
    ]


def generate(path: Path, size: int) -> int:
    """Write a UTF-8 contracts CSV of `size` bytes or a little more; the number of records."""
    lines = [f',{title},{status},"{buyer}",{",".join(rest)}\n' for title, status, buyer, *rest in contracts()]
    written = number = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(",".join(COLUMNS) + "\n")
        for line in cycle(lines):
            if written >= size:
                return number
            number += 1
            handle.write(f"C-2026-{number:08}{line}")
            written += 19 + len(line)
    raise AssertionError("unreachable: the contracts go round for ever")


def duckdb(path: Path) -> int:
    """DuckDB's own parse of every cell, with nothing kept."""
    from pipelines import duck

    cells = ", ".join(f"hash({name})" for name in COLUMNS)
    row = (
        duck.connect()
        .execute(f"SELECT count(*), bit_xor(hash({cells})) FROM read_csv(?, all_varchar = true)", [str(path)])
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def main() -> None:
    """Generate, measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contratos.csv"
        rows = generate(path, chosen.megabytes * 10**6)
        size = path.stat().st_size
        figures, ratio = compared(
            ["benchmarks.measure:veedor", "benchmarks.csv_speed:duckdb"], path, chosen.runs
        )
    print(json.dumps({"rows": rows, "bytes": size, **figures, "csv_over_duckdb_parse": ratio}))


if __name__ == "__main__":
    main()
