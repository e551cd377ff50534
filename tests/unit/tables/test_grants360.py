"""360Giving JSON: each grant is one row, with its recipient and funder beside it and nothing lost."""

from __future__ import annotations

import json

import pytest

from pipelines.tables import grants360


def grant(number, **more):
    return {
        "id": f"360G-fund-{number}",
        "amountAwarded": 1000 + number,
        "recipientOrganization": [{"id": "GB-CHC-1", "name": "A charity", "location": [{"name": "Leeds"}]}],
        "fundingOrganization": [{"id": "GB-CHC-2", "name": "A fund"}],
        **more,
    }


def test_recipient_and_funder_stand_beside_the_grant(reading, rows):
    content = {"grants": [grant(1), grant(2, recipientOrganization=[])]}
    tables = reading(json.dumps(content).encode(), "grants.json").tables
    assert [table.report.table for table in tables] == ["grants"]
    columns = tables[0].report.columns
    assert {"recipientOrganization/0/id", "recipientOrganization/0/name", "fundingOrganization/0/name"} <= {
        *columns
    }
    assert "recipientOrganization/0/location" not in columns
    first, second = (dict(zip(("_row", *columns), row, strict=True)) for row in rows(tables[0]))
    assert first["recipientOrganization/0/name"] == "A charity"
    assert second["recipientOrganization/0/name"] is None
    assert second["fundingOrganization/0/id"] == "GB-CHC-2"


def test_an_array_of_several_stays_whole(reading, rows):
    places = [{"name": "Leeds"}, {"name": "York"}]
    table = reading(json.dumps([grant(1, beneficiaryLocation=places)]).encode()).tables[0]
    row = dict(zip(("_row", *table.report.columns), rows(table)[0], strict=True))
    assert row["beneficiaryLocation/0/name"] == "Leeds"
    assert json.loads(row["beneficiaryLocation"]) == places


@pytest.mark.parametrize(
    ("record", "is_grant"),
    [
        (grant(1), True),
        ({"awardDate": "2024-01-01", "recipientIndividual": [{"id": "x"}]}, True),
        ({"amountAwarded": 1, "recipientOrganization": {"id": "x"}}, False),
        ({"recipientOrganization": [{"id": "x"}]}, False),
        ({"amountAwarded": 1}, False),
        ([grant(1)], False),
        ("grant", False),
    ],
)
def test_a_grant_is_told_by_what_was_awarded_and_to_whom(record, is_grant):
    assert grants360.recognises(record) is is_grant
    assert grants360.unpacked(record) is None
