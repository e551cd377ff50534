"""JSON that is too large to hold: where its records are, and one after the other out of the file.

Belongs here: the choice by the first megabytes, following a given path through the whole file, and what of
`json_mending` can be done without holding the file: commas too many, and several values in a row. Does not belong
here: what becomes of a record, or a file that can be held (`json_source`).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import json_path, json_shapes
from pipelines.tables.header import SAMPLE_ROWS, clean

if TYPE_CHECKING:
    from pipelines.tables.json_source import Found

HOLD_UP_TO = 50_000_000
MAX_DEPTH = 3
_PROBE = 8_000_000
_PIECE = 1 << 20
_MAX_STRING = 8_000_000
_MAX_PATHS = 1_000
_MAX_NESTED = 500
_WINDOW = 1_024  # in which brackets are counted: how much deeper the file may be in between
_DIGITS = 2_048  # two blocks in a row are fewer than the 4,300 digits of the longest number that Python takes
# Text up to a string that has no end yet
_WHOLE = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_STRING_OR_COMMA = re.compile(rb'("(?:[^"\\]++|\\.)*+")|,(?=[ \t\r\n]*[\]}])', re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Where records are: as a `prefix` of ijson, as `where` for people, and what makes records of the items."""

    prefix: str
    where: str
    made: json_shapes.Made
    parser: Any


def place(path: Path, keys: Sequence[str] | None) -> Place:
    """Where the records of a large file are: at `keys`, else as its first megabytes show it.

    Raises `ReadFault` when no place is found that can be read in a stream, and `NotThere` when none is at `keys`.
    """
    parser = _parser(path)
    if keys is not None:
        return _given(parser, path, keys)
    with path.open("rb") as handle:
        head = handle.read(_PROBE)
    objects: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    with suppress(*_faults()):  # the head is cut off by us; a fault further on will be met when it is read
        for prefix, event, _ in islice(parser.parse(io.BytesIO(head)), 2_000_000):
            if event in ("start_map", "start_array") and prefix.endswith("item") and _is_outer(prefix):
                (objects if event == "start_map" else lists)[prefix] += 1
    rows = _rows(parser, head, lists) if lists else None
    if rows:
        return rows
    if lists.total() > objects.total():
        raise _lists()
    if not objects:
        raise ReadFault(
            FaultKind.NO_TABLE, "The JSON holds no array of objects near its beginning.", "Publish an array."
        )
    prefix = "item" if "item" in objects else max(objects, key=lambda prefix: objects[prefix])
    return Place(prefix, prefix.removesuffix("item").strip(".").replace(".", "/"), iter, parser)


def items(handle: BinaryIO, found: Place, result: Found) -> Iterator[Any]:
    """The records at a place; a fault after the first of them ends the reading and is told in `result`.

    At a fault that is no cut, the file is read once more with the commas before closing brackets left out and as
    many values as stand in a row, from the first record that did not come.
    """
    number = 0
    fault: ReadFault | None = None
    mended = _Mended(handle)
    for again in (False, True):
        handle.seek(0)
        before = number
        try:
            every = found.parser.items(mended if again else handle, found.prefix, multiple_values=again)
            for count, item in enumerate(every, start=1):
                if count > before:
                    number = count
                    yield item
        except _faults() as error:
            if fault is None or number > before:
                fault = _fault(error)
            if fault.kind is FaultKind.TRUNCATED:
                break
            continue
        if again and mended.commas:
            result.notes.append(f"{mended.commas:,} commas before a closing bracket were passed over.")
        elif again:
            result.notes.append("The file holds several JSON values in a row; they were read as one list.")
        return
    assert fault is not None
    if not number:
        raise fault
    result.broken = fault
    result.lose(number + 1)
    read = handle.tell()  # the parser reads ahead by some kilobytes
    result.share = min(read / max(handle.seek(0, io.SEEK_END), 1), 0.9999)


class _Mended:
    """A file without the commas that stand before a closing bracket, which are counted."""

    def __init__(self, handle: BinaryIO) -> None:
        self.pieces = _pieces(handle)
        self.commas = 0

    def read(self, size: int) -> bytes:
        """The next piece, whatever `size` is; b"" at the end, and when nothing is asked for."""
        for piece in self.pieces if size else ():
            cleaned = _STRING_OR_COMMA.sub(rb"\1", piece)
            self.commas += len(piece) - len(cleaned)
            if cleaned:
                return cleaned
        return b""


def _pieces(handle: BinaryIO) -> Iterator[bytes]:
    """A file in pieces that end in no string and with no comma. Raises `ValueError` at a string too long for that."""
    held = b""
    while read := handle.read(_PIECE):
        text = held + read
        whole = _WHOLE.match(text)
        end = whole.end() if whole else 0
        if len(text) - end > _MAX_STRING:
            raise ValueError("a text is too long")
        kept = text[:end].rstrip(b" \t\r\n")
        end = len(kept) - 1 if kept.endswith(b",") else end
        held = text[end:]
        yield text[:end]
    yield held


def _given(parser: Any, path: Path, keys: Sequence[str]) -> Place:
    """The place of the first record at `keys`, wherever in the file it is."""
    stack: list[str | None] = []  # a key, or None for an array
    objects: Counter[tuple[str, ...]] = Counter()
    wanted = tuple(keys)
    with path.open("rb") as handle:
        try:
            for prefix, event, value in parser.parse(handle):
                if event == "map_key":
                    stack[-1] = value
                elif event in ("end_map", "end_array"):
                    stack.pop()
                elif event in ("start_map", "start_array"):
                    at = tuple(key for key in stack if key is not None)
                    in_list = bool(stack) and stack[-1] is None
                    if at == wanted and event == "start_map":
                        return Place(prefix, "/".join(keys), iter, parser)
                    if at == wanted and in_list:
                        handle.seek(0)
                        rows = _rows(parser, handle.read(_PROBE), {prefix: 1})
                        if rows is None:
                            raise _lists()
                        return rows
                    if in_list and event == "start_map" and (at in objects or len(objects) < _MAX_PATHS):
                        objects[at] += 1
                    stack.append("" if event == "start_map" else None)
        except _faults() as error:
            raise _fault(error) from None
    raise json_path.not_there(keys, objects)


def _rows(parser: Any, head: bytes, lists: Mapping[str, int]) -> Place | None:
    """The place of rows that are lists, when what stands before them tells what their columns are."""
    import ijson

    most = max(lists, key=lambda prefix: lists[prefix])
    begun = ijson.ObjectBuilder()
    rows = 0
    with suppress(*_faults()):
        for prefix, event, value in parser.parse(io.BytesIO(head)):
            rows += event == "start_array" and prefix == most
            if rows > SAMPLE_ROWS:
                break
            begun.event(event, value)
    found = json_shapes.streamed(begun.value)
    if found is None or ".".join([*filter(None, found[0].split("/")), "item"]) != most:
        return None
    return Place(most, *found, parser)


def _is_outer(prefix: str) -> bool:
    """Whether it is of the items of an array that is in no other array, and not too deep."""
    keys = prefix.split(".")
    return keys[-1] == "item" and keys.count("item") == 1 and len(keys) <= MAX_DEPTH + 1


def _parser(path: Path) -> Any:
    """ijson over YAJL; over Python, ten times slower, for a file in which digits go on for longer than in any number.

    YAJL's binding ends the process at a number of more digits than Python takes. Raises `ReadFault` for a file so deep
    that the names of its places would fill the memory.
    """
    import ijson

    long_number = False
    depth = 0
    with path.open("rb") as handle:
        while piece := handle.read(_DIGITS * 2):
            for half in (piece[:_DIGITS], piece[_DIGITS:]):
                long_number |= len(half) == _DIGITS and half.isdigit()
            depth += _opened(piece, depth)
            if depth > _MAX_NESTED:  # so many brackets may also stand in texts
                _demand_flat(path)
                depth = -1 << 60
    return ijson.get_backend("python") if long_number else ijson


def _opened(piece: bytes, depth: int) -> int:
    """How many more brackets open than close in `piece`; counted up to where `depth` and they are too many."""
    more = 0
    for at in range(0, len(piece), _WINDOW):
        window = piece[at : at + _WINDOW]
        more += window.count(b"[") + window.count(b"{") - window.count(b"]") - window.count(b"}")
        if depth + more > _MAX_NESTED:
            break
    return more


def _demand_flat(path: Path) -> None:
    depth = 0
    with path.open("rb") as handle:
        for piece in _pieces(handle):
            depth += _opened(_STRING.sub(b"", piece), depth)
            if depth > _MAX_NESTED:
                raise ReadFault(
                    FaultKind.BROKEN_FILE,
                    "The JSON is nested too deeply to be data.",
                    "Publish flat records.",
                )


def _faults() -> tuple[type[Exception], ...]:
    import ijson

    return (ijson.JSONError, ValueError, ArithmeticError)


def _fault(error: Exception) -> ReadFault:
    """The fault of a file over which ijson raised `error`. YAJL also quotes the text there, which may be a person's."""
    said = clean(str(error).removeprefix("b'").partition("\n")[0].partition("\\n")[0])
    if "premature EOF" in said or said.startswith("Incomplete "):
        return ReadFault(
            FaultKind.TRUNCATED, f"The JSON ends in the middle: {said}.", "Publish the whole file again."
        )
    if isinstance(error, ArithmeticError):
        return ReadFault(
            FaultKind.BROKEN_FILE, "The JSON holds a number too large for any program.", "Correct the number."
        )
    return ReadFault(
        FaultKind.BROKEN_FILE,
        f"The JSON is not valid: {said.removesuffix('.')}.",
        "Correct the file there with a JSON validator.",
    )


def _lists() -> ReadFault:
    return ReadFault(
        FaultKind.TOO_LARGE,
        "The JSON holds its rows as lists, and not the names of their columns before them; "
        f"such a file is read up to {HOLD_UP_TO:,} bytes.",
        "Publish the rows as an array of objects, or as CSV.",
    )
