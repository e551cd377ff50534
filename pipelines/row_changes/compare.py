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
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.model import RowsCompared, RowsReason
from pipelines.row_changes.fingerprint import Fingerprints
from pipelines.row_changes.pairing import Pair, Pairing
from pipelines.tables.asking import Asking, of_connection, of_tables
from pipelines.tables.table import SMALL_BYTES

if TYPE_CHECKING:
    import pyarrow

TELLING = 0.95


# Tables, as SQL names them: of each version its fingerprints and what is left of them, and the rows that changed.
FILES = ("before:file", "after:file")
NARROW = ('"before:rows"', '"after:rows"')
SEVERAL, CHANGED, WAS = '"keys:several"', '"rows:changed"', '"cells:was"'
MANY, LEFT = ('"before:many"', '"after:many"'), ('"before:left"', '"after:left"')


@dataclass(frozen=True)
class Comparison:
    """What came of it. The fields are those of `model.RowChange`."""

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


@dataclass(frozen=True)
class OpenComparison(Comparison):
    """One whose rows may be asked for: `asked` has a table `CHANGED` of `before`, `after` (`_row` of each, or NULL).

    Without a number before, the row was added, without one after removed, else amended.
    """

    asked: Asking


def compared(
    before: Fingerprints,
    after: Fingerprints,
    pairing: Pairing,
    folder: Path,
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    threads: int = duck.THREADS,
) -> Comparison:
    """As `comparing`, without the rows."""
    sides = before, after
    if all(side.path.stat().st_size <= SMALL_BYTES for side in sides):
        tables = dict(zip(FILES, map(_held, sides), strict=True))
        with duck.within_memory(), of_tables(tables) as asked, duck.interruptible(asked.connection):
            return _Compare(asked, before, after, pairing, [duck.quote(name) for name in FILES]).run()
    with comparing(before, after, pairing, folder, memory_limit=memory_limit, threads=threads) as found:
        return Comparison(**{it.name: getattr(found, it.name) for it in fields(Comparison)})


def _held(side: Fingerprints) -> pyarrow.Table:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(side.path) as file:
        # What a file says of itself would make another table of it, which is planned by itself
        return file.read(use_threads=False).replace_schema_metadata(None)


@contextmanager
def comparing(
    before: Fingerprints,
    after: Fingerprints,
    pairing: Pairing,
    folder: Path,
    *,
    memory_limit: str = duck.MEMORY_LIMIT,
    threads: int = duck.THREADS,
) -> Iterator[OpenComparison]:
    """Compare two versions; the comparison's table vanishes with the context. `pairing` must have columns.

    `folder` takes what does not fit into memory. Raises `MemoryLimitReached`.
    """
    with duck.borrowed(
        memory_limit=memory_limit, threads=threads, temp_directory=folder / "spill"
    ) as connection:
        asked = of_connection(connection)
        with duck.within_memory(), duck.interruptible(connection):
            found = _Compare(asked, before, after, pairing, [file_of(before), file_of(after)]).run()
        yield OpenComparison(**vars(found), asked=asked)
        for name in (*NARROW, *MANY, *LEFT, SEVERAL, CHANGED, WAS):
            asked.forget(name)


class _Compare:
    def __init__(
        self,
        asked: Asking,
        before: Fingerprints,
        after: Fingerprints,
        pairing: Pairing,
        files: Sequence[str],
    ) -> None:
        self._asked, self._pairing = asked, pairing
        self._sides, self._files = (before, after), files

    def run(self) -> Comparison:
        key: tuple[Pair, ...] = ()
        single = False  # the key alone tells every row
        for one in self._pairing.keys:
            if told := self._tells(one):
                key, single = one, all(told)
                break
        self._narrow(0, [old for old, _ in key], [old for old, _ in self._pairing.columns])
        self._narrow(1, [new for _, new in key], [new for _, new in self._pairing.columns])
        several = not single and self._several()
        self._changed(several)
        reason = None
        if not key:
            reason = RowsReason.KEY_NOT_UNIQUE if self._pairing.keys else RowsReason.NO_KEY
            reason = RowsReason.KEY_LOST if self._pairing.key_lost else reason
        rows_before, keyless_before, rows, keyless, added, removed, amended = self._ask(
            f"SELECT * FROM (SELECT count(*), count(*) - count(k) FROM {NARROW[0]}),"
            f" (SELECT count(*), count(*) - count(k) FROM {NARROW[1]}),"
            ' (SELECT count_if("before" IS NULL), count_if("after" IS NULL),'
            f' count_if("before" IS NOT NULL AND "after" IS NOT NULL) FROM {CHANGED})'
        )
        gone = f'FROM {CHANGED} c JOIN {NARROW[0]} x ON x.n = c."before" WHERE c."after" IS NULL'
        come = f'FROM {CHANGED} c JOIN {NARROW[1]} x ON x.n = c."after" WHERE c."before" IS NULL'
        again = f"SELECT count(*) {gone} AND x.k IN (SELECT k FROM {NARROW[1]})"
        (repeated,) = self._ask(again) if several else (0,)
        (keyless_removed,) = self._ask(f"SELECT count(*) {gone} AND x.k IS NULL") if several else (0,)
        (keyless_added,) = self._ask(f"SELECT count(*) {come} AND x.k IS NULL") if several else (0,)
        return Comparison(
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
        return tuple(int(value or 0) for value in self._asked.rows(query)[0])

    def _tells(self, key: tuple[Pair, ...]) -> list[bool]:
        """Whether all rows of each version have a value of `key` that no other row has; empty when not even most do."""
        found = []
        for side, file, names in zip(self._sides, self._files, zip(*key, strict=True), strict=True):
            one = f"SELECT {_key(side, names)} AS k FROM {file}"
            counted = f"SELECT k, count(*) AS times FROM ({one}) GROUP BY k"
            told, rows = self._ask(
                f"SELECT count_if(times = 1 AND k IS NOT NULL), coalesce(sum(times), 0) FROM ({counted})"
            )
            if told < TELLING * rows:
                return []
            found.append(told == rows)
        return found

    def _narrow(self, which: int, key: list[str], columns: list[str]) -> None:
        """A table of n (the row's number), k (its key, NULL for none) and r (all that is compared of it)."""
        side = self._sides[which]
        row = f"hash({', '.join(map(side.cell, columns))})"
        told = _key(side, key) if key else row
        query = f"SELECT _row AS n, {told} AS k, {row} AS r FROM {self._files[which]}"
        self._asked.keep(NARROW[which], query)

    def _several(self) -> bool:
        """A table of the keys that stand more than once in a version; whether any row must be told otherwise."""
        before, after = (
            f"SELECT k FROM {name} WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1" for name in NARROW
        )
        self._asked.keep(SEVERAL, f"{before} UNION {after}")
        without = (f"EXISTS (FROM {name} WHERE k IS NULL)" for name in NARROW)
        (found,) = self._ask(f"SELECT EXISTS (FROM {SEVERAL}) OR {' OR '.join(without)}")
        return bool(found)

    def _changed(self, several: bool) -> None:
        other = f" WHERE k IS NOT NULL AND k NOT IN (FROM {SEVERAL})" if several else ""
        changed = (
            'SELECT x.n AS "before", y.n AS "after"'
            f" FROM (FROM {NARROW[0]}{other}) x FULL JOIN (FROM {NARROW[1]}{other}) y ON x.k = y.k"
            " WHERE x.r IS DISTINCT FROM y.r"
        )
        self._asked.keep(CHANGED, f"{changed} UNION ALL {self._repeated()}" if several else changed)

    def _repeated(self) -> str:
        """A query for the changed rows of keys that stand more than once, and those without a key."""
        for name, many in zip(NARROW, MANY, strict=True):
            query = f"SELECT *, row_number() OVER (PARTITION BY k, r ORDER BY n) AS place FROM {name}"
            self._asked.keep(many, f"{query} WHERE k IS NULL OR k IN (FROM {SEVERAL})")
        same = "x.k IS NOT DISTINCT FROM y.k AND x.r = y.r AND x.place = y.place"
        for left, many, other in zip(LEFT, MANY, reversed(MANY), strict=True):
            query = "SELECT x.n, x.k, row_number() OVER (PARTITION BY x.k ORDER BY x.n) AS place"
            self._asked.keep(left, f"{query} FROM {many} x ANTI JOIN {other} y ON {same}")
        return f"SELECT x.n, y.n FROM {LEFT[0]} x FULL JOIN {LEFT[1]} y ON x.k = y.k AND x.place = y.place"

    def _columns(self) -> dict[str, int]:
        """In how many of the amended rows each column differs; those that differ in none are left out."""
        source, differ = amended(self._asked, CHANGED, self._sides, self._pairing.columns, self._files)
        counts = self._ask(f"SELECT {', '.join(f'count_if({one})' for one in differ)} FROM {source}")
        found = {new: count for (_, new), count in zip(self._pairing.columns, counts, strict=True) if count}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def amended(
    asked: Asking,
    rows: str,
    sides: tuple[Fingerprints, Fingerprints],
    columns: Sequence[Pair],
    files: Sequence[str],
) -> tuple[str, list[str]]:
    """A FROM clause of the rows of the table `rows` that are amended, and for each column SQL for whether it differs.

    It gives `_row`, the number after. One version after the other is joined with these few rows, so that never both
    need to be in memory. `files` are FROM clauses of the two.
    """
    before, after = sides
    cells = [(before.cell(old), after.cell(new)) for old, new in columns]
    was = ", ".join(f"x.{old} AS was{place}" for place, (old, _) in enumerate(cells))
    asked.keep(
        WAS,
        f'SELECT r."after" AS n, {was} FROM {files[0]} x JOIN {rows} r'
        ' ON x._row = r."before" WHERE r."after" IS NOT NULL',
    )
    differ = [f"was{place} IS DISTINCT FROM {new}" for place, (_, new) in enumerate(cells)]
    return f"{files[1]} JOIN {WAS} w ON _row = w.n", differ


def file_of(side: Fingerprints) -> str:
    """A FROM clause of fingerprints, which DuckDB reads from their file."""
    return f"read_parquet({duck.literal(str(side.path))})"


def _key(side: Fingerprints, names: Sequence[str]) -> str:
    cells = [side.cell(name) for name in names]
    if len(cells) == 1:
        return cells[0]
    return f"CASE WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN hash({', '.join(cells)}) END"
