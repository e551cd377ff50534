"""The JSON Schemas of BODS by invented statements: what each version asks, and that nothing hostile is an error.

Belongs here: `expectations/schemas/bods*.json`, and the rules of company_register over whole statements where these are
not what they should be. Does not belong here: the standard's own files (`integration/test_bods_fixtures`).
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipelines.settings import packaged_expectations
from pipelines.validation.code_lists import codes
from pipelines.validation.suites import load_suite
from tests.suite_samples import SAMPLES, read, validated

SCHEMAS = packaged_expectations() / "schemas"
BODS: dict[str, Any] = json.loads((SCHEMAS / "bods.json").read_text(encoding="utf-8"))
FIELDS: dict[str, Any] = json.loads((SCHEMAS / "bods_fields.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(BODS)
ID = "1dc0e987-5c57-4a1c-b3ad-000000000001"


def _published(version: str) -> dict[str, Any]:
    return {
        "publicationDate": "2026-02-01",
        "bodsVersion": version,
        "publisher": {"name": "Registro Ejemplo"},
    }


def _older(version: str, kind: str, **more: Any) -> dict[str, Any]:
    of = {
        "entity": {"statementType": "entityStatement", "entityType": "registeredEntity"},
        "person": {"statementType": "personStatement", "personType": "knownPerson"},
        "relationship": {
            "statementType": "ownershipOrControlStatement",
            "subject": {"describedByEntityStatement": ID},
            "interestedParty": {"describedByPersonStatement": ID},
        },
    }
    since = {"isComponent": False, "publicationDetails": _published(version)} if version != "0.1" else {}
    return {"statementID": ID, **of[kind], **since, **more}


def _record(kind: str, **details: Any) -> dict[str, Any]:
    of = {
        "entity": {"entityType": {"type": "registeredEntity"}},
        "person": {"personType": "knownPerson"},
        "relationship": {"subject": "e-1", "interestedParty": "p-1"},
    }
    return {
        "statementId": ID,
        "statementDate": "2026-01-20",
        "declarationSubject": "e-1",
        "recordId": "x-1",
        "recordType": kind,
        "recordDetails": {"isComponent": False, **of[kind], **details},
    }


@pytest.mark.parametrize("kind", ["entity", "person", "relationship"])
@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3", "0.4"])
def test_the_least_statement_of_each_kind_is_one_and_every_field_of_it_is_needed(
    version: str, kind: str
) -> None:
    least = _record(kind) if version == "0.4" else _older(version, kind)
    assert VALIDATOR.is_valid(least)
    # A person of 0.1 need not say of which type; without its version a statement is one of 0.1, which asks for less.
    free = {"personType", "publicationDetails"} if version == "0.1" else {"publicationDetails"}
    for name in least.keys() - free:
        assert not VALIDATOR.is_valid({key: value for key, value in least.items() if key != name}), name
    for name in least.get("recordDetails", {}):
        details = {key: value for key, value in least["recordDetails"].items() if key != name}
        assert not VALIDATOR.is_valid({**least, "recordDetails": details}), name


LISTING = {"stockExchangeJurisdiction": "MX", "stockExchangeName": "Bolsa", "security": {"ticker": "EJ"}}
WRONG = {
    "unknown version": _older("0.7", "entity"),
    "version of three numbers": _older("0.3.0", "entity"),
    "version that is no text": _older(
        "0.2", "entity", publicationDetails={**_published("0.2"), "bodsVersion": {}}
    ),
    "component with components": _older("0.2", "relationship", isComponent=True, componentStatementIDs=[ID]),
    "nobody's beneficial ownership": _older(
        "0.1",
        "relationship",
        interestedParty={"unspecified": {"reason": "no-beneficial-owners"}},
        interests=[{"beneficialOwnershipOrControl": True}],
    ),
    "code of a later version": _older("0.2", "relationship", interests=[{"type": "votingRights"}]),
    "alternative address alone": _older("0.3", "entity", addresses=[{"type": "alternative"}]),
    "a person's registered address": _older("0.2", "person", addresses=[{"type": "registered"}]),
    "details of no exposure": _older("0.2", "person", hasPepStatus=False, pepStatusDetails=[{"reason": "x"}]),
    "missing details of a known exposure": _older(
        "0.3", "person", politicalExposure={"status": "isPep", "details": [{"missingInfoReason": "x"}]}
    ),
    "subtype of another type": _older(
        "0.3", "entity", entitySubtype={"generalCategory": "stateBody-stateAgency"}
    ),
    "a link without an address": _older(
        "0.2", "entity", annotations=[{"statementPointerTarget": "/", "motivation": "linking"}]
    ),
    "listed and not listed": _record(
        "entity", publicListing={"hasPublicListing": False, "securitiesListings": [LISTING]}
    ),
    "one code of a market without the other": _record(
        "entity",
        publicListing={
            "hasPublicListing": True,
            "securitiesListings": [{**LISTING, "marketIdentifierCode": "XMEX"}],
        },
    ),
    "scheme of no country": _record("person", identifiers=[{"id": "1", "scheme": "AAA-PASSPORT"}]),
    "share above 100": _record("relationship", interests=[{"share": {"exact": 100.5}}]),
    "share as a text": _record("relationship", interests=[{"share": {"exact": "50"}}]),
    "no such day": _record("entity", foundingDate="2011-02-30"),
    "day and month alone": _record("entity", foundingDate="2011-02"),
    "address of the web without a scheme": _record("entity", uri="www.ejemplo.example"),
    "trust that is registered": _record(
        "entity", entityType={"type": "registeredEntity", "subtype": "trust"}
    ),
    "reason that is none": _record("relationship", interestedParty={"reason": "porque no"}),
    "null": _record("entity", name=None),
    "details that are none": {**_record("entity"), "recordDetails": "x"},
    "no object": [],
}
RIGHT = {
    "two addresses": _older("0.3", "entity", addresses=[{"type": "alternative"}, {"type": "registered"}]),
    "a field of one's own": _record("entity", mascota="gato"),
    "moment of a source": {**_record("entity"), "source": {"retrievedAt": "2026-01-20T10:00:00Z"}},
    "leap day": _record("entity", foundingDate="2012-02-29"),
    "month of birth": _record("person", birthDate="1964-04"),
    "passport": _record("person", identifiers=[{"id": "1", "scheme": "MEX-PASSPORT"}]),
    "unknown exposure": _record(
        "person", politicalExposure={"status": "unknown", "details": [{"missingInfoReason": "x"}]}
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_follow_the_standard(name: str) -> None:
    assert not VALIDATOR.is_valid(WRONG[name])


@pytest.mark.parametrize("name", RIGHT)
def test_what_follows_the_standard(name: str) -> None:
    assert VALIDATOR.is_valid(RIGHT[name])


def test_schemas_are_schemas_and_every_definition_is_used() -> None:
    for schema in (BODS, FIELDS):
        Draft202012Validator.check_schema(schema)
    used = set(re.findall(r"#/\$defs/([\w.]+)", json.dumps(BODS)))
    assert used == set(BODS["$defs"])


def test_every_field_of_a_statement_is_known() -> None:
    kinds = [BODS["$defs"][name] for name in ("older", *(f"statement_0.{n}" for n in (1, 2, 3, 4)))]
    assert {name for kind in kinds for name in kind["properties"]} <= set(FIELDS["propertyNames"]["enum"])


def test_identifiers_of_people_may_be_of_every_country() -> None:
    pattern = re.compile(BODS["$defs"]["person_scheme"]["pattern"])
    assert [code for code in codes("ISO 3166-1 alpha-3") if not pattern.match(f"{code}-TAXID")] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S/N",
        "null",
        "5",
        "[]",
        "{}",
        "{",
        '"x"',
        '{"recordDetails": 5}',
        "[" * 5000,
        '{"annotations": {"creationDate": []}, "source": "x"}',
        '{"annotations": [{"creationDate": "mañana"}, 5, null], "subject": {"describedByEntityStatement": {}}}',
        '{"recordId": null, "recordDetails": {"isComponent": "true", "componentRecords": {"a": 1}}}',
    ],
)
def test_no_statement_is_an_error(text: str) -> None:
    suite = load_suite(packaged_expectations() / "company_register" / "suite.json")
    rows = [dict(row) for row in read(SAMPLES / "company_register" / "good.csv")]
    rows[3]["statement"] = text
    outcomes = {it.key.partition(".")[2]: str(it.outcome) for it in validated(suite, rows).results}
    assert "error" not in outcomes.values()
    assert outcomes["statement.conforms"] == ("failed" if text else "passed")
