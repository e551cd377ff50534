"""How much memory reading very large files takes: a CSV, a JSON array, a ZIP of CSVs, and what else is asked for.

    python -m benchmarks.memory --csv 5000 --json 2000 --zip 1000
    python -m benchmarks.memory --csv 0 --json 0 --zip 0 --ocds 300 --geojson 300

Sizes are in megabytes; 0 leaves a file out. Each file is generated, read in a process of its own, and removed. The
last line is one JSON object: for each file `rows`, `bytes`, `wall_s` and `peak_mb`, the largest resident set.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.large_files import WRITERS
from benchmarks.measure import measured

_USUAL = {"csv": 5_000, "json": 2_000, "zip": 1_000}


def main() -> None:
    """Generate and read one file after the other, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for kind in WRITERS:
        parser.add_argument(f"--{kind}", dest=kind, type=int, default=_USUAL.get(kind, 0))
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
        suffix, write = WRITERS[kind]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"contratos.{suffix}"
            rows = write(path, megabytes * 10**6)
            found = measured("benchmarks.measure:veedor", path)
            size = path.stat().st_size
        if found["rows"] != rows:
            raise ValueError(f"{kind}: {rows} records were written and {found['rows']} read")
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
