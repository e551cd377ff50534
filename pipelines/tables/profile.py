"""What the cells of a column are: numbers, dates, addresses or text, and under which decimal mark or date order.

Belongs here: looking at the first rows of a table. A kind is told only when nearly all cells are of it; a number such
as 1.234 or a date such as 03/04/2025 can be read in two ways, and decides nothing. Does not belong here: what a
column means (`proposing`), and judging values (`validation`), for which every cell counts and not the first ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.tables.layouts import fold
from pipelines.tables.table import Table

if TYPE_CHECKING:
    import pyarrow

ROWS = 1_000
CELLS = 200_000  # of a table of many columns, fewer rows are looked at
# From this share of its cells, and this number of them, a column is of a kind.
SHARE = 0.95
ENOUGH = 5
VALUES = 200  # of a column are told, the most frequent
LONGEST = 400  # a longer cell is text, whatever it says

# Text is told where no other kind has this share: a column on the verge would change its kind every other night.
MIXED = 0.5

NUMBER, DATE, URL, MAIL, TEXT = "number", "date", "url", "mail", "text"
UNKNOWN = ""
# Cells that say that there is nothing, folded; whoever fills them in would have left the cell empty elsewhere.
NOTHING = frozenset({
    "", "na", "n a", "nan", "nd", "n d", "sn", "s n", "sd", "s d", "si n", "s i", "null", "none",
    "no aplica", "no disponible", "no especificado", "sin dato", "sin datos", "sin informacion",
    "no definido", "en blanco", "inexistente", "nao disponivel", "nao informado", "nao se aplica",
    "non renseigne", "not available", "unknown", "not applicable",
})  # fmt: skip
_LONGEST_NOTHING = 20
_SHORTEST_DATE = 8  # 1/1/2025
_DIGIT = re.compile(r"\d")
_MONEY = r"(?:[$€£]|R\$|US\$|Q|S/\.?|Bs\.?|MXN|USD|EUR|BRL|COP)?\s*"
_MONEY_BEGINS = frozenset("RUQSBMEC")
_POINT = re.compile(rf"[-+(]?{_MONEY}[-+]?(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?:0|[1-9]\d*)\.\d+)\)?%?")
_COMMA = re.compile(rf"[-+(]?{_MONEY}[-+]?(?:\d{{1,3}}(?:\.\d{{3}})+(?:,\d+)?|(?:0|[1-9]\d*),\d+)\)?%?")
_WHOLE = re.compile(rf"[-+]?{_MONEY}(?:0|[1-9]\d*)")
# What every date and number begins with.
_BEGINS = re.compile(rf"[-+(]?{_MONEY}[-+]?\d")
_MARKS = frozenset("-/.")
_DIGITS, _CENTURIES = frozenset("0123456789"), ("19", "20")
_TIME = r"(?:[T ]+\d{1,2}:\d{2}.*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}|((?:19|20)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(?:19|20)\d\d{_TIME}")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)

# Columns whose cells are all written alike are told at once: each pattern is of one cell in a line of its own, where
# there is no "@". What is not sure of every line is left to `_kind`, which says the same.
_WORD = r"(?=[^\W\d_RUQSBMECHhWw])"
_ALIKE = tuple(
    (re.compile(rf"(?:{cell}\n)++"), kind, detail)
    for cell, kind, detail in (
        (rf"(?:{_WORD}|(?!{_BEGINS.pattern}|(?i:https?://|www\.))).++", TEXT, ""),
        (r"(?!(?:19|20)[0-9]{6}\n)(?:0|[1-9][0-9]{0,30})", NUMBER, ""),
        (r"(?:0|[1-9][0-9]{0,30})\.(?:[0-9]{1,2}|[0-9]{4,30})", NUMBER, "."),
        (r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", DATE, "ymd"),
        (rf"(?=.{{1,{LONGEST}}}\n)(?i:https?://|www\.)\S++", URL, ""),
    )
)
_MOST_ALIKE = 1_000_000  # characters


@dataclass(frozen=True)
class Profile:
    """The first cells of one column.

    `kind` is one of those above, or UNKNOWN; `detail` the decimal mark of numbers, the order of dates, else "".
    `filled` of `cells` hold anything, `distinct` of them differ; `values` are the most frequent with their counts.
    `nothing` are the values that only say that there is none, which count as blank.
    """

    kind: str
    detail: str = ""
    cells: int = 0
    filled: int = 0
    distinct: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    nothing: Mapping[str, int] = field(default_factory=dict)

    def told(self) -> str:
        """The kind in a word or two: `number ,` or `date dmy`; "" when the cells do not tell."""
        return f"{self.kind} {self.detail}".strip()


def profiles(table: Table, *, rows: int = ROWS) -> dict[str, Profile]:
    """The profile of each column by its first rows, looked at once. Raises DuckDB's exceptions."""
    names = table.report.columns
    if not names:
        return {}
    count = max(1, min(rows, CELLS // len(names)))
    known: dict[str, Profile] | None = table.seen.get(("profiles", count, names))
    if known is None:
        known = table.seen["profiles", count, names] = _profiles(table, names, count)
    return known


def _profiles(table: Table, names: Sequence[str], count: int) -> dict[str, Profile]:
    held = table.cells()
    if held is not None:
        first = held.slice(0, count)
        return {name: _told(_counted(first.column(name)), first.num_rows) for name in names}
    chosen = ", ".join(map(duck.quote, names))
    found = table.connection.execute(
        f"SELECT {chosen} FROM {duck.quote(table.relation)} LIMIT {count}"
    ).fetchall()
    cells = zip(*found, strict=True) if found else ((),) * len(names)
    return {name: profile(column) for name, column in zip(names, cells, strict=True)}


def kinds(found: Mapping[str, Profile]) -> dict[str, str]:
    """The columns whose kind is certain, each with it."""
    return {name: told for name, each in found.items() if (told := each.told())}


def _counted(column: pyarrow.ChunkedArray) -> Counter[str]:
    """How often each text stands in a column, in the order in which they come first."""
    counted = column.value_counts()
    values, counts = counted.field(0).to_pylist(), counted.field(1).to_pylist()
    if None in values:
        place = values.index(None)
        del values[place], counts[place]
    stripped = list(map(str.strip, values))
    if stripped == values:  # nearly always, and then each of them stands once
        return Counter(dict(zip(values, counts, strict=True)))
    found = Counter[str]()
    for value, count in zip(stripped, counts, strict=True):
        found[value] += count
    return found


def profile(cells: Sequence[str | None]) -> Profile:
    """The profile of a column's cells."""
    return _told(Counter(map(str.strip, filter(None, cells))), len(cells))


def _told(values: Counter[str], cells: int) -> Profile:
    """The profile of so many cells, which hold these `values` without outer blanks."""
    values.pop("", None)
    digit = _DIGIT.search
    wordy = [value for value in values if len(value) <= _LONGEST_NOTHING and not digit(value)]
    nothing = {value: values.pop(value) for value in wordy if says_nothing(value)}
    filled = values.total()
    kind, detail = _kind(values, filled)
    return Profile(kind, detail, cells, filled, len(values), dict(_most(values)), nothing)


def _most(values: Counter[str]) -> list[tuple[str, int]]:
    """As `values.most_common(VALUES)`, sooner where every value is another, or nearly every one."""
    if values.total() == len(values):
        return list(islice(values.items(), VALUES))
    return sorted(values.items(), key=itemgetter(1), reverse=True)[:VALUES]


def says_nothing(value: str) -> bool:
    """Whether a cell only says that there is nothing: N/A, S/N, a dash."""
    # A digit is still one when it is folded
    return len(value) <= _LONGEST_NOTHING and not _DIGIT.search(value) and fold(value) in NOTHING


def _kind(values: Counter[str], filled: int) -> tuple[str, str]:
    if filled < ENOUGH:
        return UNKNOWN, ""
    if sum(map(len, values)) <= _MOST_ALIKE:
        lines = "\n".join((*values, ""))
        if "@" not in lines and lines.count("\n") == len(values):
            for alike, kind, detail in _ALIKE:
                if alike.fullmatch(lines):
                    return kind, detail
    dates, numbers, other = Counter[str](), Counter[str](), Counter[str]()
    for value, count in values.items():
        if len(value) > LONGEST:
            continue
        first = value[0]
        # Else it is no date and no number
        numeric = first in _DIGITS or (
            not (first.isalpha() and first not in _MONEY_BEGINS) and _BEGINS.match(value)
        )
        dated = numeric and len(value) >= _SHORTEST_DATE
        dated = dated and (not _MARKS.isdisjoint(value[1:5]) or value[:2] in _CENTURIES)
        if dated and (order := date_order(value)):
            dates[order] += count
            if not value.isdigit() and "@" not in value:  # with marks between its parts it is nothing else
                continue
        if numeric and (mark := decimal_mark(value)):
            numbers[mark] += count
        elif ("/" in value or "." in value) and _URL.fullmatch(value):
            other[URL] += count
        elif "@" in value and _MAIL.fullmatch(value):
            other[MAIL] += count
    for kind, found in ((DATE, dates), (NUMBER, numbers)):
        if found.total() >= SHARE * filled:
            certain = Counter({name: count for name, count in found.items() if name != "?"})
            return kind, max(certain, key=certain.__getitem__) if certain else ""
    for kind, count in other.items():
        if count >= SHARE * filled:
            return kind, ""
    most = max(dates.total(), numbers.total(), *other.values(), 0)
    return (TEXT if most < MIXED * filled else UNKNOWN), ""


def decimal_mark(value: str) -> str:
    """The decimal mark that a number is written with, "?" when either would do, "" for what is no number."""
    whole, point, rest = value.partition(".")
    if whole.isdigit() and value.isascii():  # the commonest are told without trying every pattern
        if not point:
            return "?" if value[0] != "0" or value == "0" else ""
        if len(rest) != 3 and rest.isdigit() and (value[0] != "0" or whole == "0"):
            return "."
    if _WHOLE.fullmatch(value):
        return "?"
    if "." not in value and "," not in value:
        return ""
    by_point, by_comma = _POINT.fullmatch(value), _COMMA.fullmatch(value)
    return "?" if by_point and by_comma else "." if by_point else "," if by_comma else ""


@lru_cache(maxsize=10_000)  # there are not so many days
def date_order(value: str) -> str:
    """The order of a numeric date's parts, "?" when day and month could be either, "" for what is no date."""
    if found := _YEAR_FIRST.fullmatch(value):
        month, day = int(found[3] or found[6]), int(found[4] or found[7])
        return "ymd" if 1 <= month <= 12 and 1 <= day <= 31 else ""
    if not _MARKS.isdisjoint(value[1:3]) and (found := _YEAR_LAST.fullmatch(value)):
        first, second = int(found[1]), int(found[3])
        if not (min(first, second) >= 1 and max(first, second) <= 31):
            return ""
        if first > 12 and second > 12:
            return ""
        return "dmy" if first > 12 else "mdy" if second > 12 else "?"
    return ""
