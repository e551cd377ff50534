"""Validate: a table and a suite give a validation result.

Belongs here: which expectations apply to this table, who judges each (the plan, a query of the suite's own, or
Great Expectations itself for what neither knows), and the translation of GX-shaped results into outcomes. A
column that the guide cannot do without and that is absent is one clear failure; whatever else the suite says
of it is `not_applicable`, with the reason. An expectation that raised is `error`, never a failure.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from pipelines import duck
from pipelines.model import ExpectationResult, Outcome, UnexpectedExample, ValidationResult
from pipelines.tables.layouts import Fit
from pipelines.tables.table import Table
from pipelines.validation import reference, rows_query
from pipelines.validation.columns import Columns, columns_of
from pipelines.validation.compiled import EXAMPLES
from pipelines.validation.frame import frames, published, published_frame
from pipelines.validation.plan import Plan, newest
from pipelines.validation.suites import EXISTENCE, Expectation, Suite

log = logging.getLogger("veedor")

MASK = "***"
# Words in the names of roles of dates that may be set long before they come, or lie long before the record.
NO_EVENT = re.compile(
    r"(?:^|_)(?:end|ends|until|due|expiry|expires|expiration|deadline|planned|expected|next|close|birth)(?:_|$)"
)
PLAN, REFERENCE = "duckdb_plan", "great_expectations"


def validate(
    table: Table,
    fit: Fit,
    suite: Suite,
    today: datetime,
    references: Mapping[str, object] = MappingProxyType({}),
) -> ValidationResult:
    """Apply `suite` to `table` as `fit` lays it out. `today` bounds what may not lie in the future.

    `references` are the keys of other datasets by the names under which suites ask for them, each the path of a
    Parquet or CSV file or a list of texts. Without them what is said of them is not applicable; whoever reuses a result
    for the same bytes has to see that it was given the same keys, too.

    Raises `MemoryLimitReached`; an interrupt ends it at once.
    """
    columns = columns_of(table, fit, suite)
    present = set(fit.roles)
    applicable = [item for item in suite.expectations if _applies(item, present, references)]
    parameters = {**references, **parameters_of(today)}
    personal = personal_roles(fit, suite)
    with duck.within_memory():
        plan = Plan(columns, applicable, parameters)
        plan.ask_newest(_of_events(columns, personal), tomorrow(today))
        planned = plan.run(table)
        newest_dates = newest(planned)
        planned |= rows_query.run(table, columns, applicable)
    left = [item for item in applicable if item.key not in planned]
    asked = {item.key for item in applicable}
    raw = planned | by_reference(table, columns, left, parameters)
    key = tuple(role for role in suite.key if role in fit.roles)
    evidence = _evidence(table, fit, applicable, raw, key)
    results = tuple(
        _result(
            item, fit, raw.get(item.key), personal, evidence, key, PLAN if item.key in planned else REFERENCE
        )
        if item.key in asked
        else _not_applicable(item, fit, suite)
        for item in suite.expectations
    )
    return ValidationResult(
        distribution=table.report.distribution,
        table=table.report.table,
        suite=suite.name,
        suite_version=suite.version,
        sha256=table.report.sha256 or "",
        layout=f"{fit.layout.name}@{fit.layout.version}",
        rows=table.report.rows,
        results=results,
        newest=newest_dates,
    )


def parameters_of(today: datetime) -> Mapping[str, object]:
    """What `{"$PARAMETER": name}` in a suite stands for."""
    return {"today": today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)}


def _of_events(columns: Columns, personal: set[str]) -> list[str]:
    """The roles whose newest date says how far the data reach: no plans, no birthdays, nothing personal."""
    dated = (role for role, kind in columns.kinds.items() if kind == "date" and role not in personal)
    return [role for role in dated if not NO_EVENT.search(role)]


def tomorrow(today: datetime) -> datetime:
    """The first moment of the day after."""
    return today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=1)


def personal_roles(fit: Fit, suite: Suite) -> set[str]:
    """The roles whose values are never shown."""
    return {role for role, spec in suite.roles.items() if spec.personal} | set(fit.layout.personal)


def by_reference(
    table: Table,
    columns: Columns,
    expectations: Sequence[Expectation],
    parameters: Mapping[str, object],
    *,
    every_row: bool = False,
) -> dict[str, dict[str, Any]]:
    """GX itself, over frames that hold the columns of these expectations and no other."""
    if not expectations:
        return {}
    prepared = frames(table, columns, {role for item in expectations for role in item.needs})
    text = [item.raw for item in expectations if not (item.typed or item.published)]
    typed = [item.raw for item in expectations if item.typed]
    results = {
        **reference.run(prepared.text, text, parameters, every_row=every_row),
        **reference.run(prepared.typed, typed, parameters, every_row=every_row),
    }
    raw = [item for item in expectations if item.published]
    if raw:
        frame = published_frame(table, columns, {role for item in raw for role in item.needs})
        results |= reference.run(frame, [item.raw for item in raw], parameters, every_row=every_row)
    return results


def _applies(item: Expectation, present: set[str], references: Mapping[str, object]) -> bool:
    if item.reference is not None and item.reference not in references:
        return False
    return item.type == EXISTENCE or set(item.needs) <= present


def _described(item: Expectation, fit: Fit, **rest: Any) -> ExpectationResult:
    columns = ", ".join(fit.roles[role] for role in item.roles if role in fit.roles)
    return ExpectationResult(
        key=item.key,
        type=item.type,
        severity=item.severity,
        dimension=item.dimension,
        principle=item.principle,
        role=", ".join(item.roles),
        column=columns,
        mostly=item.mostly,
        title=dict(item.title),
        advice=dict(item.advice),
        basis=item.basis,
        **rest,
    )


def _not_applicable(item: Expectation, fit: Fit, suite: Suite) -> ExpectationResult:
    absent = [role for role in item.needs if role not in fit.roles]
    if not absent:
        reason = f"the keys of {item.reference} are not at hand"
        return _described(item, fit, outcome=Outcome.NOT_APPLICABLE, reason=reason)
    level = "core" if any(suite.roles[role].level == "core" for role in absent) else "optional"
    reason = f"the file has no column for {', '.join(absent)} ({level})"
    return _described(item, fit, outcome=Outcome.NOT_APPLICABLE, reason=reason)


def _result(
    item: Expectation,
    fit: Fit,
    raw: Mapping[str, Any] | None,
    personal: set[str],
    evidence: Mapping[int, Mapping[str, str | None]],
    key: tuple[str, ...],
    executed_by: str,
) -> ExpectationResult:
    described = partial(_described, item, fit, executed_by=executed_by)
    if raw is None:
        return described(outcome=Outcome.ERROR, reason="Great Expectations gave no result for it")
    raised = reference.exception_of(raw)
    if raised is not None:
        # The exception's words may quote a cell, which may be personal; its kind cannot.
        kind = raised.partition(":")[0]
        known = f" ({kind})" if kind.isidentifier() else ""
        log.info("expectation %s could not be evaluated%s", item.key, known)
        return described(outcome=Outcome.ERROR, reason=f"it could not be evaluated{known}")
    result = raw["result"]
    masked = item.masked or bool(personal & {*item.needs, *item.roles})
    passed = bool(raw["success"])
    if passed and result.get("element_count") == 0:
        few = "observed_value" in result
        reason = "there are too few rows to judge" if few else "there is no row to look at"
        return described(outcome=Outcome.NOT_APPLICABLE, reason=reason)
    unexpected = result.get("unexpected_count")
    return described(
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        reason="" if passed else _reason(item, result, masked),
        element_count=result.get("element_count"),
        missing_count=_missing(item, result),
        unexpected_count=unexpected,
        unexpected_percent=_finite(result.get("unexpected_percent")),
        observed_value=_observed(result, masked),
        examples=_examples(item, result, masked, evidence, key, personal),
    )


def _missing(item: Expectation, result: Mapping[str, Any]) -> int | None:
    if "missing_count" in result:
        return int(result["missing_count"])
    # GX gives no missing count where missing is what is being counted.
    return int(result["unexpected_count"]) if item.type == "expect_column_values_to_not_be_null" else None


def _reason(item: Expectation, result: Mapping[str, Any], masked: bool) -> str:
    if item.type == EXISTENCE:
        return f"the file has no column for {', '.join(item.roles)}"
    count, elements = result.get("unexpected_count"), result.get("element_count")
    observed = _observed(result, masked)
    if observed is not None:
        return f"observed {observed}"
    if count is None or elements is None:
        return "it is not met" if count is None else f"{count} values do not meet it"
    allowed = "" if item.mostly is None else f"; at least {item.mostly:.0%} of the values should meet it"
    return f"{count} of {elements} rows do not meet it{allowed}"


def _observed(result: Mapping[str, Any], masked: bool) -> str | None:
    value = result.get("observed_value")
    if value is None:
        return None
    if isinstance(value, Mapping) and set(value) == {"share", "values"}:
        # A share says nothing about a person; what has it does.
        named = MASK if masked else ", ".join(map(str, value["values"]))
        return f"{value['share']:.4g} ({named})"[:200]
    return MASK if masked else str(value)[:200]


def _rows(result: Mapping[str, Any]) -> list[int]:
    return [
        int(entry["_row"])
        for entry in (result.get("partial_unexpected_index_list") or ())[:EXAMPLES]
        if isinstance(entry, dict) and entry.get("_row") is not None
    ]


def _evidence(
    table: Table,
    fit: Fit,
    applicable: list[Expectation],
    raw: Mapping[str, Mapping[str, Any]],
    key: tuple[str, ...],
) -> Mapping[int, Mapping[str, str | None]]:
    """The failing rows of all expectations as published, in one query."""
    rows = {row for result in raw.values() for row in _rows(result.get("result", {}))}
    roles = {role for item in applicable for role in item.roles} | set(key)
    return published(table, fit, rows, sorted(roles))


def _examples(
    item: Expectation,
    result: Mapping[str, Any],
    masked: bool,
    evidence: Mapping[int, Mapping[str, str | None]],
    key: tuple[str, ...],
    personal: set[str],
) -> tuple[UnexpectedExample, ...]:
    hidden = personal | ({*item.roles, *item.needs} if masked else set())
    examples = []
    for row in _rows(result):
        values = [evidence.get(row, {}).get(role) for role in item.roles]
        if masked:
            value: str | None = MASK
        elif len(values) == 1:
            value = values[0]
        else:
            value = " · ".join("" if part is None else part for part in values)
        parts = [MASK if role in hidden else evidence.get(row, {}).get(role) or "" for role in key]
        record = " · ".join(parts)[:200] if any(parts) else None
        examples.append(UnexpectedExample(row, None if value is None else value[:200], record))
    return tuple(examples)


def _finite(value: object) -> float | None:
    number = None if value is None else float(str(value))
    return number if number is None or math.isfinite(number) else None
