"""What every portal must do, whatever its kind: one declaration, one world, the same promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset, FaultKind
from pipelines.portals.discover import PORTALS, discover
from pipelines.settings import Settings
from pipelines.sources import Source, parse
from tests.portal_server import PortalServer
from tests.portal_server.faults import FAULTS
from tests.portal_server.server import PACKAGE_SHOW

# The kinds for which this file has a world; the others bring their own, with its API's errors, in tests/unit/portals.
KINDS = ["ckan", "direct"]
ASKED = sorted(set(PORTALS) - {"direct"})  # `direct` asks nobody
CATALOGS = {"ckan": PACKAGE_SHOW}  # where a kind of portal is asked for its catalog

TEMPLATE = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: {kind}
    url: {url}
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos", email: datos@dependencia.example}}
    datasets:
      - id: contratos
        title: "Contratos"
        guide_dataset: contracts_register
        accrual_periodicity: monthly
        distributions:
          - {{id: csv, format: CSV, url: "{url}/contratos.csv"}}
          - {{id: json, format: json, url: "{url}/contratos.json"}}
      - id: servidores
        title: "Servidores públicos"
        language: en
        distributions:
          - {{id: csv, format: csv, url: "{url}/servidores.csv"}}
"""
PACKAGES: dict[str, dict[str, Any]] = {
    "contratos": {
        "title": "Contratos",
        "resources": [
            {"id": "1", "format": "CSV", "url": "{portal}/contratos.csv"},
            {"id": "2", "format": "JSON", "url": "{portal}/contratos.json"},
        ],
    },
    "servidores": {
        "title": "Servidores públicos",
        "resources": [{"id": "3", "format": "CSV", "url": "{portal}/servidores.csv"}],
    },
}


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({}, json.loads(json.dumps(PACKAGES))) as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    hurried = replace(settings, retries=0, deadline_seconds=1.0)
    with HttpClient(hurried, clock, sleep=lambda _: None) as client:
        yield client


def source_of(kind: str, url: str) -> Source:
    (source,) = parse(TEMPLATE.format(kind=kind, url=url)).sources
    return source


def test_every_kind_that_may_be_declared_is_served() -> None:
    assert set(get_args(Source.model_fields["portal"].annotation)) == set(PORTALS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_catalog_holds_every_declared_dataset(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    catalog = discover(source_of(kind, portal.url), http, clock)
    assert (catalog.source, catalog.portal, catalog.url) == ("prueba", kind, portal.url)
    assert catalog.discovered_on == clock.now()
    assert catalog.fault is None
    contracts, officials = catalog.datasets
    assert (contracts.key, officials.key) == ("prueba/contratos", "prueba/servidores")
    assert (contracts.title, contracts.guide_dataset) == ("Contratos", "contracts_register")
    assert (contracts.language, officials.language) == ("es", "en")
    assert contracts.accrual_periodicity_days == pytest.approx(30.44, abs=0.1)
    assert contracts.contact_point.email == "datos@dependencia.example"
    assert contracts.publisher.country == "MX"
    assert [(it.key, it.format, it.download_url) for it in contracts.distributions] == [
        ("prueba/contratos/csv", "csv", f"{portal.url}/contratos.csv"),
        ("prueba/contratos/json", "json", f"{portal.url}/contratos.json"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_asking_twice_gives_the_same(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    source = source_of(kind, portal.url)
    assert discover(source, http, clock) == discover(source, http, clock)


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("kind", sorted(CATALOGS))
def test_a_portal_that_misbehaves_costs_no_dataset_its_place(
    kind: str, fault: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.fault(CATALOGS[kind], fault)
    catalog = discover(source_of(kind, portal.url), http, clock)
    assert catalog.fault is not None
    assert [it.key for it in catalog.datasets] == ["prueba/contratos", "prueba/servidores"]
    assert all(it.fault is not None and it.distributions == () for it in catalog.datasets)


@pytest.mark.parametrize("kind", ASKED)
def test_a_portal_that_is_off_is_a_fault_of_the_catalog(
    kind: str, http: HttpClient, clock: FixedClock
) -> None:
    with PortalServer() as gone:
        source = source_of(kind, gone.url)
    catalog = discover(source, http, clock)
    assert catalog.fault is not None
    assert catalog.fault.kind is FaultKind.NOT_REACHABLE
    assert catalog.fault.transient
    assert [it.fault for it in catalog.datasets] == [catalog.fault, catalog.fault]


@pytest.mark.parametrize("kind", sorted(CATALOGS))
def test_a_portal_that_is_in_trouble_is_left_in_peace(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    source = source_of(kind, portal.url)
    many = tuple(source.datasets[0].model_copy(update={"id": f"d{number}"}) for number in range(9))
    portal.fault(CATALOGS[kind], "reset")
    catalog = discover(source.model_copy(update={"datasets": many}), http, clock)
    assert len(catalog.datasets) == 9
    assert all(it.fault is not None for it in catalog.datasets)
    assert len(portal.requests) == 2


@pytest.mark.parametrize("kind", sorted(CATALOGS))
def test_a_dataset_that_vanished_is_gone_and_the_others_are_not(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    del portal.ckan["contratos"]
    catalog = discover(source_of(kind, portal.url), http, clock)
    contracts, officials = catalog.datasets
    assert catalog.fault is None
    assert contracts.fault is not None
    assert contracts.fault.kind is FaultKind.GONE
    assert not contracts.fault.transient
    assert officials.fault is None


@pytest.mark.parametrize("kind", sorted(CATALOGS))
def test_nothing_that_a_portal_writes_is_trusted(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    hostile = "A\u202e\x00\r\nB" + "\ud800" + "x" * 20_000
    everything = ("title", "notes", "license_id", "name", "url", "metadata_modified")
    resource = dict.fromkeys(
        ("id", "name", "description", "format", "url", "mimetype", "size", "created"), hostile
    )
    portal.ckan["contratos"] = {
        **dict.fromkeys(everything, hostile),
        "id": "contratos",
        "organization": {"title": hostile},
        "tags": [{"name": hostile}] * 60,
        "extras": [{"key": "frequency", "value": hostile}, {"key": hostile}, hostile, None],
        "maintainer_email": hostile + "@dependencia.example",
        "resources": [resource, *[hostile] * 5, None, 7, []],
    }
    source = source_of(kind, portal.url)
    whole = source.datasets[0].model_copy(
        update={"distributions": (), "title": None, "accrual_periodicity": None}
    )
    catalog = discover(source.model_copy(update={"datasets": (whole,)}), http, clock)
    assert catalog.fault is None
    (dataset,) = catalog.datasets
    texts = [text for text in _texts(catalog) if text]
    assert any(text.startswith("AB") or text.startswith("A B") for text in texts)
    assert all(text.isprintable() and len(text) <= 15_000 for text in texts)
    assert len(dataset.distributions) == 1
    assert len(dataset.keywords) <= 50
    assert dataset.contact_point.email == "datos@dependencia.example"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Catalog | Dataset) or hasattr(value, "__dataclass_fields__"):
        for item in vars(value).values():
            yield from _texts(item)
