"""Two versions of a table, as fingerprints: which rows were added, removed and amended.

Belongs here: the rules by which rows are held against each other.

1. A key tells rows apart when at least `TELLING` of the rows of each version have a value of it that no other row has.
   The first such key is used. Without one whole rows are compared: their columns together are the key.
2. Rows of one key that agree in every compared column are the same row, each with one other, the first with the first.
3. Of the rows of that key that are left, the first before is the first after, and so on: these are amended. What is
   left on one side only was added or removed.
4. A row without any part of the key is the same row as one that agrees in every compared column; the others were added
   or removed. A key of which some parts are empty is a key like any other.

Compared are the columns that both versions have: a column that came or went amends no row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.model import RowsCompared, RowsReason
from pipelines.row_changes.fingerprint import Fingerprints
from pipelines.row_changes.pairing import Pair, Pairing

if TYPE_CHECKING:
    import duckdb

TELLING = 0.95


@dataclass(frozen=True)
class Comparison:
    """What came of it. `connection` has a table `changed` of `before`, `after` (`_row` of each, NULL for none).

    Without a number before, the row was added, without one after removed, else amended. Other fields are those of
    `model.RowChange`.
    """

    connection: duckdb.DuckDBPyConnection
    pairing: Pairing
    compared: RowsCompared
    reason: RowsReason | None
    key: tuple[Pair, ...]
    rows_before: int
    rows: int
    added: int
    removed: int
    amended: int
    repeated_removed: int
    keyless_before: int
    keyless: int
    keyless_added: int
    keyless_removed: int
    columns: dict[str, int]

    @property
    def unchanged(self) -> int:
        """The rows that are in both versions as they were."""
        return self.rows - self.added - self.amended


@contextmanager
def comparing(
    before: Fingerprints,
    after: Fingerprints,
    pairing: Pairing,
    folder: Path,
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    threads: int = duck.THREADS,
) -> Iterator[Comparison]:
    """Compare two versions; the comparison's table vanishes with the context. `pairing` must have columns.

    `folder` takes what does not fit into memory. Raises `MemoryLimitReached`.
    """
    with duck.borrowed(
        memory_limit=memory_limit, threads=threads, temp_directory=folder / "spill"
    ) as connection:
        with duck.within_memory(), duck.interruptible(connection):
            found = _Compare(connection, before, after, pairing).run()
        yield found


class _Compare:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: Fingerprints,
        after: Fingerprints,
        pairing: Pairing,
    ) -> None:
        self._connection, self._pairing = connection, pairing
        self._before, self._after = before, after

    def run(self) -> Comparison:
        key: tuple[Pair, ...] = ()
        single = False  # the key alone tells every row
        for one in self._pairing.keys:
            if told := self._tells(one):
                key, single = one, all(told)
                break
        self._narrow("a", self._before, [old for old, _ in key], [old for old, _ in self._pairing.columns])
        self._narrow("b", self._after, [new for _, new in key], [new for _, new in self._pairing.columns])
        several = not single and self._several()
        self._single(several)
        if several:
            self._repeated()
        reason = None
        if not key:
            reason = RowsReason.KEY_NOT_UNIQUE if self._pairing.keys else RowsReason.NO_KEY
            reason = RowsReason.KEY_LOST if self._pairing.key_lost else reason
        rows_before, keyless_before, rows, keyless, added, removed, amended = self._ask(
            "SELECT * FROM (SELECT count(*), count(*) - count(k) FROM a),"
            " (SELECT count(*), count(*) - count(k) FROM b),"
            ' (SELECT count_if("before" IS NULL), count_if("after" IS NULL),'
            ' count_if("before" IS NOT NULL AND "after" IS NOT NULL) FROM changed)'
        )
        gone = "FROM changed JOIN a ON a.n = changed.before WHERE changed.after IS NULL"
        come = "FROM changed JOIN b ON b.n = changed.after WHERE changed.before IS NULL"
        (repeated,) = self._ask(f"SELECT count(*) {gone} AND a.k IN (SELECT k FROM b)") if several else (0,)
        (keyless_removed,) = self._ask(f"SELECT count(*) {gone} AND a.k IS NULL") if several else (0,)
        (keyless_added,) = self._ask(f"SELECT count(*) {come} AND b.k IS NULL") if several else (0,)
        return Comparison(
            connection=self._connection,
            pairing=self._pairing,
            compared=RowsCompared.BY_KEY if key else RowsCompared.BY_ROW,
            reason=reason,
            key=key,
            rows_before=rows_before,
            rows=rows,
            added=added,
            removed=removed,
            amended=amended,
            repeated_removed=repeated,
            keyless_before=keyless_before,
            keyless=keyless,
            keyless_added=keyless_added,
            keyless_removed=keyless_removed,
            columns=self._columns() if amended else {},
        )

    def _ask(self, query: str) -> tuple[int, ...]:
        return tuple(int(value or 0) for value in self._connection.execute(query).fetchall()[0])

    def _tells(self, key: tuple[Pair, ...]) -> list[bool]:
        """Whether all rows of each version have a value of `key` that no other row has; empty when not even most do."""
        found = []
        for side, names in ((self._before, [old for old, _ in key]), (self._after, [new for _, new in key])):
            one = f"SELECT {_key(side, names)} AS k FROM {_file(side)}"
            counted = f"SELECT k, count(*) AS times FROM ({one}) GROUP BY k"
            told, rows = self._ask(
                f"SELECT count_if(times = 1 AND k IS NOT NULL), coalesce(sum(times), 0) FROM ({counted})"
            )
            if told < TELLING * rows:
                return []
            found.append(told == rows)
        return found

    def _narrow(self, name: str, side: Fingerprints, key: list[str], columns: list[str]) -> None:
        """A table of n (the row's number), k (its key, NULL for none) and r (all that is compared of it)."""
        row = f"hash({', '.join(map(side.cell, columns))})"
        told = _key(side, key) if key else row
        self._connection.execute(
            f"CREATE TABLE {name} AS SELECT _row AS n, {told} AS k, {row} AS r FROM {_file(side)}"
        )

    def _several(self) -> bool:
        """A table of the keys that stand more than once in a version; whether any row must be told otherwise."""
        once = "SELECT k FROM {} WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1"
        self._connection.execute(f"CREATE TABLE several AS {once.format('a')} UNION {once.format('b')}")
        (found,) = self._ask(
            "SELECT EXISTS (FROM several) OR EXISTS (FROM a WHERE k IS NULL) OR EXISTS (FROM b WHERE k IS NULL)"
        )
        return bool(found)

    def _single(self, several: bool) -> None:
        other = " WHERE k IS NOT NULL AND k NOT IN (FROM several)" if several else ""
        self._connection.execute(
            'CREATE TABLE changed AS SELECT x.n AS "before", y.n AS "after"'
            f" FROM (FROM a{other}) x FULL JOIN (FROM b{other}) y ON x.k = y.k WHERE x.r IS DISTINCT FROM y.r"
        )

    def _repeated(self) -> None:
        """Rows of keys that stand more than once, and rows without a key."""
        for name in ("a", "b"):
            self._connection.execute(
                f"CREATE TABLE {name}_many AS SELECT *, row_number() OVER (PARTITION BY k, r ORDER BY n) AS place"
                f" FROM {name} WHERE k IS NULL OR k IN (FROM several)"
            )
        same = "x.k IS NOT DISTINCT FROM y.k AND x.r = y.r AND x.place = y.place"
        for name, other in (("a", "b"), ("b", "a")):
            self._connection.execute(
                f"CREATE TABLE {name}_left AS"
                " SELECT x.n, x.k, row_number() OVER (PARTITION BY x.k ORDER BY x.n) AS place"
                f" FROM {name}_many x ANTI JOIN {other}_many y ON {same}"
            )
        self._connection.execute(
            "INSERT INTO changed SELECT x.n, y.n FROM a_left x FULL JOIN b_left y ON x.k = y.k AND x.place = y.place"
        )

    def _columns(self) -> dict[str, int]:
        """In how many of the amended rows each column differs; those that differ in none are left out."""
        source, differ = amended(
            self._connection, "changed", self._before, self._after, self._pairing.columns
        )
        counts = self._ask(f"SELECT {', '.join(f'count_if({one})' for one in differ)} FROM {source}")
        found = {new: count for (_, new), count in zip(self._pairing.columns, counts, strict=True) if count}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def amended(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    before: Fingerprints,
    after: Fingerprints,
    columns: Sequence[Pair],
) -> tuple[str, list[str]]:
    """A FROM clause of the rows of the table `rows` that are amended, and for each column SQL for whether it differs.

    It gives `_row`, the number after. One version after the other is joined with these few rows, so that never both
    need to be in memory.
    """
    cells = [(before.cell(old), after.cell(new)) for old, new in columns]
    was = ", ".join(f"x.{old} AS was{place}" for place, (old, _) in enumerate(cells))
    connection.execute(
        f'CREATE OR REPLACE TABLE was AS SELECT r."after" AS n, {was} FROM {_file(before)} x JOIN {rows} r'
        ' ON x._row = r."before" WHERE r."after" IS NOT NULL'
    )
    differ = [f"was{place} IS DISTINCT FROM {new}" for place, (_, new) in enumerate(cells)]
    return f"{_file(after)} JOIN was ON _row = was.n", differ


def _file(side: Fingerprints) -> str:
    return f"read_parquet({duck.literal(str(side.path))})"


def _key(side: Fingerprints, names: list[str]) -> str:
    cells = [side.cell(name) for name in names]
    if len(cells) == 1:
        return cells[0]
    return f"CASE WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN hash({', '.join(cells)}) END"
