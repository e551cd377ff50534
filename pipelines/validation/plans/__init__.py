"""Families of expectation types. Adding a type is adding one function to one of these files.

Each module belongs to one family and registers its functions by GX's names of the types. A function's arguments
are the expectation's own, but for `row_condition`, `condition_parser` and, where rows are asked, `mostly`.
"""

from pipelines.validation.plans import (
    distinct,
    kinds,
    lengths,
    names,
    numbers,
    pairs,
    parsing,
    patterns,
    periods,
    presence,
    references,
    repetition,
    schema,
    series,
    sets,
    sums,
    texts,
    totals,
    types,
    uniqueness,
)
from pipelines.validation.plans.register import AGGREGATES, ROWWISE

__all__ = [
    "AGGREGATES",
    "ROWWISE",
    "distinct",
    "kinds",
    "lengths",
    "names",
    "numbers",
    "pairs",
    "parsing",
    "patterns",
    "periods",
    "presence",
    "references",
    "repetition",
    "schema",
    "series",
    "sets",
    "sums",
    "texts",
    "totals",
    "types",
    "uniqueness",
]
