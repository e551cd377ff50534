"""A suite's own SQL: what it may look at, and that it may do nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.model import Outcome
from pipelines.tables.layouts import lay
from pipelines.validation import rows_query
from pipelines.validation.suites import ROWS_QUERY
from pipelines.validation.validate import validate
from tests.tables_of import table_of
from tests.unit.validation.test_validate import COLUMNS, LAYOUT, ROWS, TODAY, expectation, suite_of


def asked(tmp_path: Path, query: str, **kwargs: Any) -> Any:
    suite = suite_of(tmp_path, [expectation(ROWS_QUERY, "q", ["id"], unexpected_rows_query=query, **kwargs)])
    with table_of(COLUMNS, ROWS) as table:
        (result,) = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY).results
        # The table and its connection are as they were.
        assert table.connection.execute("SELECT count(*) FROM t0").fetchall() == [(len(ROWS),)]
        assert table.connection.execute("SHOW TABLES").fetchall() == [("t0",)]
    return result


def test_numbers_and_dates_are_numbers_and_dates_and_rows_are_named(tmp_path: Path) -> None:
    query = "SELECT * FROM {batch} WHERE amount > 1000 OR signed > TIMESTAMP '2029-01-01'; "
    result = asked(tmp_path, query)
    assert (result.outcome, result.observed_value, result.executed_by) == (Outcome.FAILED, "2", "duckdb_plan")
    assert [(each.row, each.value) for each in result.examples] == [(2, "C-1"), (4, "C-2")]


def test_no_row_is_a_pass_and_a_row_condition_narrows_the_batch(tmp_path: Path) -> None:
    assert asked(tmp_path, "SELECT id FROM {batch} WHERE id IS NULL").outcome is Outcome.PASSED
    condition = {"row_condition": "id != 'C-2'", "condition_parser": "pandas"}
    assert asked(tmp_path, "SELECT id FROM {batch}", **condition).observed_value == "2"


def test_a_query_may_look_at_the_batch_more_than_once_and_braces_may_be_doubled(tmp_path: Path) -> None:
    query = "SELECT a.id, '{{}}' FROM {batch} a JOIN {batch} b USING (id) WHERE a._row < b._row -- twice"
    assert asked(tmp_path, query).observed_value == "1"


def test_a_column_that_is_absent_makes_it_not_applicable(tmp_path: Path) -> None:
    result = asked(tmp_path, "SELECT * FROM {batch} WHERE ended < signed")
    assert (result.outcome, result.reason) == (
        Outcome.NOT_APPLICABLE,
        "the file has no column for ended (optional)",
    )


def test_what_it_shows_of_a_personal_column_is_masked(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [expectation(ROWS_QUERY, "q", ["curp"], unexpected_rows_query="SELECT _row, curp FROM {batch}")],
    )
    with table_of(COLUMNS, ROWS) as table:
        (result,) = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY).results
    assert {each.value for each in result.examples} == {"***"}


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * FROM read_text('{file}')", "PermissionException"),
        ("SELECT * FROM read_csv('{file}')", "PermissionException"),
        ("SELECT * FROM glob('{folder}/*')", "PermissionException"),
        ("SELECT * FROM '{file}'", "PermissionException"),
        ("SELECT * FROM read_text('http://127.0.0.1:9/')", "PermissionException"),
        ("SELECT * FROM t0", "CatalogException"),
        ("SELECT * FROM ROWS", "CatalogException"),
        ("COPY (SELECT 1) TO '{folder}/written.csv'", "QueryRefused"),
        ("ATTACH '{folder}/written.db'", "QueryRefused"),
        ("SET memory_limit = '64GB'", "QueryRefused"),
        ("INSTALL httpfs", "QueryRefused"),
        ("DROP TABLE {{batch}}", "QueryRefused"),
        ("SELECT 1; SELECT 2", "QueryRefused"),
        ("SELECT 1) UNION ALL (SELECT 2", "ParserException"),
        ("SELECT {{batch.__class__}}", "QueryRefused"),
        ("SELECT {{today}}", "QueryRefused"),
        ("SELECT {{batch", "QueryRefused"),
        ("SELECT veedor_test_0('x')", "CatalogException"),
        ("SELECT nothing FROM {{batch}}", "BinderException"),
        ("", "QueryRefused"),
    ],
)
def test_everything_else_is_refused_and_recorded(tmp_path: Path, query: str, kind: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    result = asked(tmp_path, query.format(file=file, folder=tmp_path))
    assert (result.outcome, result.reason) == (Outcome.ERROR, f"it could not be evaluated ({kind})")
    assert {item.name for item in tmp_path.iterdir()} == {"secret.csv", "suite.json"}


ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 1"


def test_a_query_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_query, "SECONDS", 0.3)
    started = time.monotonic()
    result = asked(tmp_path, ENDLESS)
    assert (result.outcome, result.reason) == (
        Outcome.ERROR,
        "it could not be evaluated (InterruptException)",
    )
    assert time.monotonic() - started < 20


def test_an_interrupt_ends_the_query_and_everything(tmp_path: Path) -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        asked(tmp_path, ENDLESS)


def test_it_has_the_limits_of_the_connection_that_reads(tmp_path: Path) -> None:
    query = (
        "SELECT 1 WHERE current_setting('threads') <> 1 OR current_setting('memory_limit') NOT LIKE '95._ MiB' "
        "OR current_setting('enable_external_access') OR NOT current_setting('lock_configuration')"
    )
    suite = suite_of(tmp_path, [expectation(ROWS_QUERY, "q", ["id"], unexpected_rows_query=query)])
    with table_of(COLUMNS, ROWS) as table:
        table.connection.execute("SET memory_limit = '100MB'; SET threads = 1")
        result = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY)
    assert [item.outcome for item in result.results] == [Outcome.PASSED]
    assert replace(result, results=()).suite == "s"
