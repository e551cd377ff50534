"""Every general check of the guide is accounted for: a metric, a rule, the owner's word, or a reason why not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.measurement.metrics import METRICS
from pipelines.rules.kinds import KINDS
from pipelines.settings import packaged_expectations
from pipelines.sources import Attested

CHECKS: list[dict[str, Any]] = json.loads(
    (packaged_expectations() / "general_checks.json").read_text(encoding="utf-8")
)["checks"]
BY_ID = {it["id"]: it for it in CHECKS}
ANSWERS = {"metrics", "rules", "person", "later"}
FACTS = {"id", "name", "dimension", "principles", "basis"}


def test_there_are_the_56_checks_in_order() -> None:
    assert [it["id"] for it in CHECKS] == [f"G{number:02}" for number in range(1, 57)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda it: it["id"])
def test_a_check_is_answered_or_says_why_not(check: dict[str, Any]) -> None:
    assert set(check) - FACTS - {"attested"} <= ANSWERS
    assert ANSWERS & set(check)
    for words in (check["name"], check.get("person"), check.get("later")):
        assert words is None or all(words[language].strip() for language in ("en", "es"))
    assert set(check["principles"]) <= {f"P{number}" for number in range(1, 7)}
    assert check["principles"]
    assert check["dimension"]
    assert check["basis"]


def test_every_metric_and_rule_that_is_named_exists() -> None:
    metrics = {name for it in CHECKS for name in it.get("metrics", ())}
    assert metrics - set(METRICS) == set()
    assert {name for it in CHECKS for name in it.get("rules", ())} - set(KINDS) == set()


def test_what_a_person_attests_has_its_place_in_sources_yaml() -> None:
    asked = {it["attested"] for it in CHECKS if "attested" in it}
    assert asked <= set(Attested.model_fields)
    assert all("person" in it for it in CHECKS if "attested" in it)
