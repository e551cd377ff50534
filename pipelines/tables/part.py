"""The part of a file that sources.yaml asks for: one file of an archive, one sheet of a workbook.

Belongs here: which names are meant, and the fault of a file that does not hold them, which lists what it does hold.
Does not belong here: the records inside JSON (`json_path`) or XML (`xml_outline`), which also raise that fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.header import clean
from pipelines.tables.table import Table

_LISTED = 12


class NotThere(ReadFault):
    """Raised when a file can be read and does not hold the part that was asked for."""

    title = "The file does not hold what was asked for"
    default_advice = (
        "Correct `member`, `sheet` or `record_path` of the distribution in sources.yaml, or leave it out."
    )

    def __init__(self, what: str, wanted: str, key: str, there: Iterable[str]) -> None:
        self.what, self.wanted, self.key = what, wanted, key
        self.there = list(dict.fromkeys(clean(name) for name in there))
        found = (
            f"There are: {listed(self.there, _LISTED)}." if self.there else "It holds nothing of that kind."
        )
        super().__init__(
            FaultKind.NO_TABLE,
            f"{what} {clean(wanted)!r}, which was asked for. {found}",
            f"Correct `{key}` of the distribution in sources.yaml, or leave it out to have the content decide.",
        )


def means(wanted: str, name: str) -> bool:
    """Whether the name of a member or a sheet is the `wanted` one, in any case; `*` and `?` are wildcards."""
    wanted, name = clean(wanted).casefold(), clean(name).casefold()
    if wanted == name:
        return True
    pattern = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, name, re.DOTALL) is not None


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first of `names`, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def within(wanted: str, path: str) -> bool:
    """Whether the member at `path` is the wanted one, or is in a wanted archive inside the archive."""
    steps = path.split("/")
    return any(means_member(wanted, "/".join(steps[:count])) for count in range(1, len(steps) + 1))


def means_member(wanted: str, name: str) -> bool:
    """The same for the path of a member; a name without a folder is meant in any folder."""
    return means(wanted, name) or ("/" not in wanted and means(wanted, name.rpartition("/")[2]))


def of_sheets(tables: Sequence[Table], wanted: str) -> list[Table]:
    """The tables of the wanted sheet, or sheets; the first one's notes name the others. Raises `NotThere`."""
    chosen = [table for table in tables if means(wanted, table.report.table)]
    others = [table.report.table for table in tables if not means(wanted, table.report.table)]
    if not chosen:
        raise NotThere("The file has no sheet", wanted, "sheet", others)
    if others:
        note = f"Only the sheet that was asked for is read, not {listed(others)}."
        main = chosen[0]
        chosen[0] = replace(main, report=replace(main.report, notes=(*main.report.notes, note)))
    return chosen
