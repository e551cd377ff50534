"""docs/validation.md names every expectation type of the installed Great Expectations, and who judges it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pipelines.validation.evidence.reasons import SENTENCES
from pipelines.validation.plans import AGGREGATES, ROWWISE
from pipelines.validation.suites import ROWS_QUERY

ROOT = Path(__file__).resolve().parents[3]


def _table() -> dict[str, str]:
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    section = page.partition("## Who judges which type")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", section, re.MULTILINE))


def _installed() -> set[str]:
    import great_expectations.expectations.core as core
    from great_expectations.expectations.expectation import Expectation

    classes = [item for _, item in inspect.getmembers(core, inspect.isclass) if issubclass(item, Expectation)]
    # One that GX has withdrawn is still there as a class, without a type.
    return {item.expectation_type for item in classes if getattr(item, "expectation_type", "")}


def test_the_table_names_every_core_type_and_no_other() -> None:
    assert set(_table()) == _installed()


def test_the_table_tells_the_truth_about_the_plan() -> None:
    by_plan = {name for name, who in _table().items() if who in ("plan", "SQL")}
    assert by_plan == (set(AGGREGATES) | set(ROWWISE) | {ROWS_QUERY}) & _installed()
    assert set(_table().values()) <= {"plan", "SQL", "GX", "not for text tables"}


def test_every_type_that_a_row_can_fail_has_its_reason_in_both_languages() -> None:
    assert (set(ROWWISE) | {ROWS_QUERY}) & _installed() <= set(SENTENCES) <= set(ROWWISE) | {ROWS_QUERY}
    for english, spanish in SENTENCES.values():
        assert english != spanish
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", spanish))
