"""Columns whose values are of one kind: the class for GX of `plans.kinds`."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from great_expectations.expectations.expectation import ColumnMapExpectation

from pipelines.validation.custom.of_rows import of_column
from pipelines.validation.plans.kinds import DATE, KINDS, NUMBER

_DATE, _NUMBER = re.compile(DATE), re.compile(NUMBER)


def kind_of(value: str) -> str:
    """`number`, `date` or `text`."""
    if _NUMBER.fullmatch(value):
        return "number"
    return "date" if _DATE.fullmatch(value) else "text"


def of_another_kind(frame: Any, column: str, majority: float, kind: str | None = None) -> Any:
    """The rows whose value is not of `kind`, or not of the kind of most of them."""
    kinds = frame[column].map({value: kind_of(str(value)) for value in frame[column].unique()})
    if kind is None:
        counts = {name: int((kinds == name).sum()) for name in KINDS}
        kind = max(KINDS, key=lambda name: counts[name])
        if not counts[kind] > len(kinds) * majority:
            kind = None
    return kinds != kind


class ExpectColumnValuesToBeOfOneKind(ColumnMapExpectation):
    """Expect all values of a column to be numbers, or all dates, or all of them other text.

    The kind is `kind` ("number", "date" or "text") or, without it, the one that more than the share `majority` of the
    values are of; every value fails where there is no such kind. Numbers and dates may be written in any country's way.
    """

    kind: Literal["number", "date", "text"] | None = None
    majority: float = 0.5

    example: ClassVar[dict[str, Any]] = {"column": "description", "kind": "text", "mostly": 0.99}
    map_metric = of_column("of_another_kind", of_another_kind, ("kind", "majority"))
    success_keys = ("mostly", "kind", "majority")
    args_keys = ("column", "kind")
