"""What the guide needs and Great Expectations has not: Custom Expectations that run in plain GX, too.

    import pipelines.validation.custom  # GX then knows them by their type, in suites and in Python

Each module belongs to one family, as in `plans/`, where the same type is compiled for DuckDB and where the rule for
one value stands, once for both. A type without a plan would be slow, and one without a class here would be no GX.
Importing this package imports GX, which takes seconds: `reference` does it when GX is needed.
"""

from pipelines.validation.custom import (
    contents,
    kinds,
    names,
    periods,
    references,
    repetition,
    standards,
    sums,
    texts,
    totals,
)

__all__ = [
    "contents",
    "kinds",
    "names",
    "periods",
    "references",
    "repetition",
    "standards",
    "sums",
    "texts",
    "totals",
]
