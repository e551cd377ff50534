"""How the history bears years of thousands of datasets: loading, a night, the views, publishing.

    python -m benchmarks.history --datasets 3000 --nights 365

Generates `history_data` from a seed, and measures each part in a process of its own, with the limits on memory and
threads that the product sets. The last line is one JSON object:

- `load_rows_per_s`: measurements loaded a second from compacted months; `bytes_per_measurement`: room for each;
- `night_s`: seconds to record one more night from its run folders, as ever one dataset in eight with other bytes than
  the night before; `first_night_s`: of a night on which everything is new;
- `publish_s`: seconds to publish everything;
- `trend_s`: the scores of one dataset as `veedor trend` asks for them, the opening of the file included, and
  `metric_trend_s` one metric of it; `latest_all_s`: all rows of `latest_score`;
- `view_s`: of each view the seconds for one dataset, and for all with every column computed, null with the reason where
  it cannot be answered within the limits of `veedor sql`;
- `over_handwritten`: each question's time through a view over that of the query of `history_views`;
- `peak_mb`: the largest resident set of any part.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import history_data, history_night
from benchmarks.history_views import DATASET, QUESTIONS
from benchmarks.measure import Figures, measured
from benchmarks.validate_scale import machine
from pipelines import duck

SEED = 2017
HISTORY = "history.duckdb"
OF_THE_PROCESS = ("rows", "wall_s", "cpu_s", "process_s")


def load(folder: Path) -> Figures:
    """Load the measurements of compacted months, as a rebuild does."""
    from pipelines.history import database, measurements

    before = (folder / HISTORY).stat().st_size
    count = 0
    started = time.perf_counter()
    for month in sorted(folder.glob("*.parquet")):
        with database.writing(folder / HISTORY) as connection:
            for lines in _weeks(connection, month):
                count += measurements.add(connection, lines)
    taken = time.perf_counter() - started
    grown = (folder / HISTORY).stat().st_size - before
    return {"rows": count, "load_rows_per_s": count / taken, "bytes_per_measurement": grown / count}


def _weeks(connection: Any, month: Path) -> Iterator[str]:
    """The lines of a month, some nights at a time, as a rebuild takes them."""
    path = f"read_parquet({duck.literal(str(month))})"
    found = connection.execute(f"SELECT DISTINCT night FROM {path} ORDER BY 1").fetchall()
    nights = [one for (one,) in found]
    for at in range(0, len(nights), 7):
        first, last = nights[at], nights[at : at + 7][-1]
        yield f"(SELECT night, source, text FROM {path} WHERE night BETWEEN DATE '{first}' AND DATE '{last}')"


def night(folder: Path) -> Figures:
    """Record one more night from run folders that are there already, after the night before it."""
    from pipelines.history.record import record_runs

    taken = []
    for one in sorted((folder / "runs").iterdir()):
        folders = sorted(one.iterdir())
        started = time.perf_counter()
        count = record_runs(folder / HISTORY, folders)
        taken.append(time.perf_counter() - started)
    return {"rows": count, "first_night_s": taken[0], "night_s": taken[-1]}


def publish(folder: Path) -> Figures:
    """Publish everything."""
    from pipelines.history.publish import publish as publish_history

    started = time.perf_counter()
    published = publish_history(folder / HISTORY, folder / "public")
    return {
        "rows": 0,
        "publish_s": time.perf_counter() - started,
        "published_mb": published.stat().st_size / 1e6,
    }


def ask(folder: Path) -> Figures:
    """Ask every view, for one dataset and for all."""
    from pipelines.cli.trend import SCORES
    from pipelines.history import asking

    def cold(sql: str, params: Any) -> Callable[[], Any]:
        return lambda: asking.columns_and_rows(sql, params, public=folder / "public")

    metric = (
        "SELECT night, value FROM quality_measurement"
        " WHERE dataset = $dataset AND metric = 'timeliness.age' ORDER BY night"
    )
    found: Figures = {
        "trend_s": _fastest(cold(SCORES, {"dataset": DATASET, "dimensions": ["access", "content"]})),
        "metric_trend_s": _fastest(cold(metric, {"dataset": DATASET})),
        "latest_all_s": _fastest(cold("FROM latest_score", None)),
        "view_s": {},
        "over_handwritten": {},
    }
    with asking.opened(folder / "public") as connection:
        columns: dict[str, set[str]] = {}
        for view, column in connection.execute(
            "SELECT view_name, column_name FROM duckdb_views() v JOIN duckdb_columns() c ON c.table_name = v.view_name"
            " WHERE v.database_name = 'quality' AND NOT v.internal"
        ).fetchall():
            columns.setdefault(view, set()).add(column)
        for view in sorted(columns):
            found["view_s"][view] = _answered(connection, "all", f"SELECT max(COLUMNS(*)) FROM {view}", 2)
            if "dataset" in columns[view]:
                one = f"FROM {view} WHERE dataset = '{DATASET}'"
                found["view_s"][view] |= _answered(connection, "one", one)
            print(json.dumps({view: found["view_s"][view]}), file=sys.stderr)
        for name, (through, by_hand) in QUESTIONS.items():
            found["over_handwritten"][name] = _ratio(connection, name, through, by_hand)
            print(json.dumps({name: found["over_handwritten"][name]}), file=sys.stderr)
    return found | {"rows": 0}


def _answered(connection: Any, whose: str, sql: str, times: int = 5) -> Figures:
    """The seconds for one question, or None and why there is no answer within the limits of `veedor sql`."""
    from pipelines.errors import QueryError
    from pipelines.history import asking

    def answer() -> None:
        with asking.limited(connection, asking.SECONDS):
            connection.execute(sql).fetchall()

    try:
        return {whose: _fastest(answer, times)}
    except QueryError as error:
        return {whose: None, f"why_not_{whose}": str(error)}


def _ratio(connection: Any, name: str, through: str, by_hand: str) -> float:
    answers = [sorted(connection.execute(sql).fetchall(), key=repr) for sql in (through, by_hand)]
    if [_rounded(row) for row in answers[0]] != [_rounded(row) for row in answers[1]]:
        raise ValueError(f"{name}: the view and the query by hand differ")
    ratios = []
    for _ in range(5):
        taken = [
            _fastest(lambda sql=sql: connection.execute(sql).fetchall(), 1) for sql in (through, by_hand)
        ]
        ratios.append(taken[0] / taken[1])
    return round(statistics.median(ratios), 2)


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(round(value, 6) if isinstance(value, float) else value for value in row)


def _fastest(work: Callable[[], Any], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return round(min(taken), 4)


def main() -> None:
    """Generate, measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--datasets", type=int, default=3000)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    figures: Figures = {"datasets": given.datasets, "nights": given.nights, "machine": machine()}
    peak = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history_data.everything_else(folder / HISTORY, given.seed, given.datasets, given.nights)
        history_data.measurement_lines(folder, given.seed, given.datasets, given.nights)
        last = history_data.FIRST + timedelta(days=given.nights)
        for part in ("load", "night", "publish", "ask"):
            if part == "night":
                for one in (last, last + timedelta(days=1)):
                    history_night.write(folder / "runs", given.seed, given.datasets, one)
                os.sync()  # else recording would wait for all that was generated to reach the disk
            found = measured(f"benchmarks.history:{part}", folder)
            peak = max(peak, found["peak_mb"])
            figures |= {
                key: value
                for key, value in found.items()
                if key not in ("rows", "wall_s", "cpu_s", "process_s")
            }
            if part in ("load", "night"):
                figures[f"{part}_rows"] = found["rows"]
            print(json.dumps({part: found}), file=sys.stderr)
    print(json.dumps(figures | {"peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
