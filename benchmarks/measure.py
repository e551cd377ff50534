"""One contender in a process of its own: how long it takes and how much memory it holds.

    python -m benchmarks.measure benchmarks.csv_speed:veedor contratos.csv

Belongs here: running `module:function` on a file here or in a fresh process, of this interpreter or of another one's.
The function takes the path and gives the number of records that it read, or a mapping that has it as `rows` and may
hold more. The last line is one JSON object: that, `wall_s` (seconds, without the start of the interpreter), `cpu_s`
(all threads and child processes) and `peak_mb` (the largest resident set of any process). It needs the standard
library alone.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Figures = dict[str, Any]


def measured(contender: str, path: Path, python: str = sys.executable) -> Figures:
    """Run one contender in a fresh process, and add `process_s`: its wall time from start to end.

    Raises `CalledProcessError` when it fails.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [python, "-m", "benchmarks.measure", contender, str(path.resolve())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures | {"process_s": time.perf_counter() - started}


def compared(contenders: Sequence[str], path: Path, runs: int) -> tuple[dict[str, Figures], float]:
    """The median times and largest peaks of two contenders run in turn, and the first's wall time over the second's.

    The ratio is the median of the ratios run by run. Raises `ValueError` when they do not read equally many rows.
    """
    taken = [{name: measured(name, path) for name in contenders} for _ in range(runs)]
    if len({one[name]["rows"] for one in taken for name in contenders}) != 1:
        raise ValueError(f"the contenders read different numbers of rows: {taken}")
    first, second = contenders
    ratio = statistics.median(one[first]["wall_s"] / one[second]["wall_s"] for one in taken)
    figures = {
        name.rpartition(":")[2]: {
            "wall_s": round(statistics.median(one[name]["wall_s"] for one in taken), 2),
            "cpu_s": round(statistics.median(one[name]["cpu_s"] for one in taken), 2),
            "peak_mb": round(max(one[name]["peak_mb"] for one in taken)),
        }
        for name in contenders
    }
    return figures, round(ratio, 2)


def veedor(path: Path) -> int:
    """Read the file as a night does; the number of records in all its tables."""
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint

    hint = Hint("bench/read/file", "0" * 64, format=path.suffix[1:], file_name=path.name)
    with opened(path, hint) as content:
        return sum(table.report.rows for table in content.tables)


def _peak() -> int:
    """The largest resident set of this process, in KB.

    `getrusage` would count that of the process which started it, too, until the interpreter was loaded.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8") if status.exists() else "")
    return int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Run the contender named on the command line here, and print its figures."""
    module, _, function = sys.argv[1].partition(":")
    contender = getattr(importlib.import_module(module), function)
    started = time.perf_counter()
    found = contender(Path(sys.argv[2]))
    wall = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    peak = max(_peak(), used[1].ru_maxrss) / 1024
    figures = found if isinstance(found, dict) else {"rows": found}
    print(json.dumps(figures | {"wall_s": wall, "cpu_s": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    main()
