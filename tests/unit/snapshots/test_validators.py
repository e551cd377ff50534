"""ETag and Last-Modified that lie: seen through, remembered, and no longer sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, Doubt, Snapshot
from pipelines.settings import Settings
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from pipelines.snapshots.validators import VERIFY_EVERY, due, judged, sendable
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"
OTHER = TABLE + b"9,nueve\n"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
Visit = Callable[[Snapshot | None], Snapshot]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({PATH: TABLE}) as running:
        yield running


@pytest.fixture
def visit(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Visit]:
    store = Store(settings.snapshots)
    distribution = Distribution("prueba/contratos/csv", "Contratos", portal.url + PATH, "csv")
    with HttpClient(replace(settings, retries=0), clock) as http:
        yield lambda previous: fetch(distribution, http, store, previous, clock)


def answers(portal: PortalServer, *bodies: bytes, **headers: str) -> None:
    """The next answers, one for each body; `{}` in a header's value is the answer's number."""
    for number, body in enumerate(bodies):
        told = {name.replace("_", "-"): value.format(number + 1) for name, value in headers.items()}
        portal.fault(PATH, "answer", times=1, headers=told, body=body)


def asked(portal: PortalServer, header: str) -> list[str | None]:
    return [request.headers.get(header) for request in portal.requests]


def test_another_etag_for_the_same_bytes_twice_in_a_row_is_noise(visit: Visit, portal: PortalServer) -> None:
    date = "Wed, 31 Dec 2025 00:00:00 GMT"
    answers(portal, TABLE, TABLE, TABLE, TABLE, ETag='"node-{}"', Last_Modified=date)
    first = visit(None)
    second = visit(first)
    third = visit(second)
    fourth = visit(third)
    assert [it.validators for it in (first, second, third)] == [
        {},
        {"etag": Doubt.ONCE},
        {"etag": Doubt.NOISE},
    ]
    assert fourth.validators == third.validators
    assert asked(portal, "if-none-match") == [None, '"node-1"', '"node-2"', None]
    assert asked(portal, "if-modified-since") == [None, date, date, date]  # the other one is as good as ever
    assert not any(it.changed for it in (second, third, fourth))


def test_a_last_modified_that_is_always_now_is_noise(visit: Visit, portal: PortalServer) -> None:
    answers(portal, *[TABLE] * 4, Last_Modified="Wed, 31 Dec 2025 00:00:0{} GMT")
    snapshot = visit(visit(visit(None)))
    assert snapshot.validators == {"last_modified": Doubt.NOISE}
    visit(snapshot)
    assert asked(portal, "if-modified-since")[3] is None


def test_once_is_forgiven(visit: Visit, portal: PortalServer) -> None:
    answers(portal, TABLE, ETag='"moved-{}"')
    second = visit(visit(None))  # from here on the server's own validators
    assert second.validators == {"etag": Doubt.ONCE}
    third = visit(second)
    assert (third.http_status, third.validators) == (304, {})


def test_the_same_etag_for_other_bytes_is_never_trusted_again(visit: Visit, portal: PortalServer) -> None:
    answers(portal, TABLE, OTHER, OTHER, OTHER, TABLE, ETag='"always"')
    snapshot = visit(visit(None))
    assert (snapshot.changed, snapshot.validators) == (True, {"etag": Doubt.LIED})
    for _ in range(2):
        snapshot = visit(snapshot)
    assert snapshot.validators == {"etag": Doubt.LIED}
    assert asked(portal, "if-none-match") == [None, '"always"', None, None]
    assert visit(snapshot).changed is True


def test_a_server_that_says_unchanged_for_ever_is_found_out(visit: Visit, portal: PortalServer) -> None:
    snapshot = visit(None)
    portal.files[PATH] = OTHER
    visits = 0
    while not snapshot.changed:
        portal.fault(PATH, "answer", status=304, times=1)
        snapshot = visit(snapshot)
        visits += 1
    assert VERIFY_EVERY <= visits < 2 * VERIFY_EVERY
    assert snapshot.http_status == 200
    assert snapshot.validators == {"etag": Doubt.LIED, "last_modified": Doubt.LIED}
    assert snapshot.unverified == 0
    again = visit(snapshot)
    assert (again.http_status, again.changed) == (200, False)
    assert "if-none-match" not in portal.requests[-1].headers


def test_an_honest_server_is_tested_as_often_and_stays_trusted(visit: Visit, portal: PortalServer) -> None:
    snapshot = visit(None)
    statuses = []
    for _ in range(4 * VERIFY_EVERY):
        snapshot = visit(snapshot)
        statuses.append(snapshot.http_status)
    assert snapshot.validators == {}
    assert 1 < statuses.count(200) <= 4
    assert set(statuses) == {200, 304}


def test_not_every_file_is_tested_on_the_same_night() -> None:
    def nights(key: str) -> int:
        known = Snapshot(key, "", NOW, "a")
        return next(count for count in range(100) if due(replace(known, unverified=count)))

    found = {nights(f"s/d/{number}") for number in range(200)}
    assert found == set(range(VERIFY_EVERY - 1, 2 * VERIFY_EVERY - 1))


def test_a_weak_etag_is_the_same_as_the_strong_one() -> None:
    one = Snapshot("s/d/f", "http://a.example/f", NOW, "a", etag='"1"')
    assert judged(one, replace(one, etag='W/"1"')) == {}
    assert judged(one, replace(one, etag='W/"1"', sha256="b")) == {"etag": Doubt.LIED}


def test_validators_of_two_addresses_are_not_compared_but_what_is_known_stays() -> None:
    one = Snapshot("s/d/f", "http://a.example/f", NOW, "a", etag='"1"', validators={"etag": Doubt.ONCE})
    moved = replace(one, url="http://b.example/f", etag='"2"')
    assert judged(one, moved) == {"etag": Doubt.ONCE}


def test_what_may_be_sent() -> None:
    one = Snapshot("s/d/f", "", NOW, "a", etag='"1"')
    assert sendable(None, "etag") is None
    assert sendable(one, "last_modified") is None
    assert [
        sendable(replace(one, validators=known), "etag")
        for known in ({}, {"etag": Doubt.ONCE}, {"etag": Doubt.NOISE}, {"etag": Doubt.LIED})
    ] == ['"1"', '"1"', None, None]


def test_a_record_from_before_validators_were_judged_can_still_be_read() -> None:
    from pydantic import TypeAdapter

    old = b'{"distribution": "s/d/f", "url": "", "visited_on": "2026-03-02T09:00:00Z", "sha256": "a"}'
    known = TypeAdapter(Snapshot).validate_json(old)
    assert (known.validators, known.unverified, known.evidence, known.same_since) == ({}, 0, None, None)
