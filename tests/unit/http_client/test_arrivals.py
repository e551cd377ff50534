"""Downloads that break off and are taken up again, without ever mixing two versions of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipelines.http_client import HttpClient
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE, VERSION

PATH = "/contratos.csv"
OLD, LATER, SOON = (
    "Thu, 01 Jan 2026 00:00:00 GMT",
    "Thu, 01 Jan 2026 00:05:00 GMT",
    "Thu, 01 Jan 2026 00:00:30 GMT",
)


@pytest.mark.parametrize(
    ("version", "validator"),
    [
        ({"ETag": VERSION}, VERSION),
        ({"ETag": VERSION, "Last-Modified": OLD, "Date": LATER}, VERSION),
        ({"Last-Modified": OLD, "Date": LATER}, OLD),
        ({"Last-Modified": OLD, "Date": SOON}, None),  # it may have been written twice within that time
        ({"Last-Modified": OLD}, None),
        ({"Last-Modified": "ayer", "Date": LATER}, None),
        ({"ETag": f"W/{VERSION}"}, None),  # the same meaning, not the same bytes
        ({"ETag": f"W/{VERSION}", "Last-Modified": OLD, "Date": LATER}, None),
        ({"ETag": VERSION, "Content-Encoding": "gzip"}, None),  # a lie, but nobody can know
        ({"X-Nothing": "said"}, None),
    ],
)
def test_only_a_version_that_is_named_is_continued(
    version: dict[str, str],
    validator: str | None,
    http: HttpClient,
    portal: PortalServer,
    destination: Path,
) -> None:
    portal.fault(PATH, "interrupted", version=version, times=2 if validator else 1)
    got = http.download(portal.url + PATH, destination)
    assert destination.read_bytes() == TABLE
    assert (got.status, got.bytes, got.sha256) == (200, len(TABLE), hashlib.sha256(TABLE).hexdigest())
    again = portal.requests[1].headers
    assert again.get("if-range") == validator
    assert again.get("range") == ("bytes=7000-" if validator else None)


def test_what_describes_the_file_is_what_came_with_its_beginning(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "interrupted")
    got = http.download(portal.url + PATH, destination)
    assert (got.etag, got.file_name) == (VERSION, "t.csv")


def test_a_rest_is_asked_for_without_the_validators_of_an_earlier_night(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "interrupted")
    assert http.download(portal.url + PATH, destination, etag='"v0"').status == 200
    assert [("if-none-match" in it.headers, "range" in it.headers) for it in portal.requests] == [
        (True, False),
        (False, True),
    ]
