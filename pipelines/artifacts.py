"""Run folders: every arrow between two stages is a file written once, whole or not at all.

Belongs here: where a stage's artifact lies, and how values are written and read back. An artifact is
written to a temporary name in the same folder, flushed to disk and renamed, so that a process killed on any
line leaves either the finished file or none; a stage whose artifact exists is never done again. One that is, byte for
byte, what it was the night before is a second name of that file (`write_as`), so nobody may write into one in place.

    data/runs/<night>/<source>/catalog.json · snapshots.jsonl · reads.jsonl · ... · index.json
    data/runs/<night>/_night/alerts.jsonl · ...            what concerns the whole night
    data/runs/compacted/<month>.parquet                    old nights, see `pipelines.compacted`
    data/feedback/<id>/item.json · <event>.json            what readers report, see `pipelines.feedback`
"""

from __future__ import annotations

import itertools
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pipelines.errors import ArtifactDamaged

T = TypeVar("T")

DECLARATION = "declaration.json"
CATALOG = "catalog.json"
SNAPSHOTS = "snapshots.jsonl"
READS = "reads.jsonl"
VALIDATION_RESULTS = "validation_results.jsonl"
ROW_CHANGES = "row_changes.jsonl"
PAGES = "pages.jsonl"
PAGES_UNDER_WAY = ".pages.jsonl.under_way"
SECONDS_UNDER_WAY = ".seconds.under_way"
MEASUREMENTS = "measurements.jsonl"
SCORES = "scores.jsonl"
SCALES = "scales.jsonl"
FIXES = "fixes.jsonl"
VERDICTS = "verdicts.jsonl"
INDEX = "index.json"
ALERTS = "alerts.jsonl"
JUDGED = "judged.jsonl"
DATASET_NIGHTS = "dataset_nights.jsonl"
TRANSITIONS = "transitions.jsonl"
INCIDENTS = "incidents.jsonl"
ACTIONS = "actions"
NOTIFICATIONS = "notifications"
NOTICES = "notices"
TROUBLES = "troubles"
NIGHT_FOLDER = "_night"
FEEDBACK = "feedback"


# A write takes seconds; what is older than this (seconds) nobody is writing any more.
ABANDONED = 3600.0
# As `replacing` names it; DuckDB adds the name of its log.
_TEMPORARY = re.compile(r"\..+\.\d+\.[0-9a-f]+\.tmp(\.wal)?")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:  # building one costs milliseconds, a night uses it thousands of times
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success flush it to disk and rename it over `path`.

    On any exception the temporary file is removed and `path` is left as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def clear_left(folder: Path, *, older_than: float = 0.0) -> None:
    """Remove what processes that were killed left of files on their way into `folder` or a folder in it.

    `older_than` is in seconds: 0 is for whoever has the folder to himself, more for one where others may be writing.
    """
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names if _TEMPORARY.fullmatch(name)):
            with suppress(FileNotFoundError):  # whoever wrote it was through meanwhile
                if not older_than or time.time() - path.stat().st_mtime > older_than:
                    path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    temporary = _temporary(path)
    try:
        try:
            handle = temporary.open("xb")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = temporary.open("xb")
        with handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_as(path: Path, content: bytes, earlier: Path | None, known: bytes | None = None) -> None:
    """As `write_bytes`, as a second name of `earlier` where that is a finished artifact of the same bytes.

    `known` is what it holds, where that was read.
    """
    if not linked(path, content, earlier, known):
        write_bytes(path, content)


def linked(path: Path, content: bytes, earlier: Path | None, known: bytes | None = None) -> bool:
    """Make `path` a hard link to `earlier` if that holds just `content`; gives whether it did.

    Most of what a night finds the night before had found: as one file it takes little of the disk, and no flush. Links
    may not be to be had: on another file system, where there is none, or too many of one file.
    """
    with suppress(OSError):
        if earlier and (_holds(earlier, content) if known is None else known == content):
            os.link(earlier, path)
            return True
    return False


def _holds(path: Path, content: bytes) -> bool:
    return path.stat().st_size == len(content) and path.read_bytes() == content


def write_once(path: Path, value: object) -> bool:
    """Write one dataclass unless `path` is there already; gives whether it was written. Of two at once one is."""
    temporary = _temporary(path)
    try:
        write_value(temporary, value)
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path` atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_value(path: Path, value: object) -> None:
    """Write one dataclass of the model as JSON."""
    write_bytes(path, json_of(value))


def json_of(value: object) -> bytes:
    """One dataclass of the model as the file that `write_value` writes."""
    return _adapter(type(value)).dump_json(value, indent=1) + b"\n"


def read_value(path: Path, kind: type[T]) -> T:
    """Read back what `write_value` wrote. Raises `ArtifactDamaged`."""
    return value_in(path.read_bytes(), kind, path)


def value_in(content: bytes, kind: type[T], path: Path) -> T:
    """The value that the bytes of the file `path` stand for. Raises `ArtifactDamaged`."""
    return _read(kind, content, path)


def write_values(path: Path, values: Iterable[object]) -> None:
    """Write dataclasses of one kind, one JSON object a line. An empty list gives an empty file."""
    write_bytes(path, lines_of(values))


def lines_of(values: Iterable[object]) -> bytes:
    """Dataclasses of one kind as the file that `write_values` writes."""
    return b"".join(map(line_of, values))


def line_of(value: object) -> bytes:
    """One dataclass of the model as the line that `write_values` writes."""
    return _adapter(type(value)).serializer.to_json(value) + b"\n"


def read_values(path: Path, kind: type[T]) -> list[T]:
    """Read back what `write_values` wrote. Raises `ArtifactDamaged`."""
    return values_in(path.read_bytes(), kind, path)


def values_in(content: bytes, kind: type[T], path: Path) -> list[T]:
    """The values that the bytes of the file `path` stand for. Raises `ArtifactDamaged`."""
    return [
        _read(kind, line, path, number) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()
    ]


class Files:
    """What one source's night reads of earlier nights: every file once, however often it is asked for.

    For nights that are over, whose files change no more. It is dropped with the night that it serves.
    """

    def __init__(self) -> None:
        self._nights: dict[Path, list[date]] = {}
        self._content: dict[Path, bytes | None] = {}
        self._parsed: dict[tuple[Path, type[Any]], Any] = {}

    def nights_before(self, runs: Path, night: date) -> list[date]:
        """The nights before `night` that have a folder, newest first."""
        if runs not in self._nights:
            self._nights[runs] = nights(runs)
        return [it for it in reversed(self._nights[runs]) if it < night]

    def content(self, path: Path) -> bytes | None:
        """The bytes of a file, None when there is none."""
        if path not in self._content:
            try:
                self._content[path] = path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                self._content[path] = None
        return self._content[path]

    def known(self, path: Path) -> bytes | None:
        """The same of a file that was read already, else None."""
        return self._content.get(path)

    def text(self, path: Path) -> str:
        """A file that has to be there, as text. Raises `FileNotFoundError`."""
        content = self.content(path)
        if content is None:
            raise FileNotFoundError(path)
        return content.decode("utf-8")

    def value(self, path: Path, kind: type[T]) -> T | None:
        """As `read_value`, None without the file."""
        found: T | None = self._once(path, kind, lambda content: value_in(content, kind, path))
        return found

    def values(self, path: Path, kind: type[T]) -> list[T] | None:
        """As `read_values`, None without the file; the list is not to be changed."""
        found: list[T] | None = self._once(path, kind, lambda content: values_in(content, kind, path))
        return found

    def _once(self, path: Path, kind: type[Any], parse: Callable[[bytes], Any]) -> Any:
        if (path, kind) not in self._parsed:
            content = self.content(path)
            self._parsed[path, kind] = None if content is None else parse(content)
        return self._parsed[path, kind]


def append_value(path: Path, value: object) -> None:
    """Write one dataclass at the end of a stage's notes, which are no artifact: they go when the artifact is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        handle.write(b"\n" + _adapter(type(value)).dump_json(value) + b"\n")


def read_notes(path: Path, kind: type[T]) -> list[T]:
    """What `append_value` wrote, as far as it can be read: a line that was being written at the end may be cut."""
    if not path.is_file():
        return []
    found: list[T] = []
    for line in path.read_bytes().splitlines():
        with suppress(ValidationError):
            found += [_adapter(kind).validate_json(line)] if line.strip() else []
    return found


def _read(kind: type[T], content: bytes, path: Path, line: int | None = None) -> T:
    try:
        value: T = _adapter(kind).validator.validate_json(content)
    except ValidationError as error:
        where = str(path) if line is None else f"{path}:{line}"
        raise ArtifactDamaged(
            f"{where}: this is not what Veedor wrote ({error.error_count()} faults)"
        ) from error
    return value


def run_folder(runs: Path, night: date, source: str) -> Path:
    """The folder of one source's night."""
    return runs / night.isoformat() / source


def night_folder(runs: Path, night: date) -> Path:
    """The folder of what concerns the whole night (alerts, notifications, the publication mark)."""
    return runs / night.isoformat() / NIGHT_FOLDER


def set_aside(folder: Path) -> None:
    """Keep a run folder out of the way: what is in it is no part of the night any more."""
    aside = folder.parent / NIGHT_FOLDER / "superseded"
    aside.mkdir(parents=True, exist_ok=True)
    names = (f"{folder.name}-{number}" for number in itertools.count(1))
    # Whoever looked at an older one may have taken it away since, so that how many there are tells nothing
    folder.rename(next(aside / name for name in names if not (aside / name).exists()))


def feedback_folder(runs: Path) -> Path:
    """The inbox of what readers report: beside the run folders, because it belongs to no night."""
    return runs.parent / FEEDBACK


def nights(runs: Path) -> list[date]:
    """The nights that have a folder, oldest first."""
    if not runs.is_dir():
        return []
    with os.scandir(runs) as entries:
        found = [night for entry in entries if (night := day_of(entry.name)) and entry.is_dir()]
    return sorted(found)


def day_of(name: str) -> date | None:
    """The day that is written as we write it in names; None for anything else, which is somebody's own."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None  # Python takes 20260302 too
