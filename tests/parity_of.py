"""One table, some expectations: what the plan says of it and what Great Expectations itself says.

Belongs here: laying both answers side by side. What is asked of which table is the matter of the tests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipelines.tables.layouts import Layout, Locale, lay
from pipelines.tables.table import Table
from pipelines.validation import reference
from pipelines.validation.columns import Columns, columns_of
from pipelines.validation.frame import frames, published_frame
from pipelines.validation.plan import Plan
from pipelines.validation.suites import Expectation, Role, Suite
from tests.tables_of import table_of

TODAY = datetime(2026, 6, 30)  # noqa: DTZ001 - a bound for columns without zone
PARAMETERS: Mapping[str, object] = {"today": TODAY, "keys": ["a", "B", "ñ", "0"]}
ROLES = {
    name: Role(type=kind, level="core")  # type: ignore[arg-type]
    for name, kind in {
        "a": "text",
        "b": "text",
        "n": "number",
        "m": "number",
        "d": "date",
        "e": "date",
    }.items()
}
LAYOUT = Layout("roles", "1", "x", {role: (role,) for role in ROLES}, locale=Locale())
# What GX gives for each kind of expectation, and the rows that the plan names as examples.
COMPARED = (
    "element_count",
    "missing_count",
    "missing_percent",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
    "observed_value",
    "details",
)

Asked = tuple[str, dict[str, Any]]


def expectations_of(asked: Sequence[Asked]) -> list[Expectation]:
    """Expectations with the keys "0", "1", ..."""
    return [
        Expectation(
            key=str(number),
            type=kind,
            kwargs=kwargs,
            severity="warning",  # type: ignore[arg-type]
            roles=(),
            needs=(),
            dimension="validity",
            principle="P2",
            basis="",
            title={},
            advice={},
            raw={"type": kind, "kwargs": kwargs, "meta": {"key": str(number)}},
        )
        for number, (kind, kwargs) in enumerate(asked)
    ]


def of_rows(rows: Sequence[Sequence[str | None]], asked: Sequence[Asked]) -> list[tuple[Any, Any]]:
    """(the plan's, GX's) comparable answer to each question over a table of the columns of `ROLES`."""
    suite = Suite("s", "1", "x", {}, ROLES, ())
    with table_of(list(ROLES), rows) as table:
        columns = columns_of(table, lay(LAYOUT, table.report.columns), suite)
        return of_table(table, columns, expectations_of(asked))


def of_table(table: Table, columns: Columns, expectations: Sequence[Expectation]) -> list[tuple[Any, Any]]:
    """(the plan's, GX's) comparable answer to each of `expectations`. None: the plan does not know it."""
    planned = Plan(columns, expectations, PARAMETERS).run(table)
    prepared = frames(table, columns, columns.order)
    raw = published_frame(table, columns, columns.order)
    judged = {
        key: result
        for frame, of_it in (
            (prepared.text, lambda item: not (item.typed or item.published)),
            (prepared.typed, lambda item: item.typed),
            (raw, lambda item: item.published),
        )
        for key, result in reference.run(
            frame, [item.raw for item in expectations if of_it(item)], PARAMETERS
        ).items()
    }
    return [
        (comparable(planned[item.key]) if item.key in planned else None, comparable(judged[item.key]))
        for item in expectations
    ]


def comparable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a GX result that must be equal; floats to 12 digits, for sums are made in another order."""
    if reference.exception_of(raw) is not None:
        return {"raised": True}
    result = raw["result"]
    parts = {name: _rounded(result.get(name)) for name in COMPARED}
    rows = [entry["_row"] for entry in result.get("partial_unexpected_index_list") or ()]
    return {"success": raw["success"], "rows": rows, **parts}


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if value == "NaT":  # no instant, as NaN is no number
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if math.isnan(value):
        return None
    return float(f"{value:.12g}")


def differences(asked: Sequence[Asked], answers: Sequence[tuple[Any, Any]]) -> str:
    """The questions that were answered differently or not planned, one a line; empty when there are none."""
    return "\n".join(
        json.dumps({"asked": question, "plan": plan, "gx": gx}, default=str, ensure_ascii=False)
        for question, (plan, gx) in zip(asked, answers, strict=True)
        if plan != gx
    )
