"""A rule for one value as a Custom Expectation of Great Expectations.

Belongs here: the metric that GX asks on pandas, the sentence that GX's pages show, and the masking of what must not
be shown. Does not belong here: any rule, nor what is asked of several rows or columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    render_suite_parameter_string,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

from pipelines.validation.plans.register import MASKED

MASK = "***"


class OfValues(ColumnMapExpectation):
    """A rule for each value of a column. `says`: its sentence, with `$name` for an argument; lists with commas.

    `example`: arguments as a suite may give them, for the documentation.
    """

    says: ClassVar[str] = ""
    example: ClassVar[dict[str, Any]] = {}
    success_keys: ClassVar[tuple[str, ...]] = ("mostly",)
    args_keys: ClassVar[tuple[str, ...]] = ("column",)

    @classmethod
    def _prescriptive_template(
        cls, renderer_configuration: RendererConfiguration[Any]
    ) -> RendererConfiguration[Any]:
        renderer_configuration.add_param("column", RendererValueType.STRING)
        renderer_configuration.add_param("mostly", RendererValueType.NUMBER)
        kwargs = renderer_configuration.kwargs
        sentence = f"values must {cls.says}"
        for key in cls.success_keys:
            given = kwargs.get(key, cls.__fields__[key].default)
            if key == "mostly" or given is None:
                continue
            text = ", ".join(map(str, given)) if isinstance(given, list | tuple) else str(given)
            renderer_configuration.add_param(key, RendererValueType.STRING, text)
        mostly = renderer_configuration.params.mostly
        if mostly and mostly.value < 1.0:
            renderer_configuration = cls._add_mostly_pct_param(renderer_configuration=renderer_configuration)
            sentence += ", at least $mostly_pct % of the time"
        column = "$column " if renderer_configuration.include_column_name else ""
        renderer_configuration.template_str = f"{column}{sentence}."
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    @render_suite_parameter_string
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        """The same sentence where GX asks for it in its older way, as its Data Docs do."""
        filled = cls._prescriptive_template(
            RendererConfiguration(
                configuration=configuration, result=result, runtime_configuration=runtime_configuration
            )
        )
        params = {name: param["value"] for name, param in filled.params.dict().items()}
        template = {"template": filled.template_str, "params": params}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]

    def _validate(self, *args: Any, **kwargs: Any) -> Any:
        outcome = super()._validate(*args, **kwargs)
        return masked(outcome, self.column) if self.expectation_type in MASKED else outcome


def masked(outcome: Mapping[str, Any], column: str) -> dict[str, Any]:
    """GX's result of a map expectation without any value of `column`, or of a row that has one."""
    result = dict(outcome.get("result") or {})
    result.pop("unexpected_rows", None)
    for name in ("partial_unexpected_list", "unexpected_list"):
        if name in result:
            result[name] = [MASK for _ in result[name] or ()]
    if "partial_unexpected_counts" in result:
        total = sum(entry.get("count", 0) for entry in result["partial_unexpected_counts"] or ())
        result["partial_unexpected_counts"] = [{"value": MASK, "count": total}] if total else []
    for name in ("partial_unexpected_index_list", "unexpected_index_list"):
        if name in result:
            result[name] = [
                {key: MASK if key == column else value for key, value in entry.items()}
                if isinstance(entry, Mapping)
                else entry
                for entry in result[name] or ()
            ]
    return {**outcome, "result": result} if "result" in outcome else dict(outcome)


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
