"""Run folders: every arrow between two stages is a file written once, whole or not at all.

Belongs here: where a stage's artifact lies, and how values are written and read back. An artifact is
written to a temporary name in the same folder, flushed to disk and renamed, so that a process killed on any
line leaves either the finished file or none; a stage whose artifact exists is never done again.

    data/runs/<night>/<source>/catalog.json · snapshots.jsonl · reads.jsonl · ... · index.json
    data/runs/<night>/_night/alerts.jsonl · ...            what concerns the whole night
    data/runs/compacted/<month>.parquet                    old nights, see `pipelines.compacted`
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator
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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")
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
    for path in folder.rglob(".*.tmp*"):
        with suppress(FileNotFoundError):  # whoever wrote it was through meanwhile
            if _TEMPORARY.fullmatch(path.name) and (
                not older_than or time.time() - path.stat().st_mtime > older_than
            ):
                path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path` atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_value(path: Path, value: object) -> None:
    """Write one dataclass of the model as JSON."""
    write_bytes(path, _adapter(type(value)).dump_json(value, indent=1) + b"\n")


def read_value(path: Path, kind: type[T]) -> T:
    """Read back what `write_value` wrote. Raises `ArtifactDamaged`."""
    return _read(kind, path.read_bytes(), str(path))


def write_values(path: Path, values: Iterable[object]) -> None:
    """Write dataclasses of one kind, one JSON object a line. An empty list gives an empty file."""
    with replacing(path) as temporary, temporary.open("wb") as handle:
        for value in values:
            handle.write(_adapter(type(value)).dump_json(value) + b"\n")


def read_values(path: Path, kind: type[T]) -> list[T]:
    """Read back what `write_values` wrote. Raises `ArtifactDamaged`."""
    with path.open("rb") as handle:
        return [
            _read(kind, line, f"{path}:{number}") for number, line in enumerate(handle, 1) if line.strip()
        ]


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


def _read(kind: type[T], content: bytes, where: str) -> T:
    try:
        value: T = _adapter(kind).validate_json(content)
    except ValidationError as error:
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


def nights(runs: Path) -> list[date]:
    """The nights that have a folder, oldest first."""
    if not runs.is_dir():
        return []
    found = []
    for entry in runs.iterdir():
        try:
            found.append(date.fromisoformat(entry.name))
        except ValueError:
            continue
    return sorted(found)
