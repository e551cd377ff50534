"""Rows of delimited text by their number, without parsing what stands before them.

Belongs here: finding and reading a few lines of a file in which each line is one row. Does not belong here: whether
it is such a file (`delimited`).
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.tables.dialect import MAX_CELL, Dialect


@dataclass(frozen=True)
class LineIndex:
    """`before[k]` line ends stand before the byte `offsets[k]`, the first of which is 0."""

    path: Path
    dialect: Dialect
    offsets: Sequence[int]
    before: Sequence[int]

    def rows(self, numbers: Iterable[int]) -> Mapping[int, list[str | None]] | None:
        """The cells of each line of these numbers, from 1; an empty one is None. None: a line is no row after all."""
        csv.field_size_limit(MAX_CELL)  # the module's own limit, which has no other way in
        found: dict[int, list[str | None]] = {}
        with self.path.open("rb") as handle:
            for number in sorted(set(numbers)):
                # The line must begin behind the offset, which lies anywhere within a line
                place = max(bisect_left(self.before, number - 1) - 1, 0)
                handle.seek(self.offsets[place])
                for _ in range(number - 1 - self.before[place]):
                    handle.readline()
                line = handle.readline().decode("utf-8-sig" if number == 1 else "utf-8", "replace")
                try:
                    (cells,) = csv.reader(
                        [self.dialect.doubled(line)], strict=True, **self.dialect.reader_options()
                    )
                except (csv.Error, ValueError):
                    return None
                found[number] = [cell or None for cell in cells]
        return found
