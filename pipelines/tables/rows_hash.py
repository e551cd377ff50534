"""The rows of a table as one hash that knows no order: is it the same data, though the bytes differ?

Belongs here: the hash, and the comparison of all tables of a distribution. Beside the sha256 of the bytes it tells
a file whose rows or columns were shuffled, or whose delimiter, quotes, encoding or format changed, from one whose
data changed. Does not belong here: what follows from that (`measurement.timeliness`).

`rows-1` is made so: a record's cells, in the order of the columns' names, with U+001F after each and an empty
cell as nothing, are hashed by MD5, read as a little-endian number; its upper and its lower 64 bits are summed over
all records (a sum, so that a record that is there twice counts twice); SHA-256 over names, number of records and
both sums, as JSON, gives the first 32 hex digits. Every step is of a standard, so that a new DuckDB gives the same
hash. It tells changes apart and is no seal: whoever wants two tables to have one hash can make them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace

from pipelines import duck
from pipelines.model import ReadReport
from pipelines.tables.asking import asking
from pipelines.tables.table import Opened, Table

VERSION = "rows-1"


def rows_hash(table: Table) -> str:
    """The hash of the table's records, led by the version of its making. One scan, in constant memory.

    Raises `Unproven` when the table is not what it was presumed to be.
    """
    names = sorted(table.report.columns)
    cells = ", ".join(f"{duck.quote(name)}, chr(31)" for name in names) or "''"
    presumed = table.unsettled
    never = presumed.never(table.report.columns) if presumed else "false"
    with asking(table) as asked, table.presuming():
        ((count, upper, lower, impossible),) = asked.rows(
            f"""
            SELECT count(*), sum((number >> 64)::UBIGINT), sum((number & 18446744073709551615)::UBIGINT),
                coalesce(count_if(never), 0)
            FROM (SELECT md5_number(concat({cells})) AS number, {never} AS never FROM {duck.quote(asked.relation)})
            """
        )
    if presumed:
        presumed.settle(count, impossible)
    summed = json.dumps([names, count, upper, lower], ensure_ascii=False)
    digest = hashlib.sha256(summed.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{VERSION}:{digest[:32]}"


def hashed(content: Opened) -> list[ReadReport]:
    """All reports of a snapshot, those of its tables with their `rows_hash`."""
    reports = [replace(table.report, rows_hash=rows_hash(table)) for table in content.tables]
    return [*reports, *content.reports[len(reports) :]]


def data_hash(reports: Iterable[ReadReport]) -> str | None:
    """One hash for all tables of one distribution, whatever they are called; None when any is not known."""
    hashes = []
    for report in reports:
        if report.rows_hash is None:
            if report.fault is not None and not report.main and report.share_read == 1:
                continue  # a manual beside the data
            return None
        hashes.append(report.rows_hash)
    return " ".join(sorted(hashes)) or None
