"""`veedor read FILE`: how a file is read, and what is lost on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pipelines.cli.console import AsJson, cell, out, print_json, table
from pipelines.errors import ConfigurationError
from pipelines.model import Part, ReadReport
from pipelines.record_path import steps
from pipelines.settings import Settings
from pipelines.site.words import rounded

if TYPE_CHECKING:
    from pipelines.tables.table import Hint, Opened

T = TypeVar("T")
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to look at.")
]
Member = Annotated[
    str | None, typer.Option("--member", help="File in the archive to read, no other; * stands for any text.")
]
Sheet = Annotated[
    str | None,
    typer.Option("--sheet", help="Sheet of the workbook to read, no other; * stands for any text."),
]
RecordPath = Annotated[
    str | None,
    typer.Option("--record-path", help="Where the records of JSON or XML are: data.items, or /data/items."),
]


def read(
    file: File,
    member: Member = None,
    sheet: Sheet = None,
    record_path: RecordPath = None,
    as_json: AsJson = False,
) -> None:
    """Print the read report: format, encoding, header, rows, and what could not be read."""
    with opened_file(file, Settings.from_env(), part(member, sheet, record_path)) as content:
        reports = content.reports
        if as_json:
            print_json(reports)
            return
        for report in reports:
            if report.fault is not None:
                out.print(f"[bold]{cell(report.member or report.table)}[/bold]: {cell(report.fault.message)}")
                out.print(f"  [dim]→ {cell(report.fault.advice)}[/dim]\n")
                continue
            facts = {
                "table": report.table + (" (main)" if report.main else ""),
                "file in archive": report.member,
                "format": report.format,
                "encoding": report.encoding,
                "delimiter": repr(report.delimiter) if report.delimiter else None,
                "header in row": report.header_row,
                "records": report.rows,
                "columns": len(report.columns),
                "rows of another width": report.ragged or None,
                "blank rows": report.blank_rows or None,
                "records lost": _lost(report) or None,
                "partly read": f"{_percent(report.share_read)} of the file"
                if report.share_read < 1
                else None,
                "certainty": _percent(report.confidence) if report.confidence not in (None, 1.0) else None,
            }
            shown = [item for item in facts.items() if item[1] not in (None, "")]
            out.print(table(("", ""), [*shown, *(("note", note) for note in report.notes)]))
            out.print("  " + ", ".join(cell(name) for name in report.columns) + "\n")


def _lost(report: ReadReport) -> str:
    """How many records were lost, and where the first of them stood."""
    if not report.lost:
        return ""
    more = ", ..." if report.lost > len(report.lost_rows[:10]) else ""
    return f"{report.lost:,} (number {', '.join(map(str, report.lost_rows[:10]))}{more})"


def _percent(share: float | None) -> str:
    return f"{rounded((share or 0) * 100, 1):g} %"


def part(member: str | None, sheet: str | None, record_path: str | None) -> Part:
    """The part of a file that the options ask for. Raises `ConfigurationError` when a path is no path."""
    if record_path is not None:
        try:
            steps(record_path)
        except ValueError as error:
            raise ConfigurationError(f"--record-path: {error}.", "Correct the path.") from None
    return Part(member or None, sheet or None, record_path)


@contextmanager
def opened_file(file: Path, settings: Settings, wanted: Part) -> Iterator[Opened]:
    """Open the `wanted` part of a file of this machine as a snapshot would be. Raises `ReadFault`."""
    from pipelines.tables.read import opened

    hint = hint_of_file(file, wanted)
    with opened(file, hint, memory_limit=settings.memory_limit, threads=settings.threads) as content:
        yield content


def worked_file(file: Path, settings: Settings, wanted: Part, work: Callable[[Opened], T]) -> T:
    """What `work` makes of the `wanted` part of a file of this machine (see `tables.read.worked`)."""
    from pipelines.tables.read import worked

    hint = hint_of_file(file, wanted)
    return worked(file, hint, work, memory_limit=settings.memory_limit, threads=settings.threads)


def hint_of_file(file: Path, wanted: Part) -> Hint:
    """What is known of a file of this machine before it is opened."""
    from pipelines.tables.table import Hint

    with file.open("rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    declared = file.suffix.lstrip(".").lower() or None
    return Hint(distribution=file.name, sha256=sha256, format=declared, file_name=file.name, part=wanted)
