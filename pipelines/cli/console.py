"""What every command shares: where it prints, how it shows a table, and how an error reads.

Belongs here: standard output holds the answer and nothing else (so that it can be piped), everything said on
the way goes to standard error. `--json` gives one JSON document.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.errors import VeedorError
from pipelines.site.words import rounded

AsJson = Annotated[bool, typer.Option("--json", help="Give one JSON document instead of text.")]

# In a pipe or a file nobody sees a width, and a cut word cannot be searched for.
PIPED_WIDTH = 200

out = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=plain) + "\n")


def plain(value: object) -> Any:
    """A value of the model as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> Table:
    """A table for people. Cells are escaped: a published value must not turn into terminal markup."""
    shown = Table(
        *columns,
        title=title,
        title_justify="left",
        header_style="bold",
        show_header=any(columns),
        box=None,
        pad_edge=False,
    )
    for row in rows:
        shown.add_row(*(cell(value) for value in row))
    return shown


def cell(value: object) -> str:
    """One value as a table shows it, without control characters."""
    if value is None:
        return "[dim]—[/dim]"
    text = _decimal(value) if isinstance(value, float) else str(value)
    return escape("".join(part if part.isprintable() else " " for part in text))


def score(value: float | None) -> str:
    """A score of 100 with one decimal; 100.0 is said of a whole one only."""
    return "—" if value is None else f"{rounded(value, 1):5.1f}"


def _decimal(value: float) -> str:
    """Two decimals, and more where they would tell something as nothing."""
    if 0 < abs(value) < 0.005:
        return f"{value:.1g}"
    return f"{rounded(value, 2):,.2f}".rstrip("0").rstrip(".")


def fail(error: VeedorError, *, as_json: bool) -> None:
    """Say what went wrong in one clear line, and what to do next."""
    if as_json:
        print_json({"error": error.title, "message": error.message, "advice": error.advice})
        return
    err.print(f"[bold red]{escape(error.title)}:[/bold red] {_lines(str(error))}", soft_wrap=True)
    err.print(f"[dim]→ {_lines(error.advice)}[/dim]", soft_wrap=True)


def _lines(text: str) -> str:
    """A message of ours, which may quote something published; DuckDB's are of several lines."""
    return "\n".join(cell(line) for line in text.split("\n"))
