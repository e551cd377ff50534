"""What became of a table's rows since the last reading: counts, and what they rest on.

Belongs here: one value for the artifact `row_changes.jsonl`. Rows added, removed and amended are our words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class RowsCompared(StrEnum):
    """How the rows of two readings were held against each other.

    `by_key`: the key tells which row is which. `by_row`: whole rows only, so that an amended row is one removed and
    one added. `same`: the bytes or the hash of the rows have not changed. `not_compared`: no counts, and a reason.
    """

    BY_KEY = "by_key"
    BY_ROW = "by_row"
    SAME = "same"
    NOT_COMPARED = "not_compared"


class RowsReason(StrEnum):
    """Why rows were not compared, or only as whole rows."""

    FIRST_READING = "first_reading"
    PRUNED = "pruned"
    PARTLY_READ = "partly_read"
    UNREADABLE = "unreadable"
    NO_TABLE_BEFORE = "no_table_before"
    NO_COMMON_COLUMNS = "no_common_columns"
    KEY_LOST = "key_lost"
    NO_KEY = "no_key"
    KEY_NOT_UNIQUE = "key_not_unique"


@dataclass(frozen=True)
class RowChange:
    """The rows of one table against those of its last reading, counted.

    `key` are the columns (by their names now) that told which row is which. Counts are None when `compared` is
    `not_compared`, and `amended` also `by_row`. `columns` counts, by the name now, the amended rows in which that
    column differs. `repeated_removed` of `removed` are copies of a key that is still there; `keyless_added` and
    `keyless_removed` of `added` and `removed` are rows without a key, of which nobody knows whether they are other
    rows or amended ones; `keyless_before` and `keyless` are how many rows have none.
    """

    distribution: str
    table: str
    sha256: str | None
    sha256_before: str | None
    compared: RowsCompared
    reason: RowsReason | None = None
    key: tuple[str, ...] = ()
    rows_before: int | None = None
    rows: int | None = None
    added: int | None = None
    removed: int | None = None
    amended: int | None = None
    unchanged: int | None = None
    repeated_removed: int = 0
    keyless_before: int = 0
    keyless: int = 0
    keyless_added: int = 0
    keyless_removed: int = 0
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int | None:
        """Keyed rows that are gone, copies of those that are still there not counted; None: nobody knows."""
        if self.compared is RowsCompared.SAME:
            return 0
        if self.compared is not RowsCompared.BY_KEY or self.removed is None:
            return None
        return self.removed - self.repeated_removed - self.keyless_removed
