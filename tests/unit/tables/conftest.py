"""Bytes in, tables out: what every test of a reader needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pipelines.tables.read import opened
from pipelines.tables.table import Hint, Opened, Table

Reading = Callable[..., Opened]


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    """`reading(content, "name.csv", format="csv")`: the tables, open until the test ends."""
    with ExitStack() as stack:

        def read(content: bytes, name: str | None = None, format: str | None = None) -> Opened:
            path = tmp_path / "snapshot"  # like the store's files it has no extension
            path.write_bytes(content)
            return stack.enter_context(
                opened(path, Hint("source/dataset/file", "0" * 64, format=format, file_name=name))
            )

        yield read


@pytest.fixture
def rows() -> Callable[[Table], list[tuple[Any, ...]]]:
    """Every row of a table with its `_row` first, in the order of the file."""

    def every(table: Table) -> list[tuple[Any, ...]]:
        return table.connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY "_row"').fetchall()

    return every
