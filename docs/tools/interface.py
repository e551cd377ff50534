"""The public interface as it was promised: `tests/approved/views.json` holds the views' columns and their types.

Belongs here: telling what of the promise is broken, and adding what is new. `python -m docs.tools.interface` adds new
views and columns to the promise; it takes nothing back. Whoever has to rename or remove a column changes the JSON by
hand, where everybody sees it, and says so in CHANGELOG.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from docs.tools.history import published

PROMISED = Path(__file__).resolve().parents[2] / "tests/approved/views.json"

Views = Mapping[str, Mapping[str, str]]


def current() -> dict[str, dict[str, str]]:
    """The views as they are: by name, the type of each column by its name."""
    return {
        name: {column: type_ for column, type_, _ in columns}
        for kind, name, _, columns in published()
        if kind == "view"
    }


def promised() -> dict[str, dict[str, str]]:
    """The views as they were promised."""
    found: dict[str, dict[str, str]] = json.loads(PROMISED.read_text(encoding="utf-8"))
    return found


def broken(before: Views, now: Views) -> list[str]:
    """What of `before` no longer holds: views and columns that are gone, columns of another type."""
    found = []
    for view, columns in before.items():
        if view not in now:
            found.append(f"the view {view} is gone")
            continue
        for column, type_ in columns.items():
            is_now = now[view].get(column)
            if is_now is None:
                found.append(f"{view}.{column} is gone")
            elif is_now != type_:
                found.append(f"{view}.{column} was {type_} and is {is_now}")
    return found


def main() -> int:
    """Add what is new to the promise; exit code 1, and nothing written, when any of it is broken."""
    now = current()
    if wrong := broken(promised() if PROMISED.exists() else {}, now):
        print(*wrong, sep="\n")
        return 1
    PROMISED.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
