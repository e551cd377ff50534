"""One DuckDB for thousands of readings: to start one takes as long as all the rest of reading a small file.

Belongs here: `duck.connect` as fuzzing has it. Each reading still has a catalog of its own, gone when it ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines import duck


class _Catalog:
    """A cursor on a new, empty catalog, dropped by `close`."""

    def __init__(self, root: Any, name: str) -> None:
        self.root, self.name = root, name
        self.cursor = root.cursor()
        self.cursor.execute(f"ATTACH ':memory:' AS {name}; USE {name}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)

    def close(self) -> None:
        self.cursor.close()
        self.root.execute(f"DETACH {self.name}")


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Inside, connections are catalogs of one database with the usual limits, which spills into `folder`."""
    connect = duck.connect
    root = connect(temp_directory=folder / "spill")
    numbers = itertools.count()
    duck.connect = lambda *_, **__: _Catalog(root, f"reading{next(numbers)}")  # type: ignore[assignment]
    try:
        yield
    finally:
        duck.connect = connect
        root.close()
