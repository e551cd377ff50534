"""The memory: every night's results in DuckDB, and the published copy that anybody may query in SQL.

`history.duckdb` belongs to one writer at a time and can be rebuilt from the run folders; `quality.duckdb` in
the public folder is what readers open. Importing this package costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas


def query(
    sql: str,
    params: Sequence[object] | Mapping[str, object] | None = None,
    *,
    public: Path | str | None = None,
) -> pandas.DataFrame:
    """Answer one SELECT over the published history as a data frame: the door for notebooks and scripts.

    `params` fill `?` (a sequence) or `$name` (a mapping) in the statement, so that no value has to be written into
    SQL. `public` is the folder with `quality.duckdb`; by default that of this installation (`VEEDOR_DATA`).
    Limits and errors are those of `pipelines.history.asking.query`.
    """
    from pipelines.history import asking

    return asking.query(sql, params, public=None if public is None else Path(public))
