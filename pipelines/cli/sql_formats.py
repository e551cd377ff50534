"""How `veedor sql` writes an answer: as a table for people, or as CSV, JSON or Markdown for other programs.

Belongs here: the text of one answer. Values are strangers' text: none may turn into markup of the terminal or of a
page. Does not belong here: asking, and Parquet (`history.answer_file`), which holds values and not text.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from pipelines.cli.console import PIPED_WIDTH, cell, plain, table

Rows = Sequence[Sequence[object]]

# What means something in Markdown or HTML. An underscore within a word does not, and would spoil every key.
_MARKS = re.compile(r"([\\`*\[\]|~])")
# Narrower than this a column of a table is broken into pieces that nobody reads.
_NARROWEST = 9


def write(columns: Sequence[str], rows: Rows, form: str, file: TextIO) -> None:
    """Write the answer in `form`: csv, json, markdown or table (as wide as a pipe is taken to be)."""
    if form == "csv":
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[_text(value) for value in row] for row in rows])
    elif form == "json":
        file.write(as_json(columns, rows) + "\n")
    elif form == "markdown":
        file.write(markdown(columns, rows))
    else:
        Console(file=file, width=PIPED_WIDTH, highlight=False).print(shown(columns, rows, PIPED_WIDTH))


def as_json(columns: Sequence[str], rows: Rows) -> str:
    """An array of objects. Of equal names the later ones get a number: an object has room for one of each."""
    from pipelines.history.answer_file import unequal

    names = unequal(columns)
    records = [dict(zip(names, map(_jsonable, row), strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, allow_nan=False)


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A table of GitHub's Markdown; columns of numbers stand to the right."""
    lines = [
        [_marked(name) for name in columns],
        ["---:" if _numbers(rows, at) else "---" for at in range(len(columns))],
        *([_marked(_text(value)) for value in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(columns: Sequence[str], rows: Rows, width: int) -> RenderableType:
    """The answer for people: a table, or one line a value where a table would not fit into `width` columns."""
    if len(columns) * (_NARROWEST + 1) > width and rows:
        return _records(columns, rows)
    made = table(columns, rows)
    for at, column in enumerate(made.columns):
        column.header = escape(cell_text(columns[at]))
        column.overflow = "fold"
        if _numbers(rows, at):
            column.justify = "right"
    return made


def cell_text(text: str) -> str:
    """Text without control characters."""
    return "".join(part if part.isprintable() else " " for part in text)


def _records(columns: Sequence[str], rows: Rows) -> Table:
    """Each row as lines of name and value."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for number, row in enumerate(rows, 1):
        made.add_row(f"[dim]row {number}[/dim]", "")
        for name, value in zip(columns, row, strict=True):
            made.add_row(escape(cell_text(name)), cell(value))
    return made


def _numbers(rows: Rows, at: int) -> bool:
    values = [row[at] for row in rows if row[at] is not None]
    return bool(values) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values
    )


def _text(value: object) -> str:
    """A value as text that programs read back: NULL is empty, a list or struct is JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return json.dumps(_jsonable(value), ensure_ascii=False, allow_nan=False)
    return value.hex() if isinstance(value, bytes) else str(value)


def _jsonable(value: object) -> Any:
    """A value as JSON can hold it. What is not a number (NaN, infinite) is null; bytes are hexadecimal."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {_text(key): _jsonable(item) for key, item in value.items()}
    return value.hex() if isinstance(value, bytes) else plain(value)


def _marked(text: str) -> str:
    safe = cell_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", safe)
