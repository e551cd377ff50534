"""An interrupt ends what DuckDB computes, wherever in it the interrupt comes, and is a KeyboardInterrupt afterwards."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from pipelines import duck
from pipelines.errors import MemoryLimitReached

PAIRS = "FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 1"


def interrupt_after(seconds: float) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT count(*) {PAIRS}",
        # One step of which DuckDB's own look at signals sees nothing until its end.
        f"SELECT count(*) FROM (SELECT count(*) {PAIRS})",
        "SELECT count(*) FROM range(10000000000) WHERE slow(range::VARCHAR)",
    ],
)
def test_an_interrupt_ends_a_query_at_once(query: str) -> None:
    connection = duck.connect()
    try:
        connection.create_function("slow", lambda text: text == "x", ["VARCHAR"], "BOOLEAN")
        handler = signal.getsignal(signal.SIGINT)
        interrupt_after(0.3)
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt), duck.interruptible(connection):
            connection.execute(query).fetchall()
        assert time.monotonic() - started < 10
        assert signal.getsignal(signal.SIGINT) is handler
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        connection.close()


def test_an_interrupt_between_two_queries_is_not_lost() -> None:
    connection = duck.connect()
    try:
        with pytest.raises(KeyboardInterrupt), duck.interruptible(connection):  # noqa: PT012 - the pause matters
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
            connection.execute(f"SELECT count(*) {PAIRS}").fetchall()
    finally:
        connection.close()


def test_without_an_interrupt_nothing_is_changed_and_other_threads_are_left_alone() -> None:
    connection = duck.connect()
    found: list[object] = []

    def ask() -> None:
        with duck.interruptible(connection):
            found.append(connection.execute("SELECT 1").fetchall())

    try:
        handler, threads = signal.getsignal(signal.SIGINT), threading.active_count()
        ask()
        other = threading.Thread(target=ask)
        other.start()
        other.join()
        assert found == [[(1,)], [(1,)]]
        assert (signal.getsignal(signal.SIGINT), threading.active_count()) == (handler, threads)
    finally:
        connection.close()


def test_want_of_memory_is_told_with_what_to_do() -> None:
    connection = duck.connect(memory_limit="20MB")
    try:
        with pytest.raises(MemoryLimitReached) as told, duck.within_memory():
            connection.execute("SELECT list(range) FROM range(10000000)").fetchall()
        assert "VEEDOR_MEMORY_LIMIT" in told.value.advice
        assert "\n" not in str(told.value)
    finally:
        connection.close()
