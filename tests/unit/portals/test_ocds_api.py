"""OCDS APIs: what the first page says of the dataset, and what is no API of that kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, FaultKind
from pipelines.portals.discover import discover
from pipelines.settings import Settings
from pipelines.snapshots.page_rules import RULES
from pipelines.sources import parse
from tests.portal_server import PortalServer

TEXT = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: ocds_api
    url: {url}/api/
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos", email: datos@dependencia.example}}
    datasets:
      - {{id: contratos, identifier: "{identifier}", title: Contratos, accrual_periodicity: R/P1D}}
"""
PACKAGE = {
    "uri": "https://api.example/1",
    "version": "1.1",
    "publisher": {"name": "Agencia de Compras"},
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "publicationPolicy": "https://api.example/politica",
    "publishedDate": "2026-03-02T00:00:00Z",
    "releases": [{"ocid": "ocds-x-1", "id": "1"}],
}


@pytest.fixture
def asked(settings: Settings, clock: FixedClock) -> Iterator[Callable[..., Catalog]]:
    hurried = replace(settings, retries=0)
    with PortalServer() as portal, HttpClient(hurried, clock, sleep=lambda _: None) as http:

        def catalog(body: object, identifier: str = "releases?page=1") -> Catalog:
            portal.files["/api/releases"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            (source,) = parse(TEXT.format(url=portal.url, identifier=identifier)).sources
            return discover(source, http, clock)

        yield catalog


def test_a_dataset_is_one_distribution_of_all_pages(asked: Callable[..., Catalog]) -> None:
    catalog = asked(PACKAGE)
    assert catalog.fault is None
    (dataset,) = catalog.datasets
    assert dataset.fault is None
    assert (dataset.title, dataset.publisher.name) == ("Contratos", "Agencia de Compras")
    assert dataset.contact_point.email == "datos@dependencia.example"
    assert (dataset.license_id, dataset.license_open) == ("CC-BY-4.0", True)
    assert dataset.landing_page == "https://api.example/politica"
    assert dataset.modified is None  # the moment of the answer is no date of the data
    assert dataset.data_dictionary == "https://standard.open-contracting.org/1.1/en/schema/"
    (file,) = dataset.distributions
    assert (file.key, file.format) == ("prueba/contratos/json", "json")
    assert file.download_url.endswith("/api/releases?page=1")
    assert file.paging in RULES


@pytest.mark.parametrize(
    "body",
    [
        {"uri": "x", "records": [{"ocid": "o", "compiledRelease": {}}]},
        {"results": [{"ocid": "o"}], "next": None},
        {"data": [{"uri": "x", "releases": []}]},
        {"uri": "x", "publisher": {}, "releases": []},
    ],
)
def test_every_form_of_a_page_is_known(body: object, asked: Callable[..., Catalog]) -> None:
    assert asked(body).fault is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ([], FaultKind.CATALOG_UNREADABLE),
        ({"releases": "none"}, FaultKind.CATALOG_UNREADABLE),
        ({"releases": [1, None, "x"]}, FaultKind.CATALOG_UNREADABLE),
        ({"results": [{"id": 1}]}, FaultKind.CATALOG_UNREADABLE),
        ({"results": []}, FaultKind.CATALOG_UNREADABLE),
        (b"<!doctype html><title>API</title>", FaultKind.HTML_INSTEAD),
    ],
)
def test_what_is_no_ocds_api_is_a_fault(body: object, kind: FaultKind, asked: Callable[..., Catalog]) -> None:
    catalog = asked(body)
    assert catalog.fault is not None
    assert catalog.fault.kind is kind
    assert catalog.datasets[0].distributions == ()


def test_nothing_that_an_api_writes_is_trusted(asked: Callable[..., Catalog]) -> None:
    hostile = "A\u202e\x00\r\nB" + "\ud800" + "x" * 20_000
    names = ("version", "license", "publicationPolicy")
    body = {**PACKAGE, **dict.fromkeys(names, hostile), "publisher": {"name": hostile}}
    (dataset,) = asked(body).datasets
    assert dataset.fault is None
    assert (dataset.landing_page, dataset.data_dictionary, dataset.license_id) == (None, None, None)
    for text in (dataset.publisher.name, dataset.license or ""):
        assert text.isprintable()
        assert len(text) <= 500
