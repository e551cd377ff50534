"""reference/formats.md: every format that is read, from the registry of readers."""

from __future__ import annotations

import inspect
from types import ModuleType

from docs.tools.markdown import table


def formats() -> str:
    """reference/formats.md"""
    from pipelines.tables import (
        bods,
        delimited,
        geojson,
        grants360,
        iati,
        ocds,
        registry,
        spreadsheet,
        spreadsheetml,
    )

    wrapped = {"text": delimited} | dict.fromkeys(("xlsx", "xlsb", "ods", "xls"), spreadsheet)
    readers = [
        (
            f"`{each.format}`",
            _words(each.words),
            _first_line(wrapped.get(each.format) or inspect.getmodule(each.read)),
        )
        for each in registry.READERS
    ]
    around = [
        (f"`{each.format}`", _words(each.words), _first_line(inspect.getmodule(each.unpack)))
        for each in (*registry.ARCHIVES, *registry.COMPRESSIONS)
    ]
    return "\n".join(
        (
            "# Formats\n",
            "Content decides what a file is; its extension and the format that the portal declares are only a promise,",
            "and a promise that was not kept is noted in the read report. [How to add one](../add-a-format.md).\n",
            "## Tables\n",
            table(("format", "promised by", "what it is"), readers),
            "Told apart by what is in them, with tables of their own:\n",
            *(f"- {_first_line(module)}" for module in (ocds, bods, grants360, geojson, iati, spreadsheetml)),
            "\n## Around them\n",
            table(("format", "promised by", "what it is"), around),
        )
    )


def _words(words: frozenset[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words)) or "any name of a workbook"


def _first_line(module: ModuleType | None) -> str:
    return ((module and module.__doc__) or "").strip().splitlines()[0]
