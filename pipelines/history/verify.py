"""Verify: proof that the history says what the run folders say, row for row.

Belongs here: a checksum of every relation that does not depend on the order of rows, of the history and of a history
made anew beside it; where they differ; and whether what is stored hangs together (blocks that no night refers to, ids
that lead nowhere). Everything is computed by DuckDB, within its limits of memory. Does not belong here: mending
(`rebuild` does).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines import artifacts, duck
from pipelines.errors import DiskFull
from pipelines.history import store
from pipelines.history.database import beside, reading, writing
from pipelines.history.rebuild import Between, Rebuilt, fill, silent
from pipelines.history.record import NIGHT_TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Beside the history itself: what a transaction may need on its way.
ROOM_BESIDE_BYTES = 64_000_000

Kind = Literal["missing", "surplus", "doubled", "different"]

_SUMS = """
    SELECT {by} count(*) AS n,
           coalesce(sum(md5_number_upper(j)), 0) AS high, coalesce(sum(md5_number_lower(j)), 0) AS low
    FROM (SELECT {night} AS night, {source} AS source, to_json(struct_pack(*COLUMNS(*)))::VARCHAR AS j
          FROM {database}.main.{relation} it WHERE {where})"""

# A description is the newest run's: of some nights alone only those count that no later night has replaced.
_NOT_REPLACED = """
    NOT EXISTS (FROM {history}.main.expectation e WHERE e.suite = it.suite AND e.suite_version = it.suite_version
                AND e.key = it.key AND e.night > {last})"""


@dataclass(frozen=True)
class Checksum:
    """Of one relation: how many rows, and the sum of their hashes (128 bits and the carry), as hex."""

    rows: int
    sum: str


@dataclass(frozen=True)
class Difference:
    """One run's rows of one relation that are not what its folder says; `source` is `_night` for a night's alerts.

    `missing`: the history has none. `surplus`: only the history has any. `doubled`: the history has more.
    """

    relation: str
    night: date
    source: str
    kind: Kind
    rows_in_history: int
    rows_in_runs: int


@dataclass(frozen=True)
class Verified:
    """What came of it. `loose` says what does not hang together in the history itself."""

    rebuilt: Rebuilt
    checksums: dict[str, Checksum]
    differences: tuple[Difference, ...]
    loose: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether history and run folders say the same."""
        return not self.differences and not self.loose


def verify(
    path: Path, runs: Path, between: Between | None = None, step: Callable[[date], None] = silent
) -> Verified:
    """Compare the history with the finished runs (of the nights `between`), row for row.

    A second history is made beside it for the time. Raises `DiskFull` when there is no room for that, and as
    `database.reading`.
    """
    with reading(path):  # there is one, and it can be read
        pass
    _room_for(path, whole=between is None)
    with writing(path):  # which brings the tables up to date
        pass
    with beside(path) as second:
        with writing(second) as connection:
            rebuilt = fill(connection, runs, step, between)
        with reading(path) as connection:
            history = duck.quote(connection.execute("SELECT current_database()").fetchall()[0][0])
            connection.execute(f"ATTACH {duck.literal(str(second))} AS rebuilt (READ_ONLY)")
            checksums: dict[str, Checksum] = {}
            differences: list[Difference] = []
            for relation in store.relations(connection):
                ours = _sums(connection, relation, history, history, between)
                theirs = _sums(connection, relation, "rebuilt", history, between)
                found = [connection.execute(query).fetchall()[0] for query in (ours(""), theirs(""))]
                rows, high, low = found[0]
                checksums[relation] = Checksum(rows, f"{(high << 64) + low:x}")
                if found[0] != found[1]:
                    differences += _where(connection, relation, ours, theirs)
            return Verified(rebuilt, checksums, tuple(differences), tuple(loose(connection)))


def loose(connection: DuckDBPyConnection) -> Iterator[str]:
    """What does not hang together in a history: one sentence for each kind of it that there is."""
    for kind in store.BLOCKS:
        block = f"n.{kind}_block = r.block AND n.dataset = r.dataset"
        yield from _told(
            connection,
            f"{kind}_rows: rows of {{}} blocks that no night refers to",
            f"SELECT DISTINCT dataset, block FROM {kind}_rows r WHERE NOT EXISTS (FROM dataset_night n WHERE {block})",
        )
        yield from _told(
            connection,
            f"dataset_night: {{}} references to blocks of {kind} that are not there",
            f"FROM dataset_night n WHERE n.{kind}_block IS NOT NULL AND NOT EXISTS (FROM {kind}_rows r WHERE {block})",
        )
    yield from _told(
        connection,
        "dataset_night: {} rows of runs that are not there",
        "FROM dataset_night n WHERE NOT EXISTS (FROM run r WHERE r.run_id = n.run_id)",
    )
    for table in ("computed_on", "metric"):
        yield from _told(
            connection,
            f"measurement: {{}} ids of {table} that are not there",
            f"SELECT DISTINCT {table} FROM measurement ANTI JOIN {table} t ON t.id = measurement.{table}",
        )
        yield from _told(
            connection,
            f"{table}: {{}} ids that stand for more than one row",
            f"SELECT id FROM {table} GROUP BY id HAVING count(*) > 1",
        )
    yield from _told(
        connection,
        "computed_on: {} rows without a measurement",
        "FROM computed_on c ANTI JOIN measurement m ON m.computed_on = c.id",
    )


def _told(connection: DuckDBPyConnection, words: str, query: str) -> Iterator[str]:
    (count,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0]
    if count:
        yield words.format(count)


def _sums(
    connection: DuckDBPyConnection, relation: str, database: str, history: str, between: Between | None
) -> Callable[[str], str]:
    """The query for the checksum of a relation, as a function of what it is grouped by."""
    columns = {row[0] for row in connection.execute(f"DESCRIBE {history}.main.{relation}").fetchall()}
    of_run = relation not in NIGHT_TABLES and "run_id" in columns
    source = "split_part(run_id, '/', 2)" if of_run else duck.literal(artifacts.NIGHT_FOLDER)
    conditions = ["true"]
    if between is not None:
        first, last = (f"DATE '{night}'" for night in between)
        conditions.append(f"it.night BETWEEN {first} AND {last}")
        if relation == "expectation":
            conditions.append(_NOT_REPLACED.format(history=history, last=last))
    where = " AND ".join(conditions)

    def query(by: str) -> str:
        grouped = f" GROUP BY {by}" if by else ""
        listed = f"{by}," if by else ""
        return (
            _SUMS.format(
                by=listed, night="night", source=source, database=database, relation=relation, where=where
            )
            + grouped
        )

    return query


def _where(
    connection: DuckDBPyConnection, relation: str, ours: Callable[[str], str], theirs: Callable[[str], str]
) -> Iterator[Difference]:
    by = "night, source"
    rows = connection.execute(
        f"SELECT night, source, coalesce(h.n, 0), coalesce(r.n, 0) FROM ({ours(by)}) h"
        f" FULL JOIN ({theirs(by)}) r USING (night, source)"
        " WHERE (h.n, h.high, h.low) IS DISTINCT FROM (r.n, r.high, r.low) ORDER BY night, source"
    ).fetchall()
    for night, source, here, there in rows:
        kind: Kind = "different"
        if not here:
            kind = "missing"
        elif not there:
            kind = "surplus"
        elif here > there:
            kind = "doubled"
        yield Difference(relation, night, source, kind, here, there)


def _room_for(path: Path, *, whole: bool) -> None:
    needed = ROOM_BESIDE_BYTES + (path.stat().st_size if whole else 0)
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise DiskFull(
            f"{path.parent} has {free:,} bytes of room; a second history beside the first takes up to {needed:,}",
            "Make room, or verify some nights only (`--nights`), or runs alone (`--quick`).",
        )
