"""What every suite, its samples and the catalogue owe to whoever reads them: structure, read as plain JSON.

Belongs here: promises that hold for each suite alike. What the rules find is `test_suite_samples`' matter.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stdnum.mx import rfc

from pipelines.validation.suites import NAMES_COLUMNS

ROOT = Path(__file__).resolve().parent.parent.parent
EXPECTATIONS = ROOT / "expectations"
SAMPLES = ROOT / "tests" / "samples"
GROUPS = {
    "individuals_organizations",
    "public_resources",
    "regulation_procedures_records",
    "rent_extraction",
}
ALWAYS_PERSONAL = {"full_name", "person_id", "curp", "rfc", "legal_rep", "director", "work_contact"}
KEY = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_0-9]*){2}")

Suite = dict[str, Any]
Item = dict[str, Any]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


SUITES: dict[str, Suite] = {path.parent.name: _read(path) for path in EXPECTATIONS.glob("*/suite.json")}
every_suite = pytest.mark.parametrize("name", sorted(SUITES))


def every_expectation(check: Callable[[Suite, Item], None]) -> Callable[[str], None]:
    """A test for each suite of what holds for each of its expectations; all that do not meet it are named."""

    @every_suite
    def of_suite(name: str) -> None:
        wrong = {}
        for item in SUITES[name]["expectations"]:
            try:
                check(SUITES[name], item)
            except AssertionError as error:
                wrong[item["meta"]["key"]] = str(error).partition("\n")[0]
        assert wrong == {}

    return of_suite


def _columns(kwargs: dict[str, Any]) -> set[str]:
    """The columns that arguments name: GX's own, and `..._column` and `..._columns` of ours."""
    named = [value for name, value in kwargs.items() if NAMES_COLUMNS.fullmatch(name)]
    return {column for value in named for column in (value if isinstance(value, list) else [value])}


def _both_languages(text: dict[str, str]) -> bool:
    return set(text) == {"en", "es"} and all(value.strip() == value != "" for value in text.values())


def _sample(name: str, which: str) -> list[dict[str, str]]:
    with (SAMPLES / name / f"{which}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_suites_are_those_of_the_guide() -> None:
    catalogue = _read(EXPECTATIONS / "catalogue.json")["datasets"]
    assert set(SUITES) <= {entry["key"] for entry in catalogue}


def test_the_catalogue_lists_the_thirty_datasets_in_order() -> None:
    catalogue = _read(EXPECTATIONS / "catalogue.json")["datasets"]
    assert [entry["number"] for entry in catalogue] == list(range(1, 31))
    assert len({entry["key"] for entry in catalogue}) == 30
    assert {entry["group"] for entry in catalogue} == GROUPS
    assert all(_both_languages(entry["name"]) and entry["max_age_days"] > 0 for entry in catalogue)


@every_suite
def test_suite_is_named_and_versioned(name: str) -> None:
    suite = SUITES[name]
    assert suite["name"] == suite["meta"]["guide_dataset"] == name
    assert re.fullmatch(r"\d+\.\d+\.\d+", suite["meta"]["version"])
    assert _both_languages(suite["meta"]["title"])


@every_suite
def test_roles_are_well_declared(name: str) -> None:
    meta = SUITES[name]["meta"]
    for role, spec in meta["roles"].items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", role)
        assert set(spec) == {"type", "level", "personal", "title"}
        assert spec["type"] in {"text", "identifier", "number", "date", "code", "url"}
        assert spec["level"] in {"core", "recommended", "optional"}
        assert _both_languages(spec["title"])
        assert spec["personal"] is True or role not in ALWAYS_PERSONAL
    assert set(meta["key"]) <= set(meta["roles"])
    assert 1 <= meta["minimum_roles"] <= len(meta["roles"])


@every_suite
def test_each_core_role_and_no_other_has_one_existence_expectation(name: str) -> None:
    suite = SUITES[name]
    core = sorted(role for role, spec in suite["meta"]["roles"].items() if spec["level"] == "core")
    asked = [
        item["kwargs"]["column"] for item in suite["expectations"] if item["type"] == "expect_column_to_exist"
    ]
    assert sorted(asked) == core


@every_suite
def test_keys_are_unique(name: str) -> None:
    keys = [item["meta"]["key"] for item in SUITES[name]["expectations"]]
    assert sorted(set(keys)) == sorted(keys)


@every_expectation
def test_expectation_speaks_of_declared_roles(suite: Suite, item: Item) -> None:
    roles, kwargs = suite["meta"]["roles"], item["kwargs"]
    assert set(item["meta"]["role"]) <= set(roles)
    if item["type"] != "unexpected_rows_expectation":
        assert _columns(kwargs) == set(item["meta"]["role"])
    if "row_condition" in kwargs:
        assert kwargs["condition_parser"] == "pandas"
        assert re.match(r"[a-z_]+", kwargs["row_condition"])[0] in roles  # type: ignore[index]


@every_expectation
def test_key_says_dataset_roles_and_what(suite: Suite, item: Item) -> None:
    key = item["meta"]["key"]
    assert KEY.fullmatch(key)
    roles = item["meta"]["role"]
    subject = "_and_".join(roles) if 1 <= len(roles) <= 3 else "records"
    assert key.split(".")[:2] == [suite["name"], subject]


@every_expectation
def test_expectation_explains_itself(suite: Suite, item: Item) -> None:
    meta = item["meta"]
    assert _both_languages(meta["title"])
    assert _both_languages(meta["advice"])
    assert min(len(text) for text in meta["advice"].values()) >= 60
    assert "Good: " in meta["advice"]["en"]
    assert "Bad: " in meta["advice"]["en"]
    assert "Bien: " in meta["advice"]["es"]
    assert "Mal: " in meta["advice"]["es"]


@every_expectation
def test_expectation_is_classified(suite: Suite, item: Item) -> None:
    meta = item["meta"]
    assert item["severity"] in {"critical", "warning", "info"}
    assert meta["dimension"] in {"completeness", "validity", "uniqueness", "consistency"}
    assert re.fullmatch(r"P[1-6]", meta["principle"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", meta["since"])
    assert set(meta["basis"]) == {"source", "rule"}
    assert meta["basis"]["source"]
    assert meta["basis"]["rule"] in {"read", "adapted", "ours"}
    assert not (meta["basis"]["rule"] == "ours" and item["severity"] == "critical")


@every_expectation
def test_arguments_can_be_understood(suite: Suite, item: Item) -> None:
    kwargs = item["kwargs"]
    assert 0 < kwargs.get("mostly", 1) <= 1
    if "regex" in kwargs:
        re.compile(kwargs["regex"])
        assert "(?" not in kwargs["regex"], "look-around and flags are not known to every engine"
    if "value_set" in kwargs:
        assert sorted(set(kwargs["value_set"])) == sorted(kwargs["value_set"])
    for bound in ("min_value", "max_value"):
        if isinstance(kwargs.get(bound), dict):
            assert kwargs[bound] == {"$PARAMETER": "today"}


@every_suite
def test_samples_have_a_column_for_each_role_and_an_outcome_for_each_expectation(name: str) -> None:
    suite = SUITES[name]
    keys = [item["meta"]["key"] for item in suite["expectations"]]
    expected = _read(SAMPLES / name / "expected.json")
    for which in ("good", "bad"):
        rows = _sample(name, which)
        assert len(rows) >= 8
        assert list(rows[0]) == list(suite["meta"]["roles"])
        assert list(expected[which]) == keys
    assert {outcome for outcome, _ in expected["good"].values()} == {"passed"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("contracts_register", "supplier_id"),
        ("debarred_contractors", "entity_id"),
        ("public_officials_register", "rfc"),
    ],
)
def test_the_good_sample_has_tax_identifiers_with_true_check_digits(name: str, role: str) -> None:
    numbers = [row[role] for row in _sample(name, "good")]
    generic = {"XAXX010101000", "XEXX010101000", "XXXXXXXXXXXX"}
    ordinary = [number for number in numbers if number not in generic]
    assert len(ordinary) >= 8
    assert all(rfc.is_valid(number, validate_check_digits=True) for number in ordinary)
