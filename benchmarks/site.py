"""How long the public site takes to build, from nothing and after a night on which nothing changed.

    python -m benchmarks.site --datasets 3000 --nights 90

Publishes the history that `history_data` generates from a seed, builds the site from nothing, adds a night on which
every dataset is as it was (but a day older), and builds again; each in a process of its own. The last line is one JSON
object:

- `pages`: HTML pages; `files`: all files of the site;
- `build_s`: seconds to build from nothing; `unchanged_s`: seconds to build after the unchanged night, which still takes
  back what was new the night before; `settled_s`: the same after one more of them; `same_s`: seconds to build again
  from the very same history; with `_cpu_s` the processor time of each, and `_written`: files that were written anew;
- `page_kb_p95`, `page_kb_most`: sizes of pages in kB; `peak_mb`: the largest resident set of any part.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import history_data
from benchmarks.measure import Figures, measured
from benchmarks.validate_scale import machine
from pipelines import duck

SEED = 2017
HISTORY = "history.duckdb"
ADDRESS = "https://calidad.example.org/"
# Tables with a row for each night; `measurement` alone has no run_id.
_NIGHTLY = ("run", "dataset_night", "verdict", "snapshot", "measurement", "judged")


def one_more_night(history: Path) -> None:
    """Add a night on which nothing changed: the newest once more, with data a day older."""
    connection = duck.connect(history)
    (newest,) = connection.execute("SELECT max(night) FROM verdict").fetchall()
    for table in _NIGHTLY:
        columns = {name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
        replaced = ["night + 1 AS night"]
        if "run_id" in columns:
            replaced.append("replace(run_id, night::VARCHAR, (night + 1)::VARCHAR) AS run_id")
        if table == "snapshot":
            replaced += ["false AS changed", "visited_on + INTERVAL 1 DAY AS visited_on"]
        if table == "measurement":
            aged = "SELECT id FROM metric WHERE metric IN ('timeliness.age', 'timeliness.as_of_age')"
            replaced.append(f'"value" + (metric IN ({aged}))::INTEGER AS "value"')
        connection.execute(
            f"INSERT INTO {table} SELECT * REPLACE ({', '.join(replaced)}) FROM {table} WHERE night = $night",
            {"night": newest[0]},
        )
    connection.close()


def build(folder: Path) -> int:
    """Build the site of `folder`; there is nothing to count."""
    from pipelines.site.build import build as build_site

    build_site(folder / "public", ADDRESS, "Veedor")
    return 0


def _changed_at(public: Path) -> dict[str, tuple[int, int]]:
    """Every file of the site, with its inode and when it was written."""
    return {
        path.relative_to(public).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in public.rglob("*")
        if path.is_file() and path.suffix != ".duckdb"
    }


def main() -> None:
    """Generate, measure and print the figures."""
    from benchmarks import history
    from pipelines.history.publish import publish

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--datasets", type=int, default=3000)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    figures: Figures = {"datasets": given.datasets, "nights": given.nights, "machine": machine()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history_data.everything_else(folder / HISTORY, given.seed, given.datasets, given.nights)
        history_data.measurement_lines(folder, given.seed, given.datasets, given.nights)
        history.load(folder)
        publish(folder / HISTORY, folder / "public")
        peak = 0.0
        for part in ("build", "same", "unchanged", "settled"):
            if part in ("unchanged", "settled"):
                one_more_night(folder / HISTORY)
                publish(folder / HISTORY, folder / "public")
            before = _changed_at(folder / "public")
            found = measured("benchmarks.site:build", folder)
            after = _changed_at(folder / "public")
            print(json.dumps({part: found}), file=sys.stderr)
            peak = max(peak, found["peak_mb"])
            figures |= {f"{part}_s": round(found["wall_s"], 2), f"{part}_cpu_s": round(found["cpu_s"], 2)}
            figures["files"] = len(after)
            figures[f"{part}_written"] = sum(before.get(path) != at for path, at in after.items())
        sizes = sorted(path.stat().st_size / 1e3 for path in (folder / "public").rglob("*.html"))
        figures |= {
            "pages": len(sizes),
            "page_kb_p95": round(sizes[len(sizes) * 95 // 100], 1),
            "page_kb_most": round(sizes[-1], 1),
            "peak_mb": round(peak),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
