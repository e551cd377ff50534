"""Rows of totals among the records: the class for GX of `plans.totals`."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import MulticolumnMapExpectation

from pipelines.validation.custom.of_rows import of_list
from pipelines.validation.plans.totals import FEWEST, PERHAPS, RELATIVE, TOTAL


def totals(frame: Any, column_list: list[str], tolerance: float) -> Any:
    """The rows of `frame` that are totals of others."""
    import pandas as pd
    from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

    amounts = [name for name in column_list if is_numeric_dtype(frame[name])]
    labels = [name for name in column_list if name not in amounts]
    texts = [name for name in labels if not is_datetime64_any_dtype(frame[name])]
    if not labels:
        raise ValueError("column_list names nothing that says what a record is about")
    certain = pd.Series(False, index=frame.index)
    only = frame[labels].notna().any(axis=1)
    for name in labels:
        column = frame[name]
        sure = column.astype("str").str.fullmatch(TOTAL).fillna(False) & column.notna()
        perhaps = column.astype("str").str.fullmatch(PERHAPS).fillna(False) | sure
        certain |= sure & (name in texts)
        only &= column.isna() | (perhaps & (name in texts))
    said = (certain | only).astype(bool)
    bare = frame[labels].isna().all(axis=1) & (frame[amounts].notna().any(axis=1) if amounts else False)
    record = ~said & ~bare
    block = (said | bare).cumsum().shift(fill_value=0)
    some = bare & (frame[amounts].fillna(0.0) != 0).any(axis=1) if amounts else bare
    by_whole = by_block = some
    for name in amounts:
        counted = frame[name].where(record).fillna(0.0)
        missing = frame[name].isna()
        by_whole = by_whole & (missing | _equal(frame[name], counted.cumsum(), tolerance))
        by_block = by_block & (missing | _equal(frame[name], counted.groupby(block).cumsum(), tolerance))
    by_whole &= record.cumsum() >= FEWEST
    by_block &= record.groupby(block).cumsum() >= FEWEST
    return said | by_whole | by_block


def _equal(one: Any, other: Any, tolerance: float) -> Any:
    return (one - other).abs() <= (RELATIVE * other.abs()).clip(lower=tolerance)


class ExpectRecordsToHoldNoTotals(MulticolumnMapExpectation):
    """Expect no row of a table of records to be a total of others.

    `column_list` names the columns that say what a record is about, the identifying ones first of all, and the
    amounts, which are its columns of numbers. A row is a total when a text of it is nothing but the name of a total
    ("Subtotal", "Gran total"), when all that it says is such a word as could be a name, too ("Total", "Suma"), or when
    it says nothing and its amounts, not all of them 0, are within `tolerance` the sums of the records above it: of all
    of them, or of those since the total before.
    """

    tolerance: float = 0.01

    example: ClassVar[dict[str, Any]] = {
        "column_list": ["contract_id", "supplier_id", "supplier_name", "value_amount"]
    }
    map_metric = of_list("no_totals", totals, ("tolerance",))
    success_keys = ("mostly", "tolerance")
    args_keys = ("column_list", "tolerance")
