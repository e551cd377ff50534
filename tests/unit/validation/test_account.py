"""The account of the guide's checks: each is answered by what the suite says answers it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.errors import SuiteError
from pipelines.settings import packaged_expectations
from pipelines.validation.account import Answer, answers, basis_shares, load_checks
from pipelines.validation.suites import load_suites


def test_each_check_has_the_answer_that_the_suite_gives() -> None:
    suite = load_suites(packaged_expectations())["lobbying_register"]
    found = answers(suite)
    assert found["lobbying_register.11"] == Answer(
        "expectation", ("lobbying_register.topic.says_enough", "lobbying_register.topic.varies")
    )
    assert found["lobbying_register.16"].by == "link"
    assert found["lobbying_register.16"].keys == (
        "company_register.company_id",
        "charity_register.charity_id",
    )
    assert found["lobbying_register.19"] == Answer("metric", ("timeliness.current",))
    assert set(found) == {check for check in load_checks(packaged_expectations()) if "lobbying" in check}


def test_shares_of_what_rules_rest_on_add_up_to_the_whole() -> None:
    for suite in load_suites(packaged_expectations()).values():
        shares = basis_shares(suite)
        assert sum(shares.values()) == pytest.approx(1)
        assert 0 < shares["ours"] < 1


@pytest.mark.parametrize("text", ["", "[]", '{"a.01": {"kind": "unique"}}', "no JSON"])
def test_a_list_of_checks_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "guide_checks.json").write_text(text)
    with pytest.raises(SuiteError, match=r"guide_checks\.json"):
        load_checks(tmp_path)


def test_the_list_keeps_its_order_and_its_basis() -> None:
    checks = load_checks(packaged_expectations())
    raw = json.loads((packaged_expectations() / "guide_checks.json").read_text(encoding="utf-8"))
    assert list(checks) == list(raw)
    assert checks["lobbying_register.02"].rule == "read"
    assert checks["lobbying_register.02"].roles == ("lobbyist_name",)
