"""Which shared rules a dataset gets."""

from __future__ import annotations

from pipelines.rules.schema import Role, Rule, Rules, Source, Words
from pipelines.rules.suite import all_rules, suite
from pipelines.rules.words import load_wording
from pipelines.settings import packaged_expectations

TEXT = Words(en="the case", es="el caso")
BASIS = Source(source="Ours", rule="adapted")
IDENTIFIER = Role(type="identifier", level="core", title=TEXT, the=TEXT, why=TEXT, good="A-1", basis=BASIS)


def _rules(*rules: Rule, without: tuple[str, ...] = ()) -> Rules:
    return Rules(
        guide_dataset="cases",
        version="1.0.0",
        title=TEXT,
        record=TEXT,
        key=("case_id",),
        minimum_roles=1,
        roles={"case_id": IDENTIFIER, "other_id": IDENTIFIER},
        without=without,
        rules=rules,
    )


def _own(kind: str, **more: object) -> Rule:
    return Rule.model_validate(
        {"kind": kind, "of": "case_id", "severity": "info", "basis": BASIS.model_dump(), **more}
    )


def _keys(rules: Rules) -> list[str]:
    return [it["meta"]["key"] for it in suite(rules, load_wording(packaged_expectations()))["expectations"]]


def test_a_rule_of_its_own_takes_the_place_of_the_shared_one_with_its_key() -> None:
    own = _own("exists", title=TEXT)
    rules = _rules(own)
    assert [rule for rule in all_rules(rules) if rule.kind == "exists" and rule.of == ("case_id",)] == [own]
    assert _keys(rules) == _keys(_rules()), "and it stands where the shared one stood"


def test_a_rule_of_its_own_under_another_key_takes_no_place() -> None:
    keys = _keys(_rules(_own("no_placeholder", name="no_stopgap")))
    assert {"cases.case_id.no_placeholder", "cases.case_id.no_stopgap"} <= set(keys)


def test_a_dataset_does_without_a_shared_rule_that_it_names() -> None:
    assert set(_keys(_rules())) - set(_keys(_rules(without=("other_id.exists",)))) == {
        "cases.other_id.exists"
    }
