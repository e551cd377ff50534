"""The dialect of delimited text (CSV on the Web's term): delimiter, quote, escape.

Belongs here: the decision, made on the first lines. Does not belong here: reading the file. `csv.Sniffer` is
not used: it takes letters for delimiters on real files.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Any

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 256_000
MAX_CELL = 16_000_000


@dataclass(frozen=True)
class Dialect:
    """`delimiter` None: one column a line. `quote` None: quotes are ordinary characters.

    `escape` is the character before a quote inside quotes when it is not doubled. `spaced` means that quoted
    cells may be preceded by a space.
    """

    delimiter: str | None = ","
    quote: str | None = '"'
    escape: str | None = None
    spaced: bool = False

    def reader_options(self) -> dict[str, Any]:
        """Keyword arguments for `csv.reader`."""
        options: dict[str, Any] = {"delimiter": self.delimiter or "\x1f", "skipinitialspace": self.spaced}
        if self.quote is None:
            return options | {"quoting": csv.QUOTE_NONE, "quotechar": None}
        return options | {"quotechar": self.quote}

    def doubled(self, line: str) -> str:
        """`line` with each escaped quote doubled instead (and each escaped escape single), as RFC 4180 has it.

        An escape before any other character is an ordinary character, unlike in `csv`.
        """
        if self.escape is None or self.quote is None or self.escape not in line:
            return line
        escape, quote = self.escape, self.quote
        return re.sub(
            f"{re.escape(escape)}([{re.escape(escape + quote)}])",
            lambda found: quote * 2 if found[1] == quote else escape,
            line,
        )


def sniff(sample: str) -> Dialect:
    """The dialect in which the lines of `sample` have the most regular and the most numerous cells."""
    sample = sample[:SAMPLE_CHARACTERS]
    cut = max(sample.rfind("\n"), sample.rfind("\r"))
    if len(sample) == SAMPLE_CHARACTERS and cut > 0:
        sample = sample[: cut + 1]
    best, score = Dialect(delimiter=None, quote=_quote(sample, ",")), 0.3
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        quote = _quote(sample, delimiter)
        escape = "\\" if quote and re.search(rf"\\{quote}[^{delimiter}\r\n]", sample) else None
        spaced = bool(quote and re.search(rf"[{delimiter}\n] +{quote}", sample)) and delimiter != "\t"
        dialect = Dialect(delimiter, quote, escape, spaced)
        regularity = _regularity(sample, dialect)
        if regularity > score:
            best, score = dialect, regularity
    return best


def _quote(sample: str, delimiter: str) -> str:
    """`'` when cells are wrapped in it and in no `"`; else `"`, which is the rule (RFC 4180)."""
    if '"' in sample:
        return '"'
    edge = re.escape(delimiter)
    wrapped = len(re.findall(rf"(?:^|{edge}) *'[^'\r\n]*' *(?={edge}|\r|\n|$)", sample, re.MULTILINE))
    return "'" if wrapped * 2 > sample.count("\n") + 1 else '"'


def _regularity(sample: str, dialect: Dialect) -> float:
    """How alike in number of cells the lines are, in [0, 1], more for more cells; 0 when it does not split."""
    csv.field_size_limit(MAX_CELL)  # the module's own limit, which has no other way in
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(dialect.doubled(sample), newline=""), **dialect.reader_options()):
            if (row and row[0].strip()) or "".join(row).strip():
                widths[len(row)] += 1
    except csv.Error:
        return 0.0
    split = {width: count for width, count in widths.items() if width > 1}
    if not split:
        return 0.0
    width, count = max(split.items(), key=lambda item: (item[1] * sqrt(item[0]), item[0]))
    near = sum(number for other, number in split.items() if abs(other - width) <= 1)
    share = (count + near) / 2 / sum(widths.values())
    return share * (1 - 1 / (2 * width - 1))
