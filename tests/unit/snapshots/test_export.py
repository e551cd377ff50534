"""CSV files that an API makes, held against the number of records that it counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, FaultKind, Snapshot
from pipelines.settings import Settings
from pipelines.snapshots import counts, export
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from tests.portal_server import PortalServer

SEARCH = "/api/3/action/datastore_search"
RID = "0f8a1b2c-0000-4000-8000-000000000001"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(settings, clock, sleep=lambda _: None) as client:
        yield client


@given(
    cells=st.lists(
        st.lists(st.text(st.sampled_from('ab ,;"\r\né'), max_size=8), min_size=2, max_size=2),
        min_size=1,
        max_size=30,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    closed=st.booleans(),
    always=st.booleans(),
)
def test_as_many_records_are_counted_as_were_written(
    cells: list[list[str]], end: str, bom: bool, closed: bool, always: bool, tmp_path_factory: Any
) -> None:
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL
    csv.writer(written, lineterminator=end, quoting=quoting).writerows(cells)
    text = written.getvalue() if closed else written.getvalue().removesuffix(end)
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(text.encode("utf-8-sig" if bom else "utf-8"))
    assert export.records(path) == len(cells) - 1


def test_quotes_at_the_seams_of_what_is_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'a,b\n1,"x\n""y""\n"\n2,"\n"\n')
    for size in range(1, 30):
        monkeypatch.setattr(export, "CHUNK", size)
        assert export.records(path) == 2


@pytest.mark.parametrize(
    ("content", "count"), [(b"", 0), (b"a,b", 0), (b"a,b\n", 0), (b"a,b\n1", 1), (b"\n\n", 1)]
)
def test_next_to_nothing(content: bytes, count: int, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert export.records(path) == count


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ({"count": 7}, 7),
        ([{"count": "7"}], 7),
        ([{"total": "7"}], 7),
        ({"success": True, "result": {"total": 7, "records": []}}, 7),
        ({"count": 0}, 0),
        ({"count": None, "total": 7}, None),
        ([{"count": 7}, {"count": 8}], None),
        ([], None),
        ({"result": []}, None),
        ({"count": -1}, None),
        ({"count": True}, None),
        ({"count": 1.5}, None),
        ({"count": "9" * 40}, None),
        ("7", None),
        (7, None),
        (None, None),
    ],
)
def test_how_many_there_are_in_the_words_of_each_api(
    answer: Any, number: int | None, portal: PortalServer, http: HttpClient
) -> None:
    portal.answers(lambda path, query: (200, answer))
    assert counts.told(f"{portal.url}/q", http) == number


def test_a_refusal_is_no_number(portal: PortalServer, http: HttpClient) -> None:
    portal.answers(lambda path, query: (400, {"count": 7}))
    assert counts.told(f"{portal.url}/q", http) is None


def dumped(
    portal: PortalServer, http: HttpClient, settings: Settings, clock: FixedClock, ids: Any
) -> Snapshot:
    lines = "".join(f'{it},"a ""b""\nc"\r\n' for it in ids)
    portal.files["/dump"] = f"\ufeff_id,nombre\r\n{lines}".encode()
    count_url = f"{portal.url}{SEARCH}?resource_id={RID}&limit=0"
    file = Distribution("prueba/contratos/csv", "C", f"{portal.url}/dump", "csv", count_url=count_url)
    return fetch(file, http, Store(settings.snapshots), None, clock)


@pytest.mark.parametrize(
    ("ids", "held"),
    [
        (range(1, 101), None),
        ([*range(1, 100), 5000], None),  # others were deleted
        (range(100, 0, -1), None),
        (range(1, 100), 99),
        ([*range(1, 51), *range(1, 51)], 50),  # the right number, half of them twice: ckan#4150
        ([*range(1, 100), 99], 99),
        ([*range(1, 100), "x"], None),
        ([*range(1, 100), 10**10], None),
        ([*range(1, 100), "-1"], None),
        ([], 0),
    ],
)
def test_a_dump_of_a_datastore_has_every_record_once(
    ids: Any, held: int | None, portal: PortalServer, http: HttpClient, settings: Settings, clock: FixedClock
) -> None:
    portal.answers(
        lambda path, query: (200, {"success": True, "result": {"total": 100}}) if path == SEARCH else None
    )
    snapshot = dumped(portal, http, settings, clock, ids)
    if held is None:
        assert snapshot.fault is None
    else:
        assert snapshot.fault is not None
        assert (snapshot.fault.kind, snapshot.fault.transient) == (FaultKind.TRUNCATED, True)
        assert f"counts 100 records, and its export holds {held} of them" in snapshot.fault.message
        assert snapshot.sha256 is None


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_portal_that_does_not_count_says_nothing_against_the_file(
    status: int, portal: PortalServer, http: HttpClient, settings: Settings, clock: FixedClock
) -> None:
    portal.fault(SEARCH, "answer", status=status, body=b"no")
    assert dumped(portal, http, settings, clock, range(3)).fault is None


def test_a_cell_that_is_too_long_is_counted_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("_id,a\n1," + "x" * 200_000 + "\n2,y\n")
    assert export.distinct(path) == 2
