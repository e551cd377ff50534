"""What many pages say alike: told once, and of nothing but what was named."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.runtime import Macro

from pipelines.site import parts
from pipelines.site.parts import Once
from pipelines.site.surroundings import surroundings

MACROS = {
    "macros": """{% macro told(w, row) %}{{ w }}: {{ row.points }} of {{ row.most }}{% endmacro %}
    {% macro curious(w, row) %}{{ row.dataset }}{% endmacro %}"""
}


def macro(name: str) -> Macro:
    found = getattr(surroundings(MACROS.get).get_template("macros").module, name)
    assert isinstance(found, Macro)
    return found


def row(points: float, dataset: str) -> dict[str, Any]:
    return {"points": points, "most": 5.0, "dataset": dataset}


def test_rows_that_agree_in_what_is_shown_are_told_once() -> None:
    once, told = Once("words"), macro("told")
    first = once.row(told, row(2.0, "a"), "points", "most")
    assert first == "words: 2.0 of 5.0"
    assert once.row(told, row(2.0, "b"), "points", "most") is first
    assert once.row(told, row(3.0, "a"), "points", "most") == "words: 3.0 of 5.0"


def test_a_macro_sees_nothing_of_a_row_but_what_is_named() -> None:
    with pytest.raises(UndefinedError):
        Once("words").row(macro("curious"), row(2.0, "a"), "points", "most")


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "REMEMBERED", 10)
    once, told = Once("words"), macro("told")
    for number in range(100):
        assert once.row(told, row(float(number), "a"), "points", "most") == f"words: {number}.0 of 5.0"
        assert len(once._told) <= 10
