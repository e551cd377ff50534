"""Arrays of objects inside JSON records as tables of their own, as the standards of open data ask for.

Belongs here: one table for each array, however deep, every row with the ids of its parents. Does not belong here:
any one standard (`ocds`, `bods`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipelines.tables.header import clean
from pipelines.tables.json_values import dumped, flatten
from pipelines.tables.workspace import Records, Workspace

MAX_TABLES = 100
MAX_DEPTH = 4


@dataclass
class Tables:
    """The tables being built, by name; `dropped` counts objects for which there was no room for a table."""

    space: Workspace
    tables: dict[str, Records] = field(default_factory=dict)
    dropped: int = 0

    def get(self, name: str) -> Records | None:
        """The table `name`, made when it is new; None when there are too many."""
        if name not in self.tables:
            if len(self.tables) >= MAX_TABLES:
                self.dropped += 1
                return None
            self.tables[name] = Records(self.space, self.space.relation())
        return self.tables[name]


def add_child(
    built: Tables,
    name: str,
    child: Any,
    parents: Mapping[str, str | None],
    context: Mapping[str, str | None],
    depth: int,
) -> None:
    """Add one object of an array to the table `name`, and the arrays inside it to theirs.

    Its `_row` counts the objects of that table, so that a row number means one object and no other.
    """
    table = built.get(name)
    if table is None:
        return
    number = table.rows + 1
    if not isinstance(child, dict):
        table.add(number, {**parents, "value": dumped(child)})
        return
    flat, arrays = flatten(child)
    row = dict(parents)
    if flat.keys().isdisjoint(parents):
        row.update(flat)
    else:
        row.update((key if key not in parents else f"{key}__2", value) for key, value in flat.items())
    for key, value in context.items():
        row.setdefault(key, value)
    if depth >= MAX_DEPTH:
        row.update((path, dumped(array)) for path, array in arrays if array)
        arrays = []
    table.add(number, row)
    below = {**parents, f"{_singular(name.rpartition('_')[2])}_id": flat.get("id")}
    for path, array in arrays:
        for grandchild in array:
            add_child(built, table_name(name, path, ""), grandchild, below, {}, depth + 1)


@lru_cache(maxsize=MAX_TABLES * 10)  # asked for every object, and the answers are as few as the tables
def table_name(parent: str, path: str, taken: str) -> str:
    """The table of the array at `path`: `tender/items` of a release is `tender_items`; never `taken`."""
    name = clean(f"{parent}_{path}".strip("_").replace("/", "_")[:200]) or "array"
    return name if name != taken else f"{taken}_{taken}"


def _singular(name: str) -> str:
    return f"{name.removesuffix('ies')}y" if name.endswith("ies") else name.removesuffix("s")
