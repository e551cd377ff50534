"""A Parquet file's cells as text, written out by a process of its own.

Belongs here: what runs in the child process: DuckDB, and how a value of each type becomes text. It is started by
its path, and so imports little. Why a process: the metadata of a hostile file is read by native code, and whatever
that does must not end the night.

    python -P parquet_text.py <file> <folder> <megabytes of memory>

writes `<folder>/table.parquet` (`_row` and c0, c1, ..., all text) and `<folder>/done.json`.
Exit status 3: the file cannot be read, and the last line of standard error says why; 4: the disk is full.
"""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

from pipelines import duck

MAX_COLUMNS = 5_000


def _text(column: str, type: str) -> str:
    """SQL of one column as a CSV would hold it: ISO 8601, whole numbers without `.0`, nested values as JSON."""
    if type.endswith("]") or type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return f"to_json({column})::VARCHAR"
    if type in ("FLOAT", "DOUBLE"):
        return f"regexp_replace({column}::VARCHAR, '\\.0$', '')"
    if type.startswith(("TIMESTAMP", "DATETIME")):
        return f"replace({column}::VARCHAR, ' ', 'T')"
    return f"{column}::VARCHAR"


def main(file: Path, folder: Path, megabytes: int) -> int:
    """Write `file` into `folder`."""
    import duckdb

    source = f"read_parquet({duck.literal(str(file))}, binary_as_string = true)"
    target = duck.literal(str(folder / "table.parquet"))
    try:
        connection = duck.connect(memory_limit=f"{megabytes}MB", threads=1, temp_directory=folder / "spill")
        columns = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        if len(columns) > MAX_COLUMNS:
            print(f"it has {len(columns):,} columns", file=sys.stderr)
            return 3
        names = [str(row[0]) for row in columns]
        tree = f"SELECT name, num_children FROM parquet_schema({duck.literal(str(file))})"
        published = _published(connection.execute(tree).fetchall())
        if len(published) != len(names):
            published = names
        cells = ", ".join(
            f"nullif({_text('t.' + duck.quote(name), str(row[1]))}, '') AS c{index}"
            for index, (name, row) in enumerate(zip(names, columns, strict=True))
        )
        query = f"SELECT row_number() OVER () AS _row, {cells} FROM {source} AS t"
        connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION lz4)")
    except (duckdb.Error, RuntimeError, UnicodeError, IndexError) as error:
        if "No space left" in str(error):
            print(errno.ENOSPC, file=sys.stderr)
            return 4
        print(" ".join(f"{type(error).__name__}: {error}".split()), file=sys.stderr)
        return 3
    (folder / "done.json").write_text(json.dumps(published), encoding="utf-8")
    return 0


def _published(schema: list[tuple[str, int | None]]) -> list[str]:
    """The names of the columns in the file's own words: DuckDB renames those that differ in case only.

    `schema` is the tree of the file in the order of its branches: each name and how many children follow.
    """
    names = []
    at = 1
    for _ in range(schema[0][1] or 0):
        names.append(schema[at][0])
        open_branches = 1
        while open_branches:
            open_branches += (schema[at][1] or 0) - 1
            at += 1
    return names


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
