"""What the soak and the kills work on, and how they tell a whole history from a torn one.

Belongs here: run folders in two forms, so that recording a run again changes it; what a clean recording of either form
gives, run by run; and the questions that show whether a history or a published copy holds anything else. Does not
belong here: who writes, reads or is killed.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks import history_data, history_night
from pipelines import artifacts
from pipelines.history import asking, database, publish, record, store
from tests.unit.history import run_folders

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMS = ("a", "b")
Fingerprint = dict[str, dict[str, str]]  # run to relation to what its rows come to


@dataclass(frozen=True)
class World:
    """Folders under `base`, their history and public copy, and what a clean recording of each form gives."""

    base: Path
    runs: tuple[str, ...]
    clean: dict[str, Fingerprint]

    @property
    def history(self) -> Path:
        return self.base / "history.duckdb"

    @property
    def public(self) -> Path:
        return self.base / "public"

    def folder(self, form: str, run: str) -> Path:
        return self.base / form / run

    def some(self, dice: Random) -> list[Path]:
        """One to four runs, each in either form."""
        return [self.folder(dice.choice(FORMS), run) for run in dice.sample(self.runs, dice.randint(1, 4))]

    def nights(self) -> list[Path]:
        return sorted((self.base / FORMS[0]).glob(f"*/{artifacts.NIGHT_FOLDER}"))

    def torn(self, found: Fingerprint, before: Iterable[str] = ()) -> list[str]:
        """What is wrong with the runs that were found: rows that neither form has, runs that were there and are not."""
        wrong = [f"{run} is gone" for run in set(before) - set(found)]
        for run, rows in found.items():
            wholes = [self.clean[form].get(run) for form in FORMS]
            if rows not in wholes:
                nearest = wholes[0] or {}
                differ = sorted(name for name in nearest | rows if nearest.get(name) != rows.get(name))
                wrong.append(f"{run} is torn in {', '.join(differ)}")
        return wrong


def make(base: Path) -> World:
    """Write the folders of both forms and record each cleanly. In a child: whoever forks must have opened nothing."""
    runs: set[str] = set()
    for number, form in enumerate(FORMS):
        folders = run_folders.write(base / form, seed=number)
        for night in range(3):
            day = history_data.FIRST + timedelta(days=night)
            folders += history_night.write(base / form, number, 9, day)
        runs |= {f"{it.parent.name}/{it.name}" for it in folders if it.name != artifacts.NIGHT_FOLDER}
    clean = {}
    for form in FORMS:
        alone = base / f"clean_{form}"
        record.rebuild(alone / "history.duckdb", base / form)
        publish.publish(alone / "history.duckdb", alone / "public")
        clean[form] = published(alone / "public")
    return World(base, tuple(sorted(runs)), clean)


def published(public: Path) -> Fingerprint:
    """What each run's rows come to in every public table and view that has runs, all of one moment."""
    with asking.opened(public) as connection:
        return _fingerprint(lambda sql: asking.ask(connection, sql)[1], publish.PRIVATE_TABLES)


def recorded(history: Path) -> Fingerprint:
    """The same of the history itself, which is migrated when it has to be."""
    with database.writing(history) as connection:
        return _fingerprint(lambda sql: connection.execute(sql).fetchall(), publish.PRIVATE_TABLES)


def _fingerprint(ask: Callable[[str], list[tuple[object, ...]]], without: Iterable[str]) -> Fingerprint:
    relations = ask(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'run_id'"
        " AND table_name <> 'dataset_night' ORDER BY 1"
    )
    found: Fingerprint = {}
    for (name,) in relations:
        # Of the newest run that had it, which others may become.
        if name in (*without, "latest_dataset", "expectation"):
            continue
        rows = ask(
            f"SELECT run_id, count(*) || ' ' || sum(hash(t)::HUGEINT) FROM \"{name}\" t GROUP BY run_id"
        )
        for run, text in rows:
            found.setdefault(str(run), {})[str(name)] = str(text)
    return found


def strays(history: Path) -> list[str]:
    """Blocks that no night has, measured things without a measurement, nights whose block is not there."""
    wrong = []
    with database.writing(history) as connection:
        for table in store.BLOCKS:
            for says, one, other in (
                ("without a night", f"{table}_rows", "dataset_night"),
                ("without rows", "dataset_night", f"{table}_rows"),
            ):
                block = {f"{table}_rows": "block", "dataset_night": f"{table}_block"}
                ((count,),) = connection.execute(
                    f"SELECT count(*) FROM {one} a WHERE {block[one]} IS NOT NULL AND NOT EXISTS (FROM {other} b"
                    f" WHERE b.dataset = a.dataset AND b.{block[other]} = a.{block[one]})"
                ).fetchall()
                if count:
                    wrong.append(f"{count} blocks of {table} {says}")
        wrong += _doubled(connection)
    return wrong


def _doubled(connection: DuckDBPyConnection) -> list[str]:
    keys = {
        "run": "run_id",
        "dataset_night": "run_id, dataset",
        "measurement": "night, computed_on, metric",
        "computed_on": "id",
        "metric": "metric, metric_version",
        "verdict": "run_id, dataset",
    }
    return [
        f"{table} has a row twice"
        for table, key in keys.items()
        if connection.execute(f"SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1 LIMIT 1").fetchall()
    ]


def relations(history: Path) -> dict[str, list[str]]:
    """Every row of every relation of the history, as text, sorted."""
    with database.writing(history) as connection:
        return {
            name: sorted(map(repr, connection.execute(f'FROM "{name}"').fetchall()))
            for name in store.relations(connection)
        }


def fork(work: Callable[[], object]) -> int:
    """Do `work` in a child, which has imported all that we have; gives its process id."""
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return child


def ended(child: int) -> int:
    """The exit status of a child; negative: the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
