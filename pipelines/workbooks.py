"""Workbooks: what all of ours have in common, so that strangers' text in a cell or a name does no harm.

Belongs here: cells that no spreadsheet computes, names that every spreadsheet takes, how a heading looks and a sheet is
printed. Does not belong here: what is in a workbook, which is said where it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pipelines.plain_text import clean

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"), some also the wide forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel's own limits ("Excel specifications and limits").
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
MAX_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\"<>|]")
HEAD = {"bold": True, "bg_color": "#1F3864", "font_color": "white", "valign": "vcenter"}
LINE_HEIGHT = 15


def neutral(text: str) -> str:
    """`text` so that no spreadsheet computes it: with an apostrophe before what could be a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def safe(text: str) -> str:
    """Text that a cell can hold and no spreadsheet computes."""
    safe = neutral(text)
    return safe if len(safe) <= MAX_CELL else safe[: MAX_CELL - 1] + "…"


def cell(text: str, longest: int) -> str:
    """Strangers' text on one line, without what cannot be seen, cut to length, and computed by no spreadsheet."""
    return neutral(clean(text, longest))


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name of a sheet for each title, with its number before it: valid, and another for titles that begin alike."""
    names = []
    for number, title in enumerate(titles, 1):
        name = " ".join(_NOT_IN_NAMES.sub(" ", clean(f"{number} {title}")).split())
        if _units(name) > MAX_NAME:
            while _units(name) >= MAX_NAME:
                name = name[:-1]
            name = f"{name.rstrip()}…"
        names.append(name)
    return names


def _units(text: str) -> int:
    """The length that Excel counts: a character beyond the first 65,536 is two."""
    return len(text.encode("utf-16-le")) // 2


def printed(sheet: Any, heading: int, last: int, columns: int) -> None:
    """On paper: across, all columns on one page, the heading on each."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading)
    sheet.print_area(0, 0, last, columns - 1)
