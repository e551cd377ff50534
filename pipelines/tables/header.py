"""Where the header stands and what the columns are called, for delimited files and sheets alike.

Belongs here: the choice of the header row by content, and names that are unique whatever was published. Does
not belong here: what a column means. The rules are ours, tuned on published files: titles above the header,
blank rows, headers with holes, and files without any header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from statistics import median

from pipelines.errors import ReadFault
from pipelines.model import FaultKind

MAX_COLUMNS = 5_000
SAMPLE_ROWS = 250
BLANKS = " \t\r\n\v\f\u00a0\ufeff\u3000\x00"
_MAX_SAMPLE = 10_000
_MAX_CHARACTERS = 64_000_000
_CANDIDATES = 40
_WINDOW = 50
_MAX_NAME = 300
_MAX_MORE_ROWS = 3
_ENOUGH_BELOW = 5

_NUMBER = re.compile(r"[-+(]?\s*(?:[$€£]|R\$)?\s*[-+]?[\d.,]*\d[\d.,\s\u00a0']*[%)]?|-\d-")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T\s].*)?|\d{1,2}[-/ ][^\W\d]{3,10}[-/ ]\d{2,4}(?:[T\s].*)?"
)

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """`index` is the 0-based position of the header (its first row) among the rows given, None when there is none.

    `first` is the position of the first row that may be a record, `columns` the unique names, `notes` what the
    report should say about the choice.
    """

    index: int | None
    first: int
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()


def blank(row: Cells) -> bool:
    """Whether no cell of `row` holds anything but white space."""
    for cell in row:  # noqa: SIM110 - twice as fast as `any`, and asked of every row of a sample several times
        if cell and cell.strip(BLANKS):
            return False
    return True


def sample(rows: Iterable[list[str]]) -> list[list[str]]:
    """The first rows of a table, blank ones included: enough to judge it by, little enough to hold."""
    taken: list[list[str]] = []
    filled = characters = 0
    for row in rows:
        taken.append(row)
        filled += not blank(row)
        characters += sum(map(len, row))
        if filled >= SAMPLE_ROWS or len(taken) >= _MAX_SAMPLE or characters > _MAX_CHARACTERS:
            break
    return taken


def find(rows: Sequence[Cells]) -> Header:
    """Choose the header among the first rows of a table, whose blank rows must be included.

    The header is the first row that is about as full as the rows below it and does not look like them: in
    columns that hold numbers or dates it holds neither. Raises `ReadFault` when there are too many columns.
    """
    filled = [index for index, row in enumerate(rows) if not blank(row)]
    fullness = _fullness(rows, filled)
    full = [index for index, share in fullness.items() if share >= 0.6]
    chosen: int | None = None
    if full:
        pro, con = _evidence(rows, filled, full[0])
        if con == 0 or con * 2 <= pro:
            chosen = full[0]
        else:
            # A row of codes or hidden identifiers may stand above the names, or names may fill fewer columns
            near = [index for index, share in fullness.items() if share >= 0.3]
            near = [index for index in near if index < full[0]] + full[1:6]
            chosen = next((index for index in near if _clear(rows, filled, index)), None)
    last = chosen if chosen is None else _last_of(rows, filled, chosen)
    first = (last + 1) if last is not None else (full[0] if full else 0)
    widths = Counter(len(rows[index]) for index in filled if index >= first)
    width = max(
        _extent(rows[chosen]) if chosen is not None else 1, widths.most_common(1)[0][0] if widths else 1
    )
    if width > MAX_COLUMNS:
        raise ReadFault(
            FaultKind.NO_TABLE,
            f"The table would have {width:,} columns; at most {MAX_COLUMNS:,} are read.",
            "Publish one record a row and one attribute a column.",
        )
    above = sum(1 for index in filled if index < (first if chosen is None else chosen))
    notes = (
        [f"{some(above, 'row')} above the table {'is' if above == 1 else 'are'} not part of it."]
        if above
        else []
    )
    if chosen is None:
        notes.append("No header was found; columns are numbered.")
        return Header(None, first, names((), width), tuple(notes))
    if first > chosen + 1:
        notes.append(f"The header has {first - chosen} rows; a column is called by what they say.")
    return Header(chosen, first, names(_joined(rows[chosen:first]), width), tuple(notes))


def repeated(row: Cells, header: Cells) -> bool:
    """Whether `row`, found among the records, is the header of the same or of a similar table once more."""
    begin, name, known = _known(tuple(header))
    if begin >= len(row) or clean(row[begin] or "") != name:
        return False
    both = known & {clean(cell or "") for cell in row}
    return len(both) >= max(2, len(known) / 2) and not any(map(looks_like_data, row))


@lru_cache(maxsize=64)
def _known(header: tuple[str | None, ...]) -> tuple[int, str, frozenset[str]]:
    """The first column of a header with a name, this name, and all of them; of none, a column that no row has."""
    known = [clean(cell or "") for cell in header]
    begin = next((index for index, name in enumerate(known) if name), MAX_COLUMNS * 1_000)
    return begin, known[begin] if begin < len(known) else "", frozenset(filter(None, known))


def names(cells: Cells, width: int) -> tuple[str, ...]:
    """`width` unique column names from header `cells`: `Moneda`, `Moneda__2`, and `column_7` for a hole."""
    seen = {"_row"}
    return tuple(
        column_name(cells[index] if index < len(cells) else None, index + 1, seen) for index in range(width)
    )


def some(count: int, what: str) -> str:
    """A number of things for a note: `1 row`, `2 rows`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def clean(name: str) -> str:
    """A published name fit for a report: one line, valid Unicode, at most 300 characters; it may be empty."""
    return _CONTROL.sub(" ", name).strip(BLANKS)[:_MAX_NAME]


def column_name(cell: str | None, position: int, seen: set[str]) -> str:
    """The name for the column at 1-based `position`, unlike any in `seen` (which it joins).

    Names differ in more than case, because SQL does not tell `Monto` from `MONTO`. Line breaks and other
    control characters become a space, and no name is longer than 300 characters.
    """
    base = clean(cell or "") or f"column_{position}"
    name, number = base, 1
    while name.casefold() in seen:
        number += 1
        name = f"{base}__{number}"
    seen.add(name.casefold())
    return name


def _joined(rows: Sequence[Cells]) -> list[str]:
    """One name a column from the rows of a header, what is said twice said once."""
    width = max(len(row) for row in rows)
    parts = [
        [clean(row[column] or "") if column < len(row) else "" for row in rows] for column in range(width)
    ]
    return [" ".join(dict.fromkeys(filter(None, column))) for column in parts]


def _last_of(rows: Sequence[Cells], filled: Sequence[int], chosen: int) -> int:
    """The last row of the header that begins at `chosen`: units or longer names may stand under the names.

    Such a row says the same once more; or, in columns of numbers and dates, it has words that no record has.
    """
    last = chosen
    while last - chosen < _MAX_MORE_ROWS and last + 1 < len(rows) and not blank(rows[last + 1]):
        row, below = rows[last + 1], _below(rows, filled, last + 1)
        if not repeated(row, rows[chosen]) or len(row) != len(rows[chosen]):
            if len(below) < _ENOUGH_BELOW or any(map(looks_like_data, row)):
                break
            columns = [
                (cell, values)
                for column, cell in enumerate(row)
                if (values := [other[column] for other in below if column < len(other) and other[column]])
                and sum(map(looks_like_data, values)) * 10 >= len(values) * 9
            ]
            words = [cell for cell, values in columns if cell and cell.strip(BLANKS) and cell not in values]
            if len(words) < 2 or len(words) * 3 < len(columns) * 2:
                break
        last += 1
    return last


def _full_cells(row: Cells) -> int:
    return len([cell for cell in row if cell and cell.strip(BLANKS)])


def _extent(row: Cells) -> int:
    """Cells up to the last one that holds something."""
    return max((index + 1 for index, cell in enumerate(row) if cell and cell.strip(BLANKS)), default=0)


def _below(rows: Sequence[Cells], filled: Sequence[int], index: int) -> list[Cells]:
    return [rows[other] for other in islice((at for at in filled if at > index), _WINDOW)]


def _fullness(rows: Sequence[Cells], filled: Sequence[int]) -> dict[int, float]:
    """Of each row that may be the header, how full it is as a share of what is usual in the rows below it."""
    counts = [_full_cells(rows[index]) for index in filled[: _CANDIDATES + _WINDOW]]
    found = {}
    for place, index in enumerate(filled[:_CANDIDATES]):
        below = counts[place + 1 : place + 1 + _WINDOW]
        found[index] = counts[place] / max(1.0, median(below) if below else 1)
    return found


def looks_like_data(cell: str | None) -> bool:
    """Whether a cell looks like a value rather than a name. A year may be either, so it does not count."""
    text = (cell or "").strip(BLANKS)
    return 0 < len(text) <= 60 and _is_data(text)


@lru_cache(maxsize=10_000)  # the same cells are asked several times, and columns have few values
def _is_data(text: str) -> bool:
    return not _YEAR.fullmatch(text) and bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def _evidence(rows: Sequence[Cells], filled: Sequence[int], index: int) -> tuple[int, int]:
    """Columns that speak for row `index` being a header, and columns that speak against it."""
    row, below = rows[index], _below(rows, filled, index)
    if not below:
        data = sum(looks_like_data(cell) for cell in row)
        return 0, data if data * 2 > _full_cells(row) else 0
    pro = con = 0
    for column, cell in enumerate(row):
        values = [other[column] for other in below if column < len(other) and other[column]]
        if values and sum(map(looks_like_data, values)) * 10 >= len(values) * 7 and cell:
            pro, con = (pro, con + 1) if looks_like_data(cell) else (pro + 1, con)
    return pro, con


def _clear(rows: Sequence[Cells], filled: Sequence[int], index: int) -> bool:
    pro, con = _evidence(rows, filled, index)
    return pro >= 1 and con == 0
