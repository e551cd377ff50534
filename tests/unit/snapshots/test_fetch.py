"""Visits to one distribution, night after night, whatever the server does."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, FaultKind, Snapshot
from pipelines.past_runs import previous_snapshots
from pipelines.settings import Settings
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from tests.portal_server import PortalServer
from tests.portal_server.faults import FAULTS, PAGE, TABLE

PATH = "/contratos.csv"
SHA256 = hashlib.sha256(TABLE).hexdigest()
Visit = Callable[..., Snapshot]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({PATH: TABLE}) as running:
        yield running


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.snapshots)


@pytest.fixture
def visit(portal: PortalServer, store: Store, settings: Settings, clock: FixedClock) -> Iterator[Visit]:
    hurried = replace(settings, retries=0, deadline_seconds=1.0, max_bytes=1 << 22)
    with HttpClient(hurried, clock, sleep=lambda _: None) as http:

        def made(
            previous: Snapshot | None = None, format: str | None = "csv", url: str | None = None
        ) -> Snapshot:
            address = portal.url + PATH if url is None else url
            distribution = Distribution("prueba/contratos/csv", "Contratos", address, format)
            return fetch(distribution, http, store, previous, clock)

        yield made


def test_a_first_visit(visit: Visit, store: Store, portal: PortalServer, clock: FixedClock) -> None:
    snapshot = visit()
    assert snapshot.distribution == "prueba/contratos/csv"
    assert (snapshot.url, snapshot.final_url) == (portal.url + PATH, portal.url + PATH)
    assert snapshot.visited_on == clock.now()
    assert (snapshot.sha256, snapshot.bytes, snapshot.http_status) == (SHA256, len(TABLE), 200)
    assert (snapshot.changed, snapshot.fault) == (None, None)
    assert store.path(SHA256).read_bytes() == TABLE


def test_what_did_not_change_is_not_sent_again(visit: Visit, portal: PortalServer) -> None:
    first = visit()
    second = visit(first)
    assert second == replace(first, http_status=304, changed=False, unverified=1)
    assert portal.requests[1].headers["if-none-match"] == first.etag
    assert visit(second) == replace(second, unverified=2)


@pytest.mark.parametrize("gone", ["bytes", "size", "address"])
def test_without_the_same_bytes_at_hand_everything_is_asked_for(
    gone: str, visit: Visit, store: Store, portal: PortalServer
) -> None:
    first = visit()
    if gone == "bytes":
        store.path(SHA256).unlink()
    elif gone == "size":
        store.path(SHA256).write_bytes(b"")
    else:
        first = replace(first, url=portal.url + "/otro.csv")
    again = visit(first)
    assert "if-none-match" not in portal.requests[1].headers
    assert (again.http_status, again.sha256, again.changed) == (200, SHA256, False)
    assert store.path(SHA256).read_bytes() == TABLE


def test_other_bytes_are_a_change(visit: Visit, portal: PortalServer) -> None:
    first = visit()
    portal.files[PATH] = TABLE + b"9,nueve\n"
    second = visit(first)
    assert (second.http_status, second.changed) == (200, True)
    assert second.sha256 != first.sha256


def test_a_server_that_says_unchanged_unasked_lies(visit: Visit, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=304)
    snapshot = visit()
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.HTTP_STATUS
    assert snapshot.sha256 is None


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"cut"}))
def test_every_fault_is_recorded_and_leaves_nothing_behind(
    fault: str, visit: Visit, portal: PortalServer, settings: Settings
) -> None:
    first = visit()
    portal.fault(PATH, fault)
    snapshot = visit(first)
    assert snapshot.fault is not None
    assert snapshot.fault.advice
    assert (snapshot.sha256, snapshot.changed) == (None, None)
    assert list((settings.snapshots / "incoming").iterdir()) == []


def test_the_status_of_a_refusal_is_kept(visit: Visit, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=410)
    snapshot = visit()
    assert (snapshot.http_status, snapshot.fault and snapshot.fault.kind) == (410, FaultKind.GONE)


def test_a_page_is_evidence_and_not_the_data(visit: Visit, portal: PortalServer, store: Store) -> None:
    portal.fault(PATH, "page")
    snapshot = visit()
    kept = hashlib.sha256(PAGE).hexdigest()
    assert snapshot.sha256 is None
    assert (snapshot.http_status, snapshot.bytes, snapshot.media_type) == (200, len(PAGE), "text/html")
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.HTML_INSTEAD
    assert "“Mantenimiento”" in snapshot.fault.message
    assert kept[:12] in snapshot.fault.message
    assert store.has(kept)
    assert snapshot.evidence == kept
    assert visit(format="html").sha256 == kept


HOSTILE = [
    'attachment; filename="../../../../evil.csv"',
    "attachment; filename*=UTF-8''..%2F..%2Fevil.csv",
    'attachment; filename="/etc/cron.d/evil"',
    'attachment; filename="C:\\\\evil.csv"',
    "attachment; filename=.",
]


@pytest.mark.parametrize("disposition", HOSTILE)
def test_nothing_that_a_portal_says_is_used_as_a_path(
    disposition: str, portal: PortalServer, settings: Settings, tmp_path: Path, clock: FixedClock
) -> None:
    headers = {"Content-Disposition": disposition, "ETag": '"../../etag"'}
    portal.fault("/../../evil.csv", "answer", headers=headers, body=TABLE)
    portal.fault("/evil.csv", "answer", headers=headers, body=TABLE)
    store = Store(settings.snapshots)
    with HttpClient(settings, clock) as http:
        for key in ("../../evil", "/etc/evil", "a/\x00/b", "..", "con"):
            distribution = Distribution(key, "../evil", f"{portal.url}/../../evil.csv", "../../csv")
            snapshot = fetch(distribution, http, store, None, clock)
            assert (snapshot.sha256, snapshot.fault) == (SHA256, None)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    written = [path for path in files if path.parent != settings.data / "hosts"]
    # What is known of a host stands under a hash of its name
    assert all(re.fullmatch(r"[0-9a-f]{64}\.\w+", path.name) for path in files if path not in written)
    assert written == [settings.snapshots / "sha256" / SHA256[:2] / SHA256]


@pytest.mark.parametrize("body", [gzip.compress(TABLE)[:-9], b"PK\x03\x04" + TABLE])
def test_a_cut_archive_is_not_taken_for_a_whole_one(
    body: bytes, visit: Visit, portal: PortalServer, store: Store
) -> None:
    portal.fault(PATH, "cut", body=body)
    snapshot = visit(format="zip")
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.TRUNCATED
    assert snapshot.bytes == len(body)
    assert not store.has(hashlib.sha256(body).hexdigest())


def test_a_file_that_the_portal_no_longer_lists_is_gone(visit: Visit, portal: PortalServer) -> None:
    snapshot = visit(url="")
    assert snapshot.fault is not None
    assert snapshot.fault.kind is FaultKind.GONE
    assert portal.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x.csv", "mailto:datos@dependencia.example", "x.csv", "http://[x"]
)
def test_addresses_that_are_none(url: str, visit: Visit) -> None:
    fault = visit(url=url).fault
    assert fault is not None
    assert fault.kind is FaultKind.UNSUPPORTED_ADDRESS


def test_real_files_arrive_as_they_are(
    corpus: Path, manifest: list[dict[str, str]], visit: Visit, portal: PortalServer, store: Store
) -> None:
    small = [row for row in manifest if row["path"].startswith("real/") and int(row["bytes"]) < 200_000]
    chosen = small[:: max(len(small) // 40, 1)]
    assert len(chosen) >= 40
    portal.files["/corpus"] = corpus
    for row in chosen:
        snapshot = visit(url=f"{portal.url}/corpus/{quote(row['path'])}", format=row["format"])
        assert (snapshot.fault, snapshot.sha256) == (None, row["sha256"]), row["path"]
        assert store.path(row["sha256"]).stat().st_size == int(row["bytes"])


@pytest.fixture
def seen(settings: Settings, clock: FixedClock) -> Callable[..., None]:
    """Write one night's snapshots: distributions with the checksum that each brought."""

    def write(night: str, **sha256s: str | None) -> None:
        folder = artifacts.run_folder(settings.runs, date.fromisoformat(night), "prueba")
        values = [Snapshot(key, "http://portal.example/", clock.now(), sha) for key, sha in sha256s.items()]
        artifacts.write_values(folder / artifacts.SNAPSHOTS, values)

    return write


def test_the_newest_earlier_visit_with_bytes_counts(settings: Settings, seen: Callable[..., None]) -> None:
    seen("2026-01-01", a="1", b="1", c="1")
    seen("2026-01-02", a="2", b=None)
    (settings.runs / "2026-01-03" / "prueba").mkdir(parents=True)
    (settings.runs / "2026-01-03" / "otra").mkdir(parents=True)
    seen("2026-01-04", a="4", d="4")
    seen("2026-01-05", a="5")

    def known(before: str, **options: int) -> dict[str, str | None]:
        found = previous_snapshots(settings.runs, "prueba", date.fromisoformat(before), **options)
        return {key: snapshot.sha256 for key, snapshot in found.items()}

    assert known("2026-01-04") == {"a": "2", "b": "1", "c": "1"}
    assert known("2026-01-05") == {"a": "4", "b": "1", "c": "1", "d": "4"}
    assert known("2026-01-05", look_back=1) == {"a": "4", "d": "4"}
    assert known("2026-01-01") == {}
    assert previous_snapshots(settings.runs / "none", "prueba", date(2026, 1, 5)) == {}
