"""ArcGIS: what becomes of an item, its layers and its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.model import Dataset, FaultKind
from pipelines.portals import arcgis
from pipelines.settings import Settings
from tests.unit.portals.arcgis_hub import ID, ITEM, LAYER, SERVICE, Hub, as_bytes, running


@pytest.fixture
def hub(settings: Settings, clock: FixedClock) -> Iterator[Hub]:
    with running(settings, clock) as it:
        yield it


def _files(dataset: Dataset) -> dict[str, str]:
    """The last words of each address, by the last of each key."""
    return {it.key.rpartition("/")[2]: it.download_url.rpartition("/")[2] for it in dataset.distributions}


def test_an_item_with_one_table_becomes_a_dataset(hub: Hub) -> None:
    dataset = hub.show(
        {
            "title": "Contratos 2025",
            "description": "<p>Los <b>contratos</b>.</p><p>Cada&nbsp;mes.</p><script>x()</script>",
            "snippet": "Corto",
            "owner": "una_persona",
            "source": "Dirección de Compras",
            "orgContactEmail": "mailto:no-reply@dependencia.example, compras@dependencia.example",
            "license": "custom",
            "licenseInfo": '<span>Libre uso <a href="https://licencia.example/">MX</a></span>',
            "tags": ["compras", "", None, "gasto"],
            "created": 1614732032000,
            "modified": 1745288342000,
        },
        declared="accrual_periodicity: monthly\nguide_dataset: contracts_register",
    )
    assert [(it.path, dict(it.query)) for it in hub.portal.requests] == [
        (ITEM, {}),
        (f"{SERVICE}/layers", {"f": "json"}),
    ]
    assert dataset.fault is None
    assert (dataset.title, dataset.guide_dataset) == ("Contratos 2025", "contracts_register")
    assert dataset.description == "Los contratos. Cada mes."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Dirección de Compras", "MX")
    assert dataset.contact_point.name == "Unidad de Datos"
    assert dataset.contact_point.email == "compras@dependencia.example"
    assert (dataset.license, dataset.keywords) == ("Libre uso MX", ("compras", "gasto"))
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("monthly", 365.25 / 12)
    assert dataset.issued == "2021-03-03T00:40:32+00:00"
    assert dataset.modified == "2026-08-01T13:05:36.398000+00:00"
    assert dataset.landing_page == f"{hub.portal.url}/datasets/{ID}"
    (csv,) = dataset.distributions
    assert csv.key == "prueba/contratos/csv-3"
    assert (csv.title, csv.format, csv.portal_id) == ("Contratos vigentes", "csv", f"{ID}_3")
    assert csv.download_url == f"{hub.portal.url}/api/download/v1/items/{ID}/csv?redirect=true&layers=3"
    assert csv.modified == dataset.modified


def test_what_sources_yaml_says_helps_out(hub: Hub) -> None:
    dataset = hub.show(
        {"title": "", "description": None, "license": "none", "licenseInfo": "<p> </p>", "modified": -1},
        [{"id": 0, "name": None}],
        'title: "Título"\ndescription: "Texto"\nlicense: MIT\naccrual_periodicity: quarterly',
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Título", "Texto", "MIT")
    assert dataset.publisher.name == "Secretaría de Prueba"
    assert dataset.contact_point.email is None
    assert (dataset.issued, dataset.modified, dataset.keywords) == (None, None, ())
    assert [it.title for it in dataset.distributions] == ["csv-0"]


def test_the_declared_owner_wins(hub: Hub) -> None:
    dataset = hub.show({"orgContactEmail": "compras@dependencia.example"}, email="datos@dependencia.example")
    assert dataset.contact_point.email == "datos@dependencia.example"


@pytest.mark.parametrize(
    ("item", "license_"),
    [
        ({"license": "CC-BY-4.0", "licenseInfo": "otra"}, "CC-BY-4.0"),
        ({"license": None, "licenseInfo": "<b>Datos abiertos</b>"}, "Datos abiertos"),
        ({"license": "Custom", "licenseInfo": "None"}, None),
        ({"license": ["x"], "licenseInfo": 7}, "7"),
        ({}, None),
    ],
)
def test_a_licence_is_picked_or_written(item: dict[str, Any], license_: str | None, hub: Hub) -> None:
    assert hub.show(item).license == license_


@pytest.mark.parametrize(
    ("editing", "modified"),
    [
        ({"lastEditDate": 1785589554000}, "2026-08-01T13:05:54+00:00"),
        ({"dataLastEditDate": 0, "lastEditDate": 1785589554000}, "2026-08-01T13:05:54+00:00"),
        ({"dataLastEditDate": 10**30}, "2025-04-22T02:19:02+00:00"),
        ({"dataLastEditDate": "ayer"}, "2025-04-22T02:19:02+00:00"),
        (None, "2025-04-22T02:19:02+00:00"),
        ([1], "2025-04-22T02:19:02+00:00"),
    ],
)
def test_the_last_edit_counts_then_the_items_own_date(editing: Any, modified: str, hub: Hub) -> None:
    layers = [{"id": 0, "name": "a", "editingInfo": editing}]
    assert hub.show({"modified": 1745288342000}, layers).modified == modified


def test_a_layer_may_be_named_by_the_identifier(hub: Hub) -> None:
    dataset = hub.show(name=f"{ID}_3")
    assert [it.path for it in hub.portal.requests] == [ITEM, f"{SERVICE}/3"]
    assert _files(dataset) == {"csv-3": "csv?redirect=true&layers=3"}
    assert dataset.landing_page == f"{hub.portal.url}/datasets/{ID}_3"


def test_a_layer_may_be_named_by_the_items_own_address(hub: Hub) -> None:
    dataset = hub.show({"url": f"{hub.portal.url}{SERVICE}/3/?token=secreto#x"})
    assert [(it.path, dict(it.query)) for it in hub.portal.requests[1:]] == [(f"{SERVICE}/3", {"f": "json"})]
    assert _files(dataset) == {"csv-3": "csv?redirect=true&layers=3"}
    assert "secreto" not in repr(dataset)


def test_every_layer_and_table_is_a_distribution_and_groups_are_none(hub: Hub) -> None:
    layers = [
        {"id": 0, "name": "Grupo", "type": "Group Layer"},
        {"id": 1, "name": "Imagen", "type": "Raster Layer"},
        {"id": 2, "name": "Obras", "type": "Feature Layer", "editingInfo": {"lastEditDate": 1000}},
    ]
    hub.portal.files[f"{SERVICE}/layers"] = as_bytes(
        {"layers": layers, "tables": [LAYER, {**LAYER, "id": 9}, 7]}
    )
    dataset = hub.show()
    assert [(it.key.rpartition("/")[2], it.title) for it in dataset.distributions] == [
        ("csv-2", "Obras"),
        ("csv-3", "Contratos vigentes"),
        ("csv-9", "Contratos vigentes"),
    ]
    assert dataset.modified == "2026-08-01T13:05:36.398000+00:00"


def test_declared_distributions_choose_by_id_then_by_format(hub: Hub) -> None:
    layers = [{"id": number, "name": f"Capa {number}"} for number in (0, 1, 2)]
    declared = (
        "distributions:\n  - {id: first, format: CSV}\n  - {id: named, portal_id: '0'}\n"
        f"  - {{id: whole, portal_id: {ID}_2, format: application/geojson}}\n  - {{id: json}}\n"
        "  - {id: libro, format: Excel}\n  - {id: tabla}\n  - {id: lost, portal_id: '8', title: Perdido}\n"
        "  - {id: pdf, format: PDF}"
    )
    dataset = hub.show({}, layers, declared)
    assert _files(dataset) == {
        "first": "csv?redirect=true&layers=1",
        "named": "csv?redirect=true&layers=0",
        "whole": "geojson?redirect=true&layers=2",
        "json": "geojson?redirect=true&layers=0",
        "libro": "excel?redirect=true&layers=0",
        "tabla": "csv?redirect=true&layers=2",
        "lost": "",
        "pdf": "",
    }
    lost, pdf = dataset.distributions[-2:]
    assert (lost.title, lost.format, lost.portal_id) == ("Perdido", None, "8")
    assert (pdf.title, pdf.format, pdf.portal_id) == ("pdf", "pdf", None)
    assert dataset.fault is None


@pytest.mark.parametrize(
    ("type_", "format_"),
    [("CSV", "csv"), ("Microsoft Excel", "xlsx"), ("GeoJson", "geojson"), ("CSV Collection", "zip")],
)
def test_an_item_may_be_a_file_itself(type_: str, format_: str, hub: Hub) -> None:
    dataset = hub.show({"type": type_, "url": None, "name": "contratos.dat", "modified": 1745288342000})
    assert [it.path for it in hub.portal.requests] == [ITEM]
    (file,) = dataset.distributions
    assert (file.key, file.title, file.format) == (f"prueba/contratos/{format_}", "contratos.dat", format_)
    assert file.download_url == f"https://www.arcgis.com/sharing/rest/content/items/{ID}/data"
    assert file.modified == dataset.modified == "2025-04-22T02:19:02+00:00"


def test_a_file_may_only_be_registered_with_its_address(hub: Hub) -> None:
    dataset = hub.show({"type": "CSV", "url": "https://datos.example/contratos.csv"})
    assert [it.download_url for it in dataset.distributions] == ["https://datos.example/contratos.csv"]


def test_an_application_is_no_file(hub: Hub) -> None:
    dataset = hub.show({"type": "Dashboard", "url": "https://datos.example/tablero"})
    assert (dataset.fault, dataset.distributions) == (None, ())


def test_a_portal_without_a_hub_is_asked_through_its_own_api(hub: Hub) -> None:
    dataset = hub.show(
        {"type": "CSV", "url": None, "name": "c.csv"}, name=f"{ID}_0", base="/gis/sharing/rest"
    )
    (asked,) = hub.portal.requests
    assert (asked.path, asked.query) == (f"/gis/sharing/rest/content/items/{ID}", {"f": "json"})
    assert dataset.landing_page == f"{hub.portal.url}/gis/home/item.html?id={ID}"
    (file,) = dataset.distributions
    assert file.download_url == f"{hub.portal.url}/gis/sharing/rest/content/items/{ID}/data"


def test_a_service_without_a_hub_that_answers_no_query_cannot_be_had(hub: Hub) -> None:
    fault = hub.show(layers=[{"id": 3, "name": "a", "capabilities": "Map,Data"}], base="/sharing/rest").fault
    assert fault is not None
    assert fault.kind is FaultKind.CATALOG_UNREADABLE
    assert "answers no query" in fault.message
    assert "CSV" in fault.advice


PAGED = {
    "supportedQueryFormats": "JSON, geoJSON, PBF",
    "advancedQueryCapabilities": {"supportsPagination": True},
    "objectIdField": "OBJECTID",
    "maxRecordCount": 2000,
}


PAGES = "&resultOffset=0&resultRecordCount=2000"
BY_KEY = "orderByFields=OBJECTID&"


@pytest.mark.parametrize(
    ("change", "paging", "query"),
    [
        ({}, "arcgis", f"{BY_KEY}f=geojson{PAGES}"),
        (
            {"objectIdField": None, "fields": [{"name": "OBJECTID", "type": "esriFieldTypeOID"}]},
            "arcgis",
            f"{BY_KEY}f=geojson{PAGES}",
        ),
        ({"objectIdField": None}, "arcgis_ids", "f=geojson"),
        ({"supportedQueryFormats": "JSON"}, "arcgis", f"{BY_KEY}f=json&returnGeometry=false{PAGES}"),
        (
            {"supportedQueryFormats": 7, "fields": 7, "advancedQueryCapabilities": 7, "capabilities": 7},
            "arcgis_ids",
            "f=json&returnGeometry=false",
        ),
        (
            {"advancedQueryCapabilities": {"supportsPagination": "true"}, "capabilities": "Map,Query"},
            "arcgis_ids",
            "f=geojson",
        ),
    ],
)
def test_a_layer_without_a_hub_is_had_page_by_page_else_by_its_object_ids(
    change: dict[str, Any], paging: str, query: str
) -> None:
    service = "https://gis.example/server/rest/services/Obras/FeatureServer"
    portal = arcgis._portal("https://gis.example/portal/sharing/rest")
    layer = {"name": "Obras", **PAGED, **change}
    (offer,) = arcgis._exports(portal, "a/b", ID, "3", layer, service)
    format_ = "geojson" if "geojson" in query else "json"
    assert (offer.paging, offer.format, offer.key) == (paging, format_, f"a/b/{format_}-3")
    assert offer.download_url == f"{service}/3/query?where=1%3D1&outFields=%2A&{query}"


@pytest.mark.parametrize(
    ("url", "exports"),
    [
        ("https://www.arcgis.com/sharing/rest", arcgis.ONLINE_HUB),
        ("https://dependencia.maps.arcgis.com/sharing/rest", arcgis.ONLINE_HUB),
        ("https://notarcgis.com/sharing/rest", ""),
        ("https://arcgis.com.example/portal/sharing/rest", ""),
        ("https://datos.example", "https://datos.example"),
    ],
)
def test_only_arcgis_online_lends_its_hub(url: str, exports: str) -> None:
    assert arcgis._portal(url).exports == exports


def test_downloads_are_those_of_a_real_hubs_own_feed(corpus: Path) -> None:
    feed = json.loads((corpus / "api" / "dcat" / "udata_evian.json").read_bytes())
    published = {
        it["accessURL"] for entry in feed["dataset"] for it in entry["distribution"] if it["format"] == "CSV"
    }
    assert len(published) >= 2
    for url in published:
        base, _, rest = url.partition("/api/download/")
        id_, layer = rest.split("/")[2], rest.rpartition("=")[2]
        ours = next(arcgis._exports(arcgis._portal(base), "a/b", id_, layer, {})).download_url
        assert ours.replace("redirect=true&", "") == url


@pytest.mark.parametrize("known", ["index", "slug", "title"])
@pytest.mark.parametrize("name", ["dependencia::contratos-2026", "contratos-2026"])
def test_the_readable_name_of_a_page_leads_to_its_item(known: str, name: str, hub: Hub) -> None:
    told = {"slug": name, "title": "Otra cosa"} if known == "slug" else {"title": "Contratos 2026"}
    found = {"data": [{"id": ID}] if known == "index" else []}
    hub.portal.files[arcgis.INDEX] = as_bytes(found)
    listed = [{"id": ID, "properties": told}, {"id": "f" * 32, "properties": {"title": "Otros"}}]
    hub.portal.files[arcgis.SEARCH] = as_bytes({"features": listed, "numberMatched": 2})
    dataset = hub.show(name=name)
    assert (dataset.fault, dataset.title) == (None, "Contratos")


def test_a_name_that_two_items_have_is_not_guessed(hub: Hub) -> None:
    listed = [{"id": it * 32, "properties": {"title": "Contratos 2026"}} for it in "ef"]
    hub.portal.files[arcgis.SEARCH] = as_bytes({"features": listed, "numberMatched": 2})
    assert hub.show(name="contratos-2026").fault is not None
