"""CSV, TSV and other delimited text (RFC 4180 and what is published under its name).

Belongs here: finding header and width, the fast way through DuckDB for regular files, and the patient way
through `csv` for all others. Neither way loses a row silently: the fast way is kept only when DuckDB, told to
be strict, gives as many rows as the file has lines (outside quotes) and the same first rows. What it was proven
on is then left in the file: the table is a view that parses it, so that no file is too large to be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import dialect as dialects
from pipelines.tables import encoding as encodings
from pipelines.tables import header as headers
from pipelines.tables import in_place
from pipelines.tables.dialect import Dialect
from pipelines.tables.encoding import Encoding
from pipelines.tables.in_place import Parse
from pipelines.tables.lines import ends, records, shape
from pipelines.tables.table import Table
from pipelines.tables.workspace import Row, Workspace, fill

FAST_ABOVE = 1_000_000
_NAMES = {"\t": "tsv", ",": "csv", ";": "csv", "|": "csv", None: "text"}


@dataclass
class Tally:
    """What is counted while rows go by."""

    rows: int = 0
    ragged: int = 0
    surplus: int = 0
    blank: int = 0
    trailing: int = 0
    nuls: int | None = None
    notes: list[str] = field(default_factory=list)


def read(path: Path, space: Workspace, *, fast_above: int = FAST_ABOVE) -> list[Table]:
    """Read delimited text into one table. Files over `fast_above` bytes are first tried the fast way.

    Raises `ReadFault` when there is no row at all, or a line longer than any table has.
    """
    encoding = encodings.detect(path)
    with encodings.text(path, encoding) as handle:
        beginning = handle.read(dialects.SAMPLE_CHARACTERS)
    if len(beginning) < dialects.SAMPLE_CHARACTERS and not beginning.strip(headers.BLANKS + '",;|'):
        raise ReadFault(FaultKind.EMPTY, "The file holds nothing but blanks.", "Publish the data again.")
    dialect = dialects.sniff(beginning)
    with encodings.text(path, encoding) as handle:
        sample = headers.sample(records(handle, dialect, []))
    header = headers.find(sample)
    tally = Tally()
    relation = None
    if path.stat().st_size > fast_above and not dialect.spaced and dialect.delimiter:
        relation = _fast(path, encoding, dialect, header, sample, space, tally)
    if relation is None:
        tally = Tally()
        with encodings.text(path, encoding) as handle:
            rows = records(handle, dialect, tally.notes)
            relation = fill(space, header.columns, _counted(rows, header, tally))
        if header.index is None and not tally.rows:
            raise ReadFault(FaultKind.EMPTY, "The file holds no rows.", "Publish the data again.")
        if tally.surplus:
            tally.notes.append(
                f"{tally.surplus} rows have more cells than the table has columns; the surplus is left out."
            )
    report = replace(
        space.report("table", _NAMES[dialect.delimiter]),
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        header_row=None if header.index is None else header.index + 1,
        columns=header.columns,
        rows=tally.rows,
        ragged=tally.ragged,
        blank_rows=tally.blank,
        notes=(*encoding.notes, *header.notes, *tally.notes),
    )
    if not encoding.name.startswith("utf-16"):
        nuls = ends(path).nuls if tally.nuls is None else tally.nuls
        report = replace(report, notes=(*report.notes, f"{nuls} NUL bytes.")) if nuls else report
    return [Table(report, space.connection, relation)]


def _counted(rows: Iterator[list[str]], header: headers.Header, tally: Tally) -> Iterator[Row]:
    """Rows after the header, numbered, cut or padded to the width of the table, blank ones left out."""
    width = len(header.columns)
    for number, row in enumerate(islice(rows, header.first, None), start=header.first + 1):
        if headers.blank(row):
            tally.blank += 1
            continue
        tally.rows += 1
        cells: list[str | None] = [cell or None for cell in row]
        if len(cells) != width:
            tally.ragged += 1
            tally.surplus += any(cells[width:])
            cells = cells[:width] + [None] * (width - len(cells))
        yield number, cells


def _fast(
    path: Path,
    encoding: Encoding,
    dialect: Dialect,
    header: headers.Header,
    sample: list[list[str]],
    space: Workspace,
    tally: Tally,
) -> str | None:
    """Leave the cells in the file, for DuckDB to parse whenever they are asked for.

    None when it cannot be trusted with that (ragged rows, blank lines between others, odd quotes).
    """
    width = len(header.columns)
    records = [row for row in sample[header.first :] if row]  # a line without anything gives no row in DuckDB
    if any(len(row) != width for row in records):
        return None
    clean = path
    if encoding.bad or encoding.name not in ("utf-8", "utf-8-sig"):
        clean = space.temporary()
        encodings.transcode(path, encoding, clean)
    parse = Parse(clean, dialect, width, header.first)
    if not _agrees(space, parse, records, tally):
        if clean != path:
            clean.unlink()
        return None
    if clean == path:
        parse = replace(parse, path=space.kept(path))
    return in_place.published(
        space, parse, header.columns, row=header.first + 1, blank=tally.blank > tally.trailing
    )


def _agrees(space: Workspace, parse: Parse, records: list[list[str]], tally: Tally) -> bool:
    """Whether DuckDB parses every cell and gives a row for each line, or for each line outside quotes.

    Also counts rows, blank ones and NUL bytes into `tally`. The lines are counted while DuckDB parses.
    """
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(ends, parse.path)
        counted = in_place.counted(space, parse, records)
        lines = counting.result()
    if counted is None:
        return False
    total, blank = counted
    trailing = lines.trailing
    if lines.mixed or total + parse.skip + trailing != lines.lines:
        # Not every line is a row: then line ends inside quotes must be all that is between the two counts
        measured = shape(parse.path, parse.dialect.quote)
        if measured.blank_inside or measured.mixed_ends or total + parse.skip != measured.records:
            return False
        trailing = measured.trailing
    tally.rows, tally.blank, tally.trailing = total - blank, blank + trailing, trailing
    tally.nuls = lines.nuls
    return True
