"""Every way in which published files were seen to arrive badly, and what is recorded of it.

Each row makes the portal misbehave and visits it as a night does: the client, the judgement of what came, and the
store are the real ones. `kept` is what the store holds afterwards under the snapshot's checksum: the data, or None.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from pipelines.errors import ReadFault
from pipelines.model import Fault, FaultKind, ReadReport, Snapshot
from pipelines.settings import Settings
from pipelines.snapshots.store import Store
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.portal_server import PortalServer
from tests.portal_server.faults import FIREWALLS, PAGE, TABLE

PATH = "/contratos.csv"
IN_A_NUMBER = TABLE.index(b"\n500,") + 2
WIDE = b"id,nombre,nota\n" + b"".join(b'%d,"renglon, %d",notas\n' % (row, row) for row in range(100))
PACKED = gzip.compress(TABLE, mtime=0)
HUB = "/api/download/v1/items/0123/csv"
EXCEPTION = b'<?xml version="1.0"?>\n<ServiceExceptionReport version="1.3.0"><ServiceException>no such layer'
OWS = b'<ows:ExceptionReport xmlns:ows="x"><ows:Exception><ows:ExceptionText>bad typeName</ows:ExceptionText>'
ARCGIS = b'{"error":{"code":498,"message":"Invalid token.","details":[]}}'
CKAN = b'{"success": false, "error": {"__type": "Not Found Error", "message": "Not found"}}'
SOCRATA = b'{"code": "not_found", "error": true, "message": "Cannot find view with id x"}'
ODS = b'{"error_code": "ODSQLSyntaxError", "message": "bad where"}'


@dataclass(frozen=True)
class Row:
    """One misbehaviour: what the portal does on `path`, and what the snapshot says."""

    name: str
    server: str
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: FaultKind | None = None
    status: int | None = None
    says: str = ""
    kept: bytes | None = None
    path: str = PATH
    times: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    requests: int | None = None
    file: str | None = None
    media: str | None = None


def a(status: int = 200, body: bytes = TABLE, **headers: str) -> dict[str, Any]:
    """The options of an answer; `Content_Type` stands for Content-Type."""
    return {
        "status": status,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "body": body,
    }


NOT_PROMISED, BLOCKED, UNSUPPORTED = (
    FaultKind.NOT_WHAT_WAS_PROMISED,
    FaultKind.BLOCKED,
    FaultKind.UNSUPPORTED_ADDRESS,
)
QUICK = {"min_bytes_per_second": 1_000_000, "throughput_seconds": 0.2}
DENIED = FIREWALLS.items()

CUT_OFF = [
    Row("shorter than announced", "short", kind=FaultKind.TRUNCATED, says="1,000 more", requests=2),
    Row("cut in the middle of a chunk", "cut_chunked", kind=FaultKind.TRUNCATED, requests=2),
    # Cut between two records nobody can tell a body from a whole one: it is asked for twice.
    Row("cut without a length: in a first cell", "cut", {"body": TABLE[:IN_A_NUMBER]}, status=200,
        kept=TABLE[:IN_A_NUMBER], requests=2),
    Row("cut without a length: in a record", "cut", {"body": WIDE[:-7]}, FaultKind.TRUNCATED, 200, "2 of 3 cells",
        requests=2),
    Row("cut without a length: in quotes", "cut", {"body": WIDE[:-9]}, FaultKind.TRUNCATED, 200,
        "2 of 3 cells"),
    Row("a note below a table, without a length", "cut", {"body": WIDE + b"Fuente:"}, status=200,
        kept=WIDE + b"Fuente:", requests=2),
    Row("a last record without its line end", "cut", {"body": WIDE[:-1]}, status=200, kept=WIDE[:-1], requests=2),
    Row("cut once without a length", "cut", {"body": TABLE[:9000]}, status=200, kept=TABLE, times=1, requests=2),
    Row("without a length, but whole", "cut", {"body": TABLE}, status=200, kept=TABLE, requests=1),
    Row("with a length, and no last line end", "answer", {"body": TABLE[:9000]}, status=200, kept=TABLE[:9000],
        requests=1),
    Row("cut without a length: gzip", "cut", {"body": PACKED[:-9]}, FaultKind.TRUNCATED, 200, "gzip"),
    Row("cut without a length: zip", "cut", {"body": b"PK\x03\x04" + TABLE}, FaultKind.TRUNCATED, 200, "ZIP"),
    Row("cut inside its coding", "cut_coding", kind=FaultKind.TRUNCATED, says="gzip stream has no end"),
    Row("reset before the answer", "reset", kind=FaultKind.NOT_REACHABLE, requests=2),
    Row("reset in the body", "reset", {"after": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nid"},
        FaultKind.TRUNCATED, requests=2),
    *(
        Row(f"cut once, the rest is {rest}", "interrupted", {"rest": rest}, status=200, kept=TABLE, requests=made)
        for rest, made in (("honest", 2), ("broken", None), ("ignored", 2))
    ),
    *(
        # After a rest that does not fit everything is asked for again: here it works then.
        Row(f"cut twice, the rest is {rest}", "interrupted", {"rest": rest}, status=200, kept=TABLE, times=2)
        for rest in ("changed", "grown", "elsewhere", "gone", "coded")
    ),
    *(
        Row(f"always cut, its rest {rest}", "interrupted", {"rest": rest}, FaultKind.TRUNCATED, says=says, requests=2)
        for rest, says in (
            ("changed", "changed in the meantime"),
            ("grown", "another part"),
            ("elsewhere", "another part"),
            ("gone", "no longer there"),
            ("coded", "cannot be joined"),
        )
    ),
]  # fmt: skip

CODINGS_AND_LENGTHS = [
    Row("a .csv.gz under Content-Encoding: gzip", "answer", a(body=PACKED, Content_Encoding="gzip"),
        status=200, kept=TABLE, path="/contratos.csv.gz"),
    Row("a .csv.gz as it is", "answer", a(body=PACKED), status=200, kept=PACKED, path="/contratos.csv.gz"),
    Row("says gzip, is not", "answer", a(Content_Encoding="gzip"), status=200, kept=TABLE),
    Row("a character set for a coding", "answer", a(Content_Encoding="UTF-8"), status=200, kept=TABLE),
    Row("a coding that was not offered", "answer", a(Content_Encoding="br"), NOT_PROMISED, says="as br"),
    Row("two lengths that differ", "answer", a(body=b"id\n1\n", Content_Length="4, 9"),
        FaultKind.NOT_REACHABLE, says="two different lengths"),
    Row("two lengths in two headers", "cut", {"body": b"id\n1\n",
        "headers": "Content-Length: 4\r\nContent-Length: 9\r\n"},
        FaultKind.NOT_REACHABLE, says="two different lengths"),
    Row("one length said twice", "answer", a(body=b"id\n1\n", Content_Length="5, 5"),
        status=200, kept=b"id\n1\n"),
    Row("a gzip bomb", "bomb", kind=FaultKind.TOO_LARGE),
    Row("no end", "endless", kind=FaultKind.TOO_LARGE),
    Row("announced too large", "answer", a(Content_Length="99999999999"), FaultKind.TOO_LARGE),
    Row("no byte", "answer", a(body=b""), FaultKind.EMPTY, 200),
    Row("204", "answer", a(204, b""), FaultKind.EMPTY, 204),
    Row("a header of 70 kB", "flood", kind=FaultKind.NOT_REACHABLE, says="does not speak HTTP as it should"),
    Row("150 headers", "many_headers", kind=FaultKind.NOT_REACHABLE, says="more than 100 headers"),
]  # fmt: skip

NOT_THE_DATA = [
    Row("a page with status 200", "page", kind=FaultKind.HTML_INSTEAD, status=200, says="“Mantenimiento”"),
    Row("a soft 404", "answer", a(body=b"<html><head><title>404 Not Found</title>"),
        FaultKind.HTML_INSTEAD, 200, "404 Not Found"),
    Row("a virus scan page", "answer", a(body=b"<!DOCTYPE html><html><head><title>Google Drive - Virus scan"
        b" warning</title>"), FaultKind.HTML_INSTEAD, 200, "Publish the direct link"),
    *(Row(f"a firewall: {name}", "answer", a(status, body, **dict(headers)), BLOCKED, status,
          f"a firewall ({name.split(' by')[0].split(' in')[0]})")
      for name, (status, headers, body) in DENIED),
    Row("403 and nothing more", "answer", a(403, b"no"), BLOCKED, 403, "refuses us"),
    Row("403 for a quota that is used up", "answer", a(403, b"no", X_RateLimit_Remaining="0",
        X_RateLimit_Reset="3600"), FaultKind.THROTTLED, 403, "too often", requests=1),
    Row("401", "answer", a(401, b""), BLOCKED, 401),
    Row("404", "answer", a(404, PAGE), FaultKind.GONE, 404),
    Row("410", "answer", a(410, b""), FaultKind.GONE, 410),
    Row("500 for ever", "answer", a(500, PAGE), FaultKind.HTTP_STATUS, 500, requests=21),
    Row("503 once", "answer", a(503, b""), status=200, kept=TABLE, times=1, requests=2),
    Row("an ArcGIS error with status 200", "answer", a(body=ARCGIS), NOT_PROMISED, 200, "Invalid token."),
    Row("a CKAN error with status 200", "answer", a(body=CKAN), NOT_PROMISED, 200, "Not found"),
    Row("an Opendatasoft error with status 200", "answer", a(body=ODS), NOT_PROMISED, 200, "bad where"),
    Row("a Socrata error with status 200", "answer", a(body=SOCRATA), NOT_PROMISED, 200, "Cannot find view"),
    Row("an OGC service exception", "answer", a(body=EXCEPTION + b"</ServiceException>"), NOT_PROMISED, 200,
        "no such layer"),
    Row("an OWS exception report", "answer", a(body=OWS), NOT_PROMISED, 200, "bad typeName"),
    Row("a table of errors is a table", "answer", a(body=b'{"error": "x", "rows": [{"id": 1}]}'),
        status=200, kept=b'{"error": "x", "rows": [{"id": 1}]}'),
    Row("a MIME type of three parts", "answer", a(Content_Type="text/html;h5ai=0.20;charset=UTF-8"),
        status=200, kept=TABLE, media="text/html"),
    Row("octet-stream", "answer", a(Content_Type="application/octet-stream"), status=200, kept=TABLE,
        media="application/octet-stream"),
    Row("plain text for a workbook", "answer", a(body=b"PK\x03\x04PK\x05\x06" + bytes(18), Content_Type="text/plain"),
        status=200, kept=b"PK\x03\x04PK\x05\x06" + bytes(18), media="text/plain"),
    Row("no content type", "answer", a(), status=200, kept=TABLE),
    Row("a name that leads out of the folder", "answer",
        a(Content_Disposition='attachment; filename="../../../etc/x.csv"'), status=200, kept=TABLE, file="x.csv"),
    Row("a name in bare Latin-1", "answer", a(Content_Disposition="attachment; filename=a\xf1o.csv"),
        status=200, kept=TABLE, file="año.csv"),
    Row("a name in bare UTF-8", "answer", a(Content_Disposition="attachment; filename=a\xc3\xb1o.csv"),
        status=200, kept=TABLE, file="año.csv"),
    Row("a name as RFC 6266 has it", "answer", a(Content_Disposition="inline; filename*=UTF-8''a%C3%B1o.csv"),
        status=200, kept=TABLE, file="año.csv"),
    Row("a name that turns itself round", "answer", a(Content_Disposition="inline; filename*=UTF-8''a%E2%80%AEvsc.exe"),
        status=200, kept=TABLE, file="avsc.exe"),
]  # fmt: skip

PENDING_AND_THROTTLED = [
    Row("202 twice, then the file", "answer", a(202, b'{"status":"Processing"}'), status=200, kept=TABLE,
        times=2, requests=3),
    Row("202 for ever", "answer", a(202, b'{"status":"Processing"}'), NOT_PROMISED, 202, "has yet to make",
        requests=11),
    Row("Hub is making it", "answer",
        a(body=b'{"status": "ExportingData"}', Content_Type="application/json"), NOT_PROMISED, 200,
        "ExportingData", path=HUB),
    Row("Hub failed with status 200", "answer", a(body=json.dumps(
        {"status": "Failed", "message": "The dataset is too large for shapefile generation"}).encode(),
        Content_Type="application/json"), NOT_PROMISED, 200, "too large for shapefile", path=HUB),
    Row("Hub has made it", "answer", a(body=b'{"status": "Completed", "resultUrl": "/contratos.csv"}',
        Content_Type="application/json"), status=200, kept=TABLE, path=HUB),
    Row("429 without a word", "answer", a(429, b""), FaultKind.THROTTLED, 429, requests=21),
    Row("429, then the file", "answer", a(429, b"", Retry_After="7"), status=200, kept=TABLE, times=1),
    Row("429 for a day", "answer", a(429, b"", Retry_After="86400"), FaultKind.THROTTLED, 429, requests=1),
    Row("429 with a date", "answer", a(429, b"", Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"),
        FaultKind.THROTTLED, 429, requests=1),
    Row("429 with a reset_time", "answer", a(429, b'{"errorcode": 10002, "reset_time": "2100-01-01T00:00:00Z"}'),
        FaultKind.THROTTLED, 429, requests=1),
    Row("503 for an hour", "answer", a(503, b"", Retry_After="3600"), FaultKind.HTTP_STATUS, 503, requests=1),
]  # fmt: skip

SLOW = [
    Row("drips", "drip", kind=FaultKind.TIMED_OUT, says="too slow", settings=QUICK, requests=1),
    Row("drips its headers", "drip", {"headers": True}, FaultKind.TIMED_OUT, says="not finished within",
        settings={"deadline_seconds": 0.3}, requests=1),
    Row("never answers", "hang", kind=FaultKind.TIMED_OUT, settings={"deadline_seconds": 0.3}, requests=1),
]  # fmt: skip

REDIRECTS = [
    Row("a redirect without an end", "redirect", kind=FaultKind.HTTP_STATUS, says="more than 10 redirects"),
    *(Row(f"a redirect to {to}", "redirect", {"to": to}, UNSUPPORTED)
      for to in ("ftp://datos.example/x.csv", "file:///etc/passwd", "sftp://datos.example/x",
                 "mailto:datos@dependencia.example", "http://169.254.169.254/latest/meta-data/",
                 "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://0.0.0.0/",
                 f"http://{'a' * 70}.example/", "http://[::1", "http://127.0.0.1:99999/")),
    Row("a redirect with raw UTF-8 and a blank", "answer",
        a(302, b"", Location="/datos abiertos/a\xc3\xb1o.csv"), status=200, kept=b"id\n1\n"),
]  # fmt: skip

ROWS = [*CUT_OFF, *CODINGS_AND_LENGTHS, *NOT_THE_DATA, *PENDING_AND_THROTTLED, *SLOW, *REDIRECTS]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    files = {PATH: TABLE, "/contratos.csv.gz": PACKED, "/datos abiertos/año.csv": b"id\n1\n"}
    with PortalServer(files) as running:
        yield running


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_recorded(
    row: Row, portal: PortalServer, visit: Callable[..., Snapshot], settings: Settings
) -> None:
    portal.fault(row.path, row.server, times=row.times, **row.options)
    tries = {} if row.requests not in (1, 2) or row.times else {"retries": 1}
    snapshot = visit(portal.url + row.path, **{**tries, **row.settings})
    assert (snapshot.fault and snapshot.fault.kind) == row.kind
    assert snapshot.http_status == row.status
    if snapshot.fault is not None:
        assert row.says in f"{snapshot.fault.message} {snapshot.fault.advice}"
        assert snapshot.fault.advice
    store = Store(settings.snapshots)
    assert (store.path(snapshot.sha256).read_bytes() if snapshot.sha256 else None) == row.kept
    assert row.requests in (None, len(portal.requests))
    assert row.file in (None, snapshot.file_name)
    assert row.media in (None, snapshot.media_type)
    # Servers were seen to answer HEAD with 400, 403, 405, 500 and 503: it is never used.
    assert {request.method for request in portal.requests} == {"GET"}
    assert list((settings.snapshots / "incoming").iterdir()) == []


def test_a_body_without_a_length_that_ends_elsewhere_each_time_is_cut(
    portal: PortalServer, visit: Callable[..., Snapshot]
) -> None:
    for size in (9000, 9001, 9002):
        portal.fault(PATH, "cut", times=1, body=TABLE[:size])
    fault = visit(portal.url + PATH, retries=2).fault
    assert fault is not None
    assert (fault.kind, fault.transient) == (FaultKind.TRUNCATED, True)
    assert "nothing says where it ends" in fault.message


FEATURE = {"type": "Feature", "properties": {"id": 1}, "geometry": None}


def _parquet() -> bytes:
    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"id": list(range(100))}), written)
    return written.getvalue()


def _zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("contratos.csv", TABLE)
    return written.getvalue()


WHOLE: Mapping[str, Callable[[], bytes]] = {
    "json": lambda: json.dumps([{"id": it, "nombre": "x"} for it in range(100)]).encode(),
    "geojson": lambda: json.dumps({"type": "FeatureCollection", "features": [FEATURE] * 100}).encode(),
    "ndjson": lambda: b"\n".join(json.dumps({"id": it, "nombre": "x"}).encode() for it in range(100)),
    "xml": lambda: b"<r>" + b"".join(b"<o><id>%d</id><n>x</n></o>" % it for it in range(100)) + b"</r>",
    "parquet": _parquet,
    "csv.gz": lambda: PACKED,
    "zip": _zipped,
}


@pytest.mark.parametrize("format", sorted(WHOLE))
def test_what_was_cut_without_a_word_is_told_at_the_latest_when_it_is_read(
    format: str, portal: PortalServer, visit: Callable[..., Snapshot], settings: Settings
) -> None:
    """By the end that its format has: a trailer, a directory, a footer, the bracket that closes."""
    body = WHOLE[format]()

    def read() -> list[ReadReport] | Fault:
        snapshot = visit(portal.url + PATH)
        if snapshot.fault is not None:
            return snapshot.fault
        sha256 = snapshot.sha256 or ""
        try:
            with (
                Store(settings.snapshots).local(sha256) as path,
                opened(path, Hint("prueba/contratos/x", sha256, format=format)) as found,
            ):
                return [it.report for it in found.tables]
        except ReadFault as caught:
            return caught.fault

    portal.files[PATH] = body
    whole = read()
    assert not isinstance(whole, Fault)
    assert [(it.share_read, it.lost) for it in whole] == [(1.0, 0)]
    portal.fault(PATH, "cut", body=body[: len(body) * 2 // 3])
    cut = read()
    if isinstance(cut, Fault):
        assert cut.kind in (FaultKind.TRUNCATED, FaultKind.BROKEN_FILE)
    else:
        assert all(it.share_read < 1 and it.lost for it in cut)
        assert all(it.notes for it in cut)


def test_a_page_that_came_instead_is_kept_as_evidence(
    portal: PortalServer, visit: Callable[..., Snapshot], settings: Settings
) -> None:
    portal.fault(PATH, "page")
    assert visit(portal.url + PATH).sha256 is None
    assert [path.read_bytes() for path in _kept(settings.snapshots)] == [PAGE]


def _kept(root: Path) -> list[Path]:
    return sorted(path for path in (root / "sha256").rglob("*") if path.is_file())
