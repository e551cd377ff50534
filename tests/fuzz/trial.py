"""One damaged file, read in every way in which it may be read.

Belongs here: what must hold whatever the bytes are. Does not belong here: where they come from, or counting.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from pipelines import artifacts, duck
from pipelines.errors import ReadFault
from pipelines.model import Part
from pipelines.tables import delimited, json_records, json_source, temporary
from pipelines.tables.guard import guarded
from pipelines.tables.read import opened
from pipelines.tables.rows_hash import hashed
from pipelines.tables.table import Hint, Table
from pipelines.tables.workspace import Workspace

WAYS = ("opened", "fast", "streamed", "asked")
_PATHS = (
    "a",
    "releases.awards",
    "r.records",
    "features.properties",
    "data",
    "row",
    "/r/a",
    "B.l.o",
    "Table.Row",
)


class Broken(AssertionError):
    """A reader kept no promise: rows that are not there, a fault without words."""


def read(path: Path, name: str, way: str = "opened") -> str | None:
    """Read `path` as a file called `name` and look at all of it. Returns the kind of fault, None when it has tables.

    `way`: through the door, also with a part of the file that is `asked` for, or as a large file of delimited text
    (`fast`) or JSON (`streamed`) is read. Raises `Broken`, and whatever a reader lets through.
    """
    hint = Hint("a/b/c", "0" * 64, file_name=name, part=_asked(path) if way == "asked" else Part())
    try:
        if way in ("opened", "asked"):
            with opened(path, hint) as content:
                for table in content.tables:
                    _there(table)
                artifacts.write_values(path.with_name("reads.jsonl"), hashed(content))
        else:
            _large(path, hint, way)
    except ReadFault as fault:
        if not fault.message or not fault.advice:
            raise Broken(f"a fault without words: {fault.message!r}, {fault.advice!r}") from fault
        fault.message.encode("utf-8")
        return str(fault.kind)
    return None


def _asked(path: Path) -> Part:
    """A part to ask for, the same for the same bytes."""
    chance = Random(path.stat().st_size)  # noqa: S311
    return chance.choice((Part(member="*.csv"), Part(sheet="?a*"), *(Part(record_path=it) for it in _PATHS)))


def _large(path: Path, hint: Hint, way: str) -> None:
    with temporary.folder() as folder:
        connection = duck.connect(temp_directory=folder / "spill")
        try:
            space = Workspace(hint, connection, folder)
            with guarded():
                if way == "fast":
                    tables = delimited.read(path, space, fast_above=0)
                else:
                    with json_source.found(path, space, lambda _: None, stream_above=0) as source:
                        tables = json_records.read(source, space)
            for table in tables:
                _there(table)
        finally:
            connection.close()


def _there(table: Table) -> None:
    count = f'SELECT count(*), count(DISTINCT "_row") FROM {duck.quote(table.relation)}'
    rows, numbers = table.connection.execute(count).fetchall()[0]
    report = table.report
    if not rows == numbers == report.rows:
        raise Broken(f"{report.rows} rows are reported, {rows} are there, under {numbers} numbers")
    if not 0 <= report.share_read <= 1 or (report.lost and report.share_read == 1):
        raise Broken(f"{report.lost} records lost, and a share of {report.share_read} read")
    if len(set(report.columns)) != len(report.columns):
        raise Broken("two columns have one name")
