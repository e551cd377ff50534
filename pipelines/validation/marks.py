"""Rows summed up as marks: one bit for each condition that a row meets.

Belongs here: turning conditions into bits, and counts by mark into counts and first rows by condition. Rows that are
alike in everything that is asked of them have the same marks and are counted together, so that thirty expectations
cost one aggregate and not ninety. Does not belong here: which conditions there are, or running anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.alike import IT, LEAST, shape_of
from pipelines.validation.compiled import COUNT, EXAMPLES, FIRST

if TYPE_CHECKING:
    import pyarrow

# Rows are grouped by so many conditions at a time: 2**16 groups at most take some 10 MB, whatever the rows are.
BITS = 16
# So many groups of conditions are kept in one column
WIDE = 4


@dataclass(frozen=True)
class Marks:
    """`conditions` are SQL over a row; each is a bit, `BITS` of them a mark and `WIDE` marks a column.

    `opposites` need no bit: each is true where the condition that it names is not. Which rows meet them is not told.
    `shorter` are other words for some of the conditions, which cost less to compute.
    """

    conditions: tuple[str, ...]
    opposites: Mapping[str, str] = field(default_factory=dict)
    shorter: Mapping[str, str] = field(default_factory=dict)

    @property
    def _marks(self) -> range:
        """One even without any condition, so that rows can be counted."""
        return range(max(1, -(-len(self.conditions) // BITS)))

    def columns(self) -> list[str]:
        """What to select for them. What is not true of a row, unknown included, leaves its bit empty."""
        columns: dict[str, list[str]] = {}
        for place in self._marks:
            shifted = f"(({self._mark(place)})::UBIGINT << {place % WIDE * BITS})"
            columns.setdefault(_column(place), []).append(shifted)
        return [f"{' | '.join(marks)} AS {name}" for name, marks in columns.items()]

    def planned_once(self, other: Collection[str]) -> list[str]:
        """The same, for few rows: conditions that ask the same of several columns, one after the other, stand once.

        `other` are quoted names of columns that hold no text.
        """
        found = []
        for first in range(0, max(1, len(self.conditions)), BITS * WIDE):
            asked = [self.shorter.get(it, it) for it in self.conditions[first : first + BITS * WIDE]]
            shaped = [(shape_of(it, other) or ("", it), bit) for bit, it in enumerate(asked)]
            bits = ["0::UBIGINT"]
            for shape, run in groupby(shaped, lambda it: it[0][0]):
                same = [(name, bit) for (_, name), bit in run]
                if shape and len(same) >= LEAST:
                    names, begin = ", ".join(name for name, _ in same), same[0][1]
                    each = f"CASE WHEN {shape} THEN 1::UBIGINT << (place - 1)::UBIGINT ELSE 0::UBIGINT END"
                    bits.append(
                        f"(list_bit_or(list_transform([{names}], lambda {IT}, place: {each})) << {begin}::UBIGINT)"
                    )
                else:
                    bits += [
                        f"CASE WHEN {asked[bit]} THEN {1 << bit}::UBIGINT ELSE 0::UBIGINT END"
                        for _, bit in same
                    ]
            found.append(f"{' | '.join(bits)} AS {_column(first // BITS)}")
        return found

    def _mark(self, place: int) -> str:
        asked = self.conditions[place * BITS : (place + 1) * BITS]
        # CASE asks the second part of a condition only about rows that meet the first, which AND alone does not
        bits = [
            f"CASE WHEN {self.shorter.get(it, it)} THEN {1 << bit}::USMALLINT ELSE 0::USMALLINT END"
            for bit, it in enumerate(asked)
        ]
        return " | ".join(bits) or "0::USMALLINT"

    def test(self, condition: str) -> str:
        """SQL: a row with these columns meets `condition`."""
        if condition in self.opposites:
            return f"(NOT {self.test(self.opposites[condition])})"
        place, bit = divmod(self.conditions.index(condition), BITS)
        return f"(({_column(place)} & {1 << place % WIDE * BITS + bit}::UBIGINT) <> 0)"

    def query(self, source: str) -> str:
        """Counts and first rows of each mark in `source`, a FROM clause with `_row` and these columns."""
        names = [f"mark_{place}" for place in self._marks]
        mask = (1 << BITS) - 1
        marks = [
            f"(({_column(it)} >> {it % WIDE * BITS}) & {mask})::USMALLINT AS mark_{it}" for it in self._marks
        ]
        groups = (
            names[0] if len(names) == 1 else f"GROUPING SETS ({', '.join(f'({name})' for name in names)})"
        )
        return (
            f"SELECT {', '.join(names)}, {COUNT}, {FIRST} "
            f'FROM (SELECT "_row", {", ".join(marks)} FROM {source}) GROUP BY {groups}'
        )

    def counted(self, found: Iterable[Sequence[Any]]) -> Counted:
        """What the rows of `query` say."""
        counts: dict[str, int] = dict.fromkeys(self.conditions, 0)
        rows: dict[str, list[int]] = {condition: [] for condition in self.conditions}
        total, first = 0, list[int]()
        for *marks, count, earliest in found:
            place = next(place for place, mark in enumerate(marks) if mark is not None)
            if not place:
                total += count
                first += earliest
            for bit, condition in enumerate(self.conditions[place * BITS : (place + 1) * BITS]):
                if marks[place] >> bit & 1:
                    counts[condition] += count
                    rows[condition] += earliest
        counts |= {opposite: total - counts[condition] for opposite, condition in self.opposites.items()}
        earliest_rows = {condition: nsmallest(EXAMPLES, each) for condition, each in rows.items()}
        return Counted(total, nsmallest(EXAMPLES, first), counts, earliest_rows)

    def counted_in(self, rows: pyarrow.Table) -> Counted:
        """The same of few rows, which have `_row` and these columns."""
        import numpy

        numbers = rows.column("_row").to_numpy()
        order = numpy.argsort(numbers, kind="stable")
        numbers = numbers[order]
        counts: dict[str, int] = {}
        earliest: dict[str, list[int]] = {}
        for first in range(0, len(self.conditions), BITS * WIDE):
            marks = rows.column(_column(first // BITS)[1:-1]).to_numpy()[order]
            for bit, condition in enumerate(self.conditions[first : first + BITS * WIDE]):
                met = numpy.flatnonzero(marks & numpy.uint64(1 << bit))
                counts[condition] = len(met)
                earliest[condition] = numbers[met[:EXAMPLES]].tolist()
        counts |= {
            opposite: len(numbers) - counts[condition] for opposite, condition in self.opposites.items()
        }
        return Counted(len(numbers), numbers[:EXAMPLES].tolist(), counts, earliest)


def _column(place: int) -> str:
    return f'"marks:{place // WIDE}"'


@dataclass(frozen=True)
class Counted:
    """How many rows there are and which come first, and the same of the rows that meet each condition."""

    total: int
    first: list[int]
    counts: Mapping[str, int]
    rows: Mapping[str, list[int]]
