"""Data dictionaries: an address that describes the columns, or none; never one that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.portals import dictionaries

BASE = "https://datos.example"
PDF = "https://datos.example/diccionario.pdf"
HOSTILE = (None, 7, [], {}, "javascript:alert(1)", "diccionario.pdf", "ver la página", ["x"], {"url": 3})


@pytest.mark.parametrize(
    ("package", "extras", "address"),
    [
        ({"data_dictionary": PDF}, {}, PDF),
        ({}, {"data_dictionary": PDF}, PDF),
        ({"resources": [{"id": "r", "datastore_active": True, "describedBy": PDF}]}, {}, PDF),
        (
            {"resources": [{"id": "a"}, {"id": "b c", "datastore_active": True}]},
            {},
            f"{BASE}/api/3/action/datastore_search?limit=0&resource_id=b%20c",
        ),
        ({"resources": [{"id": "a", "datastore_active": "yes"}, {"datastore_active": True}]}, {}, None),
        ({}, {}, None),
    ],
)
def test_of_ckan(package: dict[str, Any], extras: dict[str, Any], address: str | None) -> None:
    assert dictionaries.of_ckan(package, extras, BASE) == address


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ({"describedBy": PDF}, PDF),
        ({"describedBy": {"@id": PDF}}, PDF),
        ({"describedBy": "ninguno", "distribution": [{}, {"describedBy": PDF}]}, PDF),
        ({"distribution": {"describedBy": PDF}}, PDF),
        ({"conformsTo": PDF}, None),
    ],
)
def test_of_dcat_us(entry: dict[str, Any], address: str | None) -> None:
    assert dictionaries.of_dcat_us(entry) == address


def test_of_portals_that_keep_the_columns_themselves() -> None:
    view = {"id": "abcd-1234", "columns": [{"name": "id"}]}
    assert dictionaries.of_socrata(view, BASE) == f"{BASE}/api/views/abcd-1234/columns.json"
    assert dictionaries.of_socrata({**view, "columns": []}, BASE) is None
    assert dictionaries.of_opendatasoft({"fields": [{"name": "id"}]}, f"{BASE}/d") == f"{BASE}/d"
    assert dictionaries.of_opendatasoft({"fields": []}, f"{BASE}/d") is None
    assert dictionaries.of_udata({"resources": [{}, {"schema": {"name": "x", "url": PDF}}]}) == PDF
    assert dictionaries.of_udata({"resources": [{"schema": {"name": "x"}}]}) is None


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_address_is_none(value: object) -> None:
    told: dict[str, Any] = {
        **dict.fromkeys((*dictionaries.NAMED, "schema", "distribution", "resources"), value),
    }
    assert dictionaries.of_ckan(told, told, BASE) is None
    assert dictionaries.of_dcat_us(told) is None
    assert dictionaries.of_udata(told) is None
