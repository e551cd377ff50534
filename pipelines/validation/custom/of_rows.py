"""A rule for the rows of a table as a Custom Expectation of Great Expectations: on several rows or columns.

Belongs here: the metrics that GX asks on pandas, and what its own base classes leave out. Does not belong here: any
rule. A rule takes the rows that are asked as a frame, all columns of it, and the expectation's arguments by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnAggregateExpectation, ColumnPairMapExpectation
from great_expectations.expectations.metrics.column_aggregate_metric_provider import (
    ColumnAggregateMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import (
    ColumnPairMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value

PROVIDERS: Mapping[MetricDomainTypes, tuple[type, str]] = {
    MetricDomainTypes.COLUMN: (ColumnMapMetricProvider, "column_values"),
    MetricDomainTypes.COLUMN_PAIR: (ColumnPairMapMetricProvider, "column_pair_values"),
    MetricDomainTypes.MULTICOLUMN: (MulticolumnMapMetricProvider, "multicolumn_values"),
}


def of_column(name: str, rule: Callable[..., Any], keys: tuple[str, ...] = ()) -> str:
    """Register a rule for a column whose values are judged by other rows; rows without a value are not asked."""
    return _metric(MetricDomainTypes.COLUMN, name, rule, keys)


def of_pair(name: str, rule: Callable[..., Any], keys: tuple[str, ...] = ()) -> str:
    """Register a rule for a pair of columns."""
    return _metric(MetricDomainTypes.COLUMN_PAIR, name, rule, keys)


def of_list(name: str, rule: Callable[..., Any], keys: tuple[str, ...] = ()) -> str:
    """Register a rule for a list of columns."""
    return _metric(MetricDomainTypes.MULTICOLUMN, name, rule, keys)


def _metric(domain: MetricDomainTypes, name: str, rule: Callable[..., Any], keys: tuple[str, ...]) -> str:
    """Register `rule`, which gives the rows that fail as a series of booleans, for a class's `map_metric`."""
    provider, family = PROVIDERS[domain]

    def condition(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        frame, compute, accessor = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=domain
        )
        if domain is MetricDomainTypes.COLUMN:
            frame = frame[frame[accessor["column"]].notna()]
        failing = rule(frame, **accessor, **_given(metric_value_kwargs, keys))
        return failing.astype(bool), compute, accessor

    full = f"{family}.veedor.{name}"
    partial = metric_partial(
        engine=PandasExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.MAP_CONDITION_SERIES,
        domain_type=domain,
    )
    type(
        f"Metric_{name}",
        (provider,),
        {"condition_metric_name": full, "condition_value_keys": keys, "_pandas": partial(condition)},
    )
    return full


def of_whole(name: str, rule: Callable[..., Any], keys: tuple[str, ...] = ()) -> str:
    """Register a rule that observes one thing of a column and all of its rows, for `Observed`."""

    def value(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: Any,
        runtime_configuration: Any,
    ) -> Any:
        frame = execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)
        return rule(frame, column=metric_domain_kwargs["column"], **_given(metric_value_kwargs, keys))

    full = f"column.veedor.{name}"
    type(
        f"Metric_{name}",
        (ColumnAggregateMetricProvider,),
        {
            "metric_name": full,
            "value_keys": keys,
            "_pandas": metric_value(engine=PandasExecutionEngine)(value),
        },
    )
    return full


def _given(arguments: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: arguments[key] for key in keys if arguments.get(key) is not None}


class OfPair(ColumnPairMapExpectation):
    """A pair of columns; GX's own class leaves `ignore_row_if` to those below it."""

    ignore_row_if: Literal["both_values_are_missing", "either_value_is_missing", "neither"] = (
        "both_values_are_missing"
    )

    domain_keys = (*ColumnPairMapExpectation.domain_keys, "ignore_row_if")  # type: ignore[assignment] # one more


class Observed(ColumnAggregateExpectation):
    """One thing that is observed of a column: `metric_dependencies` names its metric, `judged` is the verdict."""

    judged: ClassVar[Callable[..., dict[str, Any]]]

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        (name,) = self.metric_dependencies
        return type(self).judged(metrics[name], self._get_success_kwargs())
