"""An interrupt that a library made an error of ends the command like any other, and no source is blamed for it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import artifacts, duck, interrupts, stages
from pipelines.clock import FixedClock
from pipelines.errors import ReadFault
from pipelines.settings import Settings
from pipelines.source_night import run_source
from pipelines.sources import parse
from pipelines.tables.guard import guarded
from pipelines.tools import opened_tools

NIGHT = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
DECLARED = parse(
    "version: 1\ntime_zone: UTC\nsources:\n"
    "  - {id: one, portal: direct, publisher: {name: P}, owner: {name: O}, datasets: [{id: d, distributions: "
    "[{id: f, url: 'http://localhost:9/f.csv'}]}]}\n"
)
ROOT = Path(__file__).parents[2]


class Interrupting:
    """What DuckDB asks for its rows, on whom Ctrl-C comes just then."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("an interrupt is raised before this")


@pytest.fixture
def listening() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupts.listen()
    yield
    interrupts.forget()
    signal.signal(signal.SIGINT, before)


def swallowed(*_: object) -> Any:
    connection = duck.connect()
    try:
        connection.register("incoming", Interrupting())
        connection.execute("FROM incoming")
    finally:
        connection.close()


def test_an_interrupt_that_duckdb_made_an_error_of_is_remembered(listening: None) -> None:
    assert not interrupts.heard()
    interrupts.end_if_heard()
    with pytest.raises(duckdb.Error) as told:
        swallowed()
    assert interrupts.heard()
    with pytest.raises(KeyboardInterrupt) as ended:
        interrupts.end_if_heard(told.value)
    assert ended.value.__cause__ is told.value
    interrupts.forget()
    interrupts.end_if_heard()


def test_a_source_is_not_blamed_for_it(
    settings: Settings, listening: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "discover", swallowed)
    with opened_tools(settings, DECLARED, clock=CLOCK) as tools, pytest.raises(KeyboardInterrupt):
        run_source(DECLARED.enabled[0], NIGHT, tools)
    (folder,) = settings.runs.glob("*/*")
    assert not (folder / artifacts.INDEX).exists()


def test_a_file_is_not_called_damaged_for_it(listening: None) -> None:
    with pytest.raises(ReadFault), guarded():
        raise UnicodeError
    with suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as ended, guarded():
        raise UnicodeError
    assert isinstance(ended.value.__cause__, UnicodeError)


def test_where_interrupts_are_ignored_they_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        interrupts.listen()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGINT)
        assert not interrupts.heard()
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "told", ["RuntimeError('Query interrupted')", "VeedorError('x')", "OSError(28, 'x')"]
)
def test_the_command_line_says_interrupted_whatever_ended_it(told: str, tmp_path: Path) -> None:
    work = f"""
import signal
from pipelines.cli import app
from pipelines.errors import VeedorError
def command():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise {told}
app.app = command
app.run()
"""
    done = subprocess.run(
        [sys.executable, "-c", work],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (130, ""), done.stderr
    assert done.stderr.startswith("Interrupted."), done.stderr
    assert not list(tmp_path.iterdir())
