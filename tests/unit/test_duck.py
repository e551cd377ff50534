"""An interrupt ends what DuckDB computes, wherever in it the interrupt comes, and is a KeyboardInterrupt afterwards."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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


def names_in(connection: Any) -> list[str]:
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    return [name for (name,) in found]


def test_a_borrowed_connection_is_used_again_and_holds_nothing_of_the_work_before(tmp_path: Path) -> None:
    known = []
    for number in range(3):
        folder = tmp_path / str(number)
        with duck.borrowed(memory_limit="123MB", temp_directory=folder) as connection:
            known.append(connection)
            assert names_in(connection) == []
            connection.execute("CREATE TABLE t AS SELECT 1 AS x; CREATE VIEW v AS FROM t")
            ((limit, directory),) = connection.execute(
                "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
            ).fetchall()
            assert (limit, directory) == ("117.3 MiB", str(folder))
    assert known[0] is known[1] is known[2]
    with duck.borrowed(memory_limit="124MB", temp_directory=tmp_path) as other:
        assert other is not known[0]


def test_a_connection_that_failed_or_left_something_serves_nobody_else(tmp_path: Path) -> None:
    with duck.borrowed(memory_limit="125MB", temp_directory=tmp_path) as first:
        first.execute("CREATE TEMP TABLE left_behind AS SELECT 1 AS x")
    with (  # noqa: PT012 - the work fails, not the loan
        pytest.raises(KeyError),
        duck.borrowed(memory_limit="125MB", temp_directory=tmp_path) as second,
    ):
        assert second is not first
        raise KeyError
    with duck.borrowed(memory_limit="125MB", temp_directory=tmp_path) as third:
        assert all(third is not it for it in (first, second))
        assert names_in(third) == []


def test_two_works_at_once_have_a_connection_each(tmp_path: Path) -> None:
    with (
        duck.borrowed(temp_directory=tmp_path) as one,
        duck.borrowed(temp_directory=tmp_path) as other,
    ):
        one.execute("CREATE TABLE t AS SELECT 1 AS x")
        assert names_in(other) == []


def borrow_many(folder: Path, limit: str) -> None:
    with ExitStack() as stack:
        for _ in range(duck.MOST_IDLE + 2):
            connection = stack.enter_context(duck.borrowed(memory_limit=limit, temp_directory=folder))
            assert connection.execute("SELECT sum(range) FROM range(200000)").fetchall()


@pytest.mark.parametrize("limit", ["126MB", "127MB"], ids=["same-limits", "other-limits"])
def test_a_forked_process_leaves_the_connections_of_the_other_alone(tmp_path: Path, limit: str) -> None:
    borrow_many(tmp_path, "126MB")
    forked = multiprocessing.get_context("fork").Process(target=borrow_many, args=(tmp_path, limit))
    forked.start()
    forked.join(30)
    if forked.is_alive():
        forked.kill()
    assert forked.exitcode == 0
    borrow_many(tmp_path, "126MB")
