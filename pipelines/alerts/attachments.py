"""The file that goes with a message: everything in it, and every row that fails, to be worked through in a spreadsheet.

Belongs here: the workbook, its sheets and its limits. Rows are streamed into it. The same alert about the same bytes
gives the same file, byte for byte: no clock is asked.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from pipelines import workbooks
from pipelines.alerts.failing_rows import FailingRows, Found
from pipelines.alerts.items import Group, Item
from pipelines.alerts.kind_words import family
from pipelines.alerts.known import Attached, Sheet
from pipelines.alerts.words import Words, words
from pipelines.model import Alert

MAX_BYTES = 5_000_000
MAX_ROWS = 50_000
MAX_SHEETS = 40
UNCOUNTED = 2_500  # rows of what has no count of its own
# Of the text of all rows together; packed, with all that is around it, it stays below MAX_BYTES.
MAX_TEXT = 4_000_000
MAX_CELL = 1_000
# With no more than this in a mail, and no rows, there is nothing that a file would add.
FEW_ITEMS = 12
WITH_ROWS = ("expectation", "personal")
STANDING = (Group.OPENED, Group.WORSENED, Group.REMINDER)
INDEX_WIDTHS = (34, 18, 48, 13, 13, 34, 22, 70, 30, 11)
LINE_HEIGHT = 16
ROW_WIDTHS = (9, 24, 44, 34, 40)
HEAD = {"bold": True, "bg_color": "#1F3A4D", "font_color": "white", "valign": "vcenter", "text_wrap": True}


def attach(
    rows: FailingRows | None,
) -> Callable[[Alert, Sequence[Item], Mapping[str, str]], Attached | None]:
    """What makes the file of a message, for `Known.attach`; `rows` gives failing rows, if they can be had."""

    def made(alert: Alert, items: Sequence[Item], titles: Mapping[str, str]) -> Attached | None:
        return attached(alert, items, titles, rows)

    return made


def attached(
    alert: Alert, items: Sequence[Item], titles: Mapping[str, str], rows: FailingRows | None
) -> Attached | None:
    """The file of a message with these items; None when it would hold nothing that the message does not.

    `titles` are the datasets' by key.
    """
    every = [each for item in items for each in (item, *item.followed)]
    wanted = _wanted(every, rows)
    if not wanted and len(items) <= FEW_ITEMS:
        return None
    name = f"veedor-{alert.night.isoformat()}.xlsx"
    content, sheets = _workbook(alert, every, titles, wanted, rows)
    if len(content) > MAX_BYTES:
        content, _ = _workbook(alert, every, titles, {}, None)
        sheets = {place: Sheet(missing="large") for place in sheets}
    return Attached(name, content, sheets)


@dataclass
class _Filled:
    """A sheet being filled. `rows` and `text` are what it may still take, `at` how many rows it has, of `seen` ones.

    `left_off`: reading ended before all were seen, since their number is known.
    """

    sheet: Any
    state: Sheet
    rows: int
    text: int
    at: int = 0
    seen: int = 0
    left_off: bool = False

    def take(self, cells: tuple[str, ...], row: int | None) -> None:
        """One failing row; left out when there is no room, and counted all the same."""
        self.seen += 1
        size = sum(len(cell.encode()) for cell in cells)
        if size > self.text:
            self.text = 0
        if self.full:
            return
        self.rows, self.text, self.at = self.rows - 1, self.text - size, self.at + 1
        if row is not None:
            self.sheet.write_number(self.at + 2, 0, row)
        for place, cell in enumerate(cells, 1):
            if cell:
                self.sheet.write_string(self.at + 2, place, cell)

    @property
    def full(self) -> bool:
        """Whether nothing more finds room."""
        return self.rows <= 0 or self.text <= 0


def _wanted(items: Sequence[Item], rows: FailingRows | None) -> dict[tuple[str, str], int]:
    """How many rows each item that names rows may put into the file: few ones whole, the room left to large ones."""
    if rows is None:
        return {}
    counts: dict[str, Mapping[str, int]] = {}
    asked: dict[tuple[str, str], int] = {}
    for item in items:
        if family(item.condition) in WITH_ROWS and item.group in STANDING and len(asked) < MAX_SHEETS:
            if item.dataset not in counts:
                counts[item.dataset] = rows.counts(item.dataset)
            asked[item.place] = counts[item.dataset].get(_key(item.condition), UNCOUNTED)
    given: dict[tuple[str, str], int] = {}
    left = MAX_ROWS
    for position, (place, count) in enumerate(sorted(asked.items(), key=lambda pair: pair[1])):
        given[place] = min(count, left // (len(asked) - position))
        left -= given[place]
    return {place: given[place] for place in asked}


def _key(condition: str) -> str:
    return condition.partition(":")[2]


def _workbook(
    alert: Alert,
    items: Sequence[Item],
    titles: Mapping[str, str],
    wanted: Mapping[tuple[str, str], int],
    rows: FailingRows | None,
) -> tuple[bytes, dict[tuple[str, str], Sheet]]:
    import xlsxwriter

    said = words(alert.language)
    out = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="veedor-attachment-") as folder:
        workbook = xlsxwriter.Workbook(
            out,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_urls": False,
                "strings_to_formulas": False,
            },
        )
        # Its date of creation would be the clock's.
        workbook.set_properties({"title": "Veedor", "created": datetime.combine(alert.night, time(), UTC)})
        head, plain = workbook.add_format(HEAD), workbook.add_format({"valign": "top", "text_wrap": True})
        bold = workbook.add_format({"bold": True, "valign": "top", "text_wrap": True})
        index = workbook.add_worksheet(said["sheet_all"])
        try:
            sheets: dict[tuple[str, str], Sheet] = {}
            if rows is not None:
                for dataset in dict.fromkeys(dataset for dataset, _ in wanted):
                    own = {place: count for place, count in wanted.items() if place[0] == dataset}
                    sheets |= _of_dataset(workbook, own, items, rows, said, (head, bold, plain))
            _index(
                index,
                items,
                titles,
                sheets,
                said,
                (head, workbook.add_format({"valign": "top", "text_wrap": True})),
            )
        except BaseException:
            for sheet in workbook.worksheets():
                sheet.row_data_fh.close()  # the library itself would leave them open
            raise
        workbook.close()
    return out.getvalue(), sheets


def _of_dataset(
    workbook: Any,
    wanted: Mapping[tuple[str, str], int],
    items: Sequence[Item],
    rows: FailingRows,
    said: Words,
    formats: tuple[Any, Any, Any],
) -> dict[tuple[str, str], Sheet]:
    """A sheet for each of the items of one dataset that has rows, filled from all its files."""
    ((dataset, _), *_) = wanted
    by_key = {_key(item.condition): item for item in items if item.place in wanted}
    counts = rows.counts(dataset)
    filled: dict[str, _Filled] = {}

    def take(found: Found) -> None:
        keys = [result.key for result in found.failing.expectations]
        for key, line in zip(keys, found.lines, strict=True):
            if key not in filled:
                item = by_key[key]
                name = str(len(workbook.worksheets()))  # the index is the first
                text = MAX_TEXT * wanted[item.place] // MAX_ROWS
                filled[key] = _Filled(
                    _opened(workbook, name, item, line.rest[1], said, formats),
                    Sheet(name),
                    wanted[item.place],
                    max(text, MAX_TEXT // MAX_SHEETS // 4),
                )
        hidden = [family(by_key[key].condition) == "personal" for key in keys]
        columns = [_cell(line.column) for line in found.lines]
        for batch in found.failing.batches:
            for row, place, value, record in zip(*batch.to_pydict().values(), strict=True):
                shown = said["hidden"] if hidden[place] else said["empty"] if value is None else value
                told = "" if hidden[place] or not (record or "").strip(" ·") else record
                filled[keys[place]].take((columns[place], _cell(shown), _cell(told), _cell(found.file)), row)
            if all(filled[key].full and key in counts for key in keys):
                for key in keys:
                    filled[key].left_off = True
                break

    missing = rows.each(dataset, frozenset(by_key), said.language, take)
    sheets = {}
    for key, item in by_key.items():
        if key in filled and filled[key].at:
            one = filled[key]
            one.sheet.autofilter(2, 0, one.at + 2, len(ROW_WIDTHS) - 1)
            part = one.left_off or key in missing
            found = max(one.seen, counts.get(key, 0)) if part else one.seen
            sheets[item.place] = replace(one.state, written=one.at, found=found)
        else:
            sheets[item.place] = Sheet(missing=missing.get(key, "unreadable"))
    return sheets


def _opened(
    workbook: Any, name: str, item: Item, reason: str, said: Words, formats: tuple[Any, Any, Any]
) -> Any:
    """A sheet that begins with what is wrong, what to do about it, and the headings of the rows below."""
    head, bold, plain = formats
    sheet = workbook.add_worksheet(name)
    examples = f" {said['good']}: {item.good} {said['bad']}: {item.bad}" if item.good else ""
    for at, (text, form) in enumerate(
        ((f"{item.title}: {reason}" if reason else item.title, bold), (f"{item.advice}{examples}", plain))
    ):
        # Rows do not become higher by themselves where cells are joined.
        sheet.set_row(at, LINE_HEIGHT * (1 + len(text) // (sum(ROW_WIDTHS) - 20)))
        sheet.merge_range(at, 0, at, len(ROW_WIDTHS) - 1, "", form)
        sheet.write_string(at, 0, _cell(text), form)
    for place, (heading, width) in enumerate(
        zip(said["sheet_row_headings"].split("|"), ROW_WIDTHS, strict=True)
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(2, place, heading, head)
    sheet.freeze_panes(3, 1)
    _printed(sheet, 2)
    return sheet


def _index(
    sheet: Any,
    items: Sequence[Item],
    titles: Mapping[str, str],
    sheets: Mapping[tuple[str, str], Sheet],
    said: Words,
    formats: tuple[Any, Any],
) -> None:
    head, plain = formats
    headings = said["sheet_headings"].split("|")
    for place, (heading, width) in enumerate(zip(headings, INDEX_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    sheet.freeze_panes(1, 0)
    for at, item in enumerate(items, 1):
        state = sheets.get(item.place)
        told = (
            titles.get(item.dataset, item.dataset),
            said[f"heading_{item.group}"],
            item.title,
            said[item.severity],
            item.since.isoformat(),
            item.change,
            item.column,
            item.advice,
            _rows_of(state, said) if state is not None and item.group in STANDING else "",
            item.code,
        )
        # Nor do rows become higher by themselves where text is wrapped, in some spreadsheets.
        lines = max(-(-len(text) // (width - 3)) for text, width in zip(told, INDEX_WIDTHS, strict=True))
        sheet.set_row(at, LINE_HEIGHT * max(lines, 1))
        for place, text in enumerate(told):
            sheet.write_string(at, place, _cell(text), plain)
    sheet.autofilter(0, 0, len(items), len(headings) - 1)
    _printed(sheet, 0)


def _rows_of(state: Sheet, said: Words) -> str:
    if state.missing:
        return said[f"missing_{state.missing}"]
    name = "sheet_rows_all" if state.written >= state.found else "sheet_rows_part"
    return said[name].format(sheet=state.name, written=f"{state.written:,}", found=f"{state.found:,}")


def _printed(sheet: Any, heading: int) -> None:
    """On paper: across, all columns on one page, the heading on each."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading)


def _cell(text: str) -> str:
    """Strangers' text that a cell can hold, and that no spreadsheet computes."""
    return workbooks.cell(text, MAX_CELL)
