"""CSV, TSV and other delimited text (RFC 4180 and what is published under its name).

Belongs here: finding header and width, the fast way through DuckDB for regular files, and the patient way
through `csv` for all others. Neither way loses a row silently: the fast way is kept only when DuckDB, told to
be strict, gives as many rows as the file has lines outside quotes and the same first rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, ReadReport
from pipelines.tables import dialect as dialects
from pipelines.tables import encoding as encodings
from pipelines.tables import header as headers
from pipelines.tables.dialect import Dialect
from pipelines.tables.encoding import Encoding
from pipelines.tables.header import Header
from pipelines.tables.lines import Shape, records, shape
from pipelines.tables.mend import Mender
from pipelines.tables.table import Table
from pipelines.tables.workspace import Row, Workspace, fill, name_columns

FAST_ABOVE = 1_000_000
_NAMED = 10
_MAX_TABLES = 100
_NAMES = {"\t": "tsv", ",": "csv", ";": "csv", "|": "csv", None: "text"}


@dataclass
class Tally:
    """What is counted while rows go by; `next` is the header, and its row, of another table that follows."""

    rows: int = 0
    ragged: int = 0
    surplus: int = 0
    blank: int = 0
    next: tuple[int, list[str]] | None = None
    notes: list[str] = field(default_factory=list)


def read(path: Path, space: Workspace, *, fast_above: int = FAST_ABOVE) -> list[Table]:
    """Read delimited text into its tables, nearly always one. Over `fast_above` bytes the fast way is tried first.

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
    published = () if header.index is None else sample[header.index]
    if path.stat().st_size > fast_above and not dialect.spaced and dialect.delimiter:
        relation = _fast(path, encoding, dialect, header, sample, space, tally)
        if relation and _again(space, relation, header):
            relation = None
    if relation:
        found = [(relation, header, tally)]
    else:
        with encodings.text(path, encoding) as handle:
            mender = Mender.of(dialect, sample[header.first :], len(header.columns))
            notes: list[str] = []
            rows = enumerate(records(handle, dialect, notes, mender, header.first), start=1)
            found = list(_tables(islice(rows, header.first, None), header, published, space, mender))
        found[0][2].notes.extend(notes)
        if header.index is None and not found[0][2].rows:
            raise ReadFault(FaultKind.EMPTY, "The file holds no rows.", "Publish the data again.")
    tables: list[Table] = []
    for relation, header, tally in found:
        if tally.surplus:
            tally.notes.append(
                f"{tally.surplus} rows have more cells than the table has columns; the surplus is left out."
            )
        report = replace(
            space.report("table" if not tables else f"table {len(tables) + 1}", _NAMES[dialect.delimiter]),
            encoding=encoding.name,
            delimiter=dialect.delimiter,
            quote=dialect.quote,
            header_row=None if header.index is None else header.index + 1,
            columns=header.columns,
            rows=tally.rows,
            ragged=tally.ragged,
            blank_rows=tally.blank,
            confidence=_confidence(encoding, found[0][1], sample) if not tables else None,
            notes=(*encoding.notes, *header.notes, *tally.notes),
        )
        if not tables:
            report = _with_nul_note(path, encoding, report)
        tables.append(Table(report, space.connection, relation))
    return tables


def _tables(
    rows: Iterator[tuple[int, list[str]]],
    header: Header,
    published: Sequence[str],
    space: Workspace,
    mender: Mender | None,
) -> Iterator[tuple[str, Header, Tally]]:
    """The tables that stand under each other in a file: a similar header once more begins another one."""
    for _ in range(_MAX_TABLES):
        tally = Tally()
        counted = _counted(rows, header, published, tally, mender)
        yield fill(space, header.columns, counted), header, tally
        if not tally.next:
            return
        number, published = tally.next
        tally.notes.append(f"Another table begins in row {number}.")
        header = Header(number - 1, number, headers.names(published, len(published)))
        if mender:
            mender.stop()
    raise ReadFault(
        FaultKind.NO_TABLE,
        f"More than {_MAX_TABLES} tables stand under each other.",
        "Publish each table as a file of its own, or one table under one header.",
    )


def _again(space: Workspace, relation: str, header: Header) -> bool:
    """Whether some record may be the header once more: only the patient way can tell. It drops the relation."""
    if header.index is None:
        return False
    first = next((name for name in header.columns if not name.startswith("column_")), header.columns[0])
    found = space.connection.execute(
        f"SELECT 1 FROM {duck.quote(relation)} WHERE {duck.quote(first)} = ? LIMIT 1", [first]
    ).fetchone()
    if found:
        space.connection.execute(f"DROP VIEW IF EXISTS {duck.quote(relation)}")
        space.connection.execute(f"DROP TABLE IF EXISTS {duck.quote(relation + '_rows')}")
    return bool(found)


def _confidence(encoding: Encoding, header: Header, sample: list[list[str]]) -> float:
    rows = [row for row in sample[header.first :] if not headers.blank(row)]
    regular = sum(len(row) == len(header.columns) for row in rows)
    return round(encoding.confidence * (regular / len(rows) if rows else 1.0), 2)


def _with_nul_note(path: Path, encoding: Encoding, report: ReadReport) -> ReadReport:
    if encoding.name.startswith("utf-16"):
        return report
    with path.open("rb") as handle:
        count = sum(chunk.count(0) for chunk in iter(lambda: handle.read(encodings.CHUNK), b""))
    return replace(report, notes=(*report.notes, f"{count} NUL bytes.")) if count else report


def _counted(
    rows: Iterator[tuple[int, list[str]]],
    header: Header,
    published: Sequence[str],
    tally: Tally,
    mender: Mender | None,
) -> Iterator[Row]:
    """Rows after the header, cut or padded to the width of the table, blank and repeated headers left out.

    Ends early, with `tally.next`, where a similar table begins.
    """
    width = len(header.columns)
    mended: list[int] = []
    repeated = 0
    before = mender.mended if mender else 0
    for number, row in rows:
        if headers.blank(row):
            tally.blank += 1
            continue
        if published and headers.repeated(row, published):
            if [cell.strip() for cell in row] != [cell.strip() for cell in published]:
                tally.next = number, row
                break
            repeated += 1
            continue
        tally.rows += 1
        cells: list[str | None] = [cell or None for cell in row]
        if len(cells) != width:
            tally.ragged += 1
            tally.surplus += any(cells[width:])
            cells = cells[:width] + [None] * (width - len(cells))
        if mender and mender.mended > before:  # as published, it was not a row of this table
            before = mender.mended
            mended.append(number)
            tally.ragged += 1
        yield number, cells
    if repeated:
        tally.notes.append(
            f"The header stands {repeated} times more among the records; it is left out there."
        )
    if mended:
        more = ", ..." if len(mended) > _NAMED else ""
        tally.notes.append(
            f"{len(mended)} rows with a delimiter missing, surplus or of another kind, or with a stray quote, could "
            f"be read in one way only: rows {', '.join(map(str, mended[:_NAMED]))}{more}."
        )
    if mended and mender and mender.tired:
        tally.notes.append("So many rows are at fault that those further down are left as they are.")


def _fast(
    path: Path,
    encoding: Encoding,
    dialect: Dialect,
    header: Header,
    sample: list[list[str]],
    space: Workspace,
    tally: Tally,
) -> str | None:
    """Let DuckDB read the file; None when it cannot be trusted with it (ragged, blank lines, odd quotes)."""
    import duckdb

    width = len(header.columns)
    records = [row for row in sample[header.first :] if row]  # a line without anything gives no row in DuckDB
    if any(len(row) != width for row in records):
        return None
    clean = path
    if encoding.bad or encoding.name not in ("utf-8", "utf-8-sig"):
        clean = space.temporary()
        encodings.transcode(path, encoding, clean)
    try:
        measured = shape(clean, dialect.quote)
        if measured.blank_inside or measured.mixed_ends:
            return None
        relation = space.relation()
        stored = duck.quote(f"{relation}_rows")
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
        delimiter, quote = dialect.delimiter or "", dialect.quote or ""
        escape = dialect.escape or quote
        try:
            space.connection.execute(
                f"CREATE TABLE {stored} AS SELECT * FROM read_csv({duck.literal(str(clean))}, "
                f"auto_detect = false, header = false, strict_mode = true, compression = 'none', "
                f"skip = {header.first}, delim = {duck.literal(delimiter)}, quote = {duck.literal(quote)}, "
                f"escape = {duck.literal(escape)}, columns = {{{columns}}})"
            )
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
            return None
    finally:
        if clean != path:
            clean.unlink()
    if not _agrees(space, stored, header, records, measured):
        space.connection.execute(f"DROP TABLE {stored}")
        return None
    _publish(space, relation, header, tally)
    tally.blank += measured.trailing
    return relation


def _agrees(space: Workspace, stored: str, header: Header, records: list[list[str]], measured: Shape) -> bool:
    counted = space.connection.execute(f"SELECT count(*) FROM {stored}").fetchone()
    if counted is None or counted[0] + header.first != measured.records:
        return False
    first = [tuple(cell or None for cell in row) for row in records]
    return space.connection.execute(f"SELECT * FROM {stored} LIMIT {len(first)}").fetchall() == first


def _publish(space: Workspace, relation: str, header: Header, tally: Tally) -> None:
    """Count the rows stored as `relation` and give them their names and numbers."""
    stored = duck.quote(f"{relation}_rows")
    blanks = " || ".join(f"chr({ord(character)})" for character in headers.BLANKS)
    blank = " AND ".join(
        f"(c{index} IS NULL OR trim(c{index}, {blanks}) = '')" for index in range(len(header.columns))
    )
    # As a WHERE, the condition is asked of the next column only for rows that are blank so far
    counted = space.connection.execute(
        f"SELECT (SELECT count(*) FROM {stored}), (SELECT count(*) FROM {stored} WHERE {blank})"
    ).fetchone()
    total, tally.blank = counted if counted else (0, 0)
    tally.rows = total - tally.blank
    # rowid counts stored rows from 0 in the order of the file, so nothing has to be numbered while reading
    name_columns(
        space,
        relation,
        header.columns,
        row=f"rowid + {header.first + 1}",
        where=f"WHERE NOT ({blank})" if tally.blank else "",
    )
