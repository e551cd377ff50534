"""Files of Beneficial Ownership data, each named after a fault: what fails on each is what was written down.

Belongs here: that the suite of the company register agrees with `tests/samples/company_register/bods_fixtures.yaml`,
where each fault that it does not see has its reason. Does not belong here: that each rule can fail
(`contract/test_rules`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.cli.read import worked_file
from pipelines.model import Outcome, Part
from pipelines.settings import Settings, packaged_expectations
from pipelines.tables.layouts import choose, load_layouts
from pipelines.tables.table import Opened
from pipelines.validation.suites import load_suites
from pipelines.validation.validate import validate

FILE = Path(__file__).resolve().parent.parent / "samples" / "company_register" / "bods_fixtures.yaml"
FIXTURES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SUITE = load_suites(packaged_expectations())["company_register"]
LAYOUTS = [
    layout
    for layout in load_layouts(packaged_expectations())
    if layout.name == "bods_statements" or layout.name.startswith("bods_older_")
]
TODAY = datetime(2026, 6, 30, tzinfo=UTC)


def _failing(content: Opened) -> set[str]:
    """The ends of the keys of what fails on any table of a file, but for columns that are absent."""
    failed = set()
    for layout in LAYOUTS:
        for table in content.tables:
            report, minimum = table.report, SUITE.minimum_roles
            fit = choose([layout], report.columns, SUITE.guide_dataset, table=report.table, minimum=minimum)
            if fit is not None:
                results = validate(table, fit, SUITE, TODAY).results
                failed |= {it.key for it in results if it.outcome in (Outcome.FAILED, Outcome.ERROR)}
    return {key.partition(".")[2] for key in failed if not key.endswith(".exists")}


@pytest.mark.slow
def test_what_fails_on_each_file_is_what_was_written_down(corpus: Path) -> None:
    found = {
        name: worked_file(corpus / "dirty" / "bods" / name, Settings(), Part(), _failing) for name in FIXTURES
    }
    assert found == {name: set(it["fails"]) for name, it in FIXTURES.items()}


def test_every_file_is_there_and_every_fault_is_seen_or_has_its_reason(corpus: Path) -> None:
    assert set(FIXTURES) == {path.name for path in (corpus / "dirty" / "bods").iterdir()}
    assert not [
        name for name, it in FIXTURES.items() if "fault" in it and not (it["fails"] or "unseen" in it)
    ]
    keys = {item.key.partition(".")[2] for item in SUITE.expectations}
    assert {key for it in FIXTURES.values() for key in it["fails"]} <= keys
