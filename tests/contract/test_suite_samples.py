"""Every suite, run on its good and its bad sample, gives exactly the outcomes that were written down for it.

A rule that is wrong fails the good sample; a rule that cannot fail passes the bad one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import lay, of_roles
from pipelines.validation.suites import load_suites
from pipelines.validation.validate import validate
from tests.tables_of import table_of_csv

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SUITES = load_suites(packaged_expectations())
TODAY = datetime(2026, 6, 30, tzinfo=UTC)


def test_every_suite_has_samples() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == sorted(SUITES)


@pytest.mark.parametrize("name", ["good", "bad"])
@pytest.mark.parametrize("key", sorted(SUITES))
def test_sample_gives_the_expected_outcomes(key: str, name: str) -> None:
    suite = SUITES[key]
    expected = json.loads((SAMPLES / key / "expected.json").read_text(encoding="utf-8"))[name]
    with table_of_csv(SAMPLES / key / f"{name}.csv") as table:
        fit = lay(of_roles(key, suite.roles), table.report.columns)
        result = validate(table, fit, suite, TODAY)
    found = {item.key: [str(item.outcome), item.unexpected_count] for item in result.results}
    assert found == expected


@pytest.mark.parametrize("key", sorted(SUITES))
def test_every_expectation_that_the_sample_can_break_is_broken(key: str) -> None:
    expected = json.loads((SAMPLES / key / "expected.json").read_text(encoding="utf-8"))["bad"]
    broken = [outcome for outcome, _ in expected.values() if outcome == "failed"]
    assert len(broken) >= 0.7 * len(SUITES[key].expectations)
