"""What stands below the last record of a table: sources and notes, and rows of totals.

Belongs here: telling them by their shape, their place and their words, in Spanish, English, French and Portuguese;
taking footers out of a table, and saying in its report what was taken out and which rows look like totals. Does
not belong here: what stands above a table (`header`). The rules are ours, tuned on published files. A footer is
unlike every record near it *and* stands after a blank row or says what it is: what is in doubt stays a record. A
total stays in the table too, where an expectation may find it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from pipelines import duck
from pipelines.tables.header import BLANKS, clean, looks_like_data
from pipelines.tables.table import ROW, Table
from pipelines.tables.total_words import CERTAIN, POSSIBLE

CHEAP = 4_000_000  # bytes of a table left in its file that are parsed once more to see its last rows
_TAIL = 60
_WINDOW = 30
_ENOUGH = 2
_MOST_TOTALS = 3
_QUOTED = 3
_MAX_QUOTE = 120

_WORDS = (
    r"(?:fuentes?|notas?|fontes?|sources?|notes?|remarques?|observa(?:ciones|ções)|elabora(?:ción|ção|do por)"
    r"|advertencias?|aclaraciones|disclaimer|llamadas?|última actualización|last updated|mise à jour)"
)
_SAYS = re.compile(rf"{_WORDS}(?:\s*(?:[:.]|\d{{1,2}}\b.*[:.)/])|\s*$)", re.IGNORECASE)
_MAY_SAY = re.compile(rf"{_WORDS}\b", re.IGNORECASE)
_SIGN = re.compile(r"https?://|\*+\s*\w|\(?\d{1,2}(?:/|\))\s*\w|\[\d{1,2}\]\s*\w")
_TOTAL = re.compile(f"{CERTAIN}|{POSSIBLE}", re.IGNORECASE)

Row = tuple[int, Sequence[str | None]]


@dataclass(frozen=True)
class Below:
    """What the last rows of a table are: `footers` are no records, `totals` look like sums of the records above."""

    footers: tuple[Row, ...] = ()
    totals: tuple[Row, ...] = ()


def trimmed(table: Table) -> tuple[Table, int | None]:
    """`table` without its footer, both told in its notes; and the row where the footer begins, None without one.

    Asks for the last rows only; of a table that is left in its file, that means to parse the file.
    """
    below = judged(_last_rows(table))
    notes = (*table.report.notes, *_notes(below))
    if not below.footers:
        return replace(table, report=replace(table.report, notes=notes)), None
    begin = below.footers[0][0]
    relation = f"{table.relation}_records"
    table.connection.execute(
        f"CREATE VIEW {duck.quote(relation)} AS SELECT * FROM {duck.quote(table.relation)} "
        f"WHERE {duck.quote(ROW)} < {begin}"
    )
    report = replace(table.report, rows=table.report.rows - len(below.footers), notes=notes)
    return Table(report, table.connection, relation), begin


def judged(rows: Sequence[Row]) -> Below:
    """What the last of `rows` are; they are numbered, so that a blank row between two of them shows."""
    begin = _begin(rows)
    records = rows[:begin]
    usual = _usual(records)
    totals = []
    for index in range(max(len(records) - _MOST_TOTALS, _ENOUGH), len(records)):
        if _is_total(records[index][1], usual, after_blank=_after_blank(records, index)):
            totals.append(records[index])
    return Below(tuple(rows[begin:]), tuple(totals))


def _begin(rows: Sequence[Row]) -> int:
    """The position of the first row of the footer; that after the last row when there is none."""
    counts = [len(_filled(cells)) for _, cells in rows]
    for index in range(_ENOUGH, len(rows)):
        begin = max(index - _WINDOW, 0)
        usual = median(counts[begin:index])
        if (
            usual >= _ENOUGH + 1
            and _thin(counts[-1], usual)
            and not any(_thin(count, usual) for count in counts[begin:index])
            and all(_thin(count, usual) for count in counts[index:])
            and not any(_only_data(cells) for _, cells in rows[index:])
            and _announces(rows, index, rows[begin:index])
        ):
            return index
    return len(rows)


def _announces(rows: Sequence[Row], index: int, window: Sequence[Row]) -> bool:
    column, text = _first(rows[index][1])
    if _SAYS.match(text):
        return True
    if not _after_blank(rows, index) or len(_filled(rows[index][1])) > 1:
        return False
    longest = max((len(cells[column] or "") for _, cells in window), default=0)
    if _SIGN.match(text) or _MAY_SAY.match(text):
        return True
    return len(text) > longest and len(text.split()) >= 4


def _thin(count: int, usual: float) -> bool:
    """Whether a row with so many filled cells has far fewer than is usual."""
    return count == 1 or count * 3 <= usual


def _is_total(cells: Sequence[str | None], usual: float, *, after_blank: bool) -> bool:
    _, text = _first(cells)
    others = _filled(cells)[1:]
    if not others:
        return after_blank and usual >= _ENOUGH + 1 and looks_like_data(text)
    if not _TOTAL.fullmatch(text) or not any(map(looks_like_data, others)):
        return False
    return after_blank or len(others) + 1 < usual or all(map(looks_like_data, others))


def _after_blank(rows: Sequence[Row], index: int) -> bool:
    return index > 0 and rows[index][0] - rows[index - 1][0] > 1


def _usual(rows: Sequence[Row]) -> float:
    return median(len(_filled(cells)) for _, cells in rows) if rows else 0.0


def _only_data(cells: Sequence[str | None]) -> bool:
    return all(map(looks_like_data, _filled(cells)))


def _filled(cells: Sequence[str | None]) -> list[str]:
    return [cell for cell in cells if cell and cell.strip(BLANKS)]


def _first(cells: Sequence[str | None]) -> tuple[int, str]:
    """The first cell that holds something, and its column."""
    return next(
        ((at, cell.strip(BLANKS)) for at, cell in enumerate(cells) if cell and cell.strip(BLANKS)), (0, "")
    )


def _last_rows(table: Table) -> list[Row]:
    if (held := table.cells()) is not None:
        numbers = held.column(ROW).to_numpy()
        last = held.filter(numbers > numbers.max(initial=0) - _TAIL).sort_by(ROW)
        columns = (column.to_pylist() for column in last.columns)
        return [(number, cells) for number, *cells in zip(*columns, strict=True)]
    relation, row = duck.quote(table.relation), duck.quote(ROW)
    # Everything is fetched, also of one row: a result that is not at its end stands in the way of other work.
    ((last,),) = table.connection.execute(f"SELECT max({row}) FROM {relation}").fetchall()
    if last is None:
        return []
    rows = table.connection.execute(
        f"SELECT * FROM {relation} WHERE {row} > {int(last) - _TAIL} ORDER BY {row}"
    ).fetchall()
    return [(int(number), cells) for number, *cells in rows]


def _notes(below: Below) -> list[str]:
    notes = []
    if below.footers:
        count = len(below.footers)
        said = [_quote(cells) for _, cells in below.footers[:_QUOTED]]
        more = " ..." if count > _QUOTED else ""
        stand = (
            "1 row below the table is no record"
            if count == 1
            else f"{count} rows below the table are no records"
        )
        notes.append(f"{stand} and left out: {' | '.join(said)}{more}")
    notes.extend(
        f"Row {number} ({_quote(_filled(cells)[:1])}) looks like a total, not a record; it is in the table."
        for number, cells in below.totals
    )
    return notes


def _quote(cells: Sequence[str | None]) -> str:
    text = clean(" ".join(_filled(cells)))
    return text if len(text) <= _MAX_QUOTE else f"{text[:_MAX_QUOTE]}..."
