"""The reference and the pages of the guide, written from the code: `make docs`.

Belongs here: which pages there are, and telling the stale ones. Does not belong here: any statement that the
code could make itself. A test compares the pages with what this gives, so a page is never edited by hand.

    python -m docs.generate            write the pages
    python -m docs.generate --check    only say which pages are stale; exit code 1 when any is
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from docs.tools import guide
from docs.tools.commands import cli
from docs.tools.configuration import settings, sources
from docs.tools.expectations import expectations
from docs.tools.faults import errors
from docs.tools.formats import formats
from docs.tools.history import views
from docs.tools.rules import metrics

DOCS = Path(__file__).resolve().parent
# Folders that hold nothing but what is written here
GENERATED = ("reference", "guide/en", "guide/es")
NOTICE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->\n"

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "sources.md": sources,
    "formats.md": formats,
    "metrics.md": metrics,
    "expectations.md": expectations,
    "views.md": views,
    "errors.md": errors,
}


def pages() -> dict[str, str]:
    """Every generated page, by its path below docs/."""
    made = {f"reference/{name}": make() for name, make in PAGES.items()} | guide.pages()
    return {name: NOTICE + "\n" + text.rstrip() + "\n" for name, text in made.items()}


def stale() -> list[str]:
    """Paths of the pages that differ from what the code says, those that should not be there too."""
    made = pages()
    there = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in GENERATED
        for path in (DOCS / folder).glob("*.md")
    }
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` name the stale ones."""
    wrong = stale()
    if "--check" in arguments:
        print(*(f"stale: docs/{name}" for name in wrong), sep="\n")
        return 1 if wrong else 0
    made = pages()
    for name in wrong:
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in made:
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()
    print(f"docs: {len(made)} pages, {len(wrong)} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
