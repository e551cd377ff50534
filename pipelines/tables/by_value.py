"""What is asked of single cells of a small table, asked once for each different value of a column.

Belongs here: the values of columns that are asked the same, one below the other, and their answers back in the rows.
Columns of published tables say the same few things again and again, and one column of values is planned once, where
each column of a table is planned by itself. Does not belong here: any question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipelines import duck, kept_plans
from pipelines.alike import IT

if TYPE_CHECKING:
    import pyarrow

# SQL of the text `IT`, each step over the answer of the one before.
Steps = tuple[str, ...]


def answers(cells: pyarrow.Table, questions: Mapping[str, Steps]) -> dict[str, pyarrow.Array]:
    """By column of `cells`: what the last of its steps says of the text in each row, in their order; NULL is asked too.

    All last steps are of one type. Raises DuckDB's exceptions, and `RuntimeError` like `kept_plans.lent`.
    """
    groups: dict[Steps, list[str]] = {}
    for column, steps in questions.items():
        groups.setdefault(steps, []).append(column)
    if not groups:
        return {}
    columns = [column for group in groups.values() for column in group]
    encoded = [cells.column(column).combine_chunks().dictionary_encode("encode") for column in columns]
    values = iter(encoded)
    tables = {
        f"veedor:values{place}": _below([next(values) for _ in of])
        for place, of in enumerate(groups.values())
    }
    query = " UNION ALL ".join(
        f"({_asked(steps, duck.quote(name))})" for name, steps in zip(tables, groups, strict=True)
    )
    with kept_plans.lent() as plans, duck.interruptible(plans.connection):
        (found,) = plans.table(query, tables).columns
    return dict(zip(columns, _spread(found.combine_chunks(), encoded), strict=True))


def _below(encoded: Sequence[pyarrow.DictionaryArray]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({IT[1:-1]: pyarrow.concat_arrays([it.dictionary for it in encoded])})


def _asked(steps: Steps, source: str) -> str:
    for step in steps:
        source = f"(SELECT {step} AS {IT} FROM {source})"
    return f"FROM {source}"


def _spread(found: pyarrow.Array, encoded: Sequence[pyarrow.DictionaryArray]) -> list[pyarrow.Array]:
    """`found`, which is of all values of `encoded` in turn, in the rows."""
    spread = []
    at = 0
    for it in encoded:
        spread.append(found.slice(at, len(it.dictionary)).take(it.indices))
        at += len(it.dictionary)
    return spread
