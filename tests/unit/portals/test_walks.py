"""What is peculiar to the walk of one kind of portal or another: limits of paging, feeds, inner catalogs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.portals import arcgis, dcat_us, opendatasoft, socrata
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.worlds import WORLDS

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(settings, clock, sleep=lambda _: None) as client:
        yield client


@pytest.mark.parametrize("kind", [socrata, opendatasoft])
def test_more_than_ten_thousand_datasets(
    kind: Any, portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    name = kind.__name__.rpartition(".")[2]
    world = WORLDS[name](portal, 10_950 if name == "socrata" else 10_101, clip=1000)
    world.datasets.sort(key=lambda it: str(it["id"]))
    portal.answers(world.answer)
    walk = kind.walk(portal.url, http, clock)
    assert (walk.complete, walk.distinct) == (True, len(world.datasets))
    assert len(portal.requests) < 20


def test_a_hub_tells_in_its_feed_which_layers_an_item_has(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    service = {
        "title": "Obras",
        "type": "Feature Service",
        "url": "https://s.example/rest/services/O/FeatureServer",
    }
    feed = [{"identifier": f"https://www.arcgis.com/home/item.html?id={ID}&sublayer={n}"} for n in (0, 4)]
    portal.answers(
        lambda path, query: {
            arcgis.SEARCH: (200, {"features": [{"id": ID, "properties": service}], "numberMatched": 1}),
            arcgis.FEED: (200, {"dataset": feed}),
        }.get(path)
    )
    walk = arcgis.walk(portal.url, http, clock)
    (dataset,) = walk.catalog.datasets
    assert walk.complete
    assert [it.portal_id for it in dataset.distributions] == [f"{ID}_0", f"{ID}_4"]
    assert all(it.download_url.startswith(portal.url) for it in dataset.distributions)


def test_a_portal_of_arcgis_is_walked_by_its_search(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    items = [{"id": f"{number:032x}", "title": f"Datos {number}", "type": "CSV"} for number in range(9)]

    def answering(path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if path == "/portal/sharing/rest/portals/self":
            return 200, {"isPortal": True, "name": "Mapas"}
        if path != "/portal/sharing/rest/search":
            return None
        start = int(query.get("start", 1)) - 1
        return 200, {"total": 9, "results": items[start : start + 4]}

    portal.answers(answering)
    found = arcgis.recognise(f"{portal.url}/portal/home/item.html?id={ID}", http)
    assert found is not None
    assert (found.url, found.title, found.datasets) == (f"{portal.url}/portal/sharing/rest", "Mapas", 9)
    walk = arcgis.walk(found.url, http, clock)
    assert (walk.complete, walk.distinct) == (True, 9)
    assert all(len(it.distributions) == 1 for it in walk.catalog.datasets)


def test_the_inner_catalogs_series_and_services_of_dcat_us_3(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    def entry(name: str) -> dict[str, str]:
        return {"identifier": name, "title": name}

    series = {"title": "Serie", "seriesMember": [entry("a"), entry("c")]}
    body = {
        "dataset": [entry("a")],
        "catalog": [{"dataset": [entry("b")], "catalog": [{"dataset": entry("d")}]}],
        "datasetSeries": [series],
        "service": [{"servesDataset": [entry("e"), {"title": "sin identificador"}]}],
    }
    portal.files["/data.json"] = json.dumps(body).encode()
    walk = dcat_us.walk(f"{portal.url}/data.json", http, clock)
    assert walk.complete
    assert {it.identifier for it in walk.catalog.datasets} == {"a", "b", "c", "d", "e", "sin identificador"}


def test_entries_of_one_name_are_all_kept(portal: PortalServer, http: HttpClient, clock: FixedClock) -> None:
    twice = {"dataset": [{"title": "Igual", "keyword": [it]} for it in ("x", "y")]}
    portal.files["/data.json"] = json.dumps(twice).encode()
    walk = dcat_us.walk(f"{portal.url}/data.json", http, clock)
    assert [(it.identifier, it.keywords) for it in walk.catalog.datasets] == [
        ("Igual", ("x",)),
        ("Igual (2)", ("y",)),
    ]


def test_catalogs_lie_inside_each_other_as_deep_as_they_like(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    body: dict[str, Any] = {"dataset": [{"identifier": "x", "title": "x"}]}
    for _ in range(200):
        body = {"catalog": [body], "dataset": []}
    portal.files["/data.json"] = json.dumps(body).encode()
    assert dcat_us.walk(f"{portal.url}/data.json", http, clock).distinct == 1
