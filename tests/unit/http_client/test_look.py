"""Does an address answer? What each way of answering comes to, with as few bytes as possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import FIREWALLS

PAGE = "/acerca"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer(
        {PAGE: b"<!doctype html><title>Acerca</title>", "/anual.pdf": b"%PDF-1.7 ..."}
    ) as running:
        yield running


def asked(portal: PortalServer, path: str = PAGE) -> list[str]:
    return [request.method for request in portal.requests if request.path == path]


def kind_of(http: HttpClient, url: str) -> FaultKind:
    with pytest.raises(FetchFault) as caught:
        http.look(url)
    return caught.value.fault.kind


def test_head_is_enough_where_it_is_answered(http: HttpClient, portal: PortalServer) -> None:
    told = http.look(portal.url + PAGE)
    assert (told.status, told.final_url) == (200, portal.url + PAGE)
    assert asked(portal) == ["HEAD"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501, 503])
def test_where_head_is_refused_get_has_the_last_word(
    http: HttpClient, portal: PortalServer, status: int
) -> None:
    portal.fault(PAGE, "answer", method="HEAD", status=status)
    assert http.look(portal.url + PAGE).status == 200
    assert asked(portal) == ["HEAD", "GET"]


@pytest.mark.parametrize("kind", ["reset", "cut_chunked"])
def test_where_head_is_not_answered_get_is_asked(http: HttpClient, portal: PortalServer, kind: str) -> None:
    portal.fault(PAGE, kind, method="HEAD")
    if kind == "reset":
        assert http.look(portal.url + PAGE).status == 200
    else:  # headers of success are an answer: no body is waited for
        assert http.look(portal.url + PAGE).status == 200
        assert asked(portal) == ["HEAD"]


def test_a_body_is_not_read_to_its_end(http: HttpClient, portal: PortalServer) -> None:
    portal.fault(PAGE, "answer", method="HEAD", status=405)
    portal.fault(PAGE, "endless", method="GET")
    assert http.look(portal.url + PAGE).status == 200


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, FaultKind.GONE),
        (410, FaultKind.GONE),
        (401, FaultKind.BLOCKED),
        (403, FaultKind.BLOCKED),
        (418, FaultKind.HTTP_STATUS),
        (204, FaultKind.EMPTY),
    ],
)
def test_a_status_is_the_fault_that_it_is_of_a_file(
    http: HttpClient, portal: PortalServer, status: int, kind: FaultKind
) -> None:
    portal.fault(PAGE, "answer", status=status)
    assert kind_of(http, portal.url + PAGE) is kind
    assert asked(portal) == ["HEAD", "GET"]


@pytest.mark.parametrize("name", FIREWALLS)
def test_a_firewall_is_no_dead_page(http: HttpClient, portal: PortalServer, name: str) -> None:
    status, headers, body = FIREWALLS[name]
    if status == 200:  # what tells it is in the body, which HEAD does not bring
        portal.fault(PAGE, "answer", method="HEAD", status=405)
    portal.fault(PAGE, "answer", status=status, headers=headers, body=body)
    assert kind_of(http, portal.url + PAGE) is FaultKind.BLOCKED


def test_a_server_that_asks_for_fewer_visits_is_left_alone(http: HttpClient, portal: PortalServer) -> None:
    portal.fault(PAGE, "answer", status=429)
    assert kind_of(http, portal.url + PAGE) is FaultKind.THROTTLED
    assert kind_of(http, portal.url + "/anual.pdf") is FaultKind.THROTTLED
    assert asked(portal) == ["HEAD"]
    assert asked(portal, "/anual.pdf") == []


def test_an_error_that_is_told_as_a_success_is_none(http: HttpClient, portal: PortalServer) -> None:
    portal.fault(PAGE, "answer", method="HEAD", status=405)
    portal.fault(PAGE, "answer", method="GET", body=b'{"success": false, "error": {"message": "Not found"}}')
    assert kind_of(http, portal.url + PAGE) is FaultKind.NOT_WHAT_WAS_PROMISED


def test_an_empty_page_is_none(http: HttpClient, portal: PortalServer) -> None:
    portal.fault(PAGE, "answer", method="HEAD", status=405)
    portal.fault(PAGE, "answer", method="GET")
    assert kind_of(http, portal.url + PAGE) is FaultKind.EMPTY


def test_a_page_in_a_coding_that_nobody_asked_for_is_an_answer(
    http: HttpClient, portal: PortalServer
) -> None:
    portal.fault(PAGE, "answer", method="HEAD", status=405)
    portal.fault(PAGE, "answer", method="GET", headers={"Content-Encoding": "br"}, body=b"\x0b\x02\x80")
    assert http.look(portal.url + PAGE).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "file:///etc/passwd",
        "ftp://x.example/",
    ],
)
def test_a_redirect_leads_nowhere_that_is_not_asked(
    http: HttpClient, portal: PortalServer, target: str
) -> None:
    portal.fault(PAGE, "redirect", to=target)
    assert kind_of(http, portal.url + PAGE) is FaultKind.UNSUPPORTED_ADDRESS


def test_loopback_is_closed_unless_the_operator_opens_it(
    settings: Settings, clock: FixedClock, portal: PortalServer
) -> None:
    with HttpClient(replace(settings, allow_private_addresses=False), clock) as http:
        assert kind_of(http, portal.url + PAGE) is FaultKind.UNSUPPORTED_ADDRESS
    assert portal.requests == []


def test_what_robots_txt_closes_is_not_asked(http: HttpClient, portal: PortalServer) -> None:
    portal.files["/robots.txt"] = b"User-agent: *\nDisallow: /acerca\n"
    assert kind_of(http, portal.url + PAGE) is FaultKind.BLOCKED
    assert portal.requests == []


def test_a_server_that_never_answers_takes_no_longer_than_it_may(
    settings: Settings, clock: FixedClock, portal: PortalServer
) -> None:
    portal.fault(PAGE, "hang")
    with HttpClient(replace(settings, deadline_seconds=0.3, retries=0), clock) as http:
        assert kind_of(http, portal.url + PAGE) is FaultKind.TIMED_OUT
