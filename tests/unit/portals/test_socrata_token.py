"""Socrata with an operator's app token: to whom it is told, what it opens, and that it is written nowhere."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset, FaultKind, Snapshot
from pipelines.night import run_night
from pipelines.portals import socrata
from pipelines.settings import Settings
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.portal_server import PortalServer
from tests.portal_server.faults import PAGE

TOKEN = "k9Qw-Zx81-only-for-them"  # noqa: S105 - invented
HEADER = "x-app-token"
NIGHT = date(2026, 3, 2)
SOURCES = """
version: 1
time_zone: UTC
sources:
  - id: prueba
    portal: socrata
    url: {url}/
    publisher: {{name: "Entidad de prueba"}}
    owner: {{name: "Oficina de datos"}}
    datasets: [{{id: contratos, identifier: abcd-1234}}]
  - id: otra
    portal: direct
    publisher: {{name: "Otra"}}
    owner: {{name: "Otra"}}
    datasets: [{{id: x, title: X, distributions: [{{id: csv, url: "{other}/x.csv", format: csv}}]}}]
"""
VIEW, OLD, NEW = (
    "/api/views/abcd-1234.json",
    "/api/views/abcd-1234/rows.csv",
    "/api/v3/views/abcd-1234/export.csv",
)
COUNT, OLD_COUNT = "/api/v3/views/abcd-1234/query.json", "/resource/abcd-1234.json"
TABLE = b'"Clave","Nota"\r\n' + b"".join(b'%d,"dos\nlineas, ""y"" mas"\r\n' % it for it in range(40))


class Portal:
    """A view of 40 records. `old` and `new` are what its two exports answer with; SODA3 wants a token that it knows."""

    def __init__(self, server: PortalServer) -> None:
        self.server = server
        self.old: tuple[int, Any] = (200, (TABLE, "text/csv"))
        self.new: tuple[int, Any] = (200, (TABLE, "text/csv"))
        self.count: Any = [{"total": "40"}]
        server.answers(self.answer)

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if path == VIEW:
            return 200, {"id": "abcd-1234", "name": "Contratos"}
        if path in (NEW, COUNT) and self.server.requests[-1].headers.get(HEADER) != TOKEN:
            return 403, {"code": "authentication_required", "error": True, "message": "Identify yourself."}
        counts = {COUNT: ("query", "SELECT count(*) AS total"), OLD_COUNT: ("$select", "count(*) AS total")}
        if path in counts:
            name, wanted = counts[path]
            return (200, self.count) if query.get(name) == wanted else (400, {"message": "query"})
        return {OLD: self.old, NEW: self.new}.get(path)


def night(
    server: PortalServer, other: str, settings: Settings, clock: FixedClock
) -> tuple[Dataset, Snapshot]:
    sources = parse(SOURCES.format(url=server.url, other=other))
    with opened_tools(settings, sources, clock=clock) as tools:
        assert run_night(sources, NIGHT, tools).failures == ()
    folder = artifacts.run_folder(settings.runs, NIGHT, "prueba")
    (snapshot,) = artifacts.read_values(folder / artifacts.SNAPSHOTS, Snapshot)
    return artifacts.read_value(folder / artifacts.CATALOG, Catalog).datasets[0], snapshot


def visit(server: PortalServer, settings: Settings, clock: FixedClock) -> Snapshot:
    """What a night finds of the view, without all that it does besides."""
    sources = parse(SOURCES.format(url=server.url, other=server.url))
    told = socrata.credentials(settings, sources)
    with HttpClient(settings, clock, sleep=lambda _: None, named=sources.addresses, credentials=told) as http:
        (dataset,) = socrata.catalog(sources.sources[0], http, clock).datasets
        (file,) = dataset.distributions
        return fetch(file, http, Store(settings.snapshots), None, clock)


@pytest.fixture
def identified(settings: Settings) -> Settings:
    return replace(settings, socrata_app_token=TOKEN)


def test_a_night_tells_it_to_the_portal_alone_and_writes_it_nowhere(
    identified: Settings, clock: FixedClock
) -> None:
    said = io.StringIO()
    with PortalServer() as server, PortalServer({"/x.csv": b"id\n1\n"}) as other:
        portal = Portal(server)
        portal.old = (403, {"code": "authentication_required", "error": True, "message": "x"})
        with redirect_stdout(said), redirect_stderr(said):
            dataset, snapshot = night(server, other.url, identified, clock)
        assert {it.headers.get(HEADER) for it in server.requests} == {TOKEN}
        assert {it.headers.get(HEADER) for it in [*other.requests, *other.robots_requests]} == {None}
        assert snapshot.fault is None
        assert snapshot.url == f"{server.url}{NEW}?accessType=DOWNLOAD"
        assert dataset.distributions[0].download_url == f"{server.url}{OLD}?accessType=DOWNLOAD"
    written = [path for path in identified.data.rglob("*") if path.is_file()]
    assert len(written) > 10
    assert [path for path in written if TOKEN.encode() in path.read_bytes()] == []
    assert TOKEN not in said.getvalue()


def test_without_a_token_soda3_is_not_asked(settings: Settings, clock: FixedClock) -> None:
    with PortalServer() as server:
        portal = Portal(server)
        snapshot = visit(server, settings, clock)
        assert snapshot.fault is None
        portal.old = (403, {"message": "no"})
        refused = visit(server, settings, clock)
        assert refused.fault is not None
        assert refused.fault.kind is FaultKind.BLOCKED
        assert not any("/api/v3/" in it.path or HEADER in it.headers for it in server.requests)


@pytest.mark.parametrize(
    "old",
    [
        (401, {"message": "no"}),
        (403, {"message": "no"}),
        (404, (PAGE, "text/html")),
        (410, {"message": "gone"}),
        (200, (PAGE, "text/html")),
        (200, {"error": True, "code": "x", "message": "moved to SODA3"}),
    ],
)
def test_where_the_old_export_is_refused_the_new_one_is_taken(
    old: tuple[int, Any], identified: Settings, clock: FixedClock
) -> None:
    with PortalServer() as server:
        Portal(server).old = old
        snapshot = visit(server, identified, clock)
    assert snapshot.fault is None
    assert Store(identified.snapshots).path(snapshot.sha256 or "").read_bytes() == TABLE


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ((404, {"message": "x"}), (404, {"message": "x"}), FaultKind.GONE),
        ((403, {"message": "x"}), (404, {"message": "x"}), FaultKind.BLOCKED),
        ((410, {"message": "x"}), (503, {"message": "x"}), FaultKind.HTTP_STATUS),
        ((503, {"message": "x"}), (200, (TABLE, "text/csv")), FaultKind.HTTP_STATUS),
    ],
)
def test_what_both_say_counts_and_trouble_is_no_refusal(
    old: tuple[int, Any], new: tuple[int, Any], kind: FaultKind, identified: Settings, clock: FixedClock
) -> None:
    with PortalServer() as server:
        portal = Portal(server)
        portal.old, portal.new = old, new
        snapshot = visit(server, replace(identified, retries=0), clock)
        asked = [it.path for it in server.requests if it.path == NEW]
    assert snapshot.fault is not None
    assert snapshot.fault.kind is kind
    assert len(asked) == (0 if old[0] == 503 else 1)


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize(
    ("count", "whole"),
    [
        ([{"total": "40"}], True),
        ([{"total": 39}], True),  # records came in the meantime
        ([{"total": "41"}], False),
        ([{"count": "1000"}], False),
        ([], True),
        ([{"total": "many"}], True),
        ({"message": "no such column"}, True),
        ("x", True),
    ],
)
def test_an_export_is_held_against_the_number_that_soda_counts(
    count: Any, whole: bool, token: str | None, settings: Settings, clock: FixedClock
) -> None:
    with PortalServer() as server:
        Portal(server).count = count
        known = replace(settings, socrata_app_token=token)
        snapshot = visit(server, known, clock)
        assert server.requests[-1].path == (COUNT if token else OLD_COUNT)
    if whole:
        assert snapshot.fault is None
    else:
        assert snapshot.fault is not None
        assert (snapshot.fault.kind, snapshot.sha256) == (FaultKind.TRUNCATED, None)
        assert "holds 40" in snapshot.fault.message


@pytest.mark.parametrize("status", [200, 403])
def test_a_token_that_the_portal_does_not_know_takes_no_dataset_away(
    status: int, identified: Settings, clock: FixedClock
) -> None:
    said = {"code": "permission_denied", "error": True, "message": "Invalid app_token specified"}
    with PortalServer() as server:
        for path in (VIEW, "/api/views/metadata/v1/abcd-1234"):
            server.fault(path, "answer", status=status, body=json.dumps(said).encode())
        sources = parse(SOURCES.format(url=server.url, other=server.url))
        with HttpClient(
            identified, clock, sleep=lambda _: None, credentials=socrata.credentials(identified, sources)
        ) as http:
            (dataset,) = socrata.catalog(sources.sources[0], http, clock).datasets
    assert dataset.fault is not None
    assert dataset.fault.kind is not FaultKind.GONE
    assert "Invalid app_token" in dataset.fault.message


def test_it_is_told_over_https_or_inside_a_private_network() -> None:
    sources = parse(SOURCES.format(url="http://datos.example", other="https://otra.example"))
    secure = parse(SOURCES.format(url="HTTPS://datos.example", other="https://otra.example"))
    settings = Settings(socrata_app_token=TOKEN)
    assert socrata.credentials(settings, sources) == {}
    assert socrata.credentials(Settings(), secure) == {}
    assert list(socrata.credentials(settings, secure).values()) == [{"X-App-Token": TOKEN}]
    inside = replace(settings, allow_private_addresses=True)
    assert list(socrata.credentials(inside, sources)) == ["http://datos.example/"]
