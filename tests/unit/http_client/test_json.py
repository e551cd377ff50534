"""What an API answers, and what comes in its place."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from tests.portal_server import PortalServer
from tests.portal_server.faults import PAGE


def test_json_is_parsed_in_its_encoding(http: HttpClient, portal: PortalServer) -> None:
    portal.files["/api"] = '\ufeff{"título": [1, null]}'.encode()
    answer = http.get_json(portal.url + "/api", {"id": "año 1"})
    assert (answer.status, answer.body) == (200, {"título": [1, None]})
    assert portal.requests[0].query == {"id": "año 1"}


def test_a_refusal_in_json_is_an_answer(http: HttpClient, portal: PortalServer) -> None:
    portal.fault("/api", "answer", status=409, body=b'{"success": false}')
    answer = http.get_json(portal.url + "/api")
    assert (answer.status, answer.body) == (409, {"success": False})


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("page", {}, FaultKind.HTML_INSTEAD),
        ("page", {"status": 403}, FaultKind.BLOCKED),
        ("page", {"status": 404}, FaultKind.GONE),
        ("page", {"status": 502}, FaultKind.HTTP_STATUS),
        ("answer", {"status": 403, "body": b"error code: 1010"}, FaultKind.BLOCKED),
        ("answer", {"status": 202, "headers": {"x-amzn-waf-action": "challenge"}}, FaultKind.BLOCKED),
        ("page", {"status": 202}, FaultKind.NOT_WHAT_WAS_PROMISED),
        ("answer", {"status": 429, "body": b"{}"}, FaultKind.THROTTLED),
        ("answer", {"body": b"{'a': 1}"}, FaultKind.CATALOG_UNREADABLE),
        ("answer", {"body": b""}, FaultKind.CATALOG_UNREADABLE),
        ("answer", {"body": b"\xff\xfe\xff"}, FaultKind.CATALOG_UNREADABLE),
        ("answer", {"body": b"[" * 200_000}, FaultKind.CATALOG_UNREADABLE),
        ("answer", {"body": b"1" * 9000}, FaultKind.CATALOG_UNREADABLE),
        ("endless", {}, FaultKind.TOO_LARGE),
    ],
)
def test_what_is_no_json_is_a_fault(
    kind: str, options: dict[str, Any], expected: FaultKind, http: HttpClient, portal: PortalServer
) -> None:
    portal.fault("/api", kind, **options)
    with pytest.raises(FetchFault) as caught:
        http.get_json(portal.url + "/api", max_bytes=1_000_000)
    assert caught.value.kind is expected


def test_a_page_is_named_by_its_title(http: HttpClient, portal: PortalServer) -> None:
    portal.fault(
        "/api", "answer", body=PAGE.replace(b"Mantenimiento", b"Man\n<b>\x00\xe2\x80\xaeten" + b"x" * 500)
    )
    with pytest.raises(FetchFault) as caught:
        http.get_json(portal.url + "/api")
    assert "“Man <b> tenxx" in caught.value.message
    assert len(caught.value.message) < 200
