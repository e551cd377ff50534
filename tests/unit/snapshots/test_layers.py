"""The rows of an ArcGIS layer, from what the layer says of itself to the file in the store: all of them, or a fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, FaultKind, Snapshot
from pipelines.portals import arcgis_service
from pipelines.settings import Settings
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.portal_server import PortalServer

SERVICE = "/server/rest/services/Obras/FeatureServer"
Get = Callable[["Layer"], Snapshot]


class Layer:
    """A layer of `count` rows that gives `clip` at a time, as old servers and new ones do.

    `paged` says whether it knows pages, `geo` whether it knows GeoJSON, `flagged` whether it tells that there is more.
    """

    def __init__(
        self, count: int, *, clip: int = 7, paged: bool = True, geo: bool = True, flagged: bool = True
    ) -> None:
        self.rows = [{"FID": number * 3, "clave": f"0{number}"} for number in range(1, count + 1)]
        self.clip, self.paged, self.geo, self.flagged = clip, paged, geo, flagged
        self.count: object = count
        self.ids: object = [it["FID"] for it in reversed(self.rows)] or None
        self.about = {
            "name": "Obras",
            "maxRecordCount": clip,
            "fields": [{"name": "FID", "type": "esriFieldTypeOID"}, {"name": "clave"}],
            "supportedQueryFormats": "JSON, geoJSON" if geo else "JSON, AMF",
            **({"advancedQueryCapabilities": {"supportsPagination": True}} if paged else {}),
        }

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if path != f"{SERVICE}/0/query":
            return None
        if "returnCountOnly" in query:
            return 200, {"count": self.count}
        if "returnIdsOnly" in query:
            return 200, {"objectIdFieldName": "FID", "objectIds": self.ids}
        if (query["f"] == "geojson") > self.geo or ("resultOffset" in query) > self.paged:
            return 200, {"error": {"code": 400, "message": "Invalid query parameters.", "details": []}}
        rows = self.rows
        if "objectIds" in query:
            wanted = set(query["objectIds"].split(","))
            rows = [it for it in rows if str(it["FID"]) in wanted]
        start = int(query.get("resultOffset", 0))
        page = rows[start : start + self.clip] if self.paged else rows
        more = {"exceededTransferLimit": True} if self.flagged and start + len(page) < len(rows) else {}
        if self.geo:
            return 200, {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": it, "geometry": None} for it in page],
                "properties": more,
            }
        return 200, {"features": [{"attributes": it} for it in page], **more}


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def get(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Get]:
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def made(layer: Layer) -> Snapshot:
            portal.answers(layer.answer)
            found = arcgis_service.rows(f"{portal.url}{SERVICE}", "0", layer.about)
            assert found is not None
            file = Distribution("prueba/obras/0", "Obras", found.url, found.format, paging=found.paging)
            return fetch(file, http, Store(settings.snapshots), None, clock)

        yield made


@pytest.mark.parametrize("geo", [False, True])
@pytest.mark.parametrize("paged", [False, True])
@pytest.mark.parametrize("count", [1, 7, 230])
def test_a_layer_comes_whole_and_is_a_table(
    count: int, paged: bool, geo: bool, get: Get, settings: Settings, portal: PortalServer
) -> None:
    snapshot = get(Layer(count, paged=paged, geo=geo))
    assert snapshot.fault is None
    with (
        Store(settings.snapshots).local(snapshot.sha256 or "") as path,
        opened(path, Hint("prueba/obras/0", snapshot.sha256 or "", format="json")) as found,
    ):
        assert found.tables[0].report.columns[:2] == ("FID", "clave")
        assert found.tables[0].frame(["clave"])["clave"].tolist() == [f"0{it}" for it in range(1, count + 1)]
    assert all(len(it.query.get("objectIds", "").split(",")) <= 100 for it in portal.requests)


@pytest.mark.parametrize("paged", [False, True])
@pytest.mark.parametrize("count", [19, 21])
def test_a_layer_that_counts_otherwise_than_it_gives_is_not_proven_whole(
    count: int, paged: bool, get: Get
) -> None:
    layer = Layer(20, paged=paged)
    layer.count = count
    fault = get(layer).fault
    assert fault is not None
    assert fault.kind is FaultKind.TRUNCATED
    assert f"20 distinct records came, {count} are declared" in fault.message


@pytest.mark.parametrize("count", [20, 21])
@pytest.mark.parametrize("geo", [False, True])
def test_a_layer_that_does_not_say_that_there_is_more_is_asked_while_its_pages_are_full(
    count: int, geo: bool, get: Get, settings: Settings
) -> None:
    snapshot = get(Layer(count, flagged=False, geo=geo))
    assert snapshot.fault is None
    assert Store(settings.snapshots).path(snapshot.sha256 or "").read_bytes().count(b"\n") == count


def test_a_layer_that_hides_that_there_is_more_is_found_out(get: Get) -> None:
    layer = Layer(20, flagged=False)
    layer.about["maxRecordCount"] = 1000  # and says that it would have given more
    fault = get(layer).fault
    assert fault is not None
    assert "7 distinct records came, 20 are declared" in fault.message


def test_rows_that_are_alike_in_a_layer_that_hides_their_ids_all_count(get: Get, settings: Settings) -> None:
    layer = Layer(230, paged=False, geo=False)
    real = layer.answer

    def answer(path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        told = real(path, query)
        if told and "features" in told[1]:
            return 200, {"features": [{"attributes": {"clave": "igual"}} for _ in told[1]["features"]]}
        return told

    layer.answer = answer  # type: ignore[method-assign]
    snapshot = get(layer)
    assert snapshot.fault is None
    assert Store(settings.snapshots).path(snapshot.sha256 or "").read_bytes().count(b"\n") == 230


@pytest.mark.parametrize("paged", [False, True])
def test_a_layer_without_rows_is_an_empty_file(paged: bool, get: Get) -> None:
    fault = get(Layer(0, paged=paged)).fault
    assert fault is not None
    assert fault.kind is FaultKind.EMPTY


@pytest.mark.parametrize("ids", ["1,2", {"a": 1}, 7, [None, "x", -1, 1.5]])
def test_ids_that_are_none_prove_nothing(ids: object, get: Get) -> None:
    layer = Layer(20, paged=False)
    layer.ids = ids
    fault = get(layer).fault
    assert fault is not None
    assert fault.kind is FaultKind.TRUNCATED


def test_a_service_that_refuses_to_list_ids_is_told(get: Get, portal: PortalServer) -> None:
    body = json.dumps({"error": {"code": 400, "message": "Unable to complete operation.", "details": []}})
    portal.fault(f"{SERVICE}/0/query", "answer", body=body.encode())
    fault = get(Layer(20, paged=False)).fault
    assert fault is not None
    assert (fault.kind, "object ids" in fault.message) == (FaultKind.TRUNCATED, True)
