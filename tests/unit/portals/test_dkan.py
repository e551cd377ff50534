"""DKAN: what the metastore's answers mean, and how its references are undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals import dkan
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: dkan
    url: {url}/
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"}}
    datasets:
      - id: contratos
        identifier: 00000000-0000-4000-8000-000000000001
"""
UUID = "00000000-0000-4000-8000-000000000001"
PATH = f"/api/1/metastore/schemas/dataset/items/{UUID}"
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of an entry; `declared` are further lines of its entry in sources.yaml."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(entry: dict[str, Any] | None = None, declared: str = "") -> Dataset:
            if entry is not None:
                portal.files[PATH] = json.dumps({"identifier": UUID, "title": "T", **entry}).encode()
            lines = "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(HEAD.format(url=portal.url) + lines).sources
            (dataset,) = dkan.catalog(source, http, clock).datasets
            return dataset

        yield discovered


def reference(identifier: str, data: object) -> dict[str, object]:
    return {"identifier": identifier, "data": data}


def test_an_entry_becomes_a_dataset_its_references_undone(show: Show, portal: PortalServer) -> None:
    file = {
        "@type": "dcat:Distribution",
        "title": "Contratos en CSV",
        "format": "csv",
        "mediaType": "text/csv",
        "downloadURL": "https://archivos.example/contratos.csv",
        "%Ref:downloadURL": [reference("h__1__source", {"filePath": "https://otro.example/x.csv"})],
    }
    dataset = show(
        {
            "title": "Contratos 2025",
            "description": "<p>Los contratos.</p><p>Cada mes.</p>",
            "accessLevel": "public",
            "accrualPeriodicity": "R/P1M",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "publisher": reference("p", {"@type": "org:Organization", "name": "Dirección de Compras"}),
            "contactPoint": {"fn": "Una Persona", "hasEmail": "mailto:compras@dependencia.example"},
            "issued": "2025-01-01",
            "modified": "2026-02-01T10:00:00-06:00",
            "keyword": [reference("k1", "compras"), reference("k2", "gasto")],
            "distribution": [reference("d1", file)],
            "%modified": "2026-02-02T00:00:00+0000",
        }
    )
    (request,) = portal.requests
    assert (request.path, "show-reference-ids" in request.query) == (PATH, True)
    assert dataset.fault is None
    assert (dataset.title, dataset.description) == ("Contratos 2025", "Los contratos. Cada mes.")
    assert (dataset.publisher.name, dataset.publisher.country) == ("Dirección de Compras", "MX")
    assert dataset.contact_point.name == "Unidad de Datos"
    assert dataset.contact_point.email == "compras@dependencia.example"
    assert dataset.license == "https://creativecommons.org/licenses/by/4.0/"
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("R/P1M", 365.25 / 12)
    assert dataset.issued == "2025-01-01T00:00:00+00:00"
    assert dataset.modified == "2026-02-01T16:00:00+00:00"
    assert dataset.landing_page == f"{portal.url}/dataset/{UUID}"
    assert dataset.keywords == ("compras", "gasto")
    (csv,) = dataset.distributions
    assert (csv.key, csv.title, csv.portal_id) == ("prueba/contratos/csv-1", "Contratos en CSV", "d1")
    assert csv.download_url == "https://archivos.example/contratos.csv"


def test_an_entry_without_references_is_read_as_it_is(show: Show) -> None:
    dataset = show(
        {
            "publisher": {"name": "Compras"},
            "keyword": ["gasto"],
            "landingPage": "https://portal.example/contratos",
            "distribution": [{"downloadURL": "sites/default/files/a.csv", "mediaType": "text/csv"}],
        }
    )
    assert (dataset.publisher.name, dataset.keywords) == ("Compras", ("gasto",))
    assert dataset.landing_page == "https://portal.example/contratos"
    (csv,) = dataset.distributions
    assert (csv.format, csv.portal_id) == ("csv", None)
    assert csv.download_url.endswith("/sites/default/files/a.csv")


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(show: Show) -> None:
    dataset = show(
        {"title": None, "license": "notspecified", "accrualPeriodicity": "R/P1D"},
        'title: "Título"\ndescription: "Texto"\nlicense: MIT\naccrual_periodicity: quarterly',
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Título", "Texto", "MIT")
    assert (dataset.accrual_periodicity, dataset.publisher.name) == ("quarterly", "Secretaría de Prueba")
    assert (dataset.contact_point.email, dataset.distributions) == (None, ())


def test_declared_distributions_choose_by_reference_or_by_format(show: Show) -> None:
    files = [
        reference(name, {"format": format_, "downloadURL": f"https://x.example/{name}"})
        for name, format_ in (("a", "csv"), ("b", "csv"), ("c", "json"))
    ]
    dataset = show(
        {"distribution": files},
        "distributions:\n  - {id: csv}\n  - {id: named, portal_id: a}\n  - {id: lost, format: xlsx}",
    )
    found = {it.key.rpartition("/")[2]: it.download_url for it in dataset.distributions}
    assert found == {"csv": "https://x.example/b", "named": "https://x.example/a", "lost": ""}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"message": f"Error retrieving dataset: {UUID} not found.", "status": 404}, FaultKind.GONE),
        (200, {"message": "dataset not found", "status": 404, "timestamp": "x"}, FaultKind.GONE),
        (404, ["not found"], FaultKind.CATALOG_UNREADABLE),
        (404, "not found", FaultKind.CATALOG_UNREADABLE),
        (403, {"message": "The 'access content' permission is required."}, FaultKind.BLOCKED),
        (401, {"message": "No authentication credentials provided."}, FaultKind.BLOCKED),
        (429, {"message": "x"}, FaultKind.THROTTLED),
        (400, {"message": "x", "status": 400}, FaultKind.CATALOG_UNREADABLE),
        (202, {"message": "pending"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"message": "x", "status": 500}, FaultKind.CATALOG_UNREADABLE),
        (200, {"title": "only"}, FaultKind.CATALOG_UNREADABLE),
        (200, [{"title": "T", "identifier": UUID}], FaultKind.CATALOG_UNREADABLE),
        (200, "error", FaultKind.CATALOG_UNREADABLE),
        (200, None, FaultKind.CATALOG_UNREADABLE),
    ],
)
def test_every_answer(status: int, body: Any, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=status, body=json.dumps(body).encode())
    dataset = show()
    assert dataset.fault is not None
    assert dataset.fault.kind is kind
    assert dataset.distributions == ()


JUNK = [
    None,
    7,
    True,
    "x",
    "A\u202e\x00\r\nB\ud800" + "x" * 20_000,
    [],
    [None],
    [[[]]],
    {},
    {"name": {}},
    1e400,
]
FIELDS = ("title", "description", "license", "publisher", "contactPoint", "issued", "modified", "keyword")
MORE = ("accrualPeriodicity", "landingPage", "distribution", "identifier")
FILE = ("title", "format", "mediaType", "downloadURL", "accessURL", "identifier", "byteSize", "issued")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("wrapped", [False, True])
def test_nothing_that_a_portal_writes_is_trusted(wrapped: bool, junk: object, show: Show) -> None:
    value = {"identifier": junk, "data": junk} if wrapped else junk
    file = dict.fromkeys(FILE, value)
    entry = dict.fromkeys([*FIELDS, *MORE], value)
    for distribution in (value, [file, value], [{"identifier": value, "data": file}]):
        dataset = show({**entry, "distribution": distribution})
        assert dataset.fault is None
        assert dataset.contact_point.email is None
        texts = [dataset.title, dataset.description, dataset.publisher.name, *dataset.keywords]
        texts += [text or "" for it in dataset.distributions for text in (it.key, it.title, it.format)]
        assert all(text.isprintable() and len(text) <= 5000 for text in texts)
        assert all(it.download_url.isprintable() and it.title for it in dataset.distributions)


def test_the_entries_of_real_catalogs_as_a_metastore_gives_them(
    corpus: Path, show: Show, portal: PortalServer
) -> None:
    """DKAN's own form around real DCAT-US entries: every list of objects a list of references."""
    asked = 0
    for name in ("gsa_ny.data.json", "ar_full_data.json", "harv_dcatus_single_record.json"):
        for entry in json.loads((corpus / "api" / "datajson" / name).read_bytes())["dataset"]:
            wrapped = {**entry, "publisher": reference("p", entry["publisher"])}
            for field in ("keyword", "distribution"):
                wrapped[field] = [reference(f"{field}-{n}", it) for n, it in enumerate(entry[field])]
            dataset = show(wrapped)
            plain = show(entry)
            assert dataset.fault is None
            assert (dataset.title, dataset.keywords) == (entry["title"], tuple(entry["keyword"]))
            assert dataset.publisher.name == entry["publisher"]["name"]
            addresses = [it.download_url for it in dataset.distributions]
            assert addresses
            assert addresses == [it.download_url for it in plain.distributions]
            asked += 1
    assert asked == 4
