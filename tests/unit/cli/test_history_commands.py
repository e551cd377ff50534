"""`veedor history` as a person meets it: made anew, proved, differences told, old folders compacted and given back."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import ConfigurationError
from pipelines.history import compact, database, record
from tests.unit.history import run_folders

RUNS, NIGHTS = 4, 2


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("history")
    runs = data / "runs"
    run_folders.write(runs)
    for late in sorted(runs.iterdir())[NIGHTS:]:
        shutil.rmtree(late)
    for night in sorted(runs.iterdir()):
        record.record_runs(data / "history.duckdb", sorted(night.glob("[!_]*")))
        record.record_alerts(data / "history.duckdb", night / "_night")
    return data


@pytest.fixture
def data(recorded_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "data"))
    return Path(shutil.copytree(recorded_once, tmp_path / "data"))


def asked(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["history", *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def spoil(data: Path) -> None:
    with database.writing(data / "history.duckdb") as connection:
        connection.execute("DELETE FROM verdict WHERE run_id = ?", [f"{run_folders.FIRST_NIGHT}/federal"])


def test_it_is_made_anew_and_proved(data: Path) -> None:
    (data / "history.duckdb").unlink()
    code, said = asked("rebuild")
    assert code == 0
    assert f"{NIGHTS} nights, {RUNS} runs" in said
    code, said = asked("verify")
    assert (code, said.split(":")[0]) == (0, "History and run folders say the same")


def test_what_differs_is_told_and_is_an_exit_code(data: Path) -> None:
    spoil(data)
    code, said = asked("verify")
    assert code == 1
    assert all(word in said for word in ("verdict", "missing", "veedor history rebuild"))
    code, said = asked("verify", "--json")
    found = json.loads(said)
    assert (code, found["equal"]) == (1, False)
    assert [(it["relation"], it["source"], it["kind"]) for it in found["differences"]] == [
        ("verdict", "federal", "missing")
    ]
    later = run_folders.FIRST_NIGHT + timedelta(days=1)
    assert asked("verify", "--night", str(later))[0] == 0, "nothing is wrong with the other night"
    assert asked("rebuild", "--json")[0] == 0
    assert asked("verify", "--nights", f"{run_folders.FIRST_NIGHT}..{later}")[0] == 0


def test_the_quick_question_names_runs_that_only_one_side_has(data: Path) -> None:
    assert asked("verify", "--quick") == (0, "Run folders and history know the same runs.\n")
    shutil.rmtree(data / "runs" / str(run_folders.FIRST_NIGHT) / "federal")
    code, said = asked("verify", "--quick")
    assert code == 1
    assert f"1 runs are only in the history: {run_folders.FIRST_NIGHT}/federal" in said
    with pytest.raises(ConfigurationError, match="1 runs of the history are in no folder"):
        asked("rebuild")
    assert asked("rebuild", "--forget")[0] == 0
    assert asked("verify", "--quick")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--night", "mañana"], "is not a date"),
        (["--nights", "2026-03-02"], "is no span of nights"),
        (["--nights", "2026-03-02..2026-03-01"], "is no span of nights"),
        (["--night", "2026-03-02", "--nights", "2026-03-01..2026-03-02"], "were both given"),
    ],
)
def test_nights_that_make_no_sense_are_refused(data: Path, words: list[str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        asked("verify", *words)


def test_old_folders_become_months_and_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path))
    monkeypatch.setattr(compact, "LOOK_BACK", 1)  # the generated nights are five
    runs = tmp_path / "runs"
    run_folders.write(runs)
    for number, night in enumerate(sorted(runs.iterdir())):  # long ago, by any clock
        night.rename(runs / str(date(2019, 5, 1 + number)))
    before = {path.relative_to(runs): path.read_bytes() for path in runs.rglob("*") if path.is_file()}

    code, said = asked("compact", "--dry-run")
    assert code == 0
    assert said.startswith("Would be compacted: ")
    assert not (runs / "compacted").exists()

    code, said = asked("compact", "--json")
    done = json.loads(said)
    assert (code, len(done["months"]), done["left"]) == (0, 1, [])
    assert done["bytes_after"] < done["bytes_before"]
    assert len(list(runs.glob("20*"))) == 2, "the newest is looked back to, the one before is needed"

    code, said = asked("compact", "--restore", "all")
    assert (code, "are back" in said) == (0, True)
    after = {path.relative_to(runs): path.read_bytes() for path in runs.glob("20*/**/*") if path.is_file()}
    assert after == before
