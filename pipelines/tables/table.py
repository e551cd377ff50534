"""What the reader takes and gives: the portal's promise, one table, everything that a snapshot held.

Belongs here: the three values that cross the border of this package. Does not belong here: reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.model import ReadReport

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

ROW = "_row"


@dataclass(frozen=True)
class Hint:
    """What the portal promised about the bytes; content is believed before any of it.

    `distribution` and `sha256` are the report's key, `format` is as declared in lower case.
    """

    distribution: str
    sha256: str
    format: str | None = None
    media_type: str | None = None
    file_name: str | None = None


@dataclass(frozen=True)
class Table:
    """One table: `relation` in `connection` holds `_row` BIGINT and then `report.columns`, all VARCHAR.

    `_row` is unlike that of any other record of the table: the row as a spreadsheet shows it (1-based, the
    header counted); for JSON the 1-based index of the record in its array; for the table of an array inside
    OCDS releases the 1-based running index of the record within that table. An empty cell is NULL.
    The connection is closed when `read.opened` ends.

    The relation of a large regular CSV is a view: each query parses the file again, about as fast as DuckDB
    parses CSV on one processor (2 s a GB), and rows come in the order of the file. Ask for all that you need in
    one query, or keep it in a temporary table.
    """

    report: ReadReport
    connection: duckdb.DuckDBPyConnection
    relation: str

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """`_row` and `columns` (default: all) as a frame: text as `str`, a missing cell as None.

        The whole selection is held in memory: ask for the columns that you need. Raises `KeyError` for a
        column that the table does not have.
        """
        import pandas as pd

        names = list(self.report.columns if columns is None else columns)
        unknown = [name for name in names if name not in self.report.columns]
        if unknown:
            raise KeyError(f"table {self.report.table!r} has no column {unknown[0]!r}")
        wanted = ", ".join(duck.quote(name) for name in (ROW, *names))
        rows = self.connection.execute(
            f"SELECT {wanted} FROM {duck.quote(self.relation)} ORDER BY {duck.quote(ROW)}"
        ).fetchall()
        cells = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + 1)
        data = {ROW: pd.Series(list(cells[0]), dtype="int64")}
        for name, column in zip(names, cells[1:], strict=True):
            # dtype object keeps None: pandas' own text type would turn a missing cell into NaN
            data[name] = pd.Series(list(column), dtype="object")
        return pd.DataFrame(data)


@dataclass(frozen=True)
class Opened:
    """Everything that one snapshot held: `tables`, the main one first, and `reports`.

    `reports` has every table's report, and one report with `fault` for each archive member that could not be
    read; its `share_read` is 0 when data was lost by that, and 1 when the member never claimed to be data.
    """

    tables: tuple[Table, ...]
    reports: tuple[ReadReport, ...]
