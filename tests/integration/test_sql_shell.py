"""The shell of `veedor sql`, at the keyboard of a real pseudo-terminal."""

from __future__ import annotations

import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pipelines.history.database import writing
from pipelines.history.publish import publish
from pipelines.history.record import record_runs
from pipelines.settings import Settings
from tests.terminal import Terminal, running
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "veedor>"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(data=tmp_path_factory.mktemp("shell") / "data")
    record_runs(settings.history, [it for it in run_folders.write(settings.runs) if it.name != "_night"])
    publish(settings.history, settings.public)
    return settings.data


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "data", ignore=shutil.ignore_patterns("runs")))


def shell(data: Path, **environment: str) -> AbstractContextManager[Terminal]:
    command = [sys.executable, "-m", "pipelines", "sql"]
    return running(command, ROOT, {"VEEDOR_DATA": str(data), "NO_COLOR": "1", **environment})


@pytest.fixture
def terminal(data: Path) -> Iterator[Terminal]:
    with shell(data) as opened:
        assert "up to 2026-03-02" in opened.until(PROMPT)
        yield opened


def asks(terminal: Terminal, question: str) -> str:
    terminal.keys(question + "\r")
    return terminal.until("\n" + PROMPT)


def test_a_question_over_several_lines_ends_with_a_semicolon(terminal: Terminal) -> None:
    terminal.keys("select 'one;' ||\r")
    terminal.until("...>")
    terminal.keys(" ' two' as both -- ;\r")
    terminal.until("...>")
    terminal.keys(";\r")
    assert "one; two" in terminal.until("1 row")


def test_commands_say_what_there_is(terminal: Terminal) -> None:
    assert "score_history" in asks(terminal, r"\views")
    described = asks(terminal, r"\describe score_history")
    assert "0 to 100. NULL" in described
    assert "There is no view or table 'nothing'" in asks(terminal, r"\d nothing")
    assert "There is no command" in asks(terminal, r"\shell rm")
    assert "Ctrl-C" in asks(terminal, r"\help")
    terminal.keys("\\quit\r")
    assert terminal.end() == 0


def test_tab_completes_views_and_their_columns(terminal: Terminal) -> None:
    terminal.keys("select guide_datas")
    terminal.until("guide_datas")
    terminal.keys("\t")
    terminal.until("et")
    terminal.keys(" is null as missing from latest_sco")
    terminal.until("latest_sco")
    terminal.keys("\t")
    terminal.until("re")
    terminal.keys(" limit 1;\r")
    assert "1 row" in terminal.until("\n" + PROMPT)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("drop table score;", "Only SELECT"),
        ("selekt;", "syntax error"),
        ("from read_text('/etc/hostname');", "disabled"),
        ("copy score to '/tmp/stolen.csv';", "Only SELECT"),
        ("set memory_limit = '90GB';", "Only SELECT"),
    ],
)
def test_a_refusal_is_told_and_the_shell_goes_on(terminal: Terminal, question: str, words: str) -> None:
    told = asks(terminal, question)
    assert words in told
    assert "Traceback" not in told
    assert "42" in asks(terminal, "select 40 + 2;")


def test_an_interrupt_gives_up_the_question_and_not_the_shell(terminal: Terminal) -> None:
    terminal.keys("select count(*) from range(100000000000000);\r")
    time.sleep(1.5)
    began = time.monotonic()
    terminal.keys("\x03")
    terminal.until("Given up.")
    terminal.until(PROMPT)
    assert time.monotonic() - began < 10
    terminal.keys("select half written")
    terminal.until("written")
    terminal.keys("\x03")
    terminal.until("\n" + PROMPT)
    assert "42" in asks(terminal, "select 40 + 2;")
    terminal.keys("\x04")
    assert terminal.end() == 0


def test_questions_of_before_come_back_and_are_for_their_owner_only(data: Path) -> None:
    with shell(data) as first:
        first.until(PROMPT)
        assert "4711" in asks(first, "select 4711 as number;")
        first.keys("\\quit\r")
        assert first.end() == 0
    assert stat.S_IMODE((data / "sql_history").stat().st_mode) == 0o600
    with shell(data) as second:
        second.until(PROMPT)
        second.keys("\x1b[A")  # arrow up
        second.until("\\quit")
        second.keys("\x1b[A")
        second.until("4711")
        second.keys("\r")
        assert "1 row" in second.until("\n" + PROMPT)


def test_a_night_that_was_published_meanwhile_is_seen(terminal: Terminal, data: Path) -> None:
    assert "10" in asks(terminal, "select count(*) as runs from run;")
    with writing(data / "history.duckdb") as connection:
        connection.execute("delete from run where source = 'estatal'")
    publish(data / "history.duckdb", data / "public")
    answer = asks(terminal, "select count(*) + 70 as runs from run;")
    assert "75" in answer


def test_what_was_published_does_not_command_the_terminal(terminal: Terminal) -> None:
    answer = asks(terminal, "select chr(27) || ']0;title' || chr(7) || '[red]x[/red]' as \"[b]a\";")
    assert "\x1b]0;" not in terminal.raw.decode().split("1 row")[0].rsplit(PROMPT, 1)[-1]
    assert "[red]x[/red]" in answer
    assert "[b]a" in answer


def test_a_damaged_history_of_questions_or_none_is_no_obstacle(
    data: Path,
) -> None:
    (data / "sql_history").write_bytes(b"\xff\x00+no\n" * 300_000)
    with shell(data) as damaged:
        damaged.until(PROMPT)
        assert "42" in asks(damaged, "select 40 + 2;")
    assert (data / "sql_history").stat().st_size < 1_000_000
    (data / "sql_history").unlink()
    (data / "sql_history").mkdir()
    with shell(data) as without:
        without.until(PROMPT)
        assert "42" in asks(without, "select 40 + 2;")


def test_nothing_published_ends_at_once(tmp_path: Path) -> None:
    with shell(tmp_path) as empty:
        empty.until("There is no published history")
        assert empty.end() == 2
