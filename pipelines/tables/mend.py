"""Lines that do not split into the table's columns, made whole where exactly one reading fits.

Belongs here: the readings of one line (a delimiter missing, surplus or of another kind, a stray quote) and the
choice among them by what the columns hold elsewhere. Does not belong here: reading files. A line with no reading
that fits, or with two as good, is left as it is: a guess would be worse than a ragged row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.tables.dialect import Dialect

_ENOUGH_ROWS = 8  # of the table's width, to say what its columns hold
_REGULAR = 0.8  # the share of rows that have that width, below which the width itself is a guess
_RARE = 0.02
_MAX_COST = 3
_MAX_STEPS = 3_000
_MAX_SPENT = 1_000_000  # some 20 seconds
_MAX_LINE = 20_000
_MAX_WIDTH = 300
_MAX_FAILURES = 200
_OTHERS = (",", ";", "\t", "|", " ")
_NUMBER = re.compile(r"[-+(]?\s*(?:[$€£]|R\$)?\s*[-+]?[\d.,']*\d[\d.,']*\s*[%)]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|\d{1,2}:\d\d(?::\d\d.*)?")

Reading = tuple[str, ...]


def _kind(cell: str) -> str:
    """What a cell is like, roughly: what a column holds is a set of these."""
    text = cell.strip(" \t\"'")
    if not text:
        return "nothing"
    if _DATE.fullmatch(text):
        return "time" if ":" in text[:3] else "date"
    if _NUMBER.fullmatch(text):
        return "amount" if text[0] in "$€£R" else "number"
    if "://" in text[:9]:
        return "address"
    if not re.search(r"\s", text):
        return "code" if re.search(r"\d", text) else "word"
    return "text"


@dataclass
class Mender:
    """Knows the width of a table and what its columns hold; `mended` counts the lines made whole."""

    dialect: Dialect
    kinds: list[set[str]]
    mended: int = 0
    failed: int = 0
    stopped: bool = False
    steps: int = 0  # of the line at hand
    spent: int = 0  # on all lines

    @classmethod
    def of(cls, dialect: Dialect, rows: Sequence[Sequence[str]], width: int) -> Mender | None:
        """Learn from the first records of a table; None when they do not say enough."""
        regular = [row for row in rows if len(row) == width]
        filled = sum(1 for row in rows if any(cell.strip() for cell in row))
        if dialect.delimiter is None or not 1 < width <= _MAX_WIDTH:
            return None
        if len(regular) < _ENOUGH_ROWS or len(regular) < filled * _REGULAR:
            return None
        counted = [Counter(_kind(row[column]) for row in regular) for column in range(width)]
        least = len(regular) * _RARE
        return cls(dialect, [{kind for kind, n in kinds.items() if n >= least} for kinds in counted])

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.kinds)

    @property
    def tired(self) -> bool:
        """Whether it gave up: nearly nothing can be mended, or too much would have to be."""
        return self.failed > max(_MAX_FAILURES, 4 * self.mended) or self.spent > _MAX_SPENT

    def suspects(self, row: Sequence[str]) -> bool:
        """Whether `row`, well-formed as it is, may have been published otherwise: its width, or a lone quote."""
        if len(row) != self.width:
            return bool(row)
        quote = self.dialect.quote or "\x00"
        return quote in "".join(row) and any(cell.count(quote) % 2 for cell in row)

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether every cell, those left out at the end counted as empty, is like its column."""
        padded = [*cells, *[""] * (self.width - len(cells))]
        return not any(padded[self.width :]) and all(map(self._like, padded, range(self.width)))

    def mend(self, line: str, *, most: int = _MAX_COST) -> Reading | None:
        """The one reading of `line` in which every cell is like its column, at a cost of at most `most`."""
        if self.stopped or self.tired or len(line) > _MAX_LINE:
            return None
        own = self.dialect.delimiter or ""
        self.steps = 0
        found = self._best(own, line, most)
        if found is None and most and self.steps < _MAX_STEPS:
            others = [self._best(other, line, 0) for other in _OTHERS if other != own and other in line]
            fitting = [reading for reading in others if reading]
            found = fitting[0] if len(fitting) == 1 else None
        self.spent += self.steps
        return found

    def swallowed(self, lines: Sequence[str]) -> Reading | None:
        """The first of `lines` alone, when a stray quote in it made one record of several whole ones."""
        first = self.mend(lines[0])
        whole = first and all(self.mend(line, most=0) for line in lines[1:])
        return first if whole else None

    def stop(self) -> None:
        """Mend no more: the table that it knows is over."""
        self.stopped = True

    def _best(self, delimiter: str, line: str, most: int) -> Reading | None:
        best: dict[int, set[Reading]] = {}
        for cost, cells in self._split(line, 0, delimiter, most):
            for extra, reading in self._align(cells, delimiter):
                best.setdefault(cost + extra, set()).add(reading)
        if (
            not best or self.steps >= _MAX_STEPS
        ):  # not every reading was seen, so none can be called the only one
            return None
        cheapest = best[min(best)]
        return next(iter(cheapest)) if len(cheapest) == 1 else None

    def _like(self, cell: str, column: int) -> bool:
        return _kind(cell) in self.kinds[column]

    def _split(
        self, line: str, start: int, delimiter: str, budget: int
    ) -> Iterator[tuple[int, list[tuple[str, bool]]]]:
        """Every way to cut `line` into cells (text, whether quoted), with its cost in irregularities."""
        waiting: list[tuple[int, int, list[tuple[str, bool]]]] = [(start, 0, [])]
        while waiting and self.steps < _MAX_STEPS:
            at, cost, cells = waiting.pop()
            self.steps += 1
            if at > len(line):
                yield cost, cells
                continue
            if len(cells) > self.width * 2 + 8:
                continue
            for end, extra, text, quoted in self._cells(line, at, delimiter):
                if cost + extra <= budget:
                    waiting.append((end, cost + extra, [*cells, (text, quoted)]))

    def _cells(self, line: str, at: int, delimiter: str) -> Iterator[tuple[int, int, str, bool]]:
        """The cells that may begin at `at`: where the next begins, cost, text, whether quoted."""
        quote = self.dialect.quote or "\x00"
        begin = at
        while self.dialect.spaced and delimiter != " " and line[begin : begin + 1] == " ":
            begin += 1
        if line[begin : begin + 1] == quote:
            yield from _quoted(line, begin + 1, delimiter, quote)
        end = line.find(delimiter, at)
        end = len(line) if end < 0 else end
        yield end + len(delimiter), line.count(quote, at, end), line[begin:end], False
        opening = line.find(quote, begin + 1, end)
        if opening > 0 and line[begin : begin + 1] != quote:
            yield opening, 1, line[begin:opening], False

    def _align(self, cells: Sequence[tuple[str, bool]], delimiter: str) -> Iterator[tuple[int, Reading]]:
        """`cells` laid on the columns: an empty one left out or two unquoted ones joined, at a cost of 1 each."""
        surplus = len(cells) - self.width
        if not 0 <= surplus <= _MAX_COST:
            return
        waiting: list[tuple[int, int, Reading]] = [(0, 0, ())]
        while waiting and self.steps < _MAX_STEPS:
            at, cost, done = waiting.pop()
            self.steps += 1
            if at == len(cells) and len(done) == self.width:
                yield cost, done
            if at == len(cells) or cost > surplus:
                continue
            text, quoted = cells[at]
            if not text and not quoted and cost < surplus:
                waiting.append((at + 1, cost + 1, done))
            if len(done) == self.width:
                continue
            for more in range(surplus - cost + 1):
                parts = cells[at : at + more + 1]
                if len(parts) <= more or (more and any(part[1] or not part[0] for part in parts)):
                    break
                joined = delimiter.join(part[0] for part in parts)
                if self._like(joined, len(done)):
                    waiting.append((at + more + 1, cost + more, (*done, joined)))


def _quoted(line: str, begin: int, delimiter: str, quote: str) -> Iterator[tuple[int, int, str, bool]]:
    """The quoted cells whose text may begin at `begin`."""
    text, cost, at = "", 0, begin
    while cost <= _MAX_COST:
        close = line.find(quote, at)
        if close < 0:
            return
        text += line[at:close]
        after = len(line) - len(line[close + 1 :].lstrip(" ")) if delimiter != " " else close + 1
        if after >= len(line) or line.startswith(delimiter, after):
            yield (after + len(delimiter) if after < len(line) else after + 1), cost, text, True
            return
        yield close + 1, cost + 1, text, True  # the delimiter is missing
        if line.startswith(quote, close + 1):
            at = close + 2
        else:
            at, cost = close + 1, cost + 1
        text += quote
