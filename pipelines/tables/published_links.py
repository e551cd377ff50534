"""Addresses that a table publishes in its cells: a small sample, which stays what it is while the file grows.

Belongs here: which cells hold an address that may be followed, and choosing among them: those of the smallest MD5,
which is as good as by lot, and the next version of the file has nearly all of them still (a bottom-k sample, as of
Cohen and Kaplan 2007). What has been followed lately need not be followed again. Does not belong here: following one,
or which columns hold addresses (roles of type url).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from urllib.parse import urlsplit

from pipelines import duck
from pipelines.tables.asking import asking
from pipelines.tables.table import ROW, Table

MOST = 10
# Rows up to which no address is left out before the choice: of a few addresses each may be one of `MOST`.
FEW = 10_000
# Digits of an MD5 by which addresses of a larger table make some thousand groups.
ENDING = 3
LONGEST = 2_000  # characters; a longer one is followed by few programs
# RE2, and Python's as well: one address and nothing else.
_ADDRESS = r"https?://[^\s<>\"]+"
# Of ASCII, without a user, a port of five digits or brackets: most are so, and need no parsing.
_PLAIN = re.compile(
    r"https?://(?=[-.]*[a-z0-9])[-.a-z0-9]+(?::\d{1,4})?(?:/[!#-;=?A-~]*)?", re.IGNORECASE | re.ASCII
)
# What SQL's `trim` takes away (Unicode's category Zs).
_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_MAIL = re.compile(r"[^\s/?&=@]+@[^\s/?&=@]+\.[a-z]{2,}", re.IGNORECASE)

Found = tuple[int, str]


def sample(table: Table, columns: Mapping[str, str], most: int = MOST) -> dict[str, list[Found]]:
    """By role: the rows and addresses that are to be followed, `most` in all and as many of each role.

    `columns` names the published column of each role. At least one of each role is taken while there are no more than
    `most` of them. Raises DuckDB's exceptions.
    """
    roles = list(columns)[:most]
    each, more = divmod(most, len(roles)) if roles else (0, 0)
    return {
        role: chosen(_candidates(table, columns[role]), each + (place < more))
        for place, role in enumerate(roles)
    }


def may_be_followed(address: str) -> bool:
    """Whether an address is one of the web that names nobody: no user's name in it, and no mail address."""
    if _PLAIN.fullmatch(address):
        return len(address) <= LONGEST
    if not re.fullmatch(_ADDRESS, address, re.IGNORECASE) or len(address) > LONGEST or _MAIL.search(address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and address.isprintable()


def chosen(candidates: Iterable[Found], most: int) -> list[Found]:
    """At most `most` of `candidates`, each address once, where it stands first, in the order of their rows."""
    distinct: dict[str, int] = {}
    for row, address in candidates:
        distinct[address] = min(row, distinct.get(address, row))
    by_lot = sorted(distinct, key=lambda it: (_md5(it), it))
    return sorted((distinct[it], it) for it in islice(filter(may_be_followed, by_lot), most))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()


def _held(rows: Iterable[int], cells: Iterable[str | None]) -> list[Found]:
    """What begins like an address, without outer blanks; `chosen` looks at the rest."""
    first: dict[str, int] = {}
    for row, cell in zip(rows, cells, strict=True):
        if cell and row < first.get(cell, row + 1):
            first[cell] = row
    trimmed = ((row, cell.strip(_SPACES)) for cell, row in first.items())
    return [(row, cell) for row, cell in trimmed if cell[:4].lower() == "http"]


def _candidates(table: Table, column: str) -> list[Found]:
    """Of each group of addresses whose MD5 ends alike, that of the smallest; one scan, and some thousand groups.

    In a table of few rows each address is a group of its own. In memory, cells that only begin like one come with them.
    """
    few = table.report.rows <= FEW
    if few and (cells := table.cells()) is not None:
        return _held(cells.column(ROW).to_pylist(), cells.column(column).to_pylist())
    asks = f"length(value) <= {LONGEST} AND regexp_full_match(value, {duck.literal(_ADDRESS)}, 'i')"
    with asking(table) as asked, table.presuming():
        every = (
            f"SELECT {ROW} AS place, trim({duck.quote(column)}) AS value FROM {duck.quote(asked.relation)}"
        )
        if few:
            every = f"SELECT min(place) AS place, value FROM ({every}) GROUP BY value"
            rows = asked.rows(f"SELECT place, value FROM ({every}) WHERE {asks}")
        else:
            addresses = f"SELECT place, value, md5(value) AS lot FROM ({every}) WHERE {asks}"
            rows = asked.rows(
                "SELECT first.place, first.value FROM (SELECT arg_min({'place': place, 'value': value}, (lot, place))"
                f" AS first FROM ({addresses}) GROUP BY right(lot, {ENDING}))"
            )
    return [(int(place), str(value)) for place, value in rows]
