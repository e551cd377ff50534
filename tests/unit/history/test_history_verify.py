"""Verification: every way in which history and run folders can differ is seen, and where it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.errors import ConfigurationError, DiskFull, HistoryDamaged, HistoryMissing
from pipelines.history import apart, compact, database, rebuild, record, verify

NIGHT = date(2026, 2, 27)


def told(history: Path, *statements: str) -> None:
    with database.writing(history) as connection:
        for statement in statements:
            connection.execute(statement)


def differences(data: Path) -> set[tuple[str, str, str, str]]:
    found = verify.verify(data / "history.duckdb", data / "runs")
    assert not found.equal
    return {(it.relation, str(it.night), it.source, it.kind) for it in found.differences}


def test_equal_histories_have_equal_checksums_whatever_the_order_and_the_ids(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    first = verify.verify(history, runs)
    assert first.equal
    assert (first.rebuilt.nights, first.rebuilt.runs) == (5, 10)
    assert all(it.rows for it in first.checksums.values())
    record.record_runs(history, sorted(runs.glob("*/[ef]*"), reverse=True))
    assert verify.verify(history, runs).checksums == first.checksums
    assert [path.name for path in recorded.iterdir() if "tmp" in path.name or "wal" in path.name] == []


def test_a_run_that_was_never_recorded_is_missing(recorded: Path) -> None:
    told(
        recorded / "history.duckdb",
        *(
            f"DELETE FROM {it} WHERE run_id = '{NIGHT}/federal'"
            for it in ("run", "source_visit", "contact_point")
        ),
        *(
            f"DELETE FROM {it} WHERE run_id = '{NIGHT}/federal'"
            for it in ("snapshot", "verdict", "dataset_night")
        ),
        f"DELETE FROM measurement WHERE night = '{NIGHT}' AND computed_on IN"
        " (SELECT id FROM computed_on WHERE source = 'federal')",
    )
    found = differences(recorded)
    assert {it[1:] for it in found} == {(str(NIGHT), "federal", "missing")}
    assert {it[0] for it in found} >= {
        "run",
        "quality_measurement",
        "score",
        "expectation_result",
        "dataset_night",
    }


def test_a_run_that_is_in_no_folder_is_surplus(recorded: Path) -> None:
    (recorded / "runs" / str(NIGHT) / "federal" / artifacts.INDEX).unlink()
    assert {it[1:] for it in differences(recorded)} == {(str(NIGHT), "federal", "surplus")}


@pytest.mark.parametrize(
    ("statement", "relation", "kind"),
    [
        (f"INSERT INTO verdict FROM verdict WHERE run_id = '{NIGHT}/federal'", "verdict", "doubled"),
        (
            f"INSERT INTO measurement FROM measurement WHERE night = '{NIGHT}'",
            "quality_measurement",
            "doubled",
        ),
        (
            f"UPDATE measurement SET value = value + 1e-9 WHERE night = '{NIGHT}'",
            "quality_measurement",
            "different",
        ),
        (f"UPDATE snapshot SET sha256 = NULL WHERE night = '{NIGHT}'", "snapshot", "different"),
    ],
)
def test_rows_that_are_doubled_or_changed_are_told_by_night_and_source(
    recorded: Path, statement: str, relation: str, kind: str
) -> None:
    history = recorded / "history.duckdb"
    told(history, statement)
    after = verify.verify(history, recorded / "runs")
    assert {it.relation for it in after.differences} == {relation}
    assert {(it.night, it.kind) for it in after.differences} == {(NIGHT, kind)}


def test_alerts_that_were_not_recorded_are_missing(recorded: Path) -> None:
    told(
        recorded / "history.duckdb",
        "DELETE FROM notification",
        "DELETE FROM judged WHERE night = '2026-02-26'",
    )
    found = differences(recorded)
    assert ("judged", "2026-02-26", "_night", "missing") in found
    assert {it[0] for it in found} == {"judged", "notification"}


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE dataset_night SET fix_block = 1 WHERE fix_block IS NOT NULL", "references to blocks of fix"),
        (
            "INSERT INTO score_rows SELECT * REPLACE (7 AS block) FROM score_rows LIMIT 1",
            "score_rows: rows of 1",
        ),
        (
            "UPDATE measurement SET metric = 999 WHERE night = '2026-02-27'",
            "1 ids of metric that are not there",
        ),
        ("DELETE FROM computed_on WHERE id = 1", "1 ids of computed_on that are not there"),
        (
            "INSERT INTO computed_on SELECT * REPLACE (999 AS id) FROM computed_on LIMIT 1",
            "1 rows without",
        ),
        ("INSERT INTO metric FROM metric LIMIT 1", "metric: 1 ids that stand for more than one row"),
        ("DELETE FROM run WHERE source = 'estatal'", "rows of runs that are not there"),
    ],
)
def test_what_does_not_hang_together_is_told(recorded: Path, statement: str, sentence: str) -> None:
    told(recorded / "history.duckdb", statement)
    found = verify.verify(recorded / "history.duckdb", recorded / "runs")
    assert any(sentence in it for it in found.loose), found.loose
    assert not found.equal


def test_some_nights_are_verified_by_themselves(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    for first in range(26, 29):
        between = (date(2026, 2, first), NIGHT.replace(day=28))
        found = verify.verify(history, runs, between)
        assert found.equal, found.differences
        assert found.rebuilt.runs == 2 * (29 - first)
    told(history, f"DELETE FROM verdict WHERE night = '{NIGHT}'")
    assert verify.verify(history, runs, (date(2026, 2, 28), date(2026, 3, 2))).equal
    found = verify.verify(history, runs, (NIGHT, NIGHT))
    assert [(it.relation, it.night) for it in found.differences] == [("verdict", NIGHT)] * 2
    told(history, "DELETE FROM expectation")
    assert "expectation" in {
        it.relation for it in verify.verify(history, runs, (date(2026, 3, 2),) * 2).differences
    }


def test_compacted_months_are_verified_too(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "LOOK_BACK", 1)
    history, runs = recorded / "history.duckdb", recorded / "runs"
    compact.compact(runs, 30, date(2026, 6, 1))
    assert verify.verify(history, runs).equal
    told(history, "DELETE FROM score_rows WHERE dataset = 'federal/contratos'")
    found = verify.verify(history, runs, (NIGHT, NIGHT))
    assert {(it.relation, it.night, it.source) for it in found.differences} == {("score", NIGHT, "federal")}


def test_the_quick_way_names_the_runs_that_one_side_does_not_know(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    assert apart.apart(history, runs) == apart.Apart((), ())
    told(
        history,
        "DELETE FROM run WHERE run_id = '2026-02-26/federal'",
        f"DELETE FROM judged WHERE night = '{NIGHT}'",
    )
    (runs / "2026-03-02" / "estatal" / artifacts.INDEX).unlink()
    found = apart.apart(history, runs)
    assert found == apart.Apart(("2026-02-26/federal", "2026-02-27/_night"), ("2026-03-02/estatal",))
    assert apart.apart(history, runs, (NIGHT, NIGHT)) == apart.Apart(("2026-02-27/_night",), ())


def test_a_rebuild_that_would_forget_runs_is_refused(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    with pytest.raises(ConfigurationError, match="15 runs of the history are in no folder") as caught:
        rebuild.rebuild(history, recorded / "mistyped")
    assert "--forget" in caught.value.advice
    assert apart.apart(history, runs).equal
    assert rebuild.rebuild(history, recorded / "mistyped", forget=True).runs == 0


def test_without_room_for_a_second_history_nothing_begins(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "ROOM_BESIDE_BYTES", 10**18)
    with pytest.raises(DiskFull, match="bytes of room"):
        verify.verify(recorded / "history.duckdb", recorded / "runs")


@pytest.mark.parametrize("content", [b"", b"not a database", b"x" * 20_000])
def test_a_history_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    history = tmp_path / "history.duckdb"
    with pytest.raises(HistoryMissing):
        verify.verify(history, tmp_path)
    history.write_bytes(content)
    for ask in (verify.verify, apart.apart):
        with pytest.raises(HistoryDamaged) as caught:
            ask(history, tmp_path)
        assert "veedor history rebuild" in caught.value.advice
    with pytest.raises(HistoryDamaged), database.writing(history):
        pass


def test_a_block_of_the_file_that_changed_on_the_disk_is_told(recorded: Path) -> None:
    history = recorded / "history.duckdb"
    content = bytearray(history.read_bytes())
    for place in range(4096 * 3 + 500, len(content), 20_000):
        content[place] ^= 0xFF
    history.write_bytes(content)
    with pytest.raises(HistoryDamaged):
        verify.verify(history, recorded / "runs")
    assert rebuild.rebuild(history, recorded / "runs").runs == 10
    assert verify.verify(history, recorded / "runs").equal
