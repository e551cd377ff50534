"""DCAT-US: a catalog in one file, fetched once; what its answers mean, and which entry is meant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, FaultKind
from pipelines.portals import dcat_us
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: dcat_us
    url: {url}/datos/data.json
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"}}
    datasets:
"""
PATH = "/datos/data.json"
Discover = Callable[..., Catalog]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def discover(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Discover]:
    """The catalog that comes of a body for the declared identifiers."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(body: object, *identifiers: str) -> Catalog:
            portal.files[PATH] = body if isinstance(body, bytes) else json.dumps(body).encode()
            text = HEAD.format(url=portal.url)
            for number, identifier in enumerate(identifiers):
                text += f"      - id: d{number}\n        identifier: {json.dumps(identifier)}\n"
            (source,) = parse(text).sources
            return dcat_us.catalog(source, http, clock)

        yield discovered


def test_the_file_is_fetched_once_for_all_its_datasets(discover: Discover, portal: PortalServer) -> None:
    entries = [{"identifier": name, "title": name.upper()} for name in ("a", "b", "c")]
    catalog = discover({"dataset": entries}, "c", "gone", "a")
    assert [it.path for it in portal.requests] == [PATH]
    assert catalog.fault is None
    first, lost, last = catalog.datasets
    assert (first.title, last.title) == ("C", "A")
    assert lost.fault is not None
    assert lost.fault.kind is FaultKind.GONE
    assert not lost.fault.transient


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("https://datos.example/id/1", "https://datos.example/id/1"),
        (" x\n y", "x y"),
        (12, "12"),
        ({"@id": "urn:x"}, "urn:x"),
        (None, "El título"),
        ("", "El título"),
        ({"@type": "Identifier"}, "El título"),
    ],
)
def test_an_entry_is_found_by_its_identifier_else_by_its_title(
    identifier: object, name: str, discover: Discover
) -> None:
    entry = {"identifier": identifier, "title": "El título", "description": "esta"}
    other = {"identifier": "otra", "title": "El título", "description": "otra"}
    (dataset,) = discover({"dataset": [other, entry]}, name).datasets
    assert (dataset.fault, dataset.description) == (None, "esta")


def test_of_two_entries_with_one_identifier_the_first_counts(discover: Discover) -> None:
    entries = [{"identifier": "a", "title": "uno"}, {"identifier": "a", "title": "dos"}]
    (dataset,) = discover(entries, "a").datasets  # a bare list: version 1.0
    assert dataset.title == "uno"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"error"',
        b"{}",
        b"[]",
        b"[1, null]",
        b'{"dataset": []}',
        b'{"dataset": null}',
        b'{"dataset": "x"}',
        b'{"dataset": [{}]}',
        b'{"title": "T", "message": "x"}',
        b'{"status": 404, "message": "x"}',
        b'{"dataset": [{"identifier": "a", "title": "cut o',
        '{"dataset": [{"identifier": "a", "title": "Título"}]}'.encode("latin-1"),
        b"[" * 200_000,
    ],
)
def test_a_file_that_is_no_catalog_is_a_fault_of_the_catalog(body: bytes, discover: Discover) -> None:
    with pytest.raises(PublisherFault) as caught:
        discover(body, "a")
    assert caught.value.kind is FaultKind.CATALOG_UNREADABLE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_catalog_in_another_encoding_of_unicode_is_read(encoding: str, discover: Discover) -> None:
    body = json.dumps([{"identifier": "a", "title": "Título"}], ensure_ascii=False).encode(encoding)
    assert discover(body, "a").datasets[0].title == "Título"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b'{"message": "x"}', FaultKind.CATALOG_UNREADABLE),
        (404, b"<!doctype html><title>404</title>", FaultKind.CATALOG_UNREADABLE),
        (410, b"", FaultKind.CATALOG_UNREADABLE),
        (403, b'{"message": "x"}', FaultKind.BLOCKED),
        (403, b"<!doctype html><title>Request Rejected</title>", FaultKind.BLOCKED),
        (200, b"<!doctype html><title>Request Rejected</title>", FaultKind.HTML_INSTEAD),
        (200, b'{"error": {"code": 403, "message": "x"}}', FaultKind.BLOCKED),
        (200, b'{"code": 429, "message": "x"}', FaultKind.THROTTLED),
        (202, b'{"dataset": [{"identifier": "a"}]}', FaultKind.CATALOG_UNREADABLE),
        (429, b"{}", FaultKind.THROTTLED),
        (503, b"", FaultKind.HTTP_STATUS),
    ],
)
def test_every_refusal(
    status: int, body: bytes, kind: FaultKind, discover: Discover, portal: PortalServer
) -> None:
    portal.fault(PATH, "answer", status=status, body=body)
    with pytest.raises(PublisherFault) as caught:
        discover([], "a")
    assert caught.value.kind is kind


def test_a_catalog_may_be_larger_than_an_answer_but_not_endless(
    discover: Discover, portal: PortalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps([{"identifier": "a", "title": "x" * 1000}]).encode()
    for limit, fits in ((len(body), True), (len(body) - 1, False)):
        monkeypatch.setattr(dcat_us, "MAX_BYTES", limit)
        if fits:
            assert discover(body, "a").datasets[0].fault is None
        else:
            with pytest.raises(PublisherFault) as caught:
                discover(body, "a")
            assert caught.value.kind is FaultKind.TOO_LARGE
    portal.fault(PATH, "endless")
    with pytest.raises(PublisherFault) as caught:
        discover(body, "a")
    assert caught.value.kind is FaultKind.TOO_LARGE


def test_every_recorded_catalog_gives_its_datasets_or_a_fault(corpus: Path, discover: Discover) -> None:
    """All entries of every file are asked for by their identifiers; nothing but a `PublisherFault` escapes."""
    outcome: Counter[str] = Counter()
    for path in sorted((corpus / "api" / "datajson").iterdir()):
        if path.name.endswith((".xlsx", ".meta.json")):
            continue
        body = path.read_bytes()
        told = json.loads(body)
        listed = told.get("dataset") if isinstance(told, dict) else told
        entries = [it for it in (listed if isinstance(listed, list) else [listed]) if isinstance(it, dict)]
        names = [it["identifier"] for it in entries if isinstance(it.get("identifier"), str)]
        try:
            catalog = discover(body, *(names or ["lost"]))
        except PublisherFault as caught:
            outcome[f"no catalog: {caught.kind}"] += 1
            continue
        outcome["catalogs"] += 1
        assert len(catalog.datasets) == len(names or ["lost"])
        for dataset in catalog.datasets:
            outcome["gone" if dataset.fault else "datasets"] += 1
            outcome["distributions"] += len(dataset.distributions)
            outcome["with an address"] += dataset.contact_point.email is not None
            outcome["with a period"] += dataset.accrual_periodicity_days is not None
            assert dataset.fault is None or dataset.fault.kind is FaultKind.GONE
            assert len({it.key for it in dataset.distributions}) == len(dataset.distributions)
    assert outcome["catalogs"] >= 40
    assert outcome["datasets"] >= 1700
    assert outcome["distributions"] >= 4500


def test_a_landing_page_names_its_entry_unless_two_have_it(discover: Discover) -> None:
    pages = ("https://datos.example/a", "https://datos.example/", "https://datos.example/")
    entries = [{"identifier": str(n), "title": f"T{n}", "landingPage": page} for n, page in enumerate(pages)]
    known, lost = discover({"dataset": entries}, pages[0], pages[1]).datasets
    assert (known.title, known.fault) == ("T0", None)
    assert lost.fault is not None
    assert "not among the 3 datasets" in lost.fault.message
