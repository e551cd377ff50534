"""Where the records of a JSON file are: an array, an array inside an object, lines, one object, a package.

Belongs here: parsing what can be held, and the faults of JSON files. Does not belong here: what is too large to hold
(`json_stream`), or what becomes of a record (`json_records`, `ocds`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines import record_path
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import encoding as encodings
from pipelines.tables import json_mending, json_path, json_shapes, json_stream
from pipelines.tables.encoding import Encoding
from pipelines.tables.json_stream import HOLD_UP_TO, MAX_DEPTH
from pipelines.tables.part import NotThere
from pipelines.tables.workspace import Workspace

STREAM_ABOVE = (
    25_000_000  # Python's objects take up to 25 times the bytes of a file that holds but small numbers
)
MAX_LINE = 64_000_000
_FAULTS_NAMED = 100


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

    A record path that is asked for is followed instead, in NDJSON in every line.

    Files over `stream_above` bytes are held in memory only when they have no shape that can be streamed, and
    never when they are over `hold_up_to`. Raises `ReadFault`, also while records are read,
    when the file is not JSON, is cut off, or holds no objects.
    """
    encoding = encodings.detect(path)
    asked = space.hint.part.record_path
    keys = None if asked is None else record_path.steps(asked)
    with _depth_guarded():
        if _is_lines(path, encoding):
            result = Found("ndjson", "/".join(keys or ()), iter(()), encoding)
            lines = _lines(path, result)
            result.items = lines if keys is None else _in_lines(lines, keys)
            yield result
            return
        size = path.stat().st_size
        if size > stream_above:
            clean = path
            if encoding.bad or encoding.name != "utf-8":
                clean = space.temporary()
                encodings.transcode(path, encoding, clean)
            try:
                place = json_stream.place(clean, keys)
            except NotThere:
                raise
            except ReadFault:
                if size > hold_up_to:
                    raise
            else:
                with clean.open("rb") as handle:
                    result = Found("json", place.where, iter(()), encoding)
                    result.items = enumerate(place.made(json_stream.items(handle, place, result)), start=1)
                    yield result
                return
        with encodings.text(path, encoding) as text:
            yield _whole(text.read().lstrip("\ufeff"), encoding, unpack, keys)


def _whole(text: str, encoding: Encoding, unpack: Unpack, keys: Sequence[str] | None) -> Found:
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
    inside = value if keys is None else json_path.inside(value, keys)
    package = unpack(inside)
    records: Iterable[Any]
    if package is not None:
        where, records = "", package
    elif keys is None:
        where, records = _records(value)
    else:
        where, records = "/".join(keys), json_path.records(value, inside, keys)
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
        elif isinstance(inner, Mapping) and depth < MAX_DEPTH:
            yield from _arrays(inner, f"{prefix}{key}/", depth + 1)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_number)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or "Unterminated string" in error.msg
        raise ReadFault(
            FaultKind.TRUNCATED if cut else FaultKind.BROKEN_FILE,
            f"The JSON {'ends in the middle' if cut else 'is not valid'}: {error.msg} at line {error.lineno}, "
            f"column {error.colno}.",
            "Publish the whole file again." if cut else "Correct the file there with a JSON validator.",
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
    except (ValueError, RecursionError):
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


def _in_lines(lines: Iterator[tuple[int, Any]], keys: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """The records at `keys` of every line, numbered on. Raises `NotThere` at the end when there was none."""
    number = 0
    there: Counter[tuple[str, ...]] = Counter()
    for _, value in lines:
        found = json_path.inside(value, keys)
        for record in found if isinstance(found, list) else [found]:
            if isinstance(record, Mapping):
                number += 1
                yield number, record
        if not number:
            there.update(json_path.paths(value))
    if not number:
        raise json_path.not_there(keys, there)
