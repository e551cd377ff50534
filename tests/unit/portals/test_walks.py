"""What is peculiar to the walk of one kind of portal or another: limits of paging, feeds, layers, inner catalogs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.portals import arcgis, arcgis_service, dcat_us, opendatasoft, socrata
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


class Layer:
    """A layer of `count` rows that gives `clip` at a time; `paged` says whether it knows pages."""

    def __init__(self, count: int, clip: int, paged: bool) -> None:
        self.rows = [{"FID": number, "nombre": f"n{number}"} for number in range(1, count + 1)]
        self.about = {
            "name": "Obras",
            "maxRecordCount": clip,
            "fields": [{"name": "FID", "type": "esriFieldTypeOID"}, {"name": "nombre"}],
            "advancedQueryCapabilities": {"supportsPagination": paged},
        }
        self.clip = clip
        self.count: object = count

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if path == "/FeatureServer/0":
            return 200, self.about
        if "returnCountOnly" in query:
            return 200, {"count": self.count}
        if "returnIdsOnly" in query:
            return 200, {"objectIdFieldName": "FID", "objectIds": [it["FID"] for it in self.rows]}
        if "objectIds" in query:
            wanted = {int(it) for it in query["objectIds"].split(",")}
            rows = [it for it in self.rows if it["FID"] in wanted]
        elif not self.about["advancedQueryCapabilities"]["supportsPagination"]:  # type: ignore[index]
            return 200, {"error": {"code": 400, "message": "Pagination is not supported", "details": []}}
        else:
            start = int(query["resultOffset"])
            rows = self.rows[start : start + min(self.clip, int(query["resultRecordCount"]))]
        return 200, {"features": [{"attributes": it, "geometry": {}} for it in rows]}


@pytest.mark.parametrize("paged", [False, True])
@pytest.mark.parametrize("count", [0, 1, 7, 230])
def test_a_layer_is_read_whole(count: int, paged: bool, portal: PortalServer, http: HttpClient) -> None:
    layer = Layer(count, 7, paged)
    portal.answers(layer.answer)
    table = arcgis_service.layer(f"{portal.url}/FeatureServer/0", http)
    assert (table.complete, table.total, table.fields) == (True, count, ("FID", "nombre"))
    assert list(table.rows) == layer.rows


@pytest.mark.parametrize("paged", [False, True])
def test_a_layer_that_counts_otherwise_is_not_whole(
    paged: bool, portal: PortalServer, http: HttpClient
) -> None:
    layer = Layer(20, 7, paged)
    layer.count = 21
    portal.answers(layer.answer)
    table = arcgis_service.layer(f"{portal.url}/FeatureServer/0", http)
    assert (table.complete, table.total, len(table.rows)) == (False, 21, 20)
    assert "20 distinct of 21 declared" in table.reason


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
