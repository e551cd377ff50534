"""Socrata: what its answers mean, and what becomes of a view and its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals import socrata
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: socrata
    url: {url}/
    publisher: {{name: "Entidad de prueba", country: CO}}
    owner: {{name: "Oficina de datos"}}
    datasets:
      - id: contratos
        identifier: abcd-1234
"""
VIEW, METADATA = "/api/views/abcd-1234.json", "/api/views/metadata/v1/abcd-1234"
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of an answer; `declared` are further lines of its entry in sources.yaml."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(
            told: dict[str, Any] | None = None, declared: str = "", path: str = VIEW, head: str = HEAD
        ) -> Dataset:
            if told is not None:
                portal.files[path] = json.dumps({"id": "abcd-1234", "name": "T", **told}).encode()
            lines = "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(head.format(url=portal.url) + lines).sources
            (dataset,) = socrata.catalog(source, http, clock).datasets
            return dataset

        yield discovered


def keys(dataset: Dataset) -> list[str]:
    return [it.key.rpartition("/")[2] for it in dataset.distributions]


def test_a_view_becomes_a_dataset(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "name": "Contratos  <b>electrónicos</b>",
            "description": "<p>Los contratos,<br>cada <b>día</b>.</p><script>alert(1)</script>",
            "attribution": "Agencia de Compras",
            "licenseId": "CC_40_BY",
            "license": {"name": "Creative Commons Attribution 4.0", "termsLink": "https://licencias.example"},
            "createdAt": 1500000000,
            "publicationDate": 1600000000,
            "rowsUpdatedAt": 1700000000,
            "viewLastModified": 1750000000,
            "viewType": "tabular",
            "owner": {"displayName": "Una Persona", "id": "wxyz-9876"},
            "tags": ["contratos", "compras", None],
            "metadata": {
                "custom_fields": {
                    "Información de la Entidad": {"Nombre de la Entidad": "Otra"},
                    "Información de Datos": {
                        "Frecuencia de Actualización": "Diaria",
                        "Correo electrónico": "no-reply@entidad.example",
                    },
                    "Common Core": {
                        "Contact Name": "Una Persona",
                        "Contact Email": "mailto:datos@entidad.example",
                    },
                }
            },
        }
    )
    assert [it.path for it in portal.requests] == [VIEW]
    assert dataset.fault is None
    assert (dataset.key, dataset.title) == ("prueba/contratos", "Contratos electrónicos")
    assert dataset.description == "Los contratos, cada día."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Agencia de Compras", "CO")
    assert dataset.contact_point.name == "Oficina de datos"
    assert dataset.contact_point.email == "datos@entidad.example"
    assert (dataset.license, dataset.keywords) == (
        "Creative Commons Attribution 4.0",
        ("contratos", "compras"),
    )
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("Diaria", 1.0)
    assert dataset.issued == "2017-07-14T02:40:00+00:00"
    assert dataset.modified == "2023-11-14T22:13:20+00:00"
    assert dataset.landing_page == f"{portal.url}/d/abcd-1234"
    (csv,) = dataset.distributions
    assert (csv.key, csv.title) == ("prueba/contratos/csv-1", "Contratos electrónicos")
    assert (csv.format, csv.media_type, csv.byte_size, csv.portal_id) == ("csv", "text/csv", None, "csv")
    assert csv.download_url == f"{portal.url}/api/views/abcd-1234/rows.csv?accessType=DOWNLOAD"
    assert csv.alternative_url is None
    assert csv.count_url == f"{portal.url}/resource/abcd-1234.json?%24select=count%28%2A%29+AS+total"
    assert (csv.issued, csv.modified) == (dataset.issued, dataset.modified)


def test_metadata_are_asked_for_where_the_view_cannot_be_had(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "name": "Contratos",
            "license": "Public Domain",
            "createdAt": "2017-07-14T02:40:00.000Z",
            "dataUpdatedAt": "2023-11-14T17:54:58.000-0500",
            "metadataUpdatedAt": "2025-01-01T00:00:00+0000",
            "webUri": "https://www.portal.example/d/abcd-1234",
            "customFields": {"Update": {"Update Frequency": "Weekly"}},
        },
        path=METADATA,
    )
    assert [it.path for it in portal.requests] == [VIEW, METADATA]
    assert dataset.fault is None
    assert (dataset.title, dataset.license) == ("Contratos", "Public Domain")
    assert dataset.issued == "2017-07-14T02:40:00+00:00"
    assert dataset.modified == "2023-11-14T22:54:58+00:00"
    assert dataset.accrual_periodicity_days == 7.0
    assert dataset.landing_page == "https://www.portal.example/d/abcd-1234"
    assert keys(dataset) == ["csv-1"]


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(show: Show) -> None:
    custom = {"A": {"Frecuencia": "Diaria", "Entidad": None}}
    told = {
        "name": "",
        "metadata": {"custom_fields": custom},
        "privateMetadata": {"contactEmail": "x@y.example"},
    }
    dataset = show(
        told, 'title: "Título"\ndescription: "Texto"\nlicense: MIT\naccrual_periodicity: quarterly'
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Título", "Texto", "MIT")
    assert dataset.accrual_periodicity == "quarterly"
    assert (dataset.publisher.name, dataset.contact_point.email) == ("Entidad de prueba", "x@y.example")
    assert (dataset.issued, dataset.modified) == (None, None)
    owner = 'owner: {{name: "Oficina de datos"'
    dataset = show(told, head=HEAD.replace(owner, f"{owner}, email: oficina@entidad.example"))
    assert dataset.contact_point.email == "oficina@entidad.example"


@pytest.mark.parametrize(
    ("told", "modified"),
    [
        ({"rowsUpdatedAt": 1700000000, "viewLastModified": 1750000000}, "2023-11-14T22:13:20+00:00"),
        ({"viewLastModified": 1700000000}, "2023-11-14T22:13:20+00:00"),
        ({"rowsUpdatedAt": 0, "viewLastModified": 1700000000}, "2023-11-14T22:13:20+00:00"),
        ({"rowsUpdatedAt": 1700000000000000}, None),
        ({"rowsUpdatedAt": "ayer"}, None),
        ({"rowsUpdatedAt": True}, None),
        ({}, None),
    ],
)
def test_data_are_as_old_as_their_rows(told: dict[str, Any], modified: str | None, show: Show) -> None:
    assert show(told).modified == modified


@pytest.mark.parametrize(
    ("label", "value", "days"),
    [
        ("Frecuencia de actualización", "Mensual", 365.25 / 12),
        ("Posting Frequency", "<b>Weekly</b>", 7.0),
        ("UPDATE_FREQUENCY", "Historical Data", None),
        ("Data Frequency", "Weekly", None),
    ],
)
def test_a_field_that_the_portal_added_tells_the_periodicity(
    label: str, value: str, days: float | None, show: Show
) -> None:
    dataset = show({"metadata": {"custom_fields": {"Grupo": {label: value}}}})
    assert dataset.accrual_periodicity_days == days


def test_the_publisher_may_stand_in_a_field_that_the_portal_added(show: Show) -> None:
    fields = {
        "Información de la Entidad": {"Nombre de la Entidad": "Ministerio de Prueba"},
        "Otra": {"NOMBRE de la entidad": "Otro"},
    }
    assert show({"metadata": {"custom_fields": fields}}).publisher.name == "Ministerio de Prueba"


def test_an_uploaded_file_is_taken_as_it_is(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "viewType": "blobby",
            "displayType": "blob",
            "blobId": "5f8c/../1",
            "blobFilename": "Contratos 2025&x=1.XLSX",
            "blobMimeType": "application/octet-stream",
            "blobFileSize": 33785094,
            "rowsUpdatedAt": 1700000000,
        }
    )
    (file,) = dataset.distributions
    assert file.key == "prueba/contratos/xlsx-1"
    assert (file.title, file.format, file.byte_size) == ("Contratos 2025&x=1.XLSX", "xlsx", 33785094)
    assert file.download_url == (
        f"{portal.url}/api/views/abcd-1234/files/5f8c%2F..%2F1?download=true&filename=Contratos%202025%26x%3D1.XLSX"
    )
    assert (file.modified, file.portal_id) == ("2023-11-14T22:13:20+00:00", "5f8c/../1")
    (unnamed,) = show({"blobId": "1", "blobMimeType": "text/csv"}).distributions
    assert (unnamed.title, unnamed.format) == ("T", "csv")


def test_links_lead_to_files_elsewhere(show: Show, portal: PortalServer) -> None:
    points = [
        {
            "title": "Tabla",
            "urls": {"csv": "https://otro.example/a.csv", "application/pdf": "https://otro.example/a.pdf"},
        },
        {"uid": "wxyz-9876"},
        {"urls": {"csv": "/local/b.csv"}},
        "x",
    ]
    repeated = {"csv": "https://otro.example/a.csv"}
    told = {"viewType": "href", "rowsUpdatedAt": 1700000000}
    dataset = show({**told, "metadata": {"additionalAccessPoints": points, "accessPoints": repeated}})
    assert [(it.key, it.title, it.download_url) for it in dataset.distributions] == [
        ("prueba/contratos/csv-1", "Tabla", "https://otro.example/a.csv"),
        ("prueba/contratos/csv-2", "csv-2", f"{portal.url}/local/b.csv"),
    ]
    assert {it.modified for it in dataset.distributions} == {None}
    assert keys(show({**told, "metadata": {"accessPoints": {"zip": "https://otro.example/a.zip"}}})) == [
        "zip-1"
    ]
    assert keys(show({**told, "metadata": None})) == []


def test_declared_distributions_choose_among_all_exports(show: Show) -> None:
    dataset = show(
        {},
        "distributions:\n  - {id: tabla, format: CSV}\n  - {id: json}\n  - {id: named, portal_id: tsv}\n"
        '  - {id: lost, format: shp, title: "Mapa"}',
    )
    addresses = {
        it.key.rpartition("/")[2]: it.download_url.rpartition("/")[2] for it in dataset.distributions
    }
    assert addresses == {
        "tabla": "rows.csv?accessType=DOWNLOAD",
        "json": "rows.json?accessType=DOWNLOAD",
        "named": "rows.tsv?accessType=DOWNLOAD",
        "lost": "",
    }
    assert dataset.fault is None


def test_an_identifier_cannot_lead_elsewhere(show: Show, portal: PortalServer) -> None:
    show(head=HEAD.replace("abcd-1234", '"../x?y#z"'))
    assert [it.path for it in portal.requests] == [
        "/api/views/../x?y#z.json",
        "/api/views/metadata/v1/../x?y#z",
    ]


ENVELOPE = {"error": True, "message": "You must be logged in to access this resource"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"code": "not_found", "error": True, "message": "Cannot find view with id x"}, FaultKind.GONE),
        (403, {"code": "permission_denied", **ENVELOPE}, FaultKind.GONE),
        (200, {"code": "permission_denied", **ENVELOPE}, FaultKind.GONE),
        (401, {"code": "permission_denied", **ENVELOPE}, FaultKind.GONE),
        (403, {"code": "authentication_required", **ENVELOPE}, FaultKind.BLOCKED),
        (403, {"code": "permission_denied"}, FaultKind.BLOCKED),
        (403, {"code": ["permission_denied"], "error": True}, FaultKind.BLOCKED),
        (403, "Forbidden", FaultKind.BLOCKED),
        (429, {"code": "too_many_requests", "error": True, "message": "x"}, FaultKind.THROTTLED),
        (400, {"code": "invalid_request", "error": True, "message": "x"}, FaultKind.CATALOG_UNREADABLE),
        (404, "Not Found", FaultKind.CATALOG_UNREADABLE),
        (404, {}, FaultKind.CATALOG_UNREADABLE),
        (202, {"id": "abcd-1234", "name": "T"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"id": "abcd-1234"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"name": "T"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"results": []}, FaultKind.CATALOG_UNREADABLE),
        (200, [], FaultKind.CATALOG_UNREADABLE),
        (200, "error", FaultKind.CATALOG_UNREADABLE),
        (200, None, FaultKind.CATALOG_UNREADABLE),
    ],
)
def test_every_answer(status: int, body: Any, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    for path in (VIEW, METADATA):
        portal.fault(path, "answer", status=status, body=json.dumps(body).encode())
    dataset = show()
    assert dataset.fault is not None
    assert dataset.fault.kind is kind
    assert dataset.fault.transient is (kind is FaultKind.THROTTLED or status == 202)
    assert dataset.distributions == ()
    unreadable = kind is FaultKind.CATALOG_UNREADABLE
    assert {it.path for it in portal.requests} == ({VIEW, METADATA} if unreadable else {VIEW})


JUNK = [
    None,
    7,
    True,
    "x",
    "A\u202e\x00\r\nB\ud800" + "x" * 20_000,
    [],
    [None],
    [[]],
    {},
    {"name": {}},
    1e400,
]
TEXTS = ("name", "description", "attribution", "license", "licenseId", "tags", "webUri", "viewType")
OTHERS = ("createdAt", "rowsUpdatedAt", "viewLastModified", "metadata", "customFields", "privateMetadata")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_nothing_that_a_portal_writes_is_trusted(junk: object, show: Show) -> None:
    told = dict.fromkeys(TEXTS + OTHERS, junk)
    groups = {"custom_fields": {"A": {"Frequency": junk, "E-mail": junk, "\ud800": junk}, "B": junk}}
    links = {"accessPoints": {"csv": junk}, "additionalAccessPoints": [junk, {"title": junk, "urls": junk}]}
    blob = dict.fromkeys(("blobId", "blobFilename", "blobMimeType", "blobFileSize"), junk)
    for more in (
        {},
        {"metadata": groups, "tags": [junk] * 60, "privateMetadata": {"contactEmail": junk}},
        {"metadata": links, "viewType": "href"},
        {
            "metadata": {"additionalAccessPoints": [{"urls": {"csv": junk, "x" * 999: junk}}]},
            "viewType": "href",
        },
        blob,
    ):
        dataset = show({**told, **more})
        assert dataset.fault is None
        assert dataset.contact_point.email is None
        assert len(dataset.keywords) <= 50
        texts = [dataset.title, dataset.description, dataset.publisher.name, *dataset.keywords]
        texts += [dataset.license or "", dataset.accrual_periodicity or "", dataset.landing_page or ""]
        texts += [text or "" for it in dataset.distributions for text in (it.key, it.title, it.format)]
        assert all(text.isprintable() and len(text) <= 5000 for text in texts)
        assert all(it.download_url.isprintable() and it.title for it in dataset.distributions)


def test_what_has_no_end_is_cut(show: Show) -> None:
    fields = {**{f"Campo {number}": "x" for number in range(500)}, "Correo": "datos@entidad.example"}
    points = [{"urls": {f"f{number}": "https://otro.example/a" for number in range(50)}}] * 2000
    dataset = show(
        {"viewType": "href", "metadata": {"custom_fields": {"A": fields}, "additionalAccessPoints": points}}
    )
    assert dataset.contact_point.email is None
    assert len(dataset.distributions) == 1000


def test_recorded_answers_of_real_portals(corpus: Path, show: Show, portal: PortalServer) -> None:
    outcomes = {}
    for file in sorted((corpus / "api" / "socrata").iterdir()):
        portal.files[VIEW] = file.read_bytes()
        dataset = show()
        outcomes[file.stem.removeprefix("sodapy_")] = dataset.fault.kind if dataset.fault else dataset.license
    views = {"create_foobar": None, "get_song_metadata": "CC0_10", "update_song_metadata": "CC0_10"}
    assert {name: outcomes.pop(name) for name in views} == views
    assert len(outcomes) == 6
    assert set(outcomes.values()) == {FaultKind.CATALOG_UNREADABLE}
