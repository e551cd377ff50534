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
from pipelines.model import FaultKind, Part, ReadReport
from pipelines.tables import archives, temporary
from pipelines.tables.guard import guarded
from pipelines.tables.part import NotThere, listed, of_sheets, within
from pipelines.tables.registry import ARCHIVES, COMPRESSIONS, READERS
from pipelines.tables.sniff import fault, sniff
from pipelines.tables.table import Hint, Opened, Table, Unproven
from pipelines.tables.workspace import Workspace

T = TypeVar("T")

MAX_DEPTH = 2  # an archive, and an archive in it
_NOT_DATA = "Left aside, not claiming to be data"
_NOT_ASKED_FOR = "Left aside, because another part of the archive was asked for"
_WITH_PATHS = ("json", "xml")
_READERS = {reader.format: reader for reader in READERS}
_ARCHIVES = {archive.format: archive for archive in ARCHIVES}
_COMPRESSIONS = {compression.format: compression for compression in COMPRESSIONS}
_WORDS = {each.format: each.words for each in (*READERS, *ARCHIVES, *COMPRESSIONS)}
_CONTAINERS = frozenset[str]().union(*(each.words for each in (*ARCHIVES, *COMPRESSIONS)))
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
    with (
        temporary.folder() as folder,
        duck.borrowed(
            memory_limit=memory_limit, threads=threads, temp_directory=folder / "spill"
        ) as connection,
    ):
        space = Workspace(hint, connection, folder, presuming)
        tables, failed = _read(path, space, _declared(hint), MAX_DEPTH)
        if hint.part.member and not tables[0].report.member:
            raise NotThere("The file is no archive and does not hold", hint.part.member, "member", ())
        main, *others = tables
        tables = [_with_report(main, main=True), *(_with_report(table, main=False) for table in others)]
        yield Opened(tuple(tables), (*(table.report for table in tables), *failed))
        space.release()  # a connection on which something went wrong serves nobody else anyway


def _read(
    path: Path, space: Workspace, declared: str | None, depth: int, inside: str = ""
) -> tuple[list[Table], list[ReadReport]]:
    """The tables of one file, the main one first, and reports on members that failed.

    `inside` is the path of an archive in an archive, a slash at its end.
    """
    with guarded():
        return _read_unguarded(path, space, declared, depth, inside)


def _read_unguarded(
    path: Path, space: Workspace, declared: str | None, depth: int, inside: str
) -> tuple[list[Table], list[ReadReport]]:
    format = sniff(path)
    failed: list[ReadReport] = []
    if format in _ARCHIVES or format in _COMPRESSIONS:
        if not depth:
            raise ReadFault(
                FaultKind.ARCHIVE_REJECTED, "Archives are nested too deeply.", "Publish the files themselves."
            )
        unpacked = _unpacked if format in _ARCHIVES else _decompressed
        tables, failed = unpacked(path, space, format, depth, inside)
    else:
        reader = _READERS.get(format)
        if reader is None or (reader.only_as and declared not in reader.only_as):
            raise fault(format)
        tables = _of_part(reader.read(path, space, declared), format, space.hint.part)
    if declared and not _agree(declared, format):
        note = f"Declared as {declared}, but the content is {format}."
        tables = [
            _with_report(tables[0], notes=(note, *tables[0].report.notes)),
            *tables[1:],
        ]
    return tables, failed


def _of_part(tables: list[Table], format: str, part: Part) -> list[Table]:
    """The tables that were asked for. Raises `NotThere` when there is none; JSON and XML do so themselves."""
    if part.record_path and format not in _WITH_PATHS:
        raise NotThere(f"The file is {format}, which has no records at", part.record_path, "record_path", ())
    return of_sheets(tables, part.sheet) if part.sheet else tables


def _decompressed(
    path: Path, space: Workspace, format: str, depth: int, inside: str
) -> tuple[list[Table], list[ReadReport]]:
    """The one file inside; a compressed tar, such as a .tgz, counts as one archive."""
    target = space.temporary()
    try:
        _COMPRESSIONS[format].unpack(path, target, space.budget)
        return _read(target, space, None, depth if sniff(target) == "tar" else depth - 1, inside)
    finally:
        target.unlink(missing_ok=True)


def _unpacked(
    path: Path, space: Workspace, format: str, depth: int, inside: str
) -> tuple[list[Table], list[ReadReport]]:
    """Every member that can be read; main is the one with the most rows, text in one column coming last.

    A member that does not even claim to be data, such as a manual, keeps its fault and counts as no loss
    (`share_read` 1); the main table's notes name what was left aside. When one is asked for, only what it names is
    read, and a member without the sheet or the records that are asked for is left aside.
    """
    part = space.hint.part
    others: list[str] = []  # without the part that was asked for
    there: list[str] = []
    missed: NotThere | None = None
    read: list[list[Table]] = []
    failed: list[ReadReport] = []
    aside: list[str] = []
    target = space.temporary()
    for name, problem in _ARCHIVES[format].unpack(path, target, space.budget, aside):
        try:
            meant = part.member is None or within(part.member, f"{inside}{name}")
            if not meant and _suffix(name) not in _CONTAINERS:
                there.append(name)
                continue
            if problem:
                raise problem
            if _BESIDE.search(name):
                continue
            tables, below = _read(target, space, _known(_suffix(name)), depth - 1, f"{inside}{name}/")
            if not meant and not tables[0].report.member:
                there.append(name)  # a file that is compressed once more, and has no name of its own
                continue
            read.append([_of_member(table, name, len(tables)) for table in tables])
            failed.extend(replace(report, member=f"{name}/{report.member}") for report in below)
        except NotThere as error:
            missed = error
            others.append(name)
            there.extend(f"{name}/{each}" if part.member else each for each in error.there)
        except ReadFault as error:
            failed.append(_not_read(space, name, error))
            if not archives.claims_data(name):
                aside.append(name)
        finally:
            target.unlink(missing_ok=True)
    if not read and not failed and part.member and (there or missed):
        raise NotThere("The archive does not hold", part.member, "member", there)
    if not read and not failed and missed:
        raise NotThere(missed.what, missed.wanted, missed.key, there)
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
    main, *more = chain.from_iterable(read)
    for told, names in ((_NOT_DATA, aside), (_NOT_ASKED_FOR, [*others, *(there if part.member else ())])):
        if names:
            main = _with_report(main, notes=(*main.report.notes, f"{told}: {listed(names)}."))
    return [main, *more], failed


def _not_read(space: Workspace, name: str, error: ReadFault) -> ReadReport:
    lost = archives.claims_data(name)
    notes = () if lost else ("Left aside: it does not claim to be data.",)
    report = space.report(name, "unknown")
    return replace(
        report, main=False, member=name, share_read=0.0 if lost else 1.0, notes=notes, fault=error.fault
    )


def _of_member(table: Table, name: str, siblings: int) -> Table:
    if table.report.member:  # out of an archive in the archive, and named there
        return _with_report(
            table, member=f"{name}/{table.report.member}", table=f"{name}/{table.report.table}"
        )
    return _with_report(table, member=name, table=name if siblings == 1 else f"{name}#{table.report.table}")


def _with_report(of: Table, **changes: Any) -> Table:
    return replace(of, report=replace(of.report, **changes))


def _declared(hint: Hint) -> str | None:
    """What the file was said to be: its extension, else the declared format."""
    return _known(_suffix(hint.file_name or "")) or _known((hint.format or "").strip().lower().lstrip("."))


def _known(word: str | None) -> str | None:
    """A word that promises some format, else None."""
    return word if word == "pdf" or any(word in words for words in _WORDS.values()) else None


def _suffix(name: str) -> str | None:
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot and stem else None


def _agree(declared: str, format: str) -> bool:
    return declared in _WORDS[format]
