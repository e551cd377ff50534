"""Bodies and the headers that describe them: coding, length, name, validators."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.http_client.bodies import CHUNK, gunzipped
from pipelines.model import Fault, FaultKind
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Content-Disposition": 'attachment; filename="../../etc/pass wd.csv"'}, "pass wd.csv"),
        ({"Content-Disposition": "attachment; filename*=UTF-8''a%C3%B1o%202.csv"}, "año 2.csv"),
        ({"Content-Disposition": "attachment; filename=a\xc3\xb1o.csv"}, "año.csv"),
        ({"Content-Disposition": "attachment; filename=C:\\datos\\x.csv"}, "x.csv"),
        ({"Content-Disposition": "inline"}, "contratos.csv"),
        ({"Content-Disposition": "attachment; filename*=klingon'x'%ff%fe"}, None),
    ],
)
def test_file_names_are_names_only(
    headers: dict[str, str], name: str | None, http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "answer", headers=headers, body=TABLE)
    got = http.download(portal.url + PATH, destination).file_name
    assert got == name if name is not None else "/" not in str(got)


def test_validators_that_cannot_be_sent_back_are_dropped(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    headers = {"ETag": '"a\xf1o"', "Last-Modified": "ayer"}
    portal.fault(PATH, "answer", headers=headers, body=TABLE)
    got = http.download(portal.url + PATH, destination)
    assert (got.etag, got.last_modified) == (None, None)


@pytest.mark.parametrize(
    ("coding", "body", "arrives"),
    [
        ("gzip", gzip.compress(TABLE, mtime=0), TABLE),
        ("gzip", TABLE, TABLE),  # a lie
        ("UTF-8", TABLE, TABLE),  # a misunderstanding
        ("identity", gzip.compress(TABLE, mtime=0), gzip.compress(TABLE, mtime=0)),  # a .csv.gz stays one
    ],
)
def test_content_coding_is_undone_once(
    coding: str, body: bytes, arrives: bytes, http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "answer", headers={"Content-Encoding": coding}, body=body)
    assert http.download(portal.url + PATH, destination).bytes == len(arrives)
    assert destination.read_bytes() == arrives


def test_a_coding_that_nobody_asked_for_is_not_what_was_promised(fault_of: Callable[..., Fault]) -> None:
    fault = fault_of("answer", headers={"Content-Encoding": "br"}, body=b"\x0b\x02\x80abc\x03")
    assert fault.kind is FaultKind.NOT_WHAT_WAS_PROMISED


def test_two_lengths_are_no_length(fault_of: Callable[..., Fault]) -> None:
    fault = fault_of("answer", headers={"Content-Length": "4, 9"}, body=b"id\n1\n")
    assert "two different lengths" in fault.message


@pytest.mark.parametrize("size", [1, 2, 7, CHUNK, 4 * CHUNK])
def test_gzip_is_undone_however_it_comes(size: int) -> None:
    content = bytes(range(256)) * 12_000
    packed = gzip.compress(content[:1000]) + gzip.compress(content[1000:], 1)
    for padded in (packed, packed + b"\0" * 700, packed + b"and something else"):
        pieces = [padded[start : start + size] for start in range(0, len(padded), size)]
        out = list(gunzipped(pieces))
        assert b"".join(out) == content
        assert all(len(piece) <= CHUNK for piece in out)


@pytest.mark.parametrize("missing", [1, 8, 9, 500])
def test_a_gzip_stream_without_its_end_is_cut(missing: int) -> None:
    with pytest.raises(FetchFault) as caught:
        list(gunzipped([gzip.compress(TABLE)[:-missing]]))
    assert caught.value.kind is FaultKind.TRUNCATED


def test_a_damaged_gzip_stream_is_broken() -> None:
    packed = bytearray(gzip.compress(TABLE))
    packed[-5] ^= 0xFF
    with pytest.raises(FetchFault) as caught:
        list(gunzipped([bytes(packed)]))
    assert caught.value.kind is FaultKind.BROKEN_FILE


def test_how_much_is_missing_is_told(fault_of: Callable[..., Fault]) -> None:
    assert f"{len(TABLE):,} bytes came, 1,000 more" in fault_of("short").message
