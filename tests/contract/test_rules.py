"""What every `rules.yaml` owes: its suite is what was made of it, and each rule can fail alone.

The guide's list of checks is accounted for to the last one.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.measurement.metrics import METRICS
from pipelines.rules.schema import Rules, load
from pipelines.rules.suite import FILE, all_rules, built, key_of
from pipelines.rules.words import load_wording
from pipelines.settings import packaged_expectations
from pipelines.validation.suites import Suite, load_suite
from tests.suite_samples import SAMPLES, broken, changed, companions, read, validated

EXPECTATIONS = packaged_expectations()
FOLDERS = {path.parent.name: path.parent for path in sorted(EXPECTATIONS.glob(f"*/{FILE}"))}
RULES: dict[str, Rules] = {name: load(folder / FILE) for name, folder in FOLDERS.items()}
GUIDE_CHECKS = json.loads((EXPECTATIONS / "guide_checks.json").read_text(encoding="utf-8"))

every_dataset = pytest.mark.parametrize("name", sorted(RULES))


@every_dataset
def test_the_suite_is_what_its_rules_say(name: str) -> None:
    text = built(FOLDERS[name], load_wording(EXPECTATIONS))
    assert (FOLDERS[name] / "suite.json").read_text(encoding="utf-8") == text, "run `make suites`"


def _about(suite: Suite, roles: set[str]) -> Suite:
    """The suite without the expectations that `roles` have no part in: nothing that they see was changed."""
    kept = tuple(it for it in suite.expectations if not it.needs or roles & set(it.needs))
    return replace(suite, expectations=kept)


@pytest.mark.slow
@every_dataset
def test_each_rule_fails_alone(name: str) -> None:
    """Each has rows that break it, and nothing else but what the rules themselves say goes with it."""
    suite, good = load_suite(FOLDERS[name] / "suite.json"), read(SAMPLES / name / "good.csv")
    wrong = {}
    for rule in all_rules(RULES[name]):
        key = key_of(RULES[name], rule)
        rows = broken(rule, good)
        result = validated(_about(suite, changed(good, rows)), rows)
        outcomes = {it.key: str(it.outcome) for it in result.results}
        failed = {it for it, outcome in outcomes.items() if outcome == "failed"}
        if failed != {key} | companions(RULES[name], rule) or "error" in outcomes.values():
            wrong[key] = sorted(failed) or outcomes[key]
    assert not wrong


@every_dataset
def test_every_check_of_the_guide_is_accounted_for(name: str) -> None:
    """It is an expectation, a link between datasets, a metric of ours, or is listed with the reason why not."""
    rules = RULES[name]
    asked = {rule.check for rule in rules.rules if rule.check}
    others = [it.check for it in (*rules.links, *rules.elsewhere, *rules.unchecked)]
    assert not [check for check, count in Counter(others).items() if count > 1]
    assert asked.isdisjoint(others)
    assert asked | set(others) == {check for check in GUIDE_CHECKS if check.partition(".")[0] == name}


@every_dataset
def test_what_a_rule_rests_on_is_never_claimed_to_be_more(name: str) -> None:
    """A rule for a check of the guide has no firmer basis than the guide's list gives the check."""
    firm = ("ours", "adapted", "read")
    claimed = {
        key_of(RULES[name], rule): (rule.basis.rule, GUIDE_CHECKS[rule.check]["basis"]["rule"])
        for rule in RULES[name].rules
        if rule.check
    }
    assert not {key: both for key, both in claimed.items() if firm.index(both[0]) > firm.index(both[1])}


@every_dataset
def test_links_lead_to_roles_that_are_there(name: str) -> None:
    targets = [target.split(".") for link in RULES[name].links for target in link.to]
    assert not [
        target for target in targets if target[0] in RULES and target[1] not in RULES[target[0]].roles
    ]


@every_dataset
def test_what_is_answered_elsewhere_names_a_metric(name: str) -> None:
    assert {it.metric for it in RULES[name].elsewhere} <= set(METRICS)


def test_the_guide_has_597_checks_in_thirty_datasets() -> None:
    assert len(GUIDE_CHECKS) == 597
    assert {check.partition(".")[0] for check in GUIDE_CHECKS} == set(RULES)


def test_samples_are_of_datasets() -> None:
    assert {path.name for path in Path(SAMPLES).iterdir()} >= set(RULES)
