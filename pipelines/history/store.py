"""The store: how rows come into the history's tables, and out of them again.

Belongs here: the two ways in which the history is kept small and quick at thousands of datasets and years of nights.
*Blocks*: nearly all that is known of a dataset is on most nights what it was on the night before, so the rows of a
table that are about one dataset are stored once, under a hash, and `dataset_night` says on which nights they were so
(a slowly changing dimension whose periods need no upkeep: nights may be recorded in any order). *Measurements*: numbers
that change nightly are stored narrow, what they are about and their metric by small ids. Views with the columns that
artifacts have hide both (`migrations/0008_blocks.sql`). Does not belong here: what a row says (`rows`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pipelines import artifacts
from pipelines.history import lines as lines_of
from pipelines.history import measurements
from pipelines.history.rows import TEXT_LIMIT, Row, Rows

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

PLAIN = ("run", "source_visit", "contact_point", "snapshot", "verdict", "row_change", "page_visit")
BLOCKS = (
    *("dataset", "distribution", "read_report", "expectation_result", "expectation_example"),
    *("score", "scale_score", "fix"),
)

# How things are stored, which may differ between two histories that say the same: ids are given as things come.
_STORED = (
    "computed_on",
    "measurement",
    "metric",
    "recorded_artifact",
    *(f"{table}_rows" for table in BLOCKS),
)
# What migrations make.
_MIGRATED = ("schema_migration", "guide_dataset")

_AS_THEY_ARE = frozenset((bool, date))
_LARGEST = {"BIGINT": 2**63 - 1, "INTEGER": 2**31 - 1}

# Equal rows give equal blocks, in whatever order they come, and as the migration made them.
_BLOCKS_OF = """
    CREATE OR REPLACE TEMP TABLE incoming_block AS
    SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
    FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j
          FROM incoming)
    GROUP BY ALL
"""


def relations(connection: DuckDBPyConnection) -> list[str]:
    """The tables and views that say what a history says: equal in two histories of the same run folders."""
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' AND table_catalog ="
        " current_database() AND NOT list_contains(?, table_name) ORDER BY 1",
        [[*_STORED, *_MIGRATED]],
    ).fetchall()
    return [name for (name,) in found]


def add(
    connection: DuckDBPyConnection, rows: Rows, lines: Mapping[str, str], known: Iterable[Row] = ()
) -> int:
    """Add runs that are not in the history yet: `rows` by table, `lines` by artifact; gives how many rows these were.

    `known` says whose artifacts have the lines that another run's had: run_id, night, artifact, known_run, and `but`,
    the datasets of which that is not so.
    """
    count = 0
    for table in PLAIN:
        count += insert(connection, table, rows.get(table, []))
    lines_of.parse(connection, lines)
    with _registered(connection, list(known)):
        count += _add_blocks(connection, rows, lines)
        lines_of.prepare(connection, "expectation", lines)
        _describe(connection)
        _used_again(connection)
    count += measurements.add(connection, lines[artifacts.MEASUREMENTS])
    for name in ("incoming", "parsed"):
        connection.execute(f"DROP TABLE temp.{name}")
    return count


def remove(connection: DuckDBPyConnection, runs: Sequence[str]) -> list[str]:
    """Take all rows of `runs` (`<night>/<source>`) out; gives those that had any, for `sweep` to end the work."""
    known = [
        run
        for (run,) in connection.execute(
            "SELECT run_id FROM run WHERE list_contains(?, run_id)", [list(runs)]
        ).fetchall()
    ]
    for night in sorted({run[:10] for run in known}):
        # The night lets DuckDB skip all row groups of other nights.
        own = [run for run in known if run.startswith(night)]
        for table in (*PLAIN, "dataset_night", "recorded_artifact"):
            connection.execute(
                f"DELETE FROM {table} WHERE night = ? AND list_contains(?, run_id)", [night, own]
            )
        connection.execute(
            "DELETE FROM measurement WHERE night = ?"
            " AND computed_on IN (SELECT id FROM computed_on WHERE list_contains(?, source))",
            [night, [run.partition("/")[2] for run in own]],
        )
    return known


def sweep(connection: DuckDBPyConnection, runs: Iterable[str]) -> None:
    """Remove blocks of the sources of `runs` that are so on no night any more: what was replaced must be gone."""
    sources = sorted({run.partition("/")[2] for run in runs})
    if not sources:
        return
    for table in BLOCKS:
        connection.execute(
            f"DELETE FROM {table}_rows r WHERE list_contains(?, split_part(r.dataset, '/', 1)) AND NOT EXISTS"
            f" (FROM dataset_night n WHERE n.dataset = r.dataset AND n.{table}_block = r.block)",
            [sources],
        )
    connection.execute(
        "DELETE FROM computed_on WHERE list_contains(?, source)"
        " AND id NOT IN (SELECT m.computed_on FROM measurement m"
        " SEMI JOIN (SELECT id FROM computed_on WHERE list_contains(?, source)) c ON c.id = m.computed_on)",
        [sources, sources],
    )


def known_artifacts(
    connection: DuckDBPyConnection, hashes: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], str]:
    """By run and artifact, the run of the same source that had the same bytes, where there is one."""
    wanted = sorted(set(hashes.values()))
    found = {
        (source, artifact, value): run
        for source, artifact, value, run in connection.execute(
            "SELECT split_part(run_id, '/', 2), artifact, hash, max(run_id) FROM recorded_artifact"
            " WHERE hash IN (SELECT unnest(?::UBIGINT[])) GROUP BY ALL",
            [wanted],
        ).fetchall()
    }
    same = {
        (run, artifact): found.get((run.partition("/")[2], artifact, value))
        for (run, artifact), value in hashes.items()
    }
    return {key: run for key, run in same.items() if run is not None}


def recorded_before(
    connection: DuckDBPyConnection, runs: Collection[str]
) -> dict[tuple[str, str], tuple[str, int]]:
    """By run and artifact: the run of the same source on the last recorded night before, and the hash that it had."""
    found = {}
    for night in sorted({run[:10] for run in runs}):
        for run, artifact, value in connection.execute(
            "SELECT run_id, artifact, hash FROM recorded_artifact"
            " WHERE night = (SELECT max(night) FROM run WHERE night < ?)",
            [night],
        ).fetchall():
            found[f"{night}{run[10:]}", artifact] = (run, value)
    return found


def _add_blocks(connection: DuckDBPyConnection, rows: Rows, lines: Mapping[str, str]) -> int:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE blocks"
        " (run_id VARCHAR, night DATE, dataset VARCHAR, block UBIGINT, kind VARCHAR)"
    )
    _add_known(connection)
    count = 0
    for table in BLOCKS:
        if table in lines_of.TABLES:
            found = lines_of.prepare(connection, table, lines)
        else:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS FROM {table} LIMIT 0")
            found = insert(connection, "temp.incoming", rows.get(table, []))
        if found:
            count += found
            _add_block(connection, table)
    pivoted = ", ".join(f"max(block) FILTER (WHERE kind = '{table}') AS {table}_block" for table in BLOCKS)
    connection.execute(
        f"INSERT INTO dataset_night BY NAME SELECT run_id, night, dataset, {pivoted} FROM blocks"
        " GROUP BY ALL ORDER BY night, run_id, dataset"
    )
    connection.execute("DROP TABLE temp.blocks")
    return count


def _add_known(connection: DuckDBPyConnection) -> None:
    """Note the blocks of datasets whose lines another run had: they are those of that run."""
    for table in set(BLOCKS) & set(lines_of.TABLES):
        connection.execute(
            f"INSERT INTO blocks SELECT k.run_id, k.night, n.dataset, n.{table}_block, '{table}' FROM known k"
            f" JOIN dataset_night n ON n.run_id = k.known_run WHERE k.artifact = ? AND n.{table}_block IS NOT NULL"
            " AND NOT list_contains(k.but, n.dataset)",
            [lines_of.TABLES[table].artifact],
        )


def _add_block(connection: DuckDBPyConnection, table: str) -> None:
    """Store what is new of the rows `incoming`, and note which blocks they are."""
    columns = connection.execute("DESCRIBE temp.incoming").fetchall()
    lists = [name for name, kind, *_ in columns if kind.endswith("[]")]
    as_text = ", ".join(
        f"array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN {name}], '') AS {name}"
        for name in lists
    )
    connection.execute(_BLOCKS_OF)
    # The few that come are looked for among the many that there are, not the other way round.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE known_block AS SELECT DISTINCT r.block FROM {table}_rows r"
        " SEMI JOIN incoming_block i ON i.block = r.block"
    )
    connection.execute(
        f"INSERT INTO {table}_rows BY NAME"
        f" SELECT b.block, i.* EXCLUDE (run_id, night) {f'REPLACE ({as_text})' if lists else ''} FROM"
        " (SELECT block, min(run_id) AS run_id, any_value(dataset) AS dataset FROM incoming_block"
        " WHERE block NOT IN (SELECT block FROM known_block) GROUP BY block) b"
        " JOIN incoming i ON i.run_id = b.run_id AND i.dataset = b.dataset"
    )
    connection.execute(f"INSERT INTO blocks SELECT *, '{table}' FROM incoming_block")


def _describe(connection: DuckDBPyConnection) -> None:
    """Keep one description per expectation and suite version: the newest run's, in whatever order they come."""
    same = "(e.suite, e.suite_version, e.key) = (d.suite, d.suite_version, d.key)"
    connection.execute(f"DELETE FROM expectation e USING incoming d WHERE {same} AND e.run_id <= d.run_id")
    connection.execute(
        f"INSERT INTO expectation BY NAME FROM incoming d WHERE NOT EXISTS (FROM expectation e WHERE {same})"
    )


def _used_again(connection: DuckDBPyConnection) -> None:
    """Say of expectations in lines that were not read again that their newest use is of these runs."""
    connection.execute(
        "UPDATE expectation SET run_id = u.run_id, night = u.night FROM ("
        " SELECT r.suite, r.suite_version, r.key, max(k.run_id) AS run_id, arg_max(k.night, k.run_id) AS night"
        " FROM known k JOIN dataset_night n ON n.run_id = k.run_id"
        " JOIN expectation_result_rows r ON r.block = n.expectation_result_block AND r.dataset = n.dataset"
        " WHERE k.artifact = ? GROUP BY ALL) u"
        " WHERE (expectation.suite, expectation.suite_version, expectation.key) = (u.suite, u.suite_version, u.key)"
        " AND expectation.run_id < u.run_id",
        [artifacts.VALIDATION_RESULTS],
    )


@contextmanager
def _registered(connection: DuckDBPyConnection, known: Sequence[Row]) -> Iterator[None]:
    """The rows `known` as the relation of that name."""
    import pyarrow as pa

    text = ("run_id", "artifact", "known_run")
    columns = {name: pa.array([row[name] for row in known], pa.string()) for name in text}
    nights = pa.array([row["night"] for row in known], pa.date32())
    but = pa.array([list(row["but"]) for row in known], pa.list_(pa.string()))
    connection.register("known", pa.table({**columns, "night": nights, "but": but}))
    try:
        yield
    finally:
        connection.unregister("known")


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Row]) -> int:
    """Insert through Arrow: a thousand times faster than one statement a row; gives how many."""
    if rows:
        connection.register("batch", arrow_of(connection, table, rows))
        connection.execute(f"INSERT INTO {table} BY NAME FROM batch")
        connection.unregister("batch")
    return len(rows)


def arrow_of(connection: DuckDBPyConnection, table: str, rows: Sequence[Row]) -> pa.Table:
    """`rows` as the columns of `table` (or of the view that has its name); a row may lack some."""
    import pyarrow as pa

    arrow = {
        "VARCHAR": pa.string(),
        "VARCHAR[]": pa.list_(pa.string()),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "DOUBLE": pa.float64(),
        "BIGINT": pa.int64(),
        "UBIGINT": pa.uint64(),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
    }
    columns = [(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
    arrays = [pa.array(_column([row.get(name) for row in rows], kind), arrow[kind]) for name, kind in columns]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def _column(values: list[object], kind: str) -> list[object]:
    """Published values as the column can hold them. Most are short texts or nothing, and stay as they are."""
    return [
        value
        if value is None or type(value) in _AS_THEY_ARE or (type(value) is str and len(value) <= TEXT_LIMIT)
        else _storable(value, kind)
        for value in values
    ]


def _storable(value: object, kind: str) -> object:
    """A published value as the column can hold it: text cut, an impossible number unknown, instants UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value) if len(value) <= TEXT_LIMIT else value[: TEXT_LIMIT - 1] + "…"
    if isinstance(value, list | tuple):
        return [_storable(item, "VARCHAR") for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and kind in _LARGEST:
        return value if abs(value) <= _LARGEST[kind] else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
