"""Nights in a row over one store: what counts as a change of the data, where bytes lie, and what may go."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.cli.snapshots import prune as prune_command
from pipelines.clock import FixedClock
from pipelines.history.asking import columns_and_rows
from pipelines.model import ReadReport, Snapshot
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.snapshots.retention import prune
from pipelines.snapshots.store import store_at
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.portal_server.server import PortalServer

pytestmark = pytest.mark.slow

FIRST = date(2026, 3, 1)
ROWS = [f"C-{number},Proveedora Ejemplo {number},{number}.5" for number in range(50)]
HEADER = "contract_id,supplier_name,value_amount"
SOURCES = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: files
    portal: direct
    publisher: {name: P}
    owner: {name: O}
    datasets:
      - id: contratos
        title: Contratos
        guide_dataset: contracts_register
        accrual_periodicity: R/P1D
        distributions: [{id: csv, url: "URL/contratos.csv", format: csv}]
"""


def table(rows: list[str], delimiter: str = ",") -> bytes:
    return "\n".join([HEADER, *rows, ""]).replace(",", delimiter).encode()


@pytest.fixture(params=["folder", "object store"])
def where(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if request.param == "folder":
        return settings
    return replace(settings, store=f"memory://{uuid.uuid4().hex}")


def run(settings: Settings, url: str, number: int) -> tuple[Snapshot, ReadReport, float | None]:
    """The `number`-th night; what it found of the file, and its age in days."""
    night = FIRST + timedelta(days=number - 1)
    clock = FixedClock(datetime(night.year, night.month, night.day, 9, tzinfo=UTC))
    sources = parse(SOURCES.replace("URL", url))
    with opened_tools(settings, sources, clock=clock) as tools:
        assert run_night(sources, night, tools).failures == ()
    folder = artifacts.run_folder(settings.runs, night, "files")
    _, ages = columns_and_rows(
        "select value from quality_measurement where metric = 'timeliness.age' and night = ?",
        [night],
        public=settings.public,
    )
    return (
        artifacts.read_values(folder / artifacts.SNAPSHOTS, Snapshot)[0],
        artifacts.read_values(folder / artifacts.READS, ReadReport)[0],
        float(str(ages[0][0])) if ages else None,
    )


def test_another_order_or_dialect_is_no_update_and_another_record_is(where: Settings) -> None:
    published = [table(ROWS), table(ROWS[::-1]), table(ROWS, ";"), table(ROWS[1:]), table(ROWS[1:])]
    with PortalServer(validators=False) as portal:
        found = []
        for number, content in enumerate(published, 1):
            portal.files["/contratos.csv"] = content
            found.append(run(where, portal.url, number))
    assert [snapshot.changed for snapshot, _, _ in found] == [None, True, True, True, False]
    assert len({read.rows_hash for _, read, _ in found[:3]}) == 1
    changed_on = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert [read.rows_changed_on for _, read, _ in found] == [None, None, None, changed_on, changed_on]
    assert [age for _, _, age in found] == [None, None, None, 0, 1]


def test_a_server_that_always_says_now_does_not_make_old_data_new(settings: Settings) -> None:
    with PortalServer() as portal:
        ages = []
        for number in range(1, 5):
            said = {"Last-Modified": f"Sun, 0{number} Mar 2026 08:00:00 GMT"}
            portal.fault("/contratos.csv", "answer", times=1, headers=said, body=table(ROWS))
            ages.append(run(settings, portal.url, number)[2])
    assert ages == pytest.approx([1 / 24, 1, 2, 3], abs=1e-4)


def test_a_night_goes_on_without_the_bytes_that_were_removed_and_all_results_can_be_read(
    where: Settings,
) -> None:
    versions = [table(ROWS[:count]) for count in (20, 30, 40)]
    store = store_at(where.store, where.snapshots)
    with PortalServer(validators=False) as portal:
        brought = []
        for number, content in enumerate(versions, 1):
            portal.files["/contratos.csv"] = content
            brought.append(run(where, portal.url, number)[0].sha256 or "")
        later = datetime.now(UTC) + timedelta(days=90)  # files bear the machine's own time
        done = prune(store, where.runs, 30, later)
        assert [version.sha256 for version in done.dropped] == [brought[1]]
        assert [store.has(sha256) for sha256 in brought] == [True, False, True]
        fourth, report, _ = run(where, portal.url, 4)  # what is published has not changed
        assert (fourth.sha256, report.rows) == (brought[2], 40)
        portal.files["/contratos.csv"] = versions[1]
        fifth, report, _ = run(where, portal.url, 5)  # and now a version that was removed is back
        assert (fifth.sha256, report.rows, store.has(brought[1])) == (brought[1], 30, True)
    _, rows = columns_and_rows("select distinct sha256 from snapshot order by sha256", public=where.public)
    assert [row[0] for row in rows] == sorted(brought)


def test_the_command_says_what_it_removes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VEEDOR_DATA", str(settings.data))
    store = store_at(None, settings.snapshots)
    for name in ("old", "new"):
        (temporary := store.incoming()).write_text(name)
        path = store.adopt(temporary, name.encode().hex().ljust(64, "0"))
        if name == "old":
            os.utime(path, (0, 0))
    prune_command()
    assert "VEEDOR_KEEP_SNAPSHOTS_DAYS is not set" in capsys.readouterr().out
    monkeypatch.setenv("VEEDOR_KEEP_SNAPSHOTS_DAYS", "30")
    prune_command(dry_run=True)
    assert "Would be removed: 1 files, 3 bytes. Kept: 1 files, 3 bytes." in capsys.readouterr().out
    prune_command(as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["days"], told["dry_run"], told["kept"]) == (30, False, 1)
    assert [version["bytes"] for version in told["dropped"]] == [3]
    assert len(list(store.versions())) == 1
    assert not list(Path(settings.snapshots).glob("**/*.part"))
