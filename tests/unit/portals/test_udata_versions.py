"""udata's two versions: which is asked for a dataset's files, and the proof that all are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals import udata
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: udata
    url: {url}/
    publisher: {{name: "Ministère d'essai", country: FR}}
    owner: {{name: "Bureau des données"}}
    datasets:
      - id: marches
        identifier: 5c0a7845634f4139b2ee8883
"""
PATH = "/api/1/datasets/5c0a7845634f4139b2ee8883/"
Show = Callable[[], Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of what the portal answers."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered() -> Dataset:
            (source,) = parse(HEAD.format(url=portal.url)).sources
            (dataset,) = udata.catalog(source, http, clock).datasets
            return dataset

        yield discovered


SECOND = PATH.replace("/1/", "/2/")


class Versions:
    """A dataset of `count` files: version 1 lists the first `listed` of them, version 2 pages all, `clip` at a time."""

    def __init__(
        self, portal: PortalServer, count: int, *, listed: int | None = None, clip: int = 40
    ) -> None:
        self.portal, self.clip = portal, clip
        self.files = [{"id": f"{it:08x}-0000-4000-8000-000000000000", "format": "csv"} for it in range(count)]
        self.listed = count if listed is None else listed
        self.total: object = count
        self.second = True
        portal.answers(self.answer)

    def answer(self, path: str, query: Any) -> tuple[int, Any] | None:
        about = {"id": "5c0a", "title": "Marchés", "license": "lov2", "frequency": "daily"}
        if path == PATH:
            return 200, {**about, "resources": self.files[: self.listed]}
        if not self.second:
            return None
        if path == SECOND:
            link = {
                "rel": "subsection",
                "href": "https://elsewhere.example/x",
                "type": "GET",
                "total": self.total,
            }
            return 200, {**about, "resources": link}
        if path != f"{SECOND}resources/":
            return None
        number, size = int(query["page"]), min(int(query["page_size"]), self.clip)
        following = (
            f"https://elsewhere.example/?page={number + 1}" if number * size < len(self.files) else None
        )
        page = self.files[(number - 1) * size : number * size]
        return 200, {"data": page, "next_page": following, "page": number, "total": self.total}


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("page", {"status": 404}),
        ("page", {"status": 410}),
        ("answer", {"status": 410, "body": b'{"message": "This version of the API was removed"}'}),
        ("answer", {"status": 404, "body": b'{"message": "The requested URL was not found on the server."}'}),
        ("answer", {"body": b'{"id": "x", "title": "T", "resources": [' + b"1, " * 40}),
        ("answer", {"body": b"{}", "headers": {"Content-Length": "99999999"}}),
        ("short", {}),
    ],
)
def test_version_2_is_asked_where_version_1_has_no_answer(
    fault: str, options: dict[str, Any], show: Show, portal: PortalServer
) -> None:
    versions = Versions(portal, 95)
    portal.fault(PATH, fault, **options)
    dataset = show()
    assert dataset.fault is None
    assert (dataset.title, dataset.license, dataset.accrual_periodicity_days) == ("Marchés", "lov2", 1.0)
    assert [it.portal_id for it in dataset.distributions] == [it["id"] for it in versions.files]
    asked = [it.path for it in portal.requests if it.path != PATH]
    assert asked == [SECOND, *[f"{SECOND}resources/"] * 3]


@pytest.mark.parametrize(("status", "kind"), [(403, FaultKind.BLOCKED), (429, FaultKind.THROTTLED)])
def test_who_refuses_us_is_not_asked_by_another_door(
    status: int, kind: FaultKind, show: Show, portal: PortalServer
) -> None:
    Versions(portal, 3)
    portal.fault(PATH, "answer", status=status, body=b'{"message": "no"}')
    fault = show().fault
    assert fault is not None
    assert fault.kind is kind
    assert {it.path for it in portal.requests} == {PATH}


def test_what_neither_version_has_is_what_version_1_says(show: Show, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=410, body=b'{"message": "Dataset has been deleted"}')
    fault = show().fault
    assert fault is not None
    assert (fault.kind, "has been deleted" in fault.message) == (FaultKind.GONE, True)
    assert [it.path for it in portal.requests] == [PATH, SECOND]


@pytest.mark.parametrize(
    ("count", "listed", "asked"), [(99, 99, 0), (100, 100, 1), (250, 250, 1), (250, 100, 8)]
)
def test_a_long_list_is_held_against_the_number_that_version_2_tells(
    count: int, listed: int, asked: int, show: Show, portal: PortalServer
) -> None:
    Versions(portal, count, listed=listed)
    dataset = show()
    assert (dataset.fault, len(dataset.distributions)) == (None, count)
    assert [it.path for it in portal.requests] == [PATH, *[f"{SECOND}resources/"] * asked]


@pytest.mark.parametrize("total", [None, "many", -1, [100]])
def test_a_number_that_is_none_says_nothing_against_version_1(
    total: object, show: Show, portal: PortalServer
) -> None:
    Versions(portal, 150).total = total
    assert len(show().distributions) == 150


def test_version_1_stands_where_there_is_no_other(show: Show, portal: PortalServer) -> None:
    Versions(portal, 150).second = False
    assert len(show().distributions) == 150


@pytest.mark.parametrize("total", [94, 96, None, "many"])
def test_files_that_are_not_proven_to_be_all_are_none(
    total: object, show: Show, portal: PortalServer
) -> None:
    Versions(portal, 95).total = total
    portal.fault(PATH, "page", status=404)
    dataset = show()
    assert dataset.fault is not None
    assert (dataset.fault.kind, dataset.distributions) == (FaultKind.CATALOG_UNREADABLE, ())


@pytest.mark.parametrize("page", [2, 3])
def test_a_page_of_files_that_fails_is_told(page: int, show: Show, portal: PortalServer) -> None:
    versions = Versions(portal, 95)
    portal.fault(PATH, "page", status=404)
    portal.answers(
        lambda path, query: (
            (500, {"message": "x"}) if query.get("page") == str(page) else versions.answer(path, query)
        )
    )
    fault = show().fault
    assert fault is not None
    assert f"page {page} cannot be had" in fault.message
