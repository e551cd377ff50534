"""Every figure about reading, by running the benchmarks one after the other.

    python -m benchmarks.read --csv 1000 --xlsx 50 --runs 3

Sizes are in megabytes. The last line is one JSON object with the keys that `PARTS` names. Each part is a module whose
own last line is a JSON object; it says itself what its keys mean.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

# The module, and which keys of its last line are taken over. A new part is a line here.
PARTS = {
    "benchmarks.pollock": ("pollock",),
    "benchmarks.row_counts": ("row_count_right", "unhandled"),
    "benchmarks.api_catalogs": ("api_read_whole",),
    "benchmarks.csv_speed": ("csv_over_duckdb_parse",),
    "benchmarks.xlsx_speed": ("xlsx_over_calamine",),
}


def last_line(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run `module` in a process of its own. Raises `CalledProcessError` when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    print(done.stdout, end="", flush=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Run the parts in turn, so that none disturbs another, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--csv", type=int, default=1_000)
    parser.add_argument("--xlsx", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    runs = ["--runs", str(chosen.runs)]
    arguments = {
        "benchmarks.csv_speed": ["--megabytes", str(chosen.csv), *runs],
        "benchmarks.xlsx_speed": ["--megabytes", str(chosen.xlsx), *runs],
    }
    figures: dict[str, Any] = {}
    for module, keys in PARTS.items():
        found = last_line(module, arguments.get(module, []))
        figures.update({key: found[key] for key in keys})
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
