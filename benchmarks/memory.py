"""How much memory reading very large files takes: a CSV, a JSON array, a ZIP of CSVs.

    python -m benchmarks.memory --csv 5000 --json 2000 --zip 1000

Sizes are in megabytes; 0 leaves a file out. Each file is generated, read in a process of its own, and removed. The
last line is one JSON object: for each file `rows`, `bytes`, `wall_s` and `peak_mb`, the largest resident set.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path

from benchmarks.csv_speed import COLUMNS, contracts, generate
from benchmarks.measure import measured

_MEMBER = 250_000_000


def json_array(path: Path, size: int) -> int:
    """Write an object with an array of contracts, each with a nested buyer, of `size` bytes; how many."""
    objects = [
        json.dumps(
            {**dict(zip(COLUMNS[1:], cells, strict=True)), "buyer": {"name": cells[2]}}, ensure_ascii=False
        )
        for cells in contracts()
    ]
    written = number = 0
    with path.open("w", encoding="utf-8") as handle:
        handle.write('{"meta": {"version": "1"}, "data": [')
        for text in cycle(objects):
            if written >= size:
                break
            number += 1
            record = f'{", " if number > 1 else ""}{{"contract_id": "C-{number:08}", {text[1:]}'
            handle.write(record)
            written += len(record.encode())
        handle.write("]}")
    return number


def zipped(path: Path, size: int) -> int:
    """Write a ZIP of `size` bytes of CSVs of 250 MB each, every other one stored; the number of records.

    Were all of them deflated, so regular a text would unpack to more than the reader allows an archive.
    """
    rows = 0
    plain = path.with_suffix(".csv")
    with zipfile.ZipFile(path, "w") as archive:
        for number in count(1):
            rows += generate(plain, min(_MEMBER, size))
            method = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            archive.write(plain, f"contratos-{number}.csv", method, compresslevel=1)
            if path.stat().st_size >= size:
                break
    plain.unlink()
    return rows


WRITERS: dict[str, Callable[[Path, int], int]] = {"csv": generate, "json": json_array, "zip": zipped}


def main() -> None:
    """Generate and read one file after the other, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for kind, megabytes in (("csv", 5_000), ("json", 2_000), ("zip", 1_000)):
        parser.add_argument(f"--{kind}", type=int, default=megabytes)
    chosen = vars(parser.parse_args())
    room = shutil.disk_usage(tempfile.gettempdir()).free
    # What is read as a stream is stored once more, and an archive is unpacked before it is read
    needed = max(4 * megabytes for megabytes in chosen.values()) * 10**6
    if room < needed:
        sys.exit(f"{needed:,} bytes are needed in {tempfile.gettempdir()}, and {room:,} are free.")
    figures = {}
    for kind, megabytes in chosen.items():
        if not megabytes:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"contratos.{kind}"
            rows = WRITERS[kind](path, megabytes * 10**6)
            found = measured("benchmarks.measure:veedor", path)
            size = path.stat().st_size
        if found["rows"] != rows:
            raise ValueError(f"{rows} records were written and {found['rows']} read")
        figures[kind] = {
            "rows": rows,
            "bytes": size,
            "wall_s": round(found["wall_s"], 1),
            "peak_mb": round(found["peak_mb"]),
        }
        print(json.dumps({kind: figures[kind]}), file=sys.stderr)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
