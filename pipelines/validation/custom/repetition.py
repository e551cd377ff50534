"""Repeated values and rows: the classes for GX of `plans.repetition`."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    BatchExpectation,
    ColumnMapExpectation,
    _format_map_output,
    _mostly_success,
)
from great_expectations.expectations.expectation_configuration import parse_result_format
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from pipelines.validation.custom.of_rows import Observed, of_column, of_whole
from pipelines.validation.custom.sums import judged_share
from pipelines.validation.plans.repetition import BETWEEN, TOLD, too_few_rows

# Stands for the share of a table that has fewer rows than it takes to have one.
TOO_FEW = "too few rows"


def common_share(
    frame: Any,
    column: str,
    top: int,
    with_columns: list[str] | None = None,
    ignore_values: list[str] | None = None,
    min_rows: int = 0,
) -> tuple[float, list[str]] | str | None:
    """The share of the `top` most common values, or combinations, and which these are; `TOO_FEW` rows have none."""
    names = [column, *(with_columns or ())]
    rows = frame[names].dropna()
    rows = rows[~rows[column].isin(ignore_values or [])]
    if len(rows) < min_rows:
        return TOO_FEW
    counts = Counter(rows.itertuples(index=False, name=None))
    if not counts:
        return None
    ranked = sorted((-count, BETWEEN.join(map(str, values))) for values, count in counts.items())
    share = -sum(count for count, _ in ranked[:top]) / len(rows)
    return share, [value for _, value in ranked[: min(top, TOLD)]]


def repeated(frame: Any, column: str, times: int, ignore_values: list[str] | None = None) -> Any:
    """The rows whose value stands in more than `times` of them."""
    often = frame.groupby(column)[column].transform("size") > times
    return often & ~frame[column].isin(ignore_values or [])


class _Table(TableMetricProvider):
    """The table itself: which of its columns are compared is known only where the result is made."""

    metric_name = "table.veedor.rows"

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(cls, execution_engine: Any, metric_domain_kwargs: dict[str, Any], **rest: Any) -> Any:
        return execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)


_COUNTED = ("with_columns", "top", "ignore_values", "min_rows")


def _judged(found: tuple[float, list[str]] | str | None, arguments: dict[str, Any]) -> dict[str, Any]:
    return too_few_rows() if isinstance(found, str) else judged_share(found, arguments)


class ExpectColumnMostCommonShareToBeBetween(Observed):
    """Expect the share of the rows that the `top` most common values stand in to be within the bounds.

    With `with_columns` the combinations of a row's values are counted. Rows without a value, and those whose value of
    `column` is one of `ignore_values`, are not looked at. Observed are the share and the values. Where fewer than
    `min_rows` rows are left nothing is judged: the success says so by an element count of 0.
    """

    with_columns: list[str] | None = None
    top: int = 1
    ignore_values: list[str] | None = None
    min_rows: int = 0
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False

    example: ClassVar[dict[str, Any]] = {
        "column": "value_amount",
        "with_columns": ["currency"],
        "top": 3,
        "max_value": 0.1,
        "strict_max": True,
    }
    metric_dependencies = (of_whole("common_share", common_share, _COUNTED),)
    success_keys = (*_COUNTED, "min_value", "max_value", "strict_min", "strict_max")
    args_keys = ("column", "top", "min_value", "max_value")
    judged = _judged


class ExpectColumnValuesToBeRepeatedAtMost(ColumnMapExpectation):
    """Expect no value to stand in more than `times` rows, but for `ignore_values`; each row of such a value fails."""

    times: int
    ignore_values: list[str] | None = None

    example: ClassVar[dict[str, Any]] = {
        "column": "value_amount",
        "times": 100,
        "ignore_values": ["0"],
        "mostly": 0.95,
    }
    map_metric = of_column("repeated", repeated, ("times", "ignore_values"))
    success_keys = ("mostly", "times", "ignore_values")
    args_keys = ("column", "times")


class ExpectTableRowsToBeUnique(BatchExpectation):
    """Expect no row of the table to be like another one in every column; each row of several alike fails.

    The columns by which failing rows are named (`unexpected_index_column_names`) are not compared.
    """

    mostly: float = 1.0

    example: ClassVar[dict[str, Any]] = {"mostly": 0.999}
    metric_dependencies = ("table.veedor.rows",)
    domain_keys = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("mostly",)
    args_keys = ()

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        rows = metrics["table.veedor.rows"]
        form = parse_result_format(self._get_result_format(runtime_configuration=runtime_configuration))
        named = form.get("unexpected_index_column_names") or []
        compared = [name for name in rows.columns if name not in named]
        if not compared:
            raise ValueError("there is no column to compare")
        failing = rows[rows.duplicated(subset=compared, keep=False)]
        count = len(failing)
        return _format_map_output(
            result_format=form,
            success=not len(rows) or _mostly_success(len(rows), count, self.mostly),
            element_count=len(rows),
            unexpected_count=count,
            unexpected_list=[],
            unexpected_index_list=failing[named].to_dict("records") if named else list(failing.index),
        )
