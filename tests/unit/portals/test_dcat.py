"""DCAT in RDF: pages followed to their end and proven whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, FaultKind
from pipelines.portals.dcat import walk
from pipelines.portals.discover import discover
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import FAULTS
from tests.unit.portals.rdf_pages import PATH, page, source, turtle


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(replace(settings, retries=0), clock, sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def asked(portal: PortalServer, http: HttpClient, clock: FixedClock) -> Callable[..., Catalog]:
    def catalog(*identifiers: str) -> Catalog:
        return discover(source(portal.url, *identifiers), http, clock)

    return catalog


LAST = "3 distinct; the last page leads to no other, and no total is declared"


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("linked", ["<{url}/p2>", '"{url}/p2"', "<p2>", '"p2"'])
@pytest.mark.parametrize("predicate", ["hydra:next", "hydra:nextPage"])
def test_pages_are_followed_to_the_last(
    predicate: str, linked: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    view = f"<urn:v> {predicate} {linked.format(url=portal.url)} ; hydra:totalItems 4 ."
    portal.files.update({PATH: page(range(3), view), "/p2": page([3])})
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert (found.complete, found.pages, found.total, found.distinct) == (True, 2, 4, 4)


def test_one_document_that_leads_to_no_other_is_the_whole_catalog(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.files[PATH] = page(range(3))
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert (found.complete, found.total, found.reason) == (True, None, LAST)


@pytest.mark.parametrize(
    ("first", "second", "complete", "said"),
    [
        ([0, 1], [1], False, "2 distinct of 3 declared"),  # a page repeats a node
        ([0, 1], [2], True, "3 distinct of 3 declared"),
        ([0], [1, 2, 3], False, "4 distinct of 3 declared"),
    ],
)
def test_distinct_datasets_are_held_against_the_total(
    first: list[int],
    second: list[int],
    complete: bool,
    said: str,
    portal: PortalServer,
    http: HttpClient,
    clock: FixedClock,
) -> None:
    portal.files.update(
        {PATH: page(first, "<urn:v> hydra:next <p2> ; hydra:totalItems 3 ."), "/p2": page(second)}
    )
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert (found.complete, said in found.reason) == (complete, True), found.reason


def test_a_last_page_that_leads_to_itself_does_not_go_on_for_ever(
    portal: PortalServer, http: HttpClient, clock: FixedClock, asked: Callable[..., Catalog]
) -> None:
    portal.files.update(
        {PATH: page([0], "<urn:v> hydra:next <p2> ."), "/p2": page([1], "<urn:v> hydra:next <p2> .")}
    )
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert (found.complete, found.distinct, "circle" in found.reason) == (False, 2, True)
    known, lost = asked("1", "9").datasets
    assert known.title == "T1"
    assert lost.fault is not None
    assert lost.fault.kind is FaultKind.CATALOG_UNREADABLE  # perhaps it is on a page that nobody can reach
    portal.files["/p2"] = page([1], "<urn:v> hydra:next <p2> ; hydra:totalItems 2 .")
    _, lost = asked("1", "9").datasets
    assert lost.fault is not None
    assert lost.fault.kind is FaultKind.GONE  # all that are declared were seen


def test_a_page_that_fails_leaves_what_is_not_found_unknown(
    portal: PortalServer, asked: Callable[..., Catalog]
) -> None:
    portal.files[PATH] = page([0], "<urn:v> hydra:next <p2> ; hydra:totalItems 2 .")
    portal.fault("/p2", "answer", status=503)
    catalog = asked("0", "1")
    known, lost = catalog.datasets
    assert (catalog.fault, known.fault) == (None, None)
    assert lost.fault is not None
    assert (lost.fault.kind, lost.fault.transient) == (FaultKind.HTTP_STATUS, True)
    assert "page 2 cannot be had" in lost.fault.message


@pytest.mark.parametrize("following", ["http://[", "file:///etc/passwd", "ftp://a.example/x"])
def test_a_next_page_that_cannot_be_asked_for_cuts_the_walk_short(
    following: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.files[PATH] = page([0], f'<urn:v> hydra:next "{following}" .')
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert found.fault is not None
    assert (found.complete, found.fault.kind) == (False, FaultKind.UNSUPPORTED_ADDRESS)


def test_no_page_after_the_last_needed_is_asked(portal: PortalServer, asked: Callable[..., Catalog]) -> None:
    portal.files[PATH] = page([0], "<urn:v> hydra:next <p2> ; hydra:totalItems 2 .")
    assert asked("0").fault is None
    assert [it.path for it in portal.requests] == [PATH]


def test_a_dataset_is_found_by_its_identifier_or_its_address(
    portal: PortalServer, asked: Callable[..., Catalog]
) -> None:
    portal.files[PATH] = page(range(3))
    first, second, gone = asked("1", "urn:d:2", "7").datasets
    assert (first.title, second.title) == ("T1", "T2")
    assert gone.fault is not None
    assert gone.fault.kind is FaultKind.GONE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (turtle("<urn:c> a dcat:Catalog ."), FaultKind.CATALOG_UNREADABLE),
        (b"<!doctype html><title>x</title>", FaultKind.HTML_INSTEAD),
        (b"id,nombre\n1,2\n", FaultKind.CATALOG_UNREADABLE),
        (None, FaultKind.CATALOG_UNREADABLE),  # 404: the address is wrong, no dataset is gone
    ],
)
def test_no_catalog_is_a_fault_of_the_catalog(
    body: bytes | None, kind: FaultKind, portal: PortalServer, asked: Callable[..., Catalog]
) -> None:
    if body is not None:
        portal.files[PATH] = body
    catalog = asked("1", "2")
    assert catalog.fault is not None
    assert catalog.fault.kind is kind
    assert [it.fault for it in catalog.datasets] == [catalog.fault] * 2


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_portal_that_misbehaves_costs_no_dataset_its_place(
    fault: str, portal: PortalServer, settings: Settings, clock: FixedClock
) -> None:
    portal.fault(PATH, fault)
    hurried = replace(settings, retries=0, deadline_seconds=1.0, max_bytes=1 << 22)
    with HttpClient(hurried, clock, sleep=lambda _: None) as http:
        catalog = discover(source(portal.url, "1", "2"), http, clock)
    assert catalog.fault is not None
    assert catalog.fault.kind is not FaultKind.GONE
    assert [it.key for it in catalog.datasets] == ["prueba/d0", "prueba/d1"]
    assert all(it.fault is not None and it.distributions == () for it in catalog.datasets)


def test_pages_without_end_are_a_fault(
    portal: PortalServer, http: HttpClient, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.portals.walk.MAX_PAGES", 3)
    for number in range(9):
        portal.files[f"/p{number}"] = page([number], f"<urn:v> hydra:next <p{number + 1}> .")
    found = walk(f"{portal.url}/p0", http, clock)
    assert (found.complete, found.pages, "more than 3 pages" in found.reason) == (False, 3, True)


def test_the_first_page_alone_raises(portal: PortalServer, http: HttpClient, clock: FixedClock) -> None:
    with pytest.raises(CatalogFault):
        walk(f"{portal.url}/nothing", http, clock)


# --- recorded catalogs ---------------------------------------------------------------------------------------


def test_a_recorded_catalog_in_two_pages_is_read_whole(
    portal: PortalServer, http: HttpClient, clock: FixedClock, corpus: Path
) -> None:
    for number in (1, 2):
        body = (corpus / f"api/dcat/udata_partial-collection-{number}.jsonld").read_bytes()
        portal.files[f"/p{number}"] = body.replace(b"http://data.test.org/catalog.jsonld?page=", b"p")
    found = walk(f"{portal.url}/p1", http, clock)
    assert (found.complete, found.pages, found.distinct) == (True, 2, 4)


def test_a_recorded_csw_catalogue_in_three_pages_is_read_whole(
    portal: PortalServer, http: HttpClient, clock: FixedClock, corpus: Path
) -> None:
    for number in (1, 3, 5):
        body = (corpus / f"api/dcat/udata_geonetwork-geodcatap-page-{number}.xml").read_bytes()
        portal.fault("/csw", "answer", times=1, body=body)
    found = walk(f"{portal.url}/csw?request=GetRecords", http, clock)
    assert (found.complete, found.pages, found.distinct) == (True, 3, 6)
    assert [it.query.get("startPosition") for it in portal.requests] == [None, "3", "5"]


def test_a_recorded_first_page_is_known_to_be_a_part(
    portal: PortalServer, http: HttpClient, clock: FixedClock, corpus: Path
) -> None:
    body = (corpus / "api/dcat/mqa_dcatap-ch_catalog.ttl").read_bytes()
    portal.files[PATH] = body.replace(b"https://data.stadt-zuerich.ch/catalog.ttl?page=", b"/p")
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert (found.complete, found.distinct, found.total) == (False, 100, 350)


def test_an_address_that_is_refused_raises_before_anything_is_read(
    clock: FixedClock, settings: Settings
) -> None:
    with (
        HttpClient(replace(settings, allow_private_addresses=False), clock) as http,
        pytest.raises(PublisherFault) as caught,
    ):
        walk("http://127.0.0.1:9/catalog", http, clock)
    assert caught.value.kind is FaultKind.UNSUPPORTED_ADDRESS
