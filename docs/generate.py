"""The reference pages, written from the code: `make docs`.

Belongs here: which pages there are, and telling the stale ones. Does not belong here: any statement that the
code could make itself. A test compares the pages with what this gives, so a page is never edited by hand.

    python -m docs.generate            write the pages
    python -m docs.generate --check    only say which pages are stale; exit code 1 when any is
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from docs.tools.commands import cli
from docs.tools.configuration import settings, sources
from docs.tools.expectations import expectations
from docs.tools.faults import errors
from docs.tools.formats import formats
from docs.tools.history import views
from docs.tools.rules import metrics, suites

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTICE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->\n"

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "sources.md": sources,
    "formats.md": formats,
    "metrics.md": metrics,
    "suites.md": suites,
    "expectations.md": expectations,
    "views.md": views,
    "errors.md": errors,
}


def pages() -> dict[str, str]:
    """The whole reference, by file name."""
    return {name: NOTICE + "\n" + make().rstrip() + "\n" for name, make in PAGES.items()}


def stale() -> list[str]:
    """Names of the pages that differ from what the code says, those that should not be there too."""
    made = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` name the stale ones."""
    wrong = stale()
    if "--check" in arguments:
        print(*(f"stale: docs/reference/{name}" for name in wrong), sep="\n")
        return 1 if wrong else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name in wrong:
        if name in made:
            (REFERENCE / name).write_text(made[name], encoding="utf-8")
        else:
            (REFERENCE / name).unlink()
    print(f"docs/reference: {len(made)} pages, {len(wrong)} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
