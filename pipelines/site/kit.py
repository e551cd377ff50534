"""The repair kit: a workbook of what failed in one dataset, for whoever has to mend it.

Belongs here: its sheets. It has what the dataset's page has, the published examples in full, and an example of the
suite's own of what is right and what is not. The same facts give the same bytes: no clock is asked. Does not belong
here: all failing rows, which need the file itself (`validation.evidence`); its words (`text/<language>/kit.json`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipelines.advice import parted
from pipelines.model import Outcome
from pipelines.site import reasons
from pipelines.site.page import DatasetPage, Entry, Row
from pipelines.site.words import Words
from pipelines.workbooks import HEAD, LINE_HEIGHT, cell, printed, sheet_names

SUFFIX = ".xlsx"
# Strangers may break everything at once: what has no sheet is in the summary.
MAX_SHEETS, MAX_OTHERS = 60, 40
MAX_CELL = 1_000
# A workbook has a date of creation; the clock's would make another file of the same facts.
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no time zone
SUMMARY_WIDTHS = (6, 40, 13, 26, 12, 12, 12, 30, 60, 28, 28, 26, 36)
FILE = 11
ROW_WIDTHS = {"row": 9, "record": 40, "column": 30, "value": 44, "file": 34, "advice": 70}
WRAPPED = {"valign": "top", "text_wrap": True}
COUNT = {"valign": "top", "align": "center"}
HIGHEST = 400  # points, and no row of a spreadsheet is higher than 409


def path_of(entry: Entry) -> str:
    """Where the kit lies below the folder of a language: beside the page."""
    return entry.path.removesuffix(".html") + SUFFIX


def name_of(entry: Entry) -> str:
    """Its name, by which the page leads to it."""
    return path_of(entry).rpartition("/")[2]


def is_linked(text: str, entry: Entry) -> bool:
    """Whether a page leads to its kit; what was published cannot look like it, because it is escaped."""
    return f'href="{name_of(entry)}"' in text


def failed(page: DatasetPage) -> list[Row]:
    """What a kit is about, in the order of the page. Without any there is no kit."""
    return [row for row in page.expectations if row["outcome"] == Outcome.FAILED]


def workbook(page: DatasetPage, words: Words) -> bytes | None:
    """The kit of a page that is known in full, None when nothing failed."""
    rows = failed(page)
    if not rows:
        return None
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    )
    book.set_properties({"title": _safe(page.entry.title), "author": "Veedor", "created": CREATED})
    looks = {
        "head": book.add_format({**HEAD, "text_wrap": True}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "bold": book.add_format({"bold": True}),
        "text": book.add_format(WRAPPED),
        "number": book.add_format({**COUNT, "num_format": "#,##0"}),
        "points": book.add_format({**COUNT, "num_format": "0.0##"}),
        "link": book.add_format({**COUNT, "font_color": "#0B5394", "underline": 1}),
    }
    summary = book.add_worksheet(words.texts["kit"]["summary"])
    names = sheet_names(_title(row, words) for row in rows[:MAX_SHEETS])
    _summary(summary, page, rows, names, words, looks)
    for name, row in zip(names, rows, strict=False):
        _expectation(book.add_worksheet(name), row, words, looks, several=len(page.files) > 1)
    book.close()
    return out.getvalue()


def _summary(
    sheet: Any,
    page: DatasetPage,
    rows: Sequence[Row],
    names: Sequence[str],
    words: Words,
    looks: Mapping[str, Any],
) -> None:
    said = words.texts["kit"]
    entry = page.entry
    sheet.write_string(0, 0, _safe(said["title"].format(title=entry.title)), looks["title"])
    sheet.write_string(1, 0, _safe(" · ".join(filter(None, (entry.key, entry.publisher)))))
    notes = [said["lead"], said["masked"], said["all_rows"].format(suite=rows[0]["suite"])]
    at = _notes(sheet, 2, notes, SUMMARY_WIDTHS, looks)
    headings = said["summary_headings"].split("|")
    for place, (heading, width) in enumerate(zip(headings, SUMMARY_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(at, place, heading, looks["head"])
    if len(page.files) <= 1:  # its column has nothing to say
        sheet.set_column(FILE, FILE, SUMMARY_WIDTHS[FILE], None, {"hidden": True})
    sheet.set_row(at, 2 * LINE_HEIGHT)
    sheet.freeze_panes(at + 1, 2)
    heading = at
    gains = {row["subject"]: row["gain_in_category"] for row in page.fixes}
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        at += 1
        advice, good, bad = _advice(row, words)
        texts = {
            1: _title(row, words),
            2: words.name("severities", row["severity"]),
            3: row["col"] or "",
            7: reasons.told(words, row["reason"], page.titles[words.language], row["suite"])[0],
            8: advice,
            9: good,
            10: bad,
            FILE: row["distribution"] if len(page.files) > 1 else "",
            12: row["key"],
        }
        _line(sheet, at, texts, SUMMARY_WIDTHS, looks["text"])
        if number <= len(names):
            sheet.write_url(at, 0, f"internal:'{names[number - 1]}'!A1", looks["link"], str(number))
        if row["unexpected_count"] is not None:
            sheet.write_number(at, 4, row["unexpected_count"], looks["number"])
            if row["judged"] is not None:
                sheet.write_number(at, 5, row["judged"], looks["number"])
        # What one expectation gains, it gains when it is met in all files.
        if row["key"] in first:
            sheet.write_string(at, 6, said["gained_there"].format(number=first[row["key"]]), looks["text"])
        elif gains.get(row["key"]) is not None:
            sheet.write_number(at, 6, gains[row["key"]], looks["points"])
            first[row["key"]] = number
    told = {row["key"] for row in rows}
    for fix in [it for it in page.fixes if it["subject"] not in told][:MAX_OTHERS]:
        at += 1
        advice, good, bad = _advice(fix, words)
        title = words.own(fix, "title")[0] or fix["subject"]
        found = said["tolerated" if fix["kind"] == "expectation" else "other"]
        texts = {1: title, 7: found, 8: advice, 9: good, 10: bad, 12: fix["subject"]}
        _line(sheet, at, texts, SUMMARY_WIDTHS, looks["text"])
        sheet.write_number(at, 6, fix["gain_in_category"], looks["points"])
    sheet.autofilter(heading, 0, at, len(headings) - 1)
    printed(sheet, heading, at, len(headings))


def _expectation(sheet: Any, row: Row, words: Words, looks: Mapping[str, Any], *, several: bool) -> None:
    """One sheet: what is wrong, what to do, what is right and what is not, and the rows that were published."""
    said, texts = words.texts["kit"], words.texts
    columns = ["row", *(["record"] if row["recorded"] else []), "column", "value"]
    columns += [*(["file"] if several else []), "advice"]
    widths = [ROW_WIDTHS[it] for it in columns]
    advice, good, bad = _advice(row, words)
    found = reasons.told(words, row["reason"], suite=row["suite"])[0]
    examples = row["examples"]
    notes = [f"{texts['what_to_do']}: {advice}"] if advice else []
    notes += [said["example"].format(good=good, bad=bad)] if good else []
    count = row["unexpected_count"]
    if not examples:
        notes.append(said["whole"] if count is None else said["no_rows"])
    elif count is None or count <= len(examples):
        notes.append(said["all_shown"].format(shown=words.number(len(examples))))
    else:
        notes.append(said["some_shown"].format(shown=words.number(len(examples)), found=words.number(count)))
    title = _title(row, words)
    sheet.write_string(0, 0, _safe(f"{title}: {found}" if found else title), looks["bold"])
    at = _notes(sheet, 1, notes, widths, looks)
    headings = {**texts, **said["headings"]}
    for place, name in enumerate(columns):
        sheet.set_column(place, place, ROW_WIDTHS[name])
        sheet.write_string(at, place, headings[name], looks["head"])
    sheet.freeze_panes(at + 1, 1)
    heading = at
    for example in examples:
        at += 1
        cells = {
            "record": example["record"] if example["record"] is not None else texts["unknown"],
            "column": row["col"] or "",
            "value": example["value"] or texts["empty_value"],
            "file": row["distribution"],
            "advice": advice,
        }
        _line(sheet, at, {columns.index(it): cells[it] for it in columns[1:]}, widths, looks["text"])
        if example["row_number"] is None:
            sheet.write_string(at, 0, texts["unknown"], looks["text"])
        else:
            sheet.write_number(at, 0, example["row_number"], looks["number"])
    sheet.autofilter(heading, 0, at, len(columns) - 1)
    printed(sheet, heading, at, len(columns))


def _notes(sheet: Any, at: int, notes: Sequence[str], widths: Sequence[int], looks: Mapping[str, Any]) -> int:
    """Sentences over the width of a sheet, one below the other; gives the row after them."""
    for note in notes:
        # Rows do not become higher by themselves where cells are joined.
        sheet.set_row(at, LINE_HEIGHT * (1 + len(note) // (sum(widths) - 20)))
        sheet.merge_range(at, 0, at, len(widths) - 1, "", looks["text"])
        sheet.write_string(at, 0, _safe(note), looks["text"])
        at += 1
    return at


def _line(sheet: Any, at: int, texts: Mapping[int, str], widths: Sequence[int], look: Any) -> None:
    """A row of texts by the number of their column, as high as the longest asks for."""
    cells = {place: _safe(text) for place, text in texts.items()}
    lines = max(-(-len(text) // (widths[place] - 3)) for place, text in cells.items())
    sheet.set_row(at, min(LINE_HEIGHT * max(lines, 1), HIGHEST))
    for place, text in cells.items():
        sheet.write_string(at, place, text, look)


def _advice(row: Row, words: Words) -> tuple[str, str, str]:
    """What to do, and the suite's examples of what is right and what is not, "" where it has none."""
    text, language = words.own(row, "advice")
    return parted(text, language)


def _title(row: Row, words: Words) -> str:
    return words.own(row, "title")[0] or str(row["key"])


def _safe(text: str) -> str:
    return cell(text, MAX_CELL)
