"""Where the records of a JSON file are: an array, an array inside an object, lines, one object, a package.

Belongs here: parsing, streaming what is too large to hold, and the faults of JSON files. Does not belong here:
what becomes of a record (`json_records`, `ocds`).
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import encoding as encodings
from pipelines.tables import json_mending, json_shapes
from pipelines.tables.encoding import Encoding
from pipelines.tables.header import SAMPLE_ROWS, clean
from pipelines.tables.workspace import Workspace

STREAM_ABOVE = (
    25_000_000  # Python's objects take up to 25 times the bytes of a file that holds but small numbers
)
HOLD_UP_TO = 50_000_000
MAX_LINE = 64_000_000
_MAX_DEPTH = 3
_PROBE = 8_000_000
_FAULTS_NAMED = 100
_DIGITS = 2_048  # two blocks of digits in a row are fewer than the 4,300 of the longest number that Python takes


Unpack = Callable[[Any], "list[Any] | None"]


@dataclass
class Found:
    """Records in a file: `where` they are ("" for the top), and what could not be read while iterating.

    `items` gives the 1-based number of each record and the record; `packaged` says that they came out of a
    standard's package. `lost_rows` grows while they are read. `broken` is the fault at which the reading stopped
    and `share` how much of the file stands before it, both complete when `items` are exhausted.
    """

    format: str
    where: str
    items: Iterator[tuple[int, Any]]
    encoding: Encoding
    packaged: bool = False
    share: float = 1.0
    broken: ReadFault | None = None
    lost: int = 0
    lost_rows: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lose(self, number: int) -> None:
        """Count a record that cannot be read."""
        self.lost += 1
        if len(self.lost_rows) < _FAULTS_NAMED:
            self.lost_rows.append(number)


@contextmanager
def found(
    path: Path,
    space: Workspace,
    unpack: Unpack,
    *,
    stream_above: int = STREAM_ABOVE,
    hold_up_to: int = HOLD_UP_TO,
) -> Iterator[Found]:
    """Find the records of `path`; `unpack` knows the packages of a standard and gives None for the rest.

    Files over `stream_above` bytes are held in memory only when they have no shape that can be streamed, and
    never when they are over `hold_up_to`. Raises `ReadFault`, also while records are read,
    when the file is not JSON, is cut off, or holds no objects.
    """
    encoding = encodings.detect(path)
    with _depth_guarded():
        if _is_lines(path, encoding):
            result = Found("ndjson", "", iter(()), encoding)
            result.items = _lines(path, result)
            yield result
            return
        size = path.stat().st_size
        if size > stream_above:
            clean = path
            if encoding.bad or encoding.name != "utf-8":
                clean = space.temporary()
                encodings.transcode(path, encoding, clean)
            try:
                prefix, where, made = _probe(clean)
            except ReadFault:
                if size > hold_up_to:
                    raise
            else:
                with clean.open("rb") as handle:
                    result = Found("json", where, iter(()), encoding)
                    items = _streamed(_parser(clean), handle, prefix, result)
                    result.items = enumerate(made(items), start=1)
                    yield result
                return
        with encodings.text(path, encoding) as text:
            yield _whole(text.read().lstrip("\ufeff"), encoding, unpack)


def _whole(text: str, encoding: Encoding, unpack: Unpack) -> Found:
    """The records of a file that is held in memory; of one that is not valid, those before the fault."""
    text = json_mending.unwrapped(text)
    broken: ReadFault | None = None
    mended = json_mending.Mended(None)
    try:
        value = _parsed(text)
    except ReadFault as fault:
        found = json_mending.mended(text, _number)
        if found is None:
            raise
        mended, value = found, found.value
        broken = fault if mended.share < 1 else None
    package = unpack(value)
    where, records = ("", package) if package is not None else _records(value)
    if broken and (not records or (isinstance(records, list) and records[0] is value)):
        raise broken
    items = enumerate(records, start=1)
    result = Found("json", where, items, encoding, package is not None, mended.share, broken)
    result.notes.extend(mended.notes)
    if mended.lost:
        result.lose(len(records) + 1 if isinstance(records, list) else 0)
    return result


def _records(value: Any) -> tuple[str, Iterable[Any]]:
    shape = json_shapes.shaped(value)
    if shape:
        return shape
    if isinstance(value, list):
        return "", value
    if not isinstance(value, dict):
        raise ReadFault(
            FaultKind.NO_TABLE, "The JSON holds one value, not records.", "Publish an array of objects."
        )
    error = value.get("error")
    if error and not any(_arrays(value)) and len(value) <= 4:
        raise ReadFault(
            FaultKind.NOT_WHAT_WAS_PROMISED,
            f"The server sent an error message instead of data: {json.dumps(error, default=str)[:200]}",
            "Open the address in a browser; correct it, or publish the file again.",
        )
    arrays = sorted(_arrays(value), key=lambda item: -len(item[1]))
    return arrays[0] if arrays else ("", [value])


def _arrays(value: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, list[Any]]]:
    """Arrays of objects inside `value` by path, no deeper than three keys down."""
    for key, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, Mapping) for item in inner[:100]):
            yield f"{prefix}{key}", inner
        elif isinstance(inner, Mapping) and depth < _MAX_DEPTH:
            yield from _arrays(inner, f"{prefix}{key}/", depth + 1)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_number)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or "Unterminated string" in error.msg
        raise ReadFault(
            FaultKind.TRUNCATED if cut else FaultKind.BROKEN_FILE,
            f"The JSON {'ends in the middle' if cut else 'is not valid'}: {error.msg} at line {error.lineno}.",
            "Publish the whole file again."
            if cut
            else "Correct the file at that line with a JSON validator.",
        ) from None
    except ValueError as error:  # Python refuses integers of more than 4,300 digits
        raise ReadFault(FaultKind.BROKEN_FILE, f"The JSON cannot be read: {error}.") from None


def _number(text: str) -> Decimal | str:
    """A number with a fraction or an exponent; Decimal keeps "100.50" as it was published.

    An exponent beyond 10^18, which Decimal refuses, leaves the text as published: it is for a suite to judge.
    """
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


@contextmanager
def _depth_guarded() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise ReadFault(
            FaultKind.BROKEN_FILE, "The JSON is nested too deeply to be data.", "Publish flat records."
        ) from None


def _is_lines(path: Path, encoding: Encoding) -> bool:
    """Whether the first line is a whole object and the next line that is not blank begins another."""
    with encodings.text(path, encoding) as handle:
        first = ""
        while line := handle.readline(MAX_LINE):
            text = line.strip().lstrip("\ufeff")
            if text and not first:
                first = text
                if not (first.startswith("{") and first.endswith("}")):
                    return False
            elif text:
                break
        else:
            return False
    try:
        json.loads(first)
    except ValueError:
        return False
    return text.startswith("{")


def _lines(path: Path, result: Found) -> Iterator[tuple[int, Any]]:
    number = 0
    with encodings.text(path, result.encoding) as handle:
        while line := handle.readline(MAX_LINE):
            text = line.strip().lstrip("\ufeff")
            if not text:
                continue
            number += 1
            try:
                yield number, json.loads(text, parse_float=_number)
            except (ValueError, RecursionError):
                result.lose(number)


def _probe(path: Path) -> tuple[str, str, json_shapes.Made]:
    """Where the records of a large file are, judged by its first megabytes, and what makes records of its items.

    The place comes twice: as a prefix of ijson, and as a path for people.
    """
    import ijson

    parser = _parser(path)
    with path.open("rb") as handle:
        head = handle.read(_PROBE)
    objects: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    try:
        for prefix, event, _ in islice(parser.parse(io.BytesIO(head)), 2_000_000):
            if event in ("start_map", "start_array") and prefix.endswith("item") and _is_outer(prefix):
                (objects if event == "start_map" else lists)[prefix] += 1
    except (ijson.JSONError, ValueError, ArithmeticError):
        pass  # the head is cut off by us; a fault further on will be met when it is read
    rows = _probe_rows(parser, head, lists) if lists else None
    if rows:
        return rows
    if lists.total() > objects.total():
        raise ReadFault(
            FaultKind.TOO_LARGE,
            "The JSON holds its rows as lists, and not the names of their columns before them; "
            f"such a file is read up to {HOLD_UP_TO:,} bytes.",
            "Publish the rows as an array of objects, or as CSV.",
        )
    if not objects:
        raise ReadFault(
            FaultKind.NO_TABLE, "The JSON holds no array of objects near its beginning.", "Publish an array."
        )
    prefix = "item" if "item" in objects else max(objects, key=lambda prefix: objects[prefix])
    return prefix, prefix.removesuffix("item").strip(".").replace(".", "/"), iter


def _is_outer(prefix: str) -> bool:
    """Whether it is of the items of an array that is in no other array, and not too deep."""
    keys = prefix.split(".")
    return keys[-1] == "item" and keys.count("item") == 1 and len(keys) <= _MAX_DEPTH + 1


def _probe_rows(parser: Any, head: bytes, lists: Mapping[str, int]) -> tuple[str, str, json_shapes.Made] | None:
    """The same for rows that are lists, when what stands before them tells what their columns are."""
    import ijson

    most = max(lists, key=lambda prefix: lists[prefix])
    begun = ijson.ObjectBuilder()
    rows = 0
    with suppress(ijson.JSONError, ValueError, ArithmeticError):
        for prefix, event, value in parser.parse(io.BytesIO(head)):
            rows += event == "start_array" and prefix == most
            if rows > SAMPLE_ROWS:
                break
            begun.event(event, value)
    found = json_shapes.streamed(begun.value)
    if found is None or ".".join([*filter(None, found[0].split("/")), "item"]) != most:
        return None
    return most, *found


def _parser(path: Path) -> Any:
    """ijson over YAJL; over Python, ten times slower, for a file in which digits go on for longer than in any number.

    YAJL's binding ends the process at a number of more digits than Python takes.
    """
    import ijson

    with path.open("rb") as handle:
        while chunk := handle.read(_DIGITS << 9):
            if any(chunk[at : at + _DIGITS].isdigit() for at in range(0, len(chunk) - _DIGITS + 1, _DIGITS)):
                return ijson.get_backend("python")
    return ijson


def _streamed(parser: Any, handle: BinaryIO, where: str, result: Found) -> Iterator[Any]:
    """The records at `where`; a fault after the first of them ends the reading and is told in `result`."""
    import ijson

    number = 0
    try:
        for number, item in enumerate(parser.items(handle, where), start=1):  # noqa: B007
            yield item
        return
    except ijson.IncompleteJSONError as error:
        fault = ReadFault(
            FaultKind.TRUNCATED,
            f"The JSON ends in the middle: {clean(str(error))}",
            "Publish the whole file again.",
        )
    except (ijson.JSONError, ValueError) as error:
        fault = ReadFault(FaultKind.BROKEN_FILE, f"The JSON is not valid: {clean(str(error))}")
    except ArithmeticError:
        fault = ReadFault(
            FaultKind.BROKEN_FILE, "The JSON holds a number too large for any program.", "Correct the number."
        )
    if not number:
        raise fault
    result.broken = fault
    result.lose(number + 1)
    read = handle.tell()  # the parser reads ahead by some kilobytes
    result.share = min(read / max(handle.seek(0, io.SEEK_END), 1), 0.9999)
