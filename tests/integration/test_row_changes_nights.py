"""Rows that come and go from one night to the next: counted, measured, recorded, and listed when somebody asks."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.history.asking import columns_and_rows
from pipelines.model import QualityMeasurement, RowChange, RowsCompared, RowsReason, Snapshot
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.snapshots.store import store_at
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.portal_server.server import PortalServer

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2026, 3, 1)
FILE = "files/contratos/csv"
SOURCES = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: files
    portal: direct
    publisher: {name: P}
    owner: {name: O, email: owner@example.org}
    datasets:
      - id: contratos
        title: Contratos
        guide_dataset: contracts_register
        accrual_periodicity: R/P1D
        distributions: [{id: csv, url: "URL/contratos.csv", format: csv}]
"""
HEADER = "contract_id,supplier_name,value_amount,date_signed,supplier_id"
ROWS = [f"C-{n},Proveedora Ejemplo {n},{n}.5,2025-01-{n % 28 + 1:02d},AAA{n:09d}" for n in range(60)]
# Of 60 rows three are gone, two have come and one has another amount; one amount is only written otherwise.
CHANGED = [
    ROWS[0].replace(",0.5,", ",0.50,"),
    ROWS[1].replace(",1.5,", ",=1+1,"),
    *ROWS[2:57],
    *(row.replace("C-5", "C-9") for row in ROWS[57:59]),
]
BARE = [row.partition(",")[2] for row in CHANGED]


def night_of(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def settings_in(folder: Path) -> Settings:
    return Settings(
        sources=folder / "sources.yaml",
        data=folder / "data",
        allow_private_addresses=True,
        host_pause_seconds=0.0,
        retries=1,
        deadline_seconds=20.0,
    )


def run(settings: Settings, url: str, number: int) -> Path:
    night = night_of(number)
    sources = parse(SOURCES.replace("URL", url))
    clock = FixedClock(datetime(night.year, night.month, night.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock) as tools:
        assert run_night(sources, night, tools).failures == ()
    return artifacts.run_folder(settings.runs, night, "files")


def change(folder: Path) -> RowChange:
    (found,) = artifacts.read_values(folder / artifacts.ROW_CHANGES, RowChange)
    return found


def kept(folder: Path) -> QualityMeasurement | None:
    found = artifacts.read_values(folder / artifacts.MEASUREMENTS, QualityMeasurement)
    return next((item for item in found if item.metric == "structure.rows_kept"), None)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[Path]]:
    """Seven nights: first, changed, the same bytes, shuffled, changed with older bytes gone, key gone, broken."""
    folder = tmp_path_factory.mktemp("nights")
    settings = settings_in(folder)
    published = [
        (HEADER, ROWS),
        (HEADER, CHANGED),
        (HEADER, CHANGED),
        (HEADER, CHANGED[::-1]),
        (HEADER, CHANGED[::-1][:-1]),
        (HEADER.partition(",")[2], BARE),
    ]
    folders = []
    with PortalServer(validators=False) as portal:
        for number, (header, rows) in enumerate(published, 1):
            portal.files["/contratos.csv"] = "\n".join([header, *rows, ""]).encode()
            if number == 5:
                (snapshot,) = artifacts.read_values(folders[-1] / artifacts.SNAPSHOTS, Snapshot)
                store_at(settings.store, settings.snapshots).drop(snapshot.sha256 or "")
            folders.append(run(settings, portal.url, number))
        portal.files["/contratos.csv"] = b"%PDF-1.4 no table"
        folders.append(run(settings, portal.url, 7))
    return settings, folders


def test_each_night_counts_what_became_of_the_rows(nights: tuple[Settings, list[Path]]) -> None:
    _, folders = nights
    first, second, third, fourth, fifth, sixth = map(change, folders[:6])
    assert (first.compared, first.reason) == (RowsCompared.NOT_COMPARED, RowsReason.FIRST_READING)

    assert (second.compared, second.key) == (RowsCompared.BY_KEY, ("contract_id",))
    assert (second.rows_before, second.rows) == (60, 59)
    assert (second.removed, second.added, second.amended, second.unchanged) == (3, 2, 1, 56)
    assert second.columns == {"value_amount": 1}
    assert second.sha256_before == first.sha256

    for same in (third, fourth):
        assert (same.compared, same.removed, same.added, same.amended) == (RowsCompared.SAME, 0, 0, 0)
    assert fourth.sha256 != third.sha256  # only the order of the rows is another

    assert (fifth.compared, fifth.reason) == (RowsCompared.NOT_COMPARED, RowsReason.PRUNED)
    assert fifth.sha256_before == fourth.sha256
    assert (sixth.compared, sixth.reason) == (RowsCompared.NOT_COMPARED, RowsReason.KEY_LOST)
    assert artifacts.read_values(folders[6] / artifacts.ROW_CHANGES, RowChange) == []


def test_records_that_are_gone_lower_the_measurement_though_as_many_have_come(
    nights: tuple[Settings, list[Path]],
) -> None:
    _, folders = nights
    measured = [kept(folder) for folder in folders]
    assert measured[0] is None
    assert measured[1] is not None
    assert measured[1].value == round(57 / 60, 6)
    assert measured[1].reason == "3 of 60 records that were there before are gone, by their key"
    assert [item.value for item in measured[2:4] if item] == [1, 1]
    # Neither bytes that are pruned nor a key that is lost make rows gone: there the number tells, as ever.
    assert [item.reason for item in measured[4:6] if item] == ["1 of 59 records fewer than before", ""]


def test_everybody_can_ask_for_them(nights: tuple[Settings, list[Path]]) -> None:
    settings, _ = nights
    _, rows = columns_and_rows(
        "select night, rows_change, rows_removed, rows_added, rows_amended, rows_compared, rows_compared_reason"
        " from rows_over_time order by night",
        [],
        public=settings.public,
    )
    assert [tuple(row) for row in rows] == [
        (night_of(1), None, None, None, None, "not_compared", "first_reading"),
        (night_of(2), -1, 3, 2, 1, "by_key", None),
        (night_of(3), 0, 0, 0, 0, "same", None),
        (night_of(4), 0, 0, 0, 0, "same", None),
        (night_of(5), -1, None, None, None, "not_compared", "pruned"),
        (night_of(6), 1, None, None, None, "not_compared", "key_lost"),
    ]


def veedor(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        cwd=settings.data.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VEEDOR_DATA": str(settings.data), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_rows_of_two_nights_are_listed_in_both_languages(nights: tuple[Settings, list[Path]]) -> None:
    settings, _ = nights
    one, two = str(night_of(1)), str(night_of(2))
    spanish = veedor(settings, "diff", FILE, one, two)
    assert spanish.returncode == 0
    for told in (
        "Antes: noche del 2026-03-01, 60 filas",
        "Las filas se distinguen por su clave: contract_id.",
        "Filas suprimidas: 3",
        "fila 59  contract_id: C-57",
        "value_amount: 1.5 → =1+1",
        "Filas agregadas: 2",
    ):
        assert told in spanish.stdout, told
    english = veedor(settings, "diff", FILE, one, two, "--language", "en", "--limit", "1").stdout
    assert "Rows removed: 1 of 3" in english
    assert "--rows FILE.xlsx writes all of them." in english
    same = veedor(settings, "diff", FILE, two, str(night_of(3)), "--language", "en").stdout
    assert "Nothing has changed: the bytes are the same." in same


def test_the_rows_come_as_json_and_as_a_file_that_no_spreadsheet_computes(
    nights: tuple[Settings, list[Path]],
) -> None:
    settings, _ = nights
    target = settings.data.parent / "rows.csv"
    arguments = ("diff", FILE, str(night_of(1)), str(night_of(2)), "--json", "--rows", str(target))
    done = veedor(settings, *arguments)
    document = json.loads(done.stdout)
    assert (document["removed"], document["added"], document["amended"]) == (3, 2, 1)
    assert document["before"]["night"] == "2026-03-01"
    assert "Las 6 filas están en" in done.stderr
    with target.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["cambio"] for row in rows] == ["suprimidas"] * 3 + ["modificadas"] + ["agregadas"] * 2
    amended: Mapping[str, str] = rows[3]
    assert (amended["fila antes"], amended["fila ahora"]) == ("3", "3")
    assert amended["columnas modificadas"] == "value_amount"
    assert (amended["value_amount (antes)"], amended["value_amount (ahora)"]) == ("1.5", "'=1+1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("files/contratos/cvs",), "Did you mean files/contratos/csv?"),
        ((FILE, "2026-02-01"), "was not visited"),
        ((FILE, "2026-03-04", "2026-03-05"), "the bytes of the night 2026-03-04 are no longer kept"),
        ((FILE, "2026-03-01", "2026-03-07"), "the file of the night 2026-03-07 is no table"),
        ((FILE, "yesterday"), "names no version"),
        ((FILE, "0123456789"), "no version of it has a checksum that begins with 0123456789"),
        ((FILE, "2026-03-01", "2026-03-02", "--key", "clave"), "not both versions have a column 'clave'"),
        ((FILE, "--guide", "contracts_register"), "--guide goes with --files only"),
        ((FILE, "--rows", "rows.txt"), "has no ending that says what to write"),
    ],
)
def test_what_cannot_be_compared_is_told_with_what_to_do(
    nights: tuple[Settings, list[Path]], words: tuple[str, ...], told: str
) -> None:
    done = veedor(nights[0], "diff", *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


def test_versions_may_be_named_by_their_checksum_and_the_previous_one_differs(
    nights: tuple[Settings, list[Path]],
) -> None:
    settings, folders = nights
    first = change(folders[0]).sha256 or ""
    by_sum = json.loads(veedor(settings, "diff", FILE, first[:8], "2026-03-03", "--json").stdout)
    assert (by_sum["removed"], by_sum["sha256_before"]) == (3, first)
    previous = json.loads(veedor(settings, "diff", FILE, "previous", "2026-03-03", "--json").stdout)
    assert previous["sha256_before"] == first  # the night before had the same bytes


@pytest.mark.slow
def test_a_version_whose_fingerprints_are_kept_is_not_read_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    versions = [ROWS, CHANGED, [*CHANGED[2:], "C-99,Nueva,1,2025-02-01,AAA000000099"], CHANGED]
    found = []
    with PortalServer(validators=False) as portal:
        for number, rows in enumerate(versions, 1):
            portal.files["/contratos.csv"] = "\n".join([HEADER, *rows, ""]).encode()
            if number > 2:
                store = store_at(settings.store, settings.snapshots)
                store.path(found[-1].sha256 or "").write_bytes(b"%PDF-1.4 no table any more")
            if number == 4:
                for path in settings.fingerprints.iterdir():
                    path.write_bytes(path.read_bytes()[:-9])
            found.append(change(run(settings, portal.url, number)))
    _, second, third, fourth = found
    assert (second.removed, second.added, second.amended) == (3, 2, 1)
    assert (third.compared, third.key) == (RowsCompared.BY_KEY, ("contract_id",))
    assert (third.removed, third.added, third.amended, third.rows_before) == (2, 1, 0, 59)
    # Those that were cut off are of no use: the version itself is asked, and it cannot be read.
    assert (fourth.compared, fourth.reason) == (RowsCompared.NOT_COMPARED, RowsReason.UNREADABLE)
