"""Any address at a portal leads to its kind and its dataset, and from there into sources.yaml."""

from __future__ import annotations

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import PublisherFault, SourcesError
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.portals.discover import discover
from pipelines.portals.probe import names_in, probe
from pipelines.portals.proposal import propose
from pipelines.sources import parse
from pipelines.sources_entry import inserted
from tests.portal_server.server import PortalServer
from tests.portal_server.worlds import WORLDS

NOTHING = "version: 1\ntime_zone: America/Mexico_City\nsources: []\n"


@pytest.mark.parametrize("kind", sorted(kind for kind, world in WORLDS.items() if world.lists))
def test_the_front_page_tells_the_kind(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    world = WORLDS[kind](portal, count=5)
    portal.answers(world.answer)
    found = probe(world.address, http, clock)
    assert (found.kind, found.portal.datasets, found.dataset) == (kind, 5, None)
    with pytest.raises(SourcesError, match="not of one of its datasets"):
        propose(found, parse(NOTHING))


@pytest.mark.parametrize("kind", sorted(WORLDS))
def test_a_datasets_page_leads_to_an_entry_under_which_the_night_finds_it(
    kind: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    world = WORLDS[kind](portal, count=5)
    portal.answers(world.answer)
    found = probe(portal.url + world.inside, http, clock)
    assert found.kind == kind
    assert found.dataset is not None
    title = "Datos 1" if world.lists else "dataset"
    assert found.dataset.title == title
    source = propose(found, parse(NOTHING), guide_dataset="contracts_register")
    declared = parse(inserted(NOTHING, source))
    (dataset,) = discover(declared.sources[0], http, clock).datasets
    assert (dataset.fault, dataset.title, dataset.guide_dataset) == (None, title, "contracts_register")
    assert dataset.distributions


def test_a_second_dataset_joins_its_source_and_a_third_of_another_publisher_does_not(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    world = WORLDS["ckan"](portal, count=5)
    portal.answers(world.answer)
    text = NOTHING
    for name, publisher in (("d-001", None), ("d-002", None), ("d-003", "Otra dependencia")):
        found = probe(f"{portal.url}/dataset/{name}", http, clock)
        text = inserted(text, propose(found, parse(text), publisher=publisher))
    sources = parse(text).sources
    assert [len(source.datasets) for source in sources] == [2, 1]
    assert sources[1].id == f"{sources[0].id}-2"
    found = probe(f"{portal.url}/dataset/d-001", http, clock)
    with pytest.raises(SourcesError, match="already"):
        inserted(text, propose(found, parse(text)))


def test_a_file_is_a_direct_source(portal: PortalServer, http: HttpClient, clock: FixedClock) -> None:
    portal.files["/abiertos/Contratos%202026.csv"] = b"id,importe\n1,2\n"
    url = f"{portal.url}/abiertos/Contratos%202026.csv"
    found = probe(url, http, clock)
    assert found.kind == "direct"
    source = propose(found, parse(NOTHING), publisher="Dependencia")
    (dataset,) = source.datasets
    (file,) = dataset.distributions
    assert (source.portal, dataset.id, dataset.title) == ("direct", "contratos-2026", "Contratos 2026.csv")
    assert (file.id, file.format, file.url) == ("csv", "csv", url)


def test_nobody_there_and_no_address_are_said(http: HttpClient, clock: FixedClock) -> None:
    with pytest.raises(PublisherFault) as caught:
        probe("http://127.0.0.1:9/dataset/x", http, clock)
    assert caught.value.kind is FaultKind.NOT_REACHABLE
    with pytest.raises(PublisherFault) as caught:
        probe("ftp://a.example/x.csv", http, clock)
    assert caught.value.kind is FaultKind.UNSUPPORTED_ADDRESS


@pytest.mark.parametrize(
    ("url", "root", "first"),
    [
        ("https://d.example/dataset/contratos/resource/0a-1b", "https://d.example", "contratos"),
        ("https://d.example/datos/dataset/contratos", "https://d.example/datos", "contratos"),
        ("https://d.example/Economia/Multas/4n4q-k399/about_data", "https://d.example", "4n4q-k399"),
        ("https://d.example/api/views/4n4q-k399/rows.csv?accessType=DOWNLOAD", "https://d.example", "4n4q-k399"),
        ("https://d.example/fr/datasets/marches-publics/", "https://d.example", "marches-publics"),
        ("https://d.example/api/3/action/package_show?id=contratos", "https://d.example", "contratos"),
        ("https://d.example/", "https://d.example", "https://d.example/"),
    ],
)  # fmt: skip
def test_what_may_be_a_name_in_an_address(url: str, root: str, first: str) -> None:
    assert next(iter(names_in(url, root))) == first


def test_an_entry_that_would_not_be_valid_is_refused_with_the_reason(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    world = WORLDS["ckan"](portal, count=2)
    portal.answers(world.answer)
    found = probe(f"{portal.url}/dataset/d-001", http, clock)
    with pytest.raises(SourcesError, match=r"would not be valid.+slug"):
        propose(found, parse(NOTHING), dataset="Los Contratos")
    with pytest.raises(SourcesError, match=r"would not be valid.+mail"):
        propose(found, parse(NOTHING), email="nobody")
