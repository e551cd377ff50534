"""`veedor sql` answers from the published copy, also while a night is writing the history."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pyarrow import parquet

from pipelines.history.database import writing
from pipelines.history.publish import publish
from pipelines.history.record import record_runs
from pipelines.settings import Settings
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data=tmp_path_factory.mktemp("sql") / "data")
    record_runs(settings.history, [it for it in run_folders.write(settings.runs) if it.name != "_night"])
    publish(settings.history, settings.public)
    return settings.data


def ask(
    data: Path, *arguments: str, piped: str = "", command: str = "sql"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", command, *arguments],
        cwd=ROOT,
        input=piped,
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
        connection.execute("delete from dataset_night")
        answers = [ask(data, QUESTION, "--json") for _ in range(3)]
        connection.rollback()
        connection.begin()
    for answer in answers:
        assert answer.returncode == 0, answer.stderr
        assert len(json.loads(answer.stdout)) > 10


def test_the_formats_agree(data: Path, tmp_path: Path) -> None:
    as_json = json.loads(ask(data, QUESTION, "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(ask(data, QUESTION, "--format", "csv").stdout)))
    as_table = ask(data, QUESTION).stdout
    assert [row["dataset"] for row in as_json] == [row["dataset"] for row in as_csv]
    assert f"{len(as_json)} rows" in as_table
    assert as_json[0]["night"] == as_csv[0]["night"] == "2026-02-26"
    as_markdown = ask(data, QUESTION, "--format", "markdown").stdout.splitlines()[2:]
    assert [line.split(" | ")[1] for line in as_markdown] == [row["dataset"] for row in as_json]
    told = ask(data, QUESTION, "--output", str(tmp_path / "scores.parquet"))
    assert told.stdout == ""
    assert f"{len(as_json)} rows" in told.stderr
    as_parquet = parquet.read_table(tmp_path / "scores.parquet").to_pylist()
    assert [row["score"] for row in as_parquet] == [row["score"] for row in as_json]
    assert as_parquet[0]["night"] == date(2026, 2, 26)


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


def test_a_question_may_stand_in_a_file_or_come_through_a_pipe(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_text(f"\ufeff-- which\n{QUESTION};\n", encoding="utf-8")
    expected = ask(data, QUESTION, "--json").stdout
    assert ask(data, "--file", str(file), "--json").stdout == expected
    assert ask(data, "--json", piped=QUESTION).stdout == expected
    output = tmp_path / "answer.json"
    assert ask(data, "--file", "-", "--output", str(output), piped=QUESTION).returncode == 0
    assert output.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "holds no question"),
        (("select 1", "--file", "x.sql"), "two questions"),
        (("--file", "missing.sql"), "cannot be read"),
        (("--file", "docs/validation_speed.svg"), "syntax error"),
        (("select 1", "--format", "parquet"), "Name a file"),
        (("select 1", "--output", "answer.xyz"), "does not tell a format"),
        (("from range(100)", "--max-rows", "99"), "more than 99 rows"),
        (("select count(*) from range(1000000000000)", "--seconds", "0.5"), "longer than 0.5 seconds"),
        ((r"\describe nothing",), "no view or table"),
    ],
)
def test_what_cannot_be_asked_is_told(data: Path, arguments: tuple[str, ...], words: str) -> None:
    told = ask(data, *arguments)
    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_views_are_described_without_a_shell(data: Path) -> None:
    views = json.loads(ask(data, r"\views", "--json").stdout)
    assert "score_history" in [row["view"] for row in views]
    columns = json.loads(ask(data, r"\d score_history", "--json").stdout)
    assert all(row["meaning"] for row in columns)
    assert columns[0] == {"column": "night", "type": "date", "meaning": "The night it is about."}


def test_the_trend_of_a_dataset_fits_into_80_columns(data: Path) -> None:
    told = ask(data, "federal/contratos", command="trend")
    assert told.returncode == 0, told.stderr
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert "\x1b" not in told.stdout
    for words in ("access", "content", "2026-02-26", "2026-03-02", "The rules changed on"):
        assert words in told.stdout
    drawn = ask(data, "federal/contratos", "--ascii", "--dimension", "content", command="trend").stdout
    assert all(line[:6].isascii() for line in drawn.splitlines())
    assert " 100 +" in drawn
    points = json.loads(ask(data, "federal/contratos", "--json", "--days", "2", command="trend").stdout)
    assert sorted({point["night"] for point in points}) == ["2026-03-01", "2026-03-02"]


def test_a_dataset_that_is_not_there_is_told_with_those_that_are_near(data: Path) -> None:
    told = ask(data, "contratos", command="trend")
    assert told.returncode == 2
    assert "federal/contratos" in told.stderr
    near = ask(data, "federal/contratos", "--dimension", "completnes", command="trend")
    assert near.returncode == 2
    assert "completeness" in near.stderr
