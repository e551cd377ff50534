"""`veedor sql` answers from the published copy, also while a night is writing the history."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.history.database import writing
from pipelines.history.publish import publish
from pipelines.history.record import record_run
from pipelines.settings import Settings
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data=tmp_path_factory.mktemp("sql") / "data")
    for folder in run_folders.write(settings.runs):
        if folder.name != "_night":
            record_run(settings.history, folder)
    publish(settings.history, settings.public)
    return settings.data


def ask(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", "sql", *arguments],
        cwd=ROOT,
        env={**os.environ, "VEEDOR_DATA": str(data), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


QUESTION = (
    "select night, dataset, score from score_history where dimension = 'content' order by night, dataset"
)


def test_it_answers_while_a_night_is_writing(data: Path) -> None:
    with writing(data / "history.duckdb") as connection:
        connection.execute("delete from score")
        answers = [ask(data, QUESTION, "--json") for _ in range(3)]
        connection.rollback()
        connection.begin()
    for answer in answers:
        assert answer.returncode == 0, answer.stderr
        assert len(json.loads(answer.stdout)) > 10


def test_the_three_formats_agree(data: Path) -> None:
    as_json = json.loads(ask(data, QUESTION, "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(ask(data, QUESTION, "--format", "csv").stdout)))
    as_table = ask(data, QUESTION).stdout
    assert [row["dataset"] for row in as_json] == [row["dataset"] for row in as_csv]
    assert f"{len(as_json)} rows" in as_table
    assert as_json[0]["night"] == as_csv[0]["night"] == "2026-02-26"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("delete from score", "Only SELECT"),
        ("select 1; select 2", "one statement"),
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("copy score to '/tmp/x.csv'", "Only SELECT"),
        ("select nothing from score", "nothing"),
        ("selekt", "syntax"),
    ],
)
def test_anything_else_is_refused_in_one_line(data: Path, query: str, words: str) -> None:
    answer = ask(data, query)
    assert answer.returncode == 2
    assert words.lower() in answer.stderr.lower()
    assert "Traceback" not in answer.stderr


def test_show_tables_lists_the_views(data: Path) -> None:
    answer = ask(data, "show tables", "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    assert "score_history" in answer.stdout
    assert "contact_point" not in answer.stdout
