"""Records of delimited text, line by line, and the outer shape of a file of them.

Belongs here: `csv.reader` made safe (a stray quote does not swallow the records after it, a line without end does
not fill the memory), and a count of lines outside quotes that owes nothing to any CSV reader.
"""

from __future__ import annotations

import csv
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.dialect import MAX_CELL, Dialect
from pipelines.tables.mend import Mender

MAX_LINE = 64_000_000
_MAX_LINES_IN_CELL = 1_000
_MAX_UNCLOSED = 100
_CHUNK = 1 << 18  # what stays in the processor's own cache is counted several times for the price of once
_END = "\x1d\x1e\x1f"


class _UnclosedQuoteError(Exception):
    """A record went on for longer than any honest cell."""


@dataclass
class _Feed:
    """Lines for `csv.reader`, remembering those of the record being read so that they can be given again."""

    handle: TextIO
    dialect: Dialect
    waiting: deque[str] = field(default_factory=deque)
    record: list[str] = field(default_factory=list)

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self.record) > _MAX_LINES_IN_CELL:
            raise _UnclosedQuoteError
        line = (
            self.waiting.popleft() if self.waiting else self.dialect.doubled(self.handle.readline(MAX_LINE))
        )
        if len(line) >= MAX_LINE:
            raise ReadFault(
                FaultKind.BROKEN_FILE,
                f"A line is longer than {MAX_LINE:,} characters.",
                "Publish one record a line.",
            )
        if not line:
            if self.record:  # the reader wants more of a record, and there is no more: its quote is open
                raise _UnclosedQuoteError
            raise StopIteration
        self.record.append(line)
        return line

    def again(self, after: int = 0) -> None:
        """Give the lines of the record being read once more, except the first `after`."""
        self.waiting.extendleft(reversed(self.record[after:]))
        del self.record[after:]


def records(
    handle: TextIO, dialect: Dialect, notes: list[str], mender: Mender | None = None, skip: int = 0
) -> Iterator[list[str]]:
    """The cells of each record, blank lines included as empty lists.

    A quote that is never closed is read as an ordinary character in its own line; `notes` gets the count. With a
    `mender`, records after the first `skip` ones that are malformed or not of its width are made whole where it
    knows how. Raises `ReadFault` for a line over 64 million characters.
    """
    csv.field_size_limit(MAX_CELL)  # the module's own limit, which has no other way in
    feed = _Feed(handle, dialect)
    plain = Dialect(dialect.delimiter, quote=None)
    unclosed = seen = 0
    strict = _reader(feed, dialect, strict=True)
    while True:
        open_quote = malformed = False
        try:
            row = next(strict)
        except StopIteration:
            break
        except _UnclosedQuoteError:
            open_quote = True
        except csv.Error:
            malformed = True
            feed.again()
            try:
                row = next(_reader(feed, dialect))
            except (_UnclosedQuoteError, csv.Error):
                open_quote = True
        seen += 1
        mended = None
        if mender and seen > skip and (open_quote or malformed or mender.suspects(row)):
            mended = _mended(mender, feed.record, None if open_quote else row, malformed=malformed)
        if open_quote or mended:
            feed.again(after=1)
        unclosed += open_quote
        if mended:
            row = mended
        elif open_quote:
            try:
                row = next(_reader(iter(feed.record[:1]), plain))
            except csv.Error as error:
                raise ReadFault(FaultKind.BROKEN_FILE, f"A line cannot be read: {error}.") from error
        if open_quote or malformed or mended:
            strict = _reader(feed, dialect if unclosed < _MAX_UNCLOSED else plain, strict=True)
        feed.record.clear()
        yield row
    if unclosed:
        more = " or more" if unclosed >= _MAX_UNCLOSED else ""
        told = "quotes are never closed; they are read as ordinary characters."
        if unclosed == 1:
            told = "quote is never closed; it is read as an ordinary character."
        notes.append(f"{unclosed}{more} {told}")


def _mended(mender: Mender, lines: list[str], row: list[str] | None, *, malformed: bool) -> list[str] | None:
    """The first of the `lines` that were read as `row` (None: with an open quote), if it can be made whole."""
    texts = [line.rstrip("\r\n") for line in lines]
    if row is not None and not malformed and mender.fits(row):
        return None  # cells left out at the end, or empty ones too many
    reading = mender.swallowed(texts) if len(texts) > 1 and row is not None else mender.mend(texts[0])
    if reading is None:
        mender.failed += 1
        return None
    mender.mended += 1
    return list(reading)


def _reader(lines: Iterator[str], dialect: Dialect, *, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(lines, strict=strict, **dialect.reader_options())


@dataclass(frozen=True)
class Ends:
    """`lines` counts the lines of a file, quoted or not, of which the last `trailing` are empty.

    `mixed`: they do not all end alike, or all with a bare carriage return, so that the count says nothing. `before`
    counts the line feeds before each of `offsets`, which lie some way apart.
    """

    lines: int
    trailing: int
    mixed: bool
    nuls: int
    offsets: Sequence[int] = field(default=(0,), compare=False)
    before: Sequence[int] = field(default=(0,), compare=False)


def ends(path: Path) -> Ends:
    """Count lines and NUL bytes at the speed of memory, whatever the quotes say."""
    count = _counter()
    feeds = returns = pairs = nuls = trailing = 0
    last = b""
    offsets, before = array("q", [0]), array("q", [0])
    for chunk in _line_ends_whole(path):
        feeds += count(chunk)
        offsets.append(offsets[-1] + len(chunk))
        before.append(feeds)
        if b"\0" in chunk:  # to look for what is not there costs a tenth of counting it
            nuls += chunk.count(b"\0")
        if b"\r" in chunk:
            returns, pairs = returns + chunk.count(b"\r"), pairs + chunk.count(b"\r\n")
        body = chunk.rstrip(b"\r\n")
        empty = chunk.count(b"\n", len(body))
        trailing = empty if body else trailing + empty
        last = chunk[-1:] or last
    mixed = returns != pairs or pairs not in (0, feeds)
    lines = feeds + (last not in (b"\n", b""))
    return Ends(lines, max(trailing - 1, 0), mixed, nuls, offsets, before)


def _counter() -> Callable[[bytes], int]:
    """Counts line feeds: numpy does it four times as fast as `bytes.count`."""
    import numpy as np

    return lambda chunk: int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == ord("\n")))


@dataclass(frozen=True)
class Shape:
    """`records` counts the lines outside quotes up to the last one that is not empty, `trailing` the rest.

    `blank_inside`: some of them are empty. `mixed_ends`: they do not all end alike.
    """

    records: int
    trailing: int
    blank_inside: bool
    mixed_ends: bool


def shape(path: Path, quote: str | None) -> Shape:
    """Measure UTF-8 text in one pass near the speed of the disk, owing nothing to any CSV reader.

    Quotes inside unquoted cells make the count wrong, so that it disagrees with any reader's: that is its use.
    """
    feeds = returns = pairs = 0
    blank_inside, pending, before, tail = False, False, b"\n", 1
    for outside in _outside(path, quote):
        feeds, returns = feeds + outside.count(b"\n"), returns + outside.count(b"\r")
        pairs += outside.count(b"\r\n")
        text = before + outside.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        body = text.rstrip(b"\n")
        blank_inside |= bool(body and pending) or b"\n\n" in body
        tail = len(text) - len(body) if body.strip(b"\n") else tail + len(text) - 1
        pending = tail > 1
        before = text[-1:]
    trailing = max(tail - 1, 0)
    lines = feeds + returns - pairs - trailing + (before != b"\n")
    return Shape(lines, trailing, blank_inside, (pairs > 0) + (feeds > pairs) + (returns > pairs) > 1)


def _outside(path: Path, quote: str | None) -> Iterator[bytes]:
    """The text of `path` in pieces, with whatever stands between two quotes left out."""
    mark = quote.encode() if quote else b""
    inside = False
    for chunk in _line_ends_whole(path):
        if not mark or mark not in chunk:
            if not inside:
                yield chunk
            continue
        parts = chunk.split(mark)
        kept = parts[1::2] if inside else parts[::2]
        yield (mark if inside else b"") + mark.join(kept) + (b"" if len(parts) % 2 ^ inside else mark)
        inside ^= len(parts) % 2 == 0


def _line_ends_whole(path: Path) -> Iterator[bytes]:
    """Pieces of `path` that never part a carriage return from its line feed."""
    held = b""
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            if held or chunk.endswith(b"\r"):
                chunk = held + chunk
                held = b"\r" if chunk.endswith(b"\r") else b""
                chunk = chunk.removesuffix(b"\r")
            yield chunk
    yield held
