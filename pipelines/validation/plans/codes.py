"""Whether codes are those of a shared list: currency, country, language.

Belongs here: the question to a row. Does not belong here: the lists (`code_lists`), or sets that a suite gives.
"""

from __future__ import annotations

from functools import cache

from pipelines.validation.code_lists import codes
from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, not_null, within


def in_code_list(value: str, code_list: str, withdrawn: bool = False) -> bool:
    """Whether `value` is a code of `code_list`, in its own case. Raises `KeyError` for an unknown list."""
    return value in _known(code_list, withdrawn)


@cache
def _known(code_list: str, withdrawn: bool) -> frozenset[str]:
    return frozenset(codes(code_list, withdrawn))


@rowwise("expect_column_values_to_be_in_code_list")
def values_in_code_list(view: View, column: str, code_list: str, withdrawn: bool = False) -> Rows:
    """Every value is a code of the list, in force or, where that is allowed, withdrawn."""
    value = view.column(column)
    try:
        known = codes(code_list, withdrawn)
    except (KeyError, TypeError):
        raise NotPlanned("code_list") from None
    return Rows(f"NOT {within(value, known)}", over=not_null([value]))
