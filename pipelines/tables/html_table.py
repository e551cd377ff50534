"""An HTML table that is published under the name of a workbook, as many web programs "export to Excel".

Belongs here: the fullest `<table>` of a page without forms and scripts. Does not belong here: any other web page:
what came instead of a file (an error, a login, a viewer) is no data, however many tables it is laid out with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

from pipelines.character_references import bounded
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import encoding as encodings
from pipelines.tables import grid
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace

MAX_BYTES = 200_000_000
MAX_SPAN = 1_000
MAX_COLUMNS = 5_000
_INTERACTIVE = re.compile(r"<(?:form|input|script|iframe|frameset)\b", re.IGNORECASE)
_BREAKS = {"br", "p", "div", "li"}


def read(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    """Read the fullest table, and say so. Raises `ReadFault` for a page that is not one table of data."""
    if path.stat().st_size > MAX_BYTES:
        raise ReadFault(
            FaultKind.TOO_LARGE,
            "The web page is too large to be read as a table.",
            "Publish the table as CSV.",
        )
    encoding = encodings.detect(path)
    parser = _Tables()
    with encodings.text(path, encoding) as handle:
        content = handle.read()
    if not _INTERACTIVE.search(content):
        parser.feed(bounded(content))
        parser.close()
    tables = [found for found in parser.tables if len(found) >= 2 and max(map(len, found)) >= 2]
    if not tables:
        raise ReadFault(
            FaultKind.HTML_INSTEAD,
            "The file is a web page, not data.",
            "Open the address in a browser: it may show an error, a login or a viewer. Publish the direct link.",
        )
    rows = max(tables, key=lambda found: sum(1 for row in found for cell in row if cell))
    table = grid.table(space, "table", "html", lambda: rows)
    count = len(parser.tables)
    note = f"The file is a web page under the name of a workbook; the fullest of its {count} tables was read."
    notes = (note, *encoding.notes, *table.report.notes)
    return [replace(table, report=replace(table.report, encoding=encoding.name, notes=notes))]


@dataclass
class _Open:
    rows: list[list[str]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    span: int = 1
    below: dict[int, int] = field(default_factory=dict)  # columns that a cell of an earlier row reaches into


class _Tables(HTMLParser):
    """Every table's rows of cells, those of a table inside a cell apart; spans are filled with blanks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open.append(_Open())
            self.tables.append(self.open[-1].rows)
        elif not self.open:
            return
        elif tag == "tr":
            self._end_row()
            self.open[-1].row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in _BREAKS and self.open[-1].cell:
            self.open[-1].cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if not self.open:
            return
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].cell is not None:
            self.open[-1].cell.append(" ".join(data.split("\n")))

    def parse_html_declaration(self, i: int) -> int:
        """Take a declaration that is none for a comment, as HTML does and not every version of the parser."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def close(self) -> None:
        """Take in what a page that is cut off left open."""
        super().close()
        while self.open:
            self._end_row()
            self.open.pop()

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        table = self.open[-1]
        if table.row is None:
            table.row = []
        while table.below.get(len(table.row), 0) > 0:
            table.below[len(table.row)] -= 1
            table.row.append("")
        table.cell = []
        table.span = _span(attributes.get("colspan"))
        rows = _span(attributes.get("rowspan")) - 1
        if rows:
            for column in range(len(table.row), len(table.row) + table.span):
                table.below[column] = rows

    def _end_cell(self) -> None:
        table = self.open[-1]
        if table.cell is not None and table.row is not None:
            text = "\n".join(" ".join(line.split()) for line in "".join(table.cell).split("\n"))
            table.row.append(re.sub(r"\n+", "\n", text).strip() if "\n" in text else text)
            table.row.extend([""] * (table.span - 1))
            if len(table.row) > MAX_COLUMNS:
                raise ReadFault(
                    FaultKind.NO_TABLE,
                    f"A table of the web page has more than {MAX_COLUMNS:,} columns.",
                    "Publish the table as CSV.",
                )
        table.cell = None

    def _end_row(self) -> None:
        self._end_cell()
        table = self.open[-1]
        if table.row is not None:
            table.rows.append(table.row)
        table.row = None


def _span(text: str | None) -> int:
    return (
        max(1, min(int(text), MAX_SPAN))
        if text and text.isascii() and text.isdigit() and len(text) < 6
        else 1
    )
