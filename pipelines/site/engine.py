"""The engine: DuckDB for the reader's browser, as `make engine` made it, and the page's own scripts.

Belongs here: which files there are, whether they are there, and putting them into the public folder. Without them the
page of SQL is there all the same, and says how to get answers otherwise. Does not belong here: how they are made
(`deploy/engine`), what the page says (`sheets.sql`).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.site.output import Output

HERE = Path(__file__).parent
MADE = HERE / "engine"
SCRIPTS = HERE / "static" / "sql"
WORKER, WASM = "duckdb.worker.js", "duckdb.wasm.gz"
LOADED = ("duckdb.js", WORKER, WASM)
FILES = (*LOADED, "LICENSES.txt")


def weight(made: Path | None = None) -> int | None:
    """How many bytes a reader's first question loads; None where the engine was not made, or not all of it."""
    made = made or MADE
    if not all((made / name).is_file() for name in FILES):
        return None
    return sum((made / name).stat().st_size for name in LOADED)


def put(output: Output, made: Path | None = None) -> None:
    """The engine into `engine/` and the page's scripts into `sql/`; nothing where there is no engine."""
    made = made or MADE
    if weight(made) is None:
        return
    for name in FILES:
        output.copy(f"engine/{name}", made / name)
    for path in sorted(SCRIPTS.iterdir()):
        output.copy(f"sql/{path.name}", path)
