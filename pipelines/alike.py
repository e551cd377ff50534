"""SQL that is asked of several columns in the same words, planned once for all of them.

Belongs here: finding such expressions, and putting one `list_transform` over their columns in their place. DuckDB plans
each expression by itself, every constant pattern in it compiled more than once, which takes longer than to compute it
for a few thousand rows; what is computed stays the same. Does not belong here: what any of it means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

# A text, which may hold anything, or a column's name.
TOKEN = re.compile(r"""'(?:[^']|'')*'|(?P<name>"(?:[^"]|"")+")""")
IT = '"veedor:it"'
# So many columns at least: a list has to be made, and its parts be taken out of it.
LEAST = 3


@dataclass(frozen=True)
class Alike:
    """`words`: for some of the expressions, how to say the same over `source(..)`."""

    words: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)

    def said(self, expression: str) -> str:
        """`expression` as it stands over `source(..)`."""
        return self.words.get(expression, expression)

    def source(self, source: str) -> str:
        """The FROM clause `source` with what `words` need beside its columns."""
        if not self.lists:
            return source
        return (
            f"(SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in self.lists.items())} FROM {source})"
        )


def shape_of(expression: str, other: Collection[str] = ()) -> tuple[str, str] | None:
    """`expression` as asked of `IT`, and the name of the only column that it asks; None when it is no such question.

    `other` are quoted names of columns that are no text.
    """
    shape, name = _shape(expression)
    return None if shape is None or name in other else (shape, name)


@lru_cache(maxsize=4_000)  # tables of one layout are asked the same
def _shape(expression: str) -> tuple[str | None, str]:
    names = {found["name"] for found in TOKEN.finditer(expression) if found["name"]}
    if len(names) != 1 or expression in names:
        return None, ""
    (name,) = names
    return TOKEN.sub(lambda found: IT if found["name"] else found[0], expression), name


def alike(expressions: Iterable[str], other: Collection[str] = ()) -> Alike:
    """Those of `expressions` that ask the same of at least `LEAST` columns of text, one each.

    `other` are quoted names of columns that are no text.
    """
    shapes: dict[str, dict[str, str]] = {}
    for expression in dict.fromkeys(expressions):
        if found := shape_of(expression, other):
            shapes.setdefault(found[0], {})[found[1]] = expression
    words: dict[str, str] = {}
    lists: dict[str, str] = {}
    for shape, asked in shapes.items():
        if len(asked) >= LEAST:
            group = f'"veedor:alike{len(lists)}"'
            lists[group] = f"list_transform([{', '.join(asked)}], lambda {IT}: {shape})"
            words |= {it: f"{group}[{place}]" for place, it in enumerate(asked.values(), 1)}
    return Alike(words, lists)
