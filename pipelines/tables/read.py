"""The door of this package: `opened` gives the tables of a snapshot.

Belongs here: which reader reads which format, what containers do with their members, which table is the main
one, and what the report says when content is not what was promised. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, ReadReport
from pipelines.tables import archives, delimited, json_records, json_source, ocds, spreadsheet, temporary
from pipelines.tables.guard import guarded
from pipelines.tables.sniff import TABULAR, fault, sniff
from pipelines.tables.table import Hint, Opened, Table
from pipelines.tables.workspace import Workspace

MAX_DEPTH = 2  # an archive, and an archive in it
_NAMED = 5
_TEXT = {"csv", "tsv", "tab", "txt", "text"}
_WORKBOOKS = {"xlsx", "xlsm", "xlsb", "xls", "ods"}
_SAME = (
    _TEXT,
    {"xlsx", "xlsm"},
    {"json", "geojson", "ocds", "ndjson", "jsonl", "jsonlines"},
    {"gzip", "gz"},
)


@contextmanager
def opened(
    path: Path, hint: Hint, *, memory_limit: str = duck.MEMORY_LIMIT, threads: int = duck.THREADS
) -> Iterator[Opened]:
    """Read the snapshot at `path` and give its tables; they and all temporary files vanish with the context.

    Content decides what the file is. Raises `ReadFault` when nothing in it could be read as a table, and
    `OSError` when our own disk or machine stood in the way.
    """
    with temporary.folder() as folder:
        connection = duck.connect(memory_limit=memory_limit, threads=threads, temp_directory=folder / "spill")
        try:
            space = Workspace(hint, connection, folder)
            tables, failed = _read(path, space, _declared(hint), MAX_DEPTH)
            main, *others = tables
            tables = [_with_report(main, main=True), *(_with_report(table, main=False) for table in others)]
            yield Opened(tuple(tables), (*(table.report for table in tables), *failed))
        finally:
            connection.close()


def _read(
    path: Path, space: Workspace, declared: str | None, depth: int
) -> tuple[list[Table], list[ReadReport]]:
    """The tables of one file, the main one first, and reports on members that failed."""
    with guarded():
        return _read_unguarded(path, space, declared, depth)


def _read_unguarded(
    path: Path, space: Workspace, declared: str | None, depth: int
) -> tuple[list[Table], list[ReadReport]]:
    format = sniff(path)
    if format not in TABULAR:
        raise fault(format)
    failed: list[ReadReport] = []
    if format in ("zip", "gzip"):
        if not depth:
            raise ReadFault(
                FaultKind.ARCHIVE_REJECTED, "Archives are nested too deeply.", "Publish the files themselves."
            )
        tables, failed = (_unzipped if format == "zip" else _gunzipped)(path, space, declared, depth)
    elif format in _WORKBOOKS:
        tables = spreadsheet.read(path, space, format)
    elif format == "json":
        tables = _from_json(path, space, declared)
    else:
        tables = delimited.read(path, space)
    if declared and not _agree(declared, format):
        note = f"Declared as {declared}, but the content is {format}."
        tables = [
            _with_report(tables[0], notes=(note, *tables[0].report.notes)),
            *tables[1:],
        ]
    return tables, failed


def _from_json(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    try:
        with json_source.found(path, space, ocds.unpacked) as source:
            first = next(source.items, None)
            source.items = chain([first] if first else [], source.items)
            if source.packaged or (first and ocds.recognises(first[1])):
                return ocds.read(source, space)
            return json_records.read(source, space)
    except ReadFault as error:
        if error.kind is FaultKind.BROKEN_FILE and declared in _TEXT:
            return delimited.read(path, space)  # a header may begin with a bracket
        raise


def _gunzipped(
    path: Path, space: Workspace, declared: str | None, depth: int
) -> tuple[list[Table], list[ReadReport]]:
    target = space.temporary()
    try:
        archives.gunzip(path, target, space.budget)
        return _read(target, space, None, depth - 1)
    finally:
        target.unlink(missing_ok=True)


def _unzipped(
    path: Path, space: Workspace, declared: str | None, depth: int
) -> tuple[list[Table], list[ReadReport]]:
    """Every member that can be read; main is the one with the most rows, text in one column coming last.

    A member that does not even claim to be data, such as a manual, keeps its fault and counts as no loss
    (`share_read` 1); the main table's notes name what was left aside.
    """
    read: list[list[Table]] = []
    failed: list[ReadReport] = []
    aside: list[str] = []
    target = space.temporary()
    for name, problem in archives.unzip(path, target, space.budget, aside):
        try:
            if problem:
                raise problem
            tables, inside = _read(target, space, _suffix(name), depth - 1)
            read.append([_of_member(table, name, len(tables)) for table in tables])
            failed.extend(replace(report, member=f"{name}/{report.member}") for report in inside)
        except ReadFault as error:
            failed.append(_not_read(space, name, error))
            if not archives.claims_data(name):
                aside.append(name)
        finally:
            target.unlink(missing_ok=True)
    if not read:
        data = [report for report in failed if not report.share_read] or failed
        if len(data) == 1 and data[0].fault:
            only = data[0].fault
            message = f"{data[0].member}: {only.message}"
            raise ReadFault(only.kind, message, only.advice, transient=only.transient)
        raise ReadFault(
            FaultKind.NO_TABLE,
            f"None of the {len(data)} files in the archive could be read as a table.",
            "Publish the tables as CSV, XLSX or JSON in the archive.",
        )
    read.sort(key=lambda tables: (len(tables[0].report.columns) == 1, -tables[0].report.rows))
    main, *others = chain.from_iterable(read)
    if aside:
        main = _with_report(main, notes=(*main.report.notes, _left_aside(aside)))
    return [main, *others], failed


def _not_read(space: Workspace, name: str, error: ReadFault) -> ReadReport:
    lost = archives.claims_data(name)
    notes = () if lost else ("Left aside: it does not claim to be data.",)
    report = space.report(name, "unknown")
    return replace(
        report, main=False, member=name, share_read=0.0 if lost else 1.0, notes=notes, fault=error.fault
    )


def _left_aside(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Left aside, not claiming to be data: {', '.join(names[:_NAMED])}{more}."


def _of_member(table: Table, name: str, siblings: int) -> Table:
    member = f"{name}/{table.report.member}" if table.report.member else name
    title = member if siblings == 1 else f"{member}#{table.report.table.rpartition('#')[2]}"
    return _with_report(table, member=member, table=title)


def _with_report(of: Table, **changes: Any) -> Table:
    return replace(of, report=replace(of.report, **changes))


def _declared(hint: Hint) -> str | None:
    """What the file was said to be: its extension, else the declared format."""
    known = set(_TEXT | _WORKBOOKS | {"zip", "pdf", "xml", "parquet"}).union(*_SAME)
    suffix = _suffix(hint.file_name or "")
    if suffix in known:
        return suffix
    word = (hint.format or "").strip().lower().lstrip(".")
    return word if word in known else None


def _suffix(name: str) -> str | None:
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot and stem else None


def _agree(declared: str, format: str) -> bool:
    return declared == format or any(declared in same and format in same for same in _SAME)
