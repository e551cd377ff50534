"""The door of this package: `opened` gives the tables of a snapshot.

Belongs here: what archives do with their members, which table is the main one, and what the report says when
content is not what was promised. Does not belong here: any format; `registry` names their readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, ReadReport
from pipelines.tables import archives, temporary
from pipelines.tables.guard import guarded
from pipelines.tables.registry import ARCHIVES, COMPRESSIONS, READERS
from pipelines.tables.sniff import fault, sniff
from pipelines.tables.table import Hint, Opened, Table, Unproven
from pipelines.tables.workspace import Workspace

T = TypeVar("T")

MAX_DEPTH = 2  # an archive, and an archive in it
_NAMED = 5
_READERS = {reader.format: reader for reader in READERS}
_ARCHIVES = {archive.format: archive for archive in ARCHIVES}
_COMPRESSIONS = {compression.format: compression for compression in COMPRESSIONS}
_WORDS = {each.format: each.words for each in (*READERS, *ARCHIVES, *COMPRESSIONS)}
_BESIDE = re.compile(r"\.(?:shp|shx|prj|cpg|sbn|sbx|qix|qpj|atx|shp\.xml)$", re.IGNORECASE)  # beside a .dbf


def worked(
    path: Path,
    hint: Hint,
    work: Callable[[Opened], T],
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    threads: int = duck.THREADS,
) -> T:
    """What `work` makes of the tables of the snapshot at `path`, proven on the way.

    A large regular file is not parsed once to see that it is what it seems to be and once more for the work: the
    work's own scan shows it. Where it shows something else, `work` is done again on the file read the patient way, so
    it must do nothing but look at the tables. Raises what `opened` does.
    """
    limits: dict[str, Any] = {"memory_limit": memory_limit, "threads": threads}
    try:
        with opened(path, hint, presuming=True, **limits) as content:
            made = work(content)
            for table in content.tables:
                table.settle()
            return made
    except Unproven:
        with opened(path, hint, **limits) as content:
            return work(content)


@contextmanager
def opened(
    path: Path,
    hint: Hint,
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    threads: int = duck.THREADS,
    presuming: bool = False,
) -> Iterator[Opened]:
    """Read the snapshot at `path` and give its tables; they and all temporary files vanish with the context.

    `presuming`: tables may come with a `presumption`, for `worked`. Content decides what the file is. Raises
    `ReadFault` when nothing in it could be read as a table, and `OSError` when our own disk or machine stood in the
    way.
    """
    with temporary.folder() as folder:
        connection = duck.connect(memory_limit=memory_limit, threads=threads, temp_directory=folder / "spill")
        try:
            space = Workspace(hint, connection, folder, presuming)
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
    failed: list[ReadReport] = []
    if format in _ARCHIVES or format in _COMPRESSIONS:
        if not depth:
            raise ReadFault(
                FaultKind.ARCHIVE_REJECTED, "Archives are nested too deeply.", "Publish the files themselves."
            )
        unpacked = _unpacked if format in _ARCHIVES else _decompressed
        tables, failed = unpacked(path, space, format, depth)
    else:
        reader = _READERS.get(format)
        if reader is None or (reader.only_as and declared not in reader.only_as):
            raise fault(format)
        tables = reader.read(path, space, declared)
    if declared and not _agree(declared, format):
        note = f"Declared as {declared}, but the content is {format}."
        tables = [
            _with_report(tables[0], notes=(note, *tables[0].report.notes)),
            *tables[1:],
        ]
    return tables, failed


def _decompressed(
    path: Path, space: Workspace, format: str, depth: int
) -> tuple[list[Table], list[ReadReport]]:
    """The one file inside; a compressed tar, such as a .tgz, counts as one archive."""
    target = space.temporary()
    try:
        _COMPRESSIONS[format].unpack(path, target, space.budget)
        return _read(target, space, None, depth if sniff(target) == "tar" else depth - 1)
    finally:
        target.unlink(missing_ok=True)


def _unpacked(path: Path, space: Workspace, format: str, depth: int) -> tuple[list[Table], list[ReadReport]]:
    """Every member that can be read; main is the one with the most rows, text in one column coming last.

    A member that does not even claim to be data, such as a manual, keeps its fault and counts as no loss
    (`share_read` 1); the main table's notes name what was left aside.
    """
    read: list[list[Table]] = []
    failed: list[ReadReport] = []
    aside: list[str] = []
    target = space.temporary()
    for name, problem in _ARCHIVES[format].unpack(path, target, space.budget, aside):
        try:
            if problem:
                raise problem
            if _BESIDE.search(name):
                continue
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
    known = frozenset({"pdf"}).union(*_WORDS.values())
    suffix = _suffix(hint.file_name or "")
    if suffix in known:
        return suffix
    word = (hint.format or "").strip().lower().lstrip(".")
    return word if word in known else None


def _suffix(name: str) -> str | None:
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot and stem else None


def _agree(declared: str, format: str) -> bool:
    return declared in _WORDS[format]
