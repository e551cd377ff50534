"""A validation result as Great Expectations' own object, for whatever GX's users have built around it.

Belongs here: `to_gx`, and GX's page of it (Data Docs). GX knows two outcomes where we know four, and none of ours may
look like a pass: `failed` and `error` are `success: false`, an `error` also `raised_exception: true`; what does not
apply has `success: null`, tells why as its exception's message, and is in no statistic. `meta.veedor` of each result
has our outcome in its own words.
"""

from __future__ import annotations

import ast
import html
import logging
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines.model import ExpectationResult, Outcome, UnexpectedExample, ValidationResult
from pipelines.tables.table import ROW
from pipelines.validation.suites import EXISTENCE, Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

QUANTILES = ("expect_column_quantile_values_to_be_between",)
NOT_APPLICABLE = "not applicable: "
NO_TRACEBACK = "No traceback is kept."


def to_gx(result: ValidationResult, suite: Suite) -> ExpectationSuiteValidationResult:
    """`result` of `suite` as GX's `ExpectationSuiteValidationResult`; the import of GX takes seconds.

    `success` is true when something was judged and all of it passed. `evaluated_expectations` counts what passed,
    failed or could not be judged (`error`); `meta.veedor` has all four counts, and what the result is about.
    """
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult

    kinds = {item.key: item for item in suite.expectations}
    counts = {str(outcome): 0 for outcome in Outcome if any(i.outcome is outcome for i in result.results)}
    for item in result.results:
        counts[str(item.outcome)] += 1
    passed = counts.get("passed", 0)
    judged = passed + counts.get("failed", 0) + counts.get("error", 0)
    about = {
        "distribution": result.distribution,
        "table": result.table,
        "sha256": result.sha256,
        "suite_version": result.suite_version,
        "layout": result.layout,
        "rows": result.rows,
        "outcomes": counts,
    }
    return ExpectationSuiteValidationResult(
        success=judged > 0 and passed == judged,
        results=[_one(item, kinds[item.key].raw) for item in result.results],
        suite_name=suite.name,
        statistics={
            "evaluated_expectations": judged,
            "successful_expectations": passed,
            "unsuccessful_expectations": judged - passed,
            "success_percent": passed / judged * 100 if judged else None,
        },
        meta={
            "great_expectations_version": __version__,
            "batch_spec": {"data_asset_name": result.table or result.distribution},
            "veedor": about,
        },
    )


def gx_json(result: ValidationResult, suite: Suite) -> dict[str, Any]:
    """`to_gx` as GX writes it to a file."""
    outcome: Any = to_gx(result, suite)
    return dict(outcome.to_json_dict())


def data_docs(result: ValidationResult, suite: Suite) -> tuple[str, tuple[str, ...]]:
    """GX's own page of a result, as HTML, and the keys that are not on it because GX has no such expectation type.

    Its styles come from the internet when it is opened.
    """
    from great_expectations.expectations.registry import list_registered_expectation_implementations
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    from pipelines.validation import custom  # noqa: F401 - importing it makes GX know our own types

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    known = set(list_registered_expectation_implementations())
    shown = tuple(item for item in result.results if item.type in known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GX warns about its own internals
        outcome = to_gx(_escaped(replace(result, results=shown)), suite)
        renderer: Any = ValidationResultsPageRenderer(run_info_at_end=True)
        view: Any = DefaultJinjaPageView()
        page = str(view.render(renderer.render(outcome)))
    return page, tuple(item.key for item in result.results if item not in shown)


def _escaped(result: ValidationResult) -> ValidationResult:
    """What was published, as text of HTML: GX puts values into its page as they are, scripts and all."""

    def safe(text: str | None) -> Any:
        return None if text is None else html.escape(text)

    def one(item: ExpectationResult) -> ExpectationResult:
        examples = tuple(replace(each, value=safe(each.value)) for each in item.examples)
        said = {"reason": safe(item.reason), "column": safe(item.column)}
        # Quotes stay: what was observed is a literal of Python's, and stands between tags.
        observed = None if item.observed_value is None else html.escape(item.observed_value, quote=False)
        return replace(item, examples=examples, observed_value=observed, **said)

    return replace(
        result,
        distribution=safe(result.distribution),
        table=safe(result.table),
        results=tuple(map(one, result.results)),
    )


def _one(item: ExpectationResult, raw: Mapping[str, Any]) -> ExpectationValidationResult:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    unknown = item.outcome in (Outcome.ERROR, Outcome.NOT_APPLICABLE)
    reason = NOT_APPLICABLE + item.reason if item.outcome is Outcome.NOT_APPLICABLE else item.reason
    return ExpectationValidationResult(
        success=None if item.outcome is Outcome.NOT_APPLICABLE else item.outcome is Outcome.PASSED,
        expectation_config=ExpectationConfiguration(
            type=item.type,
            kwargs=dict(raw["kwargs"]),
            meta=dict(raw["meta"]),
            severity=FailureSeverity(item.severity),
        ),
        result={} if unknown else _result(item),
        exception_info={
            "raised_exception": unknown,
            "exception_message": reason if unknown else None,
            # GX's page cannot be made of an exception without one.
            "exception_traceback": NO_TRACEBACK if unknown else None,
        },
        meta={
            "veedor": {
                "outcome": str(item.outcome),
                "reason": item.reason,
                "column": item.column,
                "executed_by": item.executed_by,
            }
        },
    )


def _result(item: ExpectationResult) -> dict[str, Any]:
    """GX's result JSON in its format SUMMARY, as far as it is kept."""
    result: dict[str, Any] = {}
    if item.type == EXISTENCE:
        return result
    if item.element_count is not None:
        elements, missing = item.element_count, item.missing_count or 0
        result |= {"element_count": elements, "unexpected_count": item.unexpected_count}
        result |= {"unexpected_percent": item.unexpected_percent or 0.0}
        result |= {"missing_count": missing, "missing_percent": _share(missing, elements)}
        result |= {"unexpected_percent_total": _share(item.unexpected_count, elements)}
        result |= {"unexpected_percent_nonmissing": item.unexpected_percent or 0.0}
    if item.observed_value is not None:
        observed = _observed(item.observed_value)
        # GX's page takes quantiles apart; masked ones, and a list that was cut, cannot be.
        if item.type not in QUANTILES or isinstance(observed, dict):
            result["observed_value"] = observed
    elif item.element_count is None and item.reason:
        result["observed_value"] = item.reason
    if item.examples and item.unexpected_count is None:
        result["details"] = {"unexpected_rows": [{ROW: example.row} for example in item.examples]}
    elif item.examples:
        column = item.role or "value"
        result["partial_unexpected_list"] = [example.value for example in item.examples]
        result["partial_unexpected_index_list"] = [
            {column: example.value, ROW: example.row} for example in item.examples
        ]
        result["unexpected_index_column_names"] = [ROW]
        result["partial_unexpected_counts"] = _counted(item.examples)
    return result


def _observed(text: str) -> Any:
    """What was observed, of which the text is kept: a number, a list or a mapping again where it was one."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _counted(examples: tuple[UnexpectedExample, ...]) -> list[dict[str, Any]]:
    counts: dict[str | None, int] = {}
    for example in examples:
        counts[example.value] = counts.get(example.value, 0) + 1
    return [{"value": value, "count": count} for value, count in counts.items()]


def _share(part: int | None, whole: int) -> float | None:
    return None if part is None or not whole else part / whole * 100
