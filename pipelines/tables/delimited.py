"""CSV, TSV and other delimited text (RFC 4180 and what is published under its name).

Belongs here: finding header and width, the fast way through DuckDB for regular files, and the patient way
through `csv` for all others. Neither way loses a row silently: the fast way is kept only when DuckDB, told to
be strict, gives as many rows as the file has lines (outside quotes) and the same first rows. What it was proven
on is then left in the file: the table is a view that parses it, so that no file is too large to be read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import dialect as dialects
from pipelines.tables import encoding as encodings
from pipelines.tables import footer, held, in_place
from pipelines.tables import header as headers
from pipelines.tables.dialect import Dialect
from pipelines.tables.encoding import Encoding
from pipelines.tables.header import Header
from pipelines.tables.in_place import Parse
from pipelines.tables.line_index import LineIndex
from pipelines.tables.lines import Ends, ends, records, shape
from pipelines.tables.mend import Mender
from pipelines.tables.table import Presumption, Table
from pipelines.tables.workspace import Row, Workspace, fill

# In bytes: what is smaller costs less in Python than DuckDB takes to begin.
FAST_ABOVE = 150_000
# What is smaller is parsed once, into memory.
STORED = 4_000_000
_NAMED = 10
_MAX_TABLES = 100
_NAMES = {"\t": "tsv", ",": "csv", ";": "csv", "|": "csv", None: "text"}


@dataclass
class Tally:
    """What is counted while rows go by; `next` is the header, and its row, of another table that follows.

    `lines` are those of the file when each is one record, which `index` finds. `first_ragged` are the first rows of
    another width as they stand, `last_ragged` the last that count as `ragged`, those that were mended included.
    """

    rows: int = 0
    ragged: int = 0
    first_ragged: list[int] = field(default_factory=list)
    last_ragged: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    surplus: int = 0
    blank: int = 0
    trailing: int = 0
    lines: Ends | None = None
    nuls: int | None = None
    presumption: Presumption | None = None
    index: LineIndex | None = None
    next: tuple[int, list[str]] | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Beginning:
    """What the first records tell of all: `published` is the header as it stands there, () when there is none."""

    encoding: Encoding
    dialect: Dialect
    sample: list[list[str]]
    header: Header

    @property
    def published(self) -> Sequence[str]:
        return () if self.header.index is None else self.sample[self.header.index]


def read(path: Path, space: Workspace, *, fast_above: int = FAST_ABOVE) -> list[Table]:
    """Read delimited text into its tables, nearly always one. Over `fast_above` bytes the fast way is tried first.

    Raises `ReadFault` when there is no row at all, or a line longer than any table has.
    """
    size = path.stat().st_size  # a file that is left in place may be moved
    large = size > fast_above
    # DuckDB refuses what is not UTF-8, so that its parse proves what was presumed
    presumed = encodings.presumed(path) if large else None
    begin = _begin(path, presumed or encodings.detect(path))
    tally = Tally()
    relation = _fast(path, begin, space, tally) if large else None
    if relation is None and presumed:
        begin = _begin(path, encodings.detect(path))
        if begin.encoding != presumed:
            relation = _fast(path, begin, space, tally := Tally())
    encoding, dialect, sample, header = begin.encoding, begin.dialect, begin.sample, begin.header
    in_file = relation is not None
    if relation:
        found = [(relation, header, tally)]
    else:
        with encodings.text(path, encoding) as handle:
            mender = Mender.of(dialect, sample[header.first :], len(header.columns))
            notes: list[str] = []
            rows = enumerate(records(handle, dialect, notes, mender, header.first), start=1)
            found = list(_tables(islice(rows, header.first, None), header, begin.published, space, mender))
        found[0][2].notes.extend(notes)
        if header.index is None and not found[0][2].rows:
            raise ReadFault(FaultKind.EMPTY, "The file holds no rows.", "Publish the data again.")
    tables: list[Table] = []
    for relation, header, tally in found:
        if tally.surplus:
            have = "has" if tally.surplus == 1 else "have"
            tally.notes.append(
                f"{headers.some(tally.surplus, 'row')} {have} more cells than the table has columns; the surplus is "
                "left out."
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
        if not tables and not encoding.name.startswith("utf-16"):
            nuls = ends(path).nuls if tally.nuls is None else tally.nuls
            report = replace(report, notes=(*report.notes, f"{nuls} NUL bytes.")) if nuls else report
        known = space.seen(relation)
        table = Table(report, space.connection, relation, tally.presumption, tally.index, known)
        if not in_file or size <= footer.CHEAP:
            table, below = footer.trimmed(table)
            if below is not None:
                ragged = tally.ragged - sum(number >= below for number in tally.last_ragged)
                table = replace(table, report=replace(table.report, ragged=ragged))
            first = [number for number in tally.first_ragged if below is None or number < below]
            if first:
                note = f"Of another width: {_numbered(first)}."
                table = replace(table, report=replace(table.report, notes=(*table.report.notes, note)))
        tables.append(table)
    return tables


def _begin(path: Path, encoding: Encoding) -> Beginning:
    with encodings.text(path, encoding) as handle:
        beginning = handle.read(dialects.SAMPLE_CHARACTERS)
    if len(beginning) < dialects.SAMPLE_CHARACTERS and not beginning.strip(headers.BLANKS + '",;|'):
        raise ReadFault(FaultKind.EMPTY, "The file holds nothing but blanks.", "Publish the data again.")
    dialect = dialects.sniff(beginning)
    with encodings.text(path, encoding) as handle:
        sample = headers.sample(records(handle, dialect, []))
    return Beginning(encoding, dialect, sample, headers.find(sample))


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


def _confidence(encoding: Encoding, header: Header, sample: list[list[str]]) -> float:
    rows = [row for row in sample[header.first :] if not headers.blank(row)]
    regular = sum(len(row) == len(header.columns) for row in rows)
    return round(encoding.confidence * (regular / len(rows) if rows else 1.0), 2)


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
            tally.last_ragged.append(number)
            if len(tally.first_ragged) <= _NAMED and not (mender and mender.mended > before):
                tally.first_ragged.append(number)
            tally.surplus += any(cells[width:])
            cells = cells[:width] + [None] * (width - len(cells))
        if mender and mender.mended > before:  # as published, it was not a row of this table
            before = mender.mended
            mended.append(number)
            tally.ragged += 1
            tally.last_ragged.append(number)
        yield number, cells
    if repeated:
        tally.notes.append(
            f"The header stands {headers.some(repeated, 'time')} more among the records; it is left out there."
        )
    if mended:
        tally.notes.append(
            f"{headers.some(len(mended), 'row')} with a delimiter missing, surplus or of another kind, or with a stray "
            f"quote, could be read in one way only: {_numbered(mended)}."
        )
    if mended and mender and mender.tired:
        tally.notes.append("So many rows are at fault that those further down are left as they are.")


def _numbered(rows: Sequence[int]) -> str:
    """`row 7`, or the first of several."""
    more = ", ..." if len(rows) > _NAMED else ""
    return f"row{'' if len(rows) == 1 else 's'} {', '.join(map(str, rows[:_NAMED]))}{more}"


def _fast(path: Path, begin: Beginning, space: Workspace, tally: Tally) -> str | None:
    """Leave the cells in the file, for DuckDB to parse whenever they are asked for.

    None when it cannot be trusted with that (ragged rows, blank lines between others, odd quotes).
    """
    encoding, dialect, header = begin.encoding, begin.dialect, begin.header
    width = len(header.columns)
    # A line without anything gives no row in DuckDB
    records = [row for row in begin.sample[header.first :] if row]
    if dialect.spaced or not dialect.delimiter or any(len(row) != width for row in records):
        return None
    clean = path
    if encoding.bad or encoding.name not in ("utf-8", "utf-8-sig"):
        clean = space.temporary()
        encodings.transcode(path, encoding, clean)
    parse = Parse(clean, dialect, width, header.first)
    size = path.stat().st_size
    if size <= STORED:
        relation = _held(space, parse, begin, records, tally)
        if clean != path:
            clean.unlink()
        return relation
    presumed = space.presuming and size > footer.CHEAP
    agrees = _presumed if presumed else _agrees
    if not agrees(space, parse, begin, records, tally):
        if clean != path:
            clean.unlink()
        return None
    if clean == path:
        parse = replace(parse, path=space.kept(path))
    if tally.lines:
        tally.index = LineIndex(parse.path, dialect, tally.lines.offsets, tally.lines.before)
    return in_place.published(
        space,
        parse,
        header.columns,
        row=header.first + 1,
        blank=tally.blank > tally.trailing,
        lines=tally.lines,
    )


def _held(
    space: Workspace, parse: Parse, begin: Beginning, records: list[list[str]], tally: Tally
) -> str | None:
    """The same, in memory."""
    cells = held.parsed(space, parse)
    if cells is None or not _counts(parse, begin, tally, partial(held.counted, cells, records)):
        return None
    blanks = tally.blank > tally.trailing
    return held.published(space, cells, begin.header.columns, row=parse.skip + 1, blanks=blanks)


def _presumed(
    space: Workspace, parse: Parse, begin: Beginning, records: list[list[str]], tally: Tally
) -> bool:
    """Whether all seems to be regular: a row for each line, none blank, none the header once more.

    What whoever scans the table has to show of it is left in `tally`.
    """
    lines = ends(parse.path)
    if lines.mixed or not in_place.begins(space, parse, records):
        return False
    tally.rows, tally.trailing = lines.lines - parse.skip - lines.trailing, lines.trailing
    tally.blank, tally.nuls, tally.lines = lines.trailing, lines.nuls, lines
    published = [cell if cell.strip() else "" for cell in begin.published] or [""] * parse.width
    tally.presumption = Presumption(tally.rows, dict(zip(begin.header.columns, published, strict=False)))
    return tally.rows > 0


def _agrees(space: Workspace, parse: Parse, begin: Beginning, records: list[list[str]], tally: Tally) -> bool:
    return _counts(parse, begin, tally, partial(in_place.counted, space, parse, records))


def _counts(
    parse: Parse,
    begin: Beginning,
    tally: Tally,
    counts: Callable[[tuple[int, str] | None], tuple[int, int] | None],
) -> bool:
    """Whether DuckDB parses every cell and gives a row for each line, or for each line outside quotes.

    Also counts rows, blank ones and NUL bytes into `tally`. The lines of a large file are counted while DuckDB parses.
    """
    # Where its name stands in a column, it may be the header once more: only the patient way can tell
    published = begin.published[: parse.width]
    name = next(((index, cell) for index, cell in enumerate(published) if cell.strip()), None)
    if parse.path.stat().st_size <= STORED:  # done before a thread would be well on its way
        counted, lines = counts(name), ends(parse.path)
    else:
        with ThreadPoolExecutor(1) as beside:
            counting = beside.submit(ends, parse.path)
            counted = counts(name)
            lines = counting.result()
    if counted is None:
        return False
    total, blank = counted
    trailing = lines.trailing
    if not lines.mixed and total + parse.skip + trailing == lines.lines:
        tally.lines = lines
    else:
        # Not every line is a row: then line ends inside quotes must be all that is between the two counts
        measured = shape(parse.path, parse.dialect.quote)
        if measured.blank_inside or measured.mixed_ends or total + parse.skip != measured.records:
            return False
        trailing = measured.trailing
    tally.rows, tally.blank, tally.trailing = total - blank, blank + trailing, trailing
    tally.nuls = lines.nuls
    return True
