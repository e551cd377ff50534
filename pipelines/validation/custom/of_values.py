"""A rule for one value as a Custom Expectation of Great Expectations.

Belongs here: the metric that GX asks on pandas. Does not belong here: any rule, nor what is asked of several rows
or columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)


def metric(name: str, rule: Callable[..., bool], keys: tuple[str, ...] = ()) -> str:
    """Register `rule` with GX under the name that this gives back, for a class's `map_metric`.

    `rule` takes a value, as text and never missing, and the expectation's arguments `keys` by name. It is asked once
    for each different value, and one that is not text is asked as Python writes it.
    """

    def condition(cls: type, column: Any, **kwargs: Any) -> Any:
        given = {key: kwargs[key] for key in keys if kwargs.get(key) is not None}
        return column.map({value: rule(str(value), **given) for value in column.unique()}).astype(bool)

    full = f"column_values.veedor.{name}"
    type(
        f"Metric_{name}",
        (ColumnMapMetricProvider,),
        {
            "condition_metric_name": full,
            "condition_value_keys": keys,
            "_pandas": column_condition_partial(engine=PandasExecutionEngine)(condition),
        },
    )
    return full
