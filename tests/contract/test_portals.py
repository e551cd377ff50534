"""What every portal must do, whatever its kind: one set of datasets behind each API, the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind, Part
from pipelines.portals.discover import PORTALS, discover
from pipelines.portals.walk import Walk
from pipelines.sources import Source, parse
from tests.portal_server import PortalServer
from tests.portal_server.faults import FAULTS
from tests.portal_server.server import PACKAGE_SHOW
from tests.portal_server.world import World
from tests.portal_server.worlds import WORLDS

COUNT, CLIP = 25, 7
KINDS = sorted(WORLDS)
LISTING = sorted(kind for kind, world in WORLDS.items() if world.lists)
PAGED = sorted(kind for kind, world in WORLDS.items() if world.paged)
COUNTED = sorted(kind for kind, world in WORLDS.items() if world.counts)

TEMPLATE = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: {kind}
    url: {url}
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos", email: oficina@dependencia.example}}
    datasets:
      - id: contratos
        identifier: "{first}"
        guide_dataset: contracts_register
        accrual_periodicity: monthly
        distributions: [{{id: csv, format: CSV, url: "{url}/contratos.csv"}}]
      - id: servidores
        identifier: "{second}"
        language: en
        distributions: [{{id: csv, format: csv, url: "{url}/servidores.csv"}}]
"""


@pytest.fixture
def world(request: pytest.FixtureRequest, portal: PortalServer) -> World:
    """The portal of the kind that the test is about, with COUNT datasets, CLIP on a page."""
    made = WORLDS[request.param](portal, COUNT, CLIP)
    portal.answers(made.answer)
    return made


@pytest.fixture
def walked(world: World, http: HttpClient, clock: FixedClock) -> Any:
    return lambda: PORTALS[world.kind].walk(world.address, http, clock)


def source_of(kind: str, url: str, first: str = "d-000", second: str = "d-001") -> Source:
    (source,) = parse(TEMPLATE.format(kind=kind, url=url, first=first, second=second)).sources
    return source


def of_world(world: World) -> Source:
    return source_of(world.kind, world.address, world.name(0), world.name(1))


def identifiers(walk: Walk) -> list[str | None]:
    return [it.identifier for it in walk.catalog.datasets]


def test_every_kind_that_may_be_declared_is_served() -> None:
    assert set(get_args(Source.model_fields["portal"].annotation)) == set(PORTALS)


# The declared datasets


@pytest.mark.parametrize("world", KINDS, indirect=True)
def test_a_catalog_holds_every_declared_dataset(world: World, http: HttpClient, clock: FixedClock) -> None:
    catalog = discover(of_world(world), http, clock)
    assert (catalog.source, catalog.portal, catalog.url) == ("prueba", world.kind, world.address)
    assert catalog.discovered_on == clock.now()
    assert catalog.fault is None
    contracts, officials = catalog.datasets
    assert (contracts.key, officials.key) == ("prueba/contratos", "prueba/servidores")
    assert (contracts.title, contracts.guide_dataset) == (
        "Datos 0" if world.lists else "contratos",
        "contracts_register",
    )
    assert (contracts.language, officials.language) == ("es", "en")
    assert contracts.accrual_periodicity_days == pytest.approx(30.44, abs=0.1)
    assert contracts.contact_point.email == "oficina@dependencia.example"
    assert contracts.publisher.country == "MX"
    assert [(it.key, it.format) for it in contracts.distributions] == [("prueba/contratos/csv", world.format)]
    assert contracts.distributions[0].download_url.startswith(portal_of(world))
    assert discover(of_world(world), http, clock) == catalog


@pytest.mark.parametrize("world", KINDS, indirect=True)
def test_the_part_of_a_file_that_is_asked_for_is_told(
    world: World, http: HttpClient, clock: FixedClock
) -> None:
    source = of_world(world)
    first, second = source.datasets
    asked = {"member": "a*.json", "sheet": "Datos", "record_path": "data.items"}
    files = tuple(file.model_copy(update=asked) for file in first.distributions)
    first = first.model_copy(update={"distributions": files})
    found = discover(source.model_copy(update={"datasets": (first, second)}), http, clock).datasets
    assert [it.part for d in found for it in d.distributions] == [Part(**asked), Part()]


def portal_of(world: World) -> str:
    return f"{world.url}/"


def test_files_at_plain_addresses_need_no_portal(http: HttpClient, clock: FixedClock) -> None:
    catalog = discover(source_of("direct", "http://127.0.0.1:9"), http, clock)
    assert catalog.fault is None
    urls = [file.download_url for it in catalog.datasets for file in it.distributions]
    assert urls == ["http://127.0.0.1:9/contratos.csv", "http://127.0.0.1:9/servidores.csv"]


@pytest.mark.parametrize("world", KINDS, indirect=True)
def test_a_dataset_that_vanished_is_gone_and_the_others_are_not(
    world: World, http: HttpClient, clock: FixedClock
) -> None:
    del world.datasets[0]
    catalog = discover(of_world(world), http, clock)
    contracts, officials = catalog.datasets
    assert catalog.fault is None
    assert contracts.fault is not None
    assert contracts.fault.kind is FaultKind.GONE
    assert not contracts.fault.transient
    assert officials.fault is None


@pytest.mark.parametrize("world", LISTING, indirect=True)
def test_without_a_declared_address_the_portals_contact_point_is_written_to(
    world: World, http: HttpClient, clock: FixedClock
) -> None:
    source = of_world(world)
    owner = source.owner.model_copy(update={"email": None})
    catalog = discover(source.model_copy(update={"owner": owner}), http, clock)
    assert {it.contact_point.email for it in catalog.datasets} == {"datos@dependencia.example"}
    assert {it.contact_point.name for it in catalog.datasets} == {"Unidad de Datos"}


@pytest.mark.parametrize("world", KINDS, indirect=True)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, FaultKind.HTML_INSTEAD),
        (404, FaultKind.CATALOG_UNREADABLE),
        (403, FaultKind.BLOCKED),
        (429, FaultKind.THROTTLED),
        (503, FaultKind.HTTP_STATUS),
    ],
)
def test_a_page_in_place_of_a_dataset(
    status: int, expected: FaultKind, world: World, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.fault(world.shown, "page", status=status)
    first, *_ = discover(of_world(world), http, clock).datasets
    assert first.fault is not None
    assert first.fault.kind is expected


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_portal_that_misbehaves_costs_no_dataset_its_place(
    fault: str, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.fault(PACKAGE_SHOW, fault)
    catalog = discover(source_of("ckan", portal.url), http, clock)
    assert catalog.fault is not None
    assert [it.key for it in catalog.datasets] == ["prueba/contratos", "prueba/servidores"]
    assert all(it.fault is not None and it.distributions == () for it in catalog.datasets)


@pytest.mark.parametrize("kind", KINDS)
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


def test_a_portal_that_is_in_trouble_is_left_in_peace(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    source = source_of("ckan", portal.url)
    many = tuple(source.datasets[0].model_copy(update={"id": f"d{number}"}) for number in range(9))
    portal.fault(PACKAGE_SHOW, "reset")
    catalog = discover(source.model_copy(update={"datasets": many}), http, clock)
    assert len(catalog.datasets) == 9
    assert all(it.fault is not None for it in catalog.datasets)
    assert len(portal.requests) == 2


# The whole catalog


@pytest.mark.parametrize("world", LISTING, indirect=True)
def test_a_walk_brings_every_dataset_of_pages_that_are_clipped(world: World, walked: Any) -> None:
    walk = walked()
    assert (walk.complete, walk.total, walk.distinct, walk.fault) == (True, COUNT, COUNT, None)
    assert sorted(map(str, identifiers(walk))) == [world.name(number) for number in range(COUNT)]
    assert len({it.key for it in walk.catalog.datasets}) == COUNT
    assert all(it.title.startswith("Datos ") and it.fault is None for it in walk.catalog.datasets)
    assert {it.contact_point.email for it in walk.catalog.datasets} == {"datos@dependencia.example"}
    files = [file for it in walk.catalog.datasets for file in it.distributions]
    assert len(files) == COUNT
    assert all(it.format == "csv" and it.download_url.startswith(portal_of(world)) for it in files)


@pytest.mark.parametrize("world", PAGED, indirect=True)
@pytest.mark.parametrize("change", [-1, 1])
def test_a_catalog_that_changes_on_the_way_is_walked_again(change: int, world: World, walked: Any) -> None:
    def drift(it: World) -> None:
        if it.pages == 2 and change < 0:
            del it.datasets[0]
        elif it.pages == 2:
            it.datasets.insert(0, {**it.described(0), "id": it.name(99)})
            it.datasets.sort(key=lambda one: str(one["id"]))

    world.drift = drift
    walk = walked()
    assert (walk.complete, walk.total, walk.distinct) == (True, COUNT + change, COUNT + change)
    assert "second walk" in walk.reason


@pytest.mark.parametrize("world", COUNTED, indirect=True)
@pytest.mark.parametrize("total", [0, -1, 3, 1000, "muchos", None, 2.5, True, [25]])
def test_a_total_that_lies_proves_nothing(total: Any, world: World, walked: Any) -> None:
    world.total = "" if total is None else total
    walk = walked()
    assert walk.complete == (world.linked and walk.total is None)
    assert walk.distinct == len(walk.catalog.datasets) == COUNT
    assert "25" in walk.reason
    assert walk.total == (total if total in (0, 3, 1000) and total is not True else None)


@pytest.mark.parametrize("world", COUNTED, indirect=True)
def test_a_total_written_as_text_is_a_total(world: World, walked: Any) -> None:
    world.total = str(COUNT)
    assert walked().complete


@pytest.mark.parametrize("world", PAGED, indirect=True)
def test_pages_without_an_end_are_left(world: World, walked: Any, portal: PortalServer) -> None:
    world.stuck = True
    walk = walked()
    assert not walk.complete
    assert (walk.distinct, walk.total) == (CLIP, COUNT)
    assert "nothing new" in walk.reason
    assert len(portal.requests) < 15


@pytest.mark.parametrize("world", PAGED, indirect=True)
def test_an_empty_page_in_the_middle_is_no_end(world: World, walked: Any) -> None:
    world.empty = {1}
    walk = walked()
    assert (walk.complete, walk.distinct) == (True, COUNT)


@pytest.mark.parametrize("world", PAGED, indirect=True)
def test_a_page_that_cannot_be_had_leaves_the_walk_incomplete(world: World, walked: Any) -> None:
    world.fails = 2
    walk = walked()
    assert not walk.complete
    assert walk.fault is not None
    assert walk.catalog.fault == walk.fault
    assert (walk.distinct, walk.total) == (2 * CLIP, COUNT)


@pytest.mark.parametrize("world", LISTING, indirect=True)
@pytest.mark.parametrize("raw", [None, 7, "x", [], {}, {"resource": 7, "properties": []}])
def test_a_broken_entry_costs_no_other_its_place(raw: Any, world: World, walked: Any) -> None:
    world.datasets[3] = {"id": "zzzz-9999", "raw": raw}
    walk = walked()
    good = {world.name(number) for number in range(COUNT)} - {world.name(3)}
    assert good <= set(identifiers(walk))
    assert not walk.complete or walk.distinct == COUNT or "1 without any name" in walk.reason


@pytest.mark.parametrize("world", LISTING, indirect=True)
def test_an_empty_catalog_is_whole(world: World, walked: Any) -> None:
    world.datasets.clear()
    walk = walked()
    assert (walk.complete, walk.total, walk.catalog.datasets) == (True, 0, ())


@pytest.mark.parametrize("world", KINDS, indirect=True)
@pytest.mark.parametrize(
    ("fault", "options", "expected"),
    [
        ("page", {}, FaultKind.HTML_INSTEAD),
        ("page", {"status": 403}, FaultKind.BLOCKED),
        ("answer", {"status": 403, "body": b'{"message": "Request Rejected"}'}, FaultKind.BLOCKED),
        ("page", {"status": 429}, FaultKind.THROTTLED),
        ("page", {"status": 404}, FaultKind.CATALOG_UNREADABLE),
        ("answer", {"body": b'{"unexpected": true}'}, FaultKind.CATALOG_UNREADABLE),
        ("reset", {}, FaultKind.NOT_REACHABLE),
    ],
)
def test_what_is_no_catalog_is_told(
    fault: str,
    options: dict[str, Any],
    expected: FaultKind,
    world: World,
    walked: Any,
    portal: PortalServer,
) -> None:
    portal.fault(world.listing, fault, **options)
    with pytest.raises(PublisherFault) as caught:
        walked()
    assert caught.value.kind is expected


@pytest.mark.parametrize("world", LISTING, indirect=True)
def test_nothing_that_a_portal_writes_is_trusted(world: World, walked: Any) -> None:
    hostile = "A\u202e\x00\r\nB<script>alert(1)</script>" + "\ud800" + "x" * 20_000
    bad = {**world.described(3), "title": hostile, "file": "http://[" + hostile, "mail": hostile}
    world.datasets[3] = bad
    walk = walked()
    assert walk.complete
    texts = [text for text in _texts(walk.catalog) if text]
    assert all(text.isprintable() and len(text) <= 15_000 for text in texts)
    (found,) = (it for it in walk.catalog.datasets if it.identifier == world.name(3))
    assert found.title.startswith("A")
    assert "<script>" not in found.title
    assert found.contact_point.email is None


# Recognising


@pytest.mark.parametrize("world", KINDS, indirect=True)
@pytest.mark.parametrize("inside", [False, True])
def test_the_first_kind_that_recognises_an_address_is_the_right_one(
    inside: bool, world: World, http: HttpClient, clock: FixedClock
) -> None:
    url = f"{world.url}{world.inside}" if inside else world.address
    found = ((kind, portal.recognise(url, http)) for kind, portal in PORTALS.items())
    kind, recognised = next((kind, it) for kind, it in found if it is not None)
    assert recognised is not None
    address = world.address if world.lists else url  # any of its endpoints
    expected = (world.kind, address, COUNT if world.lists else 1)
    assert (kind, recognised.url, recognised.datasets) == expected
    assert PORTALS[kind].walk(recognised.url, http, clock).complete


@pytest.mark.parametrize("world", KINDS, indirect=True)
def test_a_server_that_refuses_us_is_not_taken_for_no_portal(
    world: World, portal: PortalServer, http: HttpClient
) -> None:
    portal.answers(lambda path, query: (403, {"message": "Request Rejected"}))
    try:
        said = PORTALS[world.kind].recognise(world.url, http)  # its API says so in JSON
    except PublisherFault as caught:
        said, refused = None, caught.kind
    else:
        refused = FaultKind.BLOCKED
    assert (said, refused) == (None, FaultKind.BLOCKED)
    with PortalServer() as gone:
        off = gone.url
    with pytest.raises(PublisherFault):
        PORTALS[world.kind].recognise(off, http)


def test_an_address_that_is_no_portal_is_that_of_a_file(http: HttpClient, clock: FixedClock) -> None:
    url = "https://datos.dependencia.example/2025/Contratos%202025.csv?v=1"
    found = PORTALS["direct"].recognise(url, http)
    assert found is not None
    assert (found.url, found.datasets) == (url, 1)
    walk = PORTALS["direct"].walk(url, http, clock)
    (dataset,) = walk.catalog.datasets
    assert walk.complete
    assert (dataset.title, dataset.distributions[0].format) == ("Contratos 2025.csv", "csv")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif hasattr(value, "__dataclass_fields__"):
        for item in vars(value).values():
            yield from _texts(item)
