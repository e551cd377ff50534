"""CKAN: what its answers mean, and what becomes of a package."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals.discover import discover
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer
from tests.portal_server.server import PACKAGE_SHOW

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: ckan
    url: {url}/
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"}}
    datasets:
      - id: contratos
        identifier: contratos-2025
"""
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of a package; `declared` are further lines of its entry in sources.yaml."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(package: dict[str, Any] | None = None, declared: str = "") -> Dataset:
            if package is not None:
                portal.ckan["contratos-2025"] = package
            lines = "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(HEAD.format(url=portal.url) + lines).sources
            (dataset,) = discover(source, http, clock).datasets
            return dataset

        yield discovered


def test_a_package_becomes_a_dataset(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "id": "6f2f0d6e",
            "title": "Contratos 2025",
            "notes": "Los contratos.\r\n\r\nCada mes.",
            "license_id": "cc-by",
            "organization": {"name": "compras", "title": "Dirección de Compras"},
            "maintainer": "Una Persona",
            "maintainer_email": "no-reply@dependencia.example",
            "author_email": "compras@dependencia.example",
            "metadata_created": "2025-01-01T08:00:00.123456",
            "metadata_modified": "2026-02-01T10:00:00-06:00",
            "extras": [{"key": "frequency", "value": "R/P1M"}],
            "tags": [{"name": "compras", "display_name": "Compras"}, {"name": "gasto"}],
            "resources": [
                {
                    "id": "r-1",
                    "name": "Contratos en CSV",
                    "format": "CSV",
                    "mimetype": "text/csv",
                    "size": 1234,
                    "url": "dataset/x/download/contratos.csv",
                    "created": "2025-01-01T08:00:00",
                    "last_modified": "2026-01-31T23:59:59.5",
                }
            ],
        }
    )
    assert portal.requests[0].query == {"id": "contratos-2025"}
    assert dataset.fault is None
    assert dataset.title == "Contratos 2025"
    assert dataset.description == "Los contratos. Cada mes."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Dirección de Compras", "MX")
    assert dataset.contact_point.name == "Unidad de Datos"
    assert dataset.contact_point.email == "compras@dependencia.example"
    assert (dataset.license, dataset.keywords) == ("cc-by", ("Compras", "gasto"))
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("R/P1M", 365.25 / 12)
    assert dataset.issued == "2025-01-01T08:00:00.123456+00:00"
    assert dataset.modified == "2026-02-01T16:00:00+00:00"
    assert dataset.landing_page == f"{portal.url}/dataset/contratos-2025"
    (csv,) = dataset.distributions
    assert csv.key == "prueba/contratos/csv-1"
    assert (csv.title, csv.format, csv.media_type) == ("Contratos en CSV", "csv", "text/csv")
    assert (csv.byte_size, csv.portal_id) == (1234, "r-1")
    assert csv.download_url == f"{portal.url}/dataset/x/download/contratos.csv"
    assert csv.modified == "2026-01-31T23:59:59.500000+00:00"


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(show: Show) -> None:
    dataset = show(
        {"title": "", "notes": None, "license_id": "notspecified", "frequency": "daily", "resources": []},
        'title: "Título"\ndescription: "Texto"\nlicense: MIT\naccrual_periodicity: quarterly',
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Título", "Texto", "MIT")
    assert dataset.accrual_periodicity == "quarterly"
    assert dataset.publisher.name == "Secretaría de Prueba"
    assert dataset.contact_point.email is None


RID = "0f8a1b2c-0000-4000-8000-000000000001"
DUMP = f"/datastore/dump/{RID}?bom=True"


@pytest.mark.parametrize(
    ("resource", "address"),
    [
        # As `package_show` shows it, after the address that CKAN was told, and as it is stored (2.9 to 2.12).
        ({"url_type": "datastore", "url": "http://localhost:5000/datastore/dump/x"}, DUMP),
        ({"url_type": "datastore", "url": "_datastore_only_resource", "datastore_active": True}, DUMP),
        ({"url_type": "datastore", "url": None}, DUMP),
        ({"datastore_active": True, "url": "_datastore_only_resource"}, DUMP),
        ({"datastore_active": True, "url": ""}, DUMP),
        ({"url": f"{{portal}}/datastore/dump/{RID}"}, DUMP),
        ({"url": f"{{portal}}/es/datastore/dump/{RID}/?bom=true"}, f"/es{DUMP}"),
        # A part, another format, a file: as it is published.
        ({"url": f"{{portal}}/datastore/dump/{RID}?limit=10"}, None),
        ({"url": f"{{portal}}/datastore/dump/{RID}?format=tsv"}, None),
        ({"url": "{portal}/c.csv", "datastore_active": True}, None),
        ({"url": "{portal}/c.csv", "url_type": "upload", "datastore_active": True}, None),
        ({"url": "", "datastore_active": "true"}, None),
        ({"id": None, "url": "", "url_type": "datastore"}, None),
    ],
)
def test_a_table_that_lies_in_the_datastore_alone_is_had_whole(
    resource: dict[str, Any], address: str | None, show: Show, portal: PortalServer
) -> None:
    dataset = show({"title": "T", "resources": [{"id": RID, "format": "XLSX", "size": 7, **resource}]})
    (file,) = dataset.distributions
    if address is None:
        assert (file.format, file.count_url) == ("xlsx", None)
        return
    root = portal.url + address.partition("/datastore")[0]
    assert file.download_url == portal.url + address
    assert (file.key, file.format, file.byte_size) == ("prueba/contratos/csv-1", "csv", None)
    assert file.count_url == f"{root}/api/3/action/datastore_search?resource_id={RID}&limit=0"


def test_a_table_in_the_datastore_is_taken_for_its_file_only_where_it_is_declared(
    show: Show, portal: PortalServer
) -> None:
    """A dead link is a finding, and the table may be older than the file."""
    resources = [
        {"id": RID, "format": "XLSX", "url": "https://x.example/dead.xlsx", "datastore_active": True},
        {"id": "../b", "format": "CSV", "url": "https://x.example/b.csv", "datastore_active": False},
    ]
    assert [it.download_url for it in show({"title": "T", "resources": resources}).distributions] == [
        "https://x.example/dead.xlsx",
        "https://x.example/b.csv",
    ]
    dataset = show(
        None,
        f"distributions:\n  - {{id: table, portal_id: {RID}/datastore}}\n  - {{id: csv}}\n"
        "  - {id: second, format: csv}\n  - {id: none, portal_id: ../b/datastore}",
    )
    found = {it.key.rpartition("/")[2]: it.download_url for it in dataset.distributions}
    assert found == {
        "table": portal.url + DUMP,
        "csv": "https://x.example/b.csv",
        "second": "",  # not the datastore's table: the file is gone
        "none": "",
    }


@pytest.mark.parametrize(
    "extras",
    [
        [
            {"key": "contact_email", "value": "x@dependencia.example"},
            {"key": "accrualPeriodicity", "value": "anual"},
        ],
        {"contact_email": "x@dependencia.example", "accrualPeriodicity": "anual"},
    ],
)
def test_extras_come_in_two_forms(extras: Any, show: Show) -> None:
    dataset = show({"extras": extras})
    assert dataset.contact_point.email == "x@dependencia.example"
    assert dataset.accrual_periodicity_days == 365.25


@pytest.mark.parametrize(
    "said",
    [
        {"extras": [{"key": "contact_url", "value": "https://datos.example/contacto"}]},
        {"contact_uri": "https://datos.example/contacto"},
        {"contact": [{"email": "datos@dependencia.example", "url": "https://datos.example/contacto"}]},
        {"maintainer_email": "https://datos.example/contacto"},
    ],
)
def test_a_contact_page_is_found_wherever_it_is_written(said: dict[str, Any], show: Show) -> None:
    assert show({"title": "x", **said}).contact_point.url == "https://datos.example/contacto"


def test_an_owners_address_does_not_hide_the_portals_page(show: Show, portal: PortalServer) -> None:
    page = {"contact_url": "https://datos.example/contacto", "maintainer_email": "portal@dependencia.example"}
    dataset = show({"title": "x", **page})
    assert dataset.contact_point.email == "portal@dependencia.example"
    assert dataset.contact_point.url == "https://datos.example/contacto"
    assert "contact_point" not in dataset.declared


def test_keys_count_within_a_format_and_deleted_files_do_not(show: Show) -> None:
    formats = ["CSV", ".csv", "text/csv", "XLSX", "", "Página web", "JSON"]
    resources = [{"id": str(number), "format": format_} for number, format_ in enumerate(formats)]
    resources.insert(0, {"id": "old", "format": "CSV", "state": "deleted"})
    keys = [it.key.rpartition("/")[2] for it in show({"resources": resources}).distributions]
    assert keys == ["csv-1", "csv-2", "csv-3", "xlsx-1", "file-1", "pagina-web-1", "json-1"]


def test_keys_stay_when_files_are_added_or_put_in_another_order(show: Show) -> None:
    old = {"id": "old", "format": "CSV", "created": "2024-05-01T00:00:00.000001", "url": "{portal}/old"}
    new = {"id": "new", "format": "CSV", "created": "2025-05-01T00:00:00", "url": "{portal}/new"}
    for resources in ([old], [old, new], [new, old]):
        keys = {
            it.portal_id: it.key.rpartition("/")[2] for it in show({"resources": resources}).distributions
        }
        assert keys["old"] == "csv-1"
        assert keys.get("new", "csv-2") == "csv-2"


def test_declared_distributions_choose_by_id_then_by_format(show: Show) -> None:
    resources = [
        {"id": "a", "format": "CSV", "url": "{portal}/a"},
        {"id": "b", "format": "CSV", "url": "{portal}/b"},
        {"id": "c", "format": "CSV", "url": "{portal}/c"},
        {"id": "d", "format": "JSON", "url": "{portal}/d"},
    ]
    dataset = show(
        {"resources": resources},
        "distributions:\n  - {id: first, format: CSV}\n  - {id: named, portal_id: a}\n  - {id: json}\n"
        '  - {id: lost, portal_id: z, title: "Perdido", format: XLSX}\n  - {id: xml}',
    )
    found = {it.key.rpartition("/")[2]: it.download_url.rpartition("/")[2] for it in dataset.distributions}
    assert found == {"first": "b", "named": "a", "json": "d", "lost": "", "xml": ""}
    lost = dataset.distributions[3]
    assert (lost.title, lost.format, lost.portal_id) == ("Perdido", "xlsx", "z")
    assert dataset.fault is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"success": False, "error": {"__type": "Not Found Error", "message": "x"}}, FaultKind.GONE),
        (403, {"success": False, "error": {"__type": "Authorization Error"}}, FaultKind.GONE),
        (403, {"success": False, "error": "Access denied"}, FaultKind.GONE),
        (200, {"success": False, "error": {"__type": "Not Found Error"}}, FaultKind.GONE),
        (200, {"success": True, "result": {"state": "deleted"}}, FaultKind.GONE),
        (403, {"message": "Forbidden"}, FaultKind.BLOCKED),
        (409, {"success": False, "error": {"__type": "Validation Error"}}, FaultKind.CATALOG_UNREADABLE),
        (200, {"success": False, "error": None}, FaultKind.CATALOG_UNREADABLE),
        (200, {"success": True, "result": None}, FaultKind.CATALOG_UNREADABLE),
        (200, {"success": True, "result": []}, FaultKind.CATALOG_UNREADABLE),
        (200, {"success": True}, FaultKind.CATALOG_UNREADABLE),
        (400, "Bad request: Action name not known: package_show", FaultKind.CATALOG_UNREADABLE),
        (200, None, FaultKind.CATALOG_UNREADABLE),
        (200, [1, 2], FaultKind.CATALOG_UNREADABLE),
        (200, {}, FaultKind.CATALOG_UNREADABLE),
    ],
)
def test_every_envelope(status: int, body: Any, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    portal.fault(PACKAGE_SHOW, "answer", status=status, body=json.dumps(body).encode())
    fault = show().fault
    assert fault is not None
    assert fault.kind is kind
    assert not fault.transient


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, FaultKind.HTML_INSTEAD),
        (404, FaultKind.CATALOG_UNREADABLE),
        (403, FaultKind.BLOCKED),
        (503, FaultKind.HTTP_STATUS),
    ],
)
def test_a_page_in_place_of_the_api(status: int, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    portal.fault(PACKAGE_SHOW, "page", status=status)
    fault = show().fault
    assert fault is not None
    assert fault.kind is kind


def test_a_fault_of_one_dataset_is_not_one_of_the_portal(
    portal: PortalServer, settings: Settings, clock: FixedClock
) -> None:
    portal.ckan.update({"b": {"title": "B"}})
    portal.fault(PACKAGE_SHOW, "answer", times=2, status=500)
    text = HEAD.format(url=portal.url) + "      - {id: b}\n"
    with HttpClient(settings, clock, sleep=lambda _: None) as http:
        catalog = discover(parse(text).sources[0], http, clock)
    assert catalog.fault is None
    assert [it.fault is None for it in catalog.datasets] == [False, True]


@pytest.mark.parametrize(
    ("pattern", "resources"),
    [
        ("demo.ckan.org_api_3_action_package_show_*a43737.json", 1),
        ("legado.dados.gov.br_api_3_action_package_show_*2a24f7.json", None),
        ("localhost_8080_api_action_package_show__200__*.json", None),
        ("localhost_5000_api_3_action_package_show_id_name_*.json", 2),
        ("udata_dkan-french-w-license.json", None),
    ],
)
def test_recorded_answers_of_real_portals(
    pattern: str, resources: int | None, corpus: Path, show: Show, portal: PortalServer
) -> None:
    (recorded,) = (it for it in (corpus / "api" / "ckan").glob(pattern) if ".meta." not in it.name)
    body = recorded.read_bytes()
    result = json.loads(body)["result"]
    package = result[0] if isinstance(result, list) else result
    portal.fault(PACKAGE_SHOW, "answer", body=body)
    dataset = show()
    assert dataset.fault is None
    assert dataset.title == package["title"]
    tables = [it for it in package["resources"] if it["format"].lower() not in ("pdf", "html")]
    assert len(dataset.distributions) == len(tables) == (resources or len(tables))
    addresses = [
        f"{portal.url}/datastore/dump/{it['id']}?bom=True"
        if it.get("url_type") == "datastore"
        else it["url"].replace("\t", "")
        for it in tables
    ]
    assert [it.download_url for it in dataset.distributions] == addresses
    assert len({it.key for it in dataset.distributions}) == len(dataset.distributions)
    assert dataset.contact_point.email == (package.get("maintainer_email") or None)
