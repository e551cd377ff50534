"""Addresses that a table publishes in its cells: a small sample, the same for the same bytes, spread over the file.

Belongs here: which cells hold an address that may be followed, and choosing among them. Does not belong here: following
one, or which columns hold addresses (roles of type url).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from pipelines import duck
from pipelines.tables.table import ROW, Table

MOST = 10
LONGEST = 2_000  # characters; a longer one is followed by few programs
STRETCHES = 1_000
# RE2, and Python's as well: one address and nothing else.
_ADDRESS = r"https?://[^\s<>\"]+"
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
        role: spread(_candidates(table, columns[role]), each + (place < more))
        for place, role in enumerate(roles)
    }


def may_be_followed(address: str) -> bool:
    """Whether an address is one of the web that names nobody: no user's name in it, and no mail address."""
    if not re.fullmatch(_ADDRESS, address, re.IGNORECASE) or len(address) > LONGEST or _MAIL.search(address):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and address.isprintable()


def spread(candidates: Sequence[Found], most: int) -> list[Found]:
    """At most `most` of `candidates`, each address once, from the first to the last at equal distances."""
    distinct: dict[str, int] = {}
    for row, address in sorted(candidates):
        if may_be_followed(address):
            distinct.setdefault(address, row)
    found = sorted((row, address) for address, row in distinct.items())
    if len(found) <= most:
        return found
    if most < 2:
        return found[:most]
    return [found[place * (len(found) - 1) // (most - 1)] for place in range(most)]


def _candidates(table: Table, column: str) -> list[Found]:
    """The first address of each stretch of the table. One scan, and no more memory than there are stretches."""
    report = table.report
    last = report.rows + report.blank_rows + (report.header_row or 0) + 1
    cells = f"SELECT {ROW} AS place, trim({duck.quote(column)}) AS value FROM {duck.quote(table.relation)}"
    with table.presuming():
        rows = table.connection.execute(
            f"SELECT min(place), arg_min(value, place) FROM ({cells})"
            f" WHERE length(value) <= {LONGEST}"
            f" AND regexp_full_match(value, {duck.literal(_ADDRESS)}, 'i')"
            f" GROUP BY least(place * {STRETCHES} // {last}, {STRETCHES}) ORDER BY ALL"
        ).fetchall()
    return [(int(place), str(value)) for place, value in rows]
