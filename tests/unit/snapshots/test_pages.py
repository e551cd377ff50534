"""An API's pages as one file: whole, letter by letter, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, FaultKind, Snapshot
from pipelines.settings import Settings
from pipelines.snapshots import page_rules
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.portal_server import PortalServer
from tests.portal_server.faults import PAGE

Get = Callable[..., Snapshot]


def release(number: int, **more: Any) -> dict[str, Any]:
    return {
        "ocid": f"ocds-x-{number}",
        "id": f"r{number}",
        "tag": ["award"],
        "date": "2026-01-01T00:00:00Z",
        **more,
    }


def package(numbers: list[int], **more: Any) -> bytes:
    return json.dumps({"uri": "x", "releases": [release(it) for it in numbers], **more}, indent=2).encode()


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.snapshots)


@pytest.fixture
def get(portal: PortalServer, store: Store, settings: Settings, clock: FixedClock) -> Iterator[Get]:
    hurried = replace(settings, retries=0, deadline_seconds=2.0, max_bytes=1 << 22)
    with HttpClient(hurried, clock, sleep=lambda _: None) as http:

        def made(path: str = "/p1", paging: str = "ocds", previous: Snapshot | None = None) -> Snapshot:
            distribution = Distribution(
                "prueba/contratos/json", "C", portal.url + path, "json", paging=paging
            )
            return fetch(distribution, http, store, previous, clock)

        yield made


def lines(snapshot: Snapshot, store: Store) -> list[Any]:
    assert snapshot.fault is None, snapshot.fault
    assert snapshot.sha256
    content = store.path(snapshot.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == snapshot.sha256
    assert len(content) == snapshot.bytes
    return [json.loads(it) for it in content.splitlines()]


@pytest.mark.parametrize(
    "link",
    [
        {"links": {"next": "{url}/p2"}},
        {"links": {"next": "/p2"}},
        {"links": {"next": {"href": "p2"}}},
        {"links": [{"rel": "self", "href": "/p1"}, {"rel": "next", "href": "/p2"}]},
        {"next": "{url}/p2", "count": 5},
        {"nextPage": "{url}/p2"},
        {"next_page_url": "p2"},
        {"pagination": {"next": "{url}/p2", "total": 5}},
    ],
)
def test_every_wording_of_the_next_page(link: Any, portal: PortalServer, store: Store, get: Get) -> None:
    link = json.loads(json.dumps(link).replace("{url}", portal.url))
    portal.files.update({"/p1": package([1, 2, 3], **link), "/p2": package([4, 5], links={"next": None})})
    assert [it["ocid"] for it in lines(get(), store)] == [f"ocds-x-{it}" for it in range(1, 6)]
    assert [it.path for it in portal.requests] == ["/p1", "/p2"]


@pytest.mark.parametrize(
    ("path", "told", "asked"),
    [
        ("/r?page=1", [{}, {}], ["1", "2"]),  # the second is shorter than the first
        ("/r?page=1", [{"total_pages": 2}] * 2, ["1", "2"]),
        ("/r?page=1", [{"meta": {"lastPage": "2"}}] * 2, ["1", "2"]),
        ("/r?page=0", [{}, {}], ["0", "1"]),
        ("/r?offset=0&limit=2", [{}, {}], ["0", "2"]),
        ("/r?page=7", [{"nextPage": 8}, {"nextPage": None, "totalPages": 8}], ["7", "8"]),
    ],
)
def test_pages_are_counted_where_they_are_not_linked(
    path: str, told: list[dict[str, Any]], asked: list[str], portal: PortalServer, store: Store, get: Get
) -> None:
    for numbers, more in zip(([1, 2], [3]), told, strict=True):
        portal.fault("/r", "answer", times=1, body=package(numbers, **more))
    assert len(lines(get(path), store)) == 3
    assert [it.query.get("page", it.query.get("offset")) for it in portal.requests] == asked


def test_records_stay_as_they_were_published(portal: PortalServer, store: Store, get: Get) -> None:
    record = '{"ocid": "x", "amount": 100.50, "n": 1E+2,\r\n "t": "\\u00e9\\n]}"}'
    body = f'{{"a": "releases", "releases" : [\n {record} ,\n{{}}\n], "z": []}}'
    portal.files["/p1"] = b"\xef\xbb\xbf" + body.encode()
    snapshot = get()
    assert snapshot.sha256
    first, second = store.path(snapshot.sha256).read_bytes().splitlines()
    assert first == b'{"ocid": "x", "amount": 100.50, "n": 1E+2,  "t": "\\u00e9\\n]}"}'.replace(
        b",  ", b",  "
    )
    assert second == b"{}"


def test_what_came_is_read_as_releases(portal: PortalServer, store: Store, get: Get) -> None:
    for number in (1, 2):
        awards = [{"id": "a", "suppliers": [{"id": "s", "name": "S"}]}]
        records = [{"ocid": f"o{number}", "compiledRelease": release(number, awards=awards)}]
        next_ = {"links": {"next": "/p2"}} if number == 1 else {}
        portal.files[f"/p{number}"] = json.dumps({"records": records, **next_}).encode()
    snapshot = get()
    assert snapshot.sha256
    tables = _tables(store.path(snapshot.sha256))
    assert tables["releases"] == 2
    assert tables["awards_suppliers"] == 2


@pytest.mark.parametrize(
    ("second", "kind", "transient", "said"),
    [
        ({"status": 503}, FaultKind.HTTP_STATUS, True, "page 2"),
        ({"status": 404}, FaultKind.HTTP_STATUS, False, "page 2"),
        ({"status": 403}, FaultKind.BLOCKED, False, "page 2"),
        ({"status": 429}, FaultKind.THROTTLED, True, "page 2"),
        ({"body": PAGE}, FaultKind.HTML_INSTEAD, False, "Mantenimiento"),
        ({"body": b'{"releases": [{"ocid"'}, FaultKind.BROKEN_FILE, False, "not valid JSON"),
        ({"body": b'{"error": {"code": 500}}'}, FaultKind.NOT_WHAT_WAS_PROMISED, False, '"code": 500'),
        ({"body": b"[]"}, FaultKind.NOT_WHAT_WAS_PROMISED, False, "page 2"),
        ({"body": package([1, 2])}, FaultKind.TRUNCATED, True, "brings no other"),
        ({"body": package([3], links={"next": "/p1"})}, FaultKind.TRUNCATED, True, "circle"),
        ({"body": package([3], links={"next": "/p2"})}, FaultKind.TRUNCATED, True, "circle"),
        (
            {"body": package([3], total=4)},
            FaultKind.TRUNCATED,
            True,
            "3 distinct records came, 4 are declared",
        ),
        ({"body": package([2, 3], total=4)}, FaultKind.TRUNCATED, True, "3 distinct records"),
    ],
)
def test_a_part_is_never_a_snapshot(
    second: dict[str, Any],
    kind: FaultKind,
    transient: bool,
    said: str,
    portal: PortalServer,
    store: Store,
    get: Get,
    settings: Settings,
) -> None:
    portal.files["/p1"] = package([1, 2], links={"next": "/p2"})
    portal.fault("/p2", "answer", **second)
    snapshot = get()
    assert snapshot.sha256 is None
    assert snapshot.fault is not None
    assert (snapshot.fault.kind, snapshot.fault.transient) == (kind, transient)
    assert said in snapshot.fault.message
    assert [it for it in settings.snapshots.rglob("*") if it.is_file()] == []  # nothing is left lying about


@pytest.mark.parametrize("fault", ["reset", "hang", "short", "cut_chunked", "flood", "endless"])
def test_a_page_that_breaks_off_breaks_the_whole(fault: str, portal: PortalServer, get: Get) -> None:
    portal.files["/p1"] = package([1, 2], links={"next": "/p2"})
    portal.fault("/p2", fault)
    snapshot = get()
    assert (snapshot.sha256, snapshot.fault is None) == (None, False)


def test_the_first_page_alone_may_be_gone(get: Get) -> None:
    snapshot = get()
    assert snapshot.fault is not None
    assert (snapshot.fault.kind, snapshot.http_status) == (FaultKind.GONE, 404)


def test_an_api_without_a_record_is_empty(portal: PortalServer, get: Get) -> None:
    portal.files["/p1"] = package([])
    snapshot = get()
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.EMPTY


def test_the_same_records_are_the_same_snapshot(portal: PortalServer, store: Store, get: Get) -> None:
    portal.files["/p1"] = package([1], publishedDate="2026-01-01")
    first = get()
    portal.files["/p1"] = package([1], publishedDate="2026-01-02")  # of the answer, not of the data
    again = get(previous=first)
    assert (again.changed, again.sha256) == (False, first.sha256)


def test_pages_without_end_stop(portal: PortalServer, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.snapshots.pages.MAX_PAGES", 3)
    for number in range(1, 9):
        portal.files[f"/p{number}"] = package([number], next=f"/p{number + 1}")
    snapshot = get()
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.TOO_LARGE
    assert len(portal.requests) == 3


def test_a_layer_of_arcgis_is_followed_while_it_says_that_there_is_more(
    portal: PortalServer, store: Store, get: Get
) -> None:
    def layer(numbers: range, **more: Any) -> bytes:
        return json.dumps({"features": [{"attributes": {"id": it}} for it in numbers], **more}).encode()

    portal.fault("/q", "answer", times=1, body=layer(range(3), exceededTransferLimit=True))
    portal.fault("/q", "answer", times=1, body=layer(range(3, 5), properties={"exceededTransferLimit": True}))
    portal.fault("/q", "answer", times=1, body=layer(range(5, 6)))
    portal.fault("/q", "answer", times=1, body=b'{"count": 6}')
    found = lines(get("/q?where=1%3D1&f=json&resultRecordCount=3", "arcgis"), store)
    assert [it["attributes"]["id"] for it in found] == list(range(6))
    assert [it.query.get("resultOffset") for it in portal.requests] == [None, "3", "5", None]
    assert {it.query["where"] for it in portal.requests} == {"1=1"}
    assert portal.requests[-1].query["returnCountOnly"] == "true"


@pytest.mark.parametrize(
    "answer", [b'{"count": 5}', b'{"count": "many"}', b"[]", b'{"error": {"code": 400}}']
)
def test_a_layer_that_counts_more_rows_than_came_or_none_is_not_whole(
    answer: bytes, portal: PortalServer, get: Get
) -> None:
    """Some servers leave out that there is more."""
    page = json.dumps({"features": [{"attributes": {"id": it}} for it in range(3)]}).encode()
    portal.fault("/q", "answer", times=1, body=page)
    portal.fault("/q", "answer", times=1, body=answer)
    snapshot = get("/q?where=1%3D1&f=json", "arcgis")
    assert snapshot.fault is not None
    assert (snapshot.fault.kind, snapshot.sha256) == (FaultKind.TRUNCATED, None)


def test_the_pages_of_a_layer_are_a_table(portal: PortalServer, store: Store, get: Get) -> None:
    def feature(number: int) -> dict[str, Any]:
        point = {"type": "Point", "coordinates": [-99.1, 19.4]}
        return {"type": "Feature", "properties": {"clave": f"0{number}"}, "geometry": point}

    for numbers, more in ((range(2), True), (range(2, 3), False)):
        body = {"type": "FeatureCollection", "features": [feature(it) for it in numbers]}
        body |= {"properties": {"exceededTransferLimit": True}} if more else {}
        portal.fault("/q", "answer", times=1, body=json.dumps(body).encode())
    portal.fault("/q", "answer", times=1, body=b'{"count": 3}')
    snapshot = get("/q?where=1%3D1&f=geojson", "arcgis")
    hint = Hint("prueba/obras/geojson", snapshot.sha256 or "", format="geojson")
    with store.local(snapshot.sha256 or "") as path, opened(path, hint) as found:
        assert found.tables[0].frame(["clave"])["clave"].tolist() == ["00", "01", "02"]


def test_a_layer_that_promises_more_and_sends_nothing_is_a_part(portal: PortalServer, get: Get) -> None:
    portal.files["/q"] = b'{"features": [], "exceededTransferLimit": true}'
    snapshot = get("/q?f=json", "arcgis")
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.TRUNCATED


def test_every_rule_has_a_list_to_look_for() -> None:
    assert all(rule.lists for rule in page_rules.RULES.values())


def _tables(path: Path) -> dict[str, int]:
    with opened(path, Hint("prueba/contratos/json", "0" * 64, format="json")) as found:
        return {it.report.table: it.report.rows for it in found.tables}
