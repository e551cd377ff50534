"""What a line of the log carries, how it looks, and what never gets into one."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import log_context, logs, stages
from pipelines.cli import app as cli_app
from pipelines.demo import story
from pipelines.errors import ReadFault
from pipelines.logs import Guard
from pipelines.model import FaultKind
from pipelines.settings import Settings
from pipelines.settings_secrets import secrets_of
from pipelines.sources import parse
from pipelines.tools import opened_tools

ROOT = Path(__file__).resolve().parents[2]
HUSH = "s3cr3t-hunter2"


@pytest.fixture
def guarded() -> Iterator[Guard]:
    """The factory in place, and as it was afterwards."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    found = logs.guard()
    found.hide([HUSH])
    yield found
    logging.setLogRecordFactory(before)


@pytest.fixture
def foreign(guarded: Guard) -> Iterator[StringIO]:
    """A handler of somebody else's on a logger that does not propagate."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    log = logging.getLogger("somebody.else")
    log.addHandler(handler)
    log.propagate = False
    yield stream
    log.removeHandler(handler)
    log.propagate = True


def record_of(
    text: str, *arguments: object, exc_info: object = None, name: str = "veedor"
) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(
        name,
        logging.ERROR,
        "file.py",
        1,
        text,
        arguments,
        exc_info,  # type: ignore[arg-type]
    )


def lines(form: str) -> tuple[logging.Logger, StringIO]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs._json() if form == logs.JSON else logs._Text())
    log = logging.Logger("veedor")
    log.addHandler(handler)
    return log, stream


def test_no_handler_escapes(foreign: StringIO) -> None:
    log = logging.getLogger("somebody.else")
    log.error("asked %s with %s", f"https://user:{HUSH}@host/x", HUSH)
    try:
        raise ValueError(f"refused: {HUSH}")
    except ValueError:
        log.exception("and so")
    told = foreign.getvalue()
    assert HUSH not in told
    assert "Traceback" in told
    assert "ValueError: refused: ***" in told


def test_arguments_that_do_not_fit_are_redacted_too(foreign: StringIO) -> None:
    logging.getLogger("somebody.else").error("%d of %s", HUSH)
    assert HUSH not in foreign.getvalue()
    assert "%d of %s" in foreign.getvalue()


@given(st.text(min_size=1, max_size=30), st.text(min_size=6, max_size=20).filter(str.isprintable))
def test_whatever_stands_around_a_secret(text: str, secret: str) -> None:
    found = Guard(logging.LogRecord, told_in_text=False)
    found.hide([secret])
    record = found("veedor", logging.INFO, "f.py", 1, "%s%s%s", (text, secret, text), None)
    assert secret not in record.getMessage().replace("***", "\0")


def test_a_line_says_where_the_night_stands(guarded: Guard) -> None:
    log, stream = lines(logs.JSON)
    with (
        log_context.within_source(date(2026, 3, 2), "compras"),
        log_context.within_stage("fetch", "compras/contratos/csv"),
    ):
        log.warning("asked %d times", 3)
    told = json.loads(stream.getvalue())
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "level": "warning",
        "logger": "veedor",
        "night": "2026-03-02",
        "source": "compras",
        "run": "2026-03-02/compras",
        "stage": "fetch",
        "dataset": "compras/contratos",
        "distribution": "compras/contratos/csv",
        "event": "asked 3 times",
    }
    assert log_context.here() == {}


def test_a_published_line_end_begins_no_line(guarded: Guard) -> None:
    log, stream = lines(logs.TEXT)
    log.error("title %s", "x\n2026-03-02T09:00:00.000Z error   veedor: all is lost\x1b[2J")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_the_words_of_an_exception_that_may_quote_a_cell_are_not_told(guarded: Guard) -> None:
    cell, other = "GARCIA LOPEZ MARIA", "RFC GALM800101XX1"
    for form in logs.FORMS:
        log, stream = lines(form)
        try:
            try:
                raise ValueError(cell)
            except ValueError as inner:
                raise KeyError(other) from inner
        except KeyError:
            log.exception("source stopped")
        told = stream.getvalue()
        assert "GARCIA" not in told
        assert "GALM" not in told
        assert "ValueError" in told
        assert "KeyError" in told
        assert "test_logs.py" in told


def test_the_words_of_our_own_faults_and_of_the_machine_are(guarded: Guard) -> None:
    log, stream = lines(logs.TEXT)
    for error in (ReadFault(FaultKind.NO_TABLE, "no table"), OSError(28, "No space left on device")):
        try:
            raise error
        except Exception:
            log.exception("stopped")
    assert "no table" in stream.getvalue()
    assert "No space left on device" in stream.getvalue()


def test_no_secret_gets_into_the_files_that_an_operator_is_asked_to_report(
    guarded: Guard,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VEEDOR_DATA", str(settings.data))
    settings.data.mkdir(exist_ok=True)
    sources = parse(story.sources("http://127.0.0.1:9"))
    with opened_tools(settings, sources) as tools:
        run = stages.declare(sources.sources[0], date(2026, 3, 2), tools)
        stages.give_up(run, RuntimeError(f"{HUSH} was refused"), tools)
    cli_app._unforeseen(RuntimeError(f"{HUSH} was refused"))
    for path in (run.folder / "failure.log", settings.data / cli_app.FAILURE_LOG):
        text = path.read_text(encoding="utf-8")
        assert "*** was refused" in text
        assert HUSH not in text
    assert HUSH not in "".join(capsys.readouterr())


def test_threads_do_not_mix(guarded: Guard) -> None:
    log, stream = lines(logs.JSON)
    both = threading.Barrier(2)

    def work(name: str) -> None:
        with log_context.within_source(date(2026, 3, 2), name):
            both.wait(10)
            log.info("from %s", name)
            both.wait(10)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert sorted((it["source"], it["event"]) for it in told) == [("a", "from a"), ("b", "from b")]


def test_in_dagster_it_is_part_of_the_message(guarded: Guard) -> None:
    guarded.told_in_text = True
    with log_context.within_source(date(2026, 3, 2), "a"):
        assert record_of("x").getMessage() == "x [night=2026-03-02 source=a run=2026-03-02/a]"
        assert record_of("x", name="other").getMessage() == "x"


def test_a_generator_that_is_dropped_leaves_no_trace(guarded: Guard) -> None:
    def work() -> Iterator[int]:
        with log_context.within(stage="fetch"):
            yield 1

    found = work()
    next(found)
    thread = threading.Thread(target=found.close)  # type: ignore[attr-defined]
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_secrets_of_the_environment() -> None:
    found = secrets_of(
        {
            "VEEDOR_MAIL_URL": "mailtos://user:hunter2@smtp.example",
            "VEEDOR_PING_URL": "https://hc.example/0d3f-uuid",
            "VEEDOR_LINK_KEY": "k" * 32,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20abc,x=yyyy",
            "VEEDOR_CONTACT": "not a secret",
        }
    )
    assert {"hunter2", "0d3f-uuid", "k" * 32, "Basic%20abc", "yyyy"} <= set(found)
    assert "not a secret" not in found


@pytest.mark.parametrize("form", logs.FORMS)
def test_a_process_of_its_own(form: str) -> None:
    code = (
        "import logging; from pipelines import logs\n"
        f"logs.set_up({form!r}, 'info', ['{HUSH}'])\n"
        f"logging.getLogger('veedor').info('with {HUSH}')\n"
        "logging.getLogger('veedor').debug('not this')\n"
        f"logging.getLogger('library').warning('with %s', '{HUSH}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr.count("with ***") == 2
    assert "not this" not in done.stderr
    assert done.stdout == ""


def test_a_process_that_was_started_logs_like_the_one_that_started_it(guarded: Guard) -> None:
    guarded.shown = (logs.JSON, "info")
    known = pickle.dumps(logs.shared())
    assert HUSH not in repr(logs.shared())
    code = (
        "import logging, pickle, sys; from pipelines import logs\n"
        "logs.set_up_as(pickle.loads(sys.stdin.buffer.read()))\n"
        f"logging.getLogger('veedor').info('with {HUSH}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=known, capture_output=True, timeout=60, check=True
    )
    assert json.loads(done.stderr)["event"] == "with ***"
