"""Markdown: tables and running text, with whatever stands in a value kept from breaking them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """A value as a cell of a Markdown table."""
    return " ".join(str(value).replace("|", "\\|").split())


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def prose(text: str | None) -> str:
    """A docstring as running text."""
    return inspect.cleandoc(text or "").strip()
