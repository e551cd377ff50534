"""Compacted months: old run folders in one Parquet file a month, from which every file comes back byte for byte.

Belongs here: how the files of run folders lie in such a file, and reading runs wherever they are. A file is its lines,
joined by line feeds, so the last is empty where the file ends with one; a file that is one JSON document is one text.
What is not UTF-8 stands in `bytes`, with `text` NULL. Rows are sorted by night, source, artifact and line. Does not
belong here: which runs are compacted, and when a folder may go (`history.compact`).

    data/runs/compacted/2025-11.parquet     night · source · artifact · line · text · bytes
    data/runs/compacted/settled.json        the date before which no night is run again

Where a run is both in a folder and in a month (compaction or its reversal was killed), both say the same: the folder
is read.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged, ConfigurationError
from pipelines.model import Catalog, RunIndex

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "compacted"
SETTLED = "settled.json"

# What is held in memory while a month is written or read, and what DuckDB gives to one thread.
ROWS_AT_ONCE = 100_000
TEXT_AT_ONCE = 32_000_000
# Lines that are the same on several nights are then stored once in each group of rows.
DICTIONARY_BYTES = 16_000_000

# What the newest run of is looked for, however old: one that ended, one that no fault of ours stopped, one that came to
# fetch, one to which the portal answered (`past_runs`).
KINDS = ("ended", "worked", "fetched", "answered")

Wanted = Callable[[str], bool]


@dataclass(frozen=True)
class File:
    """One file of a run folder: its path there as `artifact`, and its bytes. `source` may be `_night`."""

    night: date
    source: str
    artifact: str
    content: bytes

    @property
    def key(self) -> tuple[date, str, str]:
        """Night, source and artifact: no two files of a month have the same."""
        return self.night, self.source, self.artifact


def everything(artifact: str) -> bool:
    """Every artifact is wanted."""
    return True


def months(runs: Path) -> list[Path]:
    """The compacted months, oldest first."""
    return sorted((runs / FOLDER).glob("[0-9]*-[0-9]*.parquet"))


def month_path(runs: Path, night: date) -> Path:
    """Where the runs of a night lie, or would, once they are compacted."""
    return runs / FOLDER / f"{night:%Y-%m}.parquet"


def settled(runs: Path) -> date | None:
    """The date before which no night is run again, because what such a night would look back to may be compacted."""
    path = runs / FOLDER / SETTLED
    if not path.exists():
        return None
    try:
        return date.fromisoformat(json.loads(path.read_bytes())["before"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactDamaged(f"{path}: this is not what Veedor wrote", "Take it from a backup.") from error


def settle(runs: Path, before: date) -> None:
    """Let no night before that date be run again; a later date that stands already stays."""
    if (known := settled(runs)) is None or known < before:
        artifacts.write_text(runs / FOLDER / SETTLED, json.dumps({"before": before.isoformat()}) + "\n")


def not_settled(runs: Path, night: date) -> None:
    """Raises `ConfigurationError` when `night` may not be run again."""
    before = settled(runs)
    if before is not None and night < before:
        raise ConfigurationError(
            f"the night {night} is settled: nights before {before} look back to runs that have been compacted.",
            "To run it again all the same, give all folders back first: veedor history compact --restore all",
        )


def kinds(folder: Path) -> set[str]:
    """Which of KINDS a finished run is."""
    found = {"ended"}
    if artifacts.read_value(folder / artifacts.INDEX, RunIndex).result != "failure":
        found.add("worked")
    if (folder / artifacts.SNAPSHOTS).exists():
        found.add("fetched")
    catalog = folder / artifacts.CATALOG
    if catalog.exists() and artifacts.read_value(catalog, Catalog).fault is None:
        found.add("answered")
    return found


def files_of(folder: Path) -> Iterator[File]:
    """The files of one run folder, in the order of a month. Raises `ValueError` for what `why_not` names."""
    night, source = date.fromisoformat(folder.parent.name), folder.name
    if (reason := why_not(folder)) is not None:
        raise ValueError(reason)
    found = [(path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()]
    for artifact, path in sorted(found):
        yield File(night, source, artifact, path.read_bytes())


def why_not(folder: Path) -> str | None:
    """What in a run folder a month could not give back: a link, a device, a name that is no text; None: nothing."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            return f"{folder} holds {path.name!r}, which is no plain file"
        if not str(path).isprintable():
            return f"{folder} holds a name that is no text: {path.name!r}"
    return None


def write(path: Path, files: Iterable[File]) -> None:
    """Write a month; `files` come sorted by their key, and each is held in memory by itself only."""
    import pyarrow.parquet as pq

    schema = _schema()
    rows: list[tuple[Any, ...]] = []
    size = 0
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        dictionary_pagesize_limit=DICTIONARY_BYTES,
        write_page_checksum=True,
    ) as writer:
        for file in files:
            for number, (text, data) in enumerate(_lines(file), 1):
                rows.append((file.night, file.source, file.artifact, number, text, data))
                size += len(text or data or "")
                if len(rows) >= ROWS_AT_ONCE or size >= TEXT_AT_ONCE:
                    writer.write_table(_table(schema, rows))
                    rows, size = [], 0
        writer.write_table(_table(schema, rows))


def files(path: Path, wanted: Wanted = everything) -> Iterator[File]:
    """The wanted files of a compacted month, sorted, one at a time. Raises `ArtifactDamaged`."""
    names = ("night", "source", "artifact", "text", "bytes")
    rows = (
        row
        for batch in _batches(path, names, wanted)
        for row in zip(*(batch.column(name).to_pylist() for name in names), strict=True)
    )
    for (night, source, artifact), group in groupby(rows, itemgetter(0, 1, 2)):
        content = b"\n".join(data if text is None else text.encode() for *_, text, data in group)
        yield File(night, source, artifact, content)


def runs_in(path: Path, mark: str = artifacts.INDEX) -> set[tuple[date, str]]:
    """The (night, source) of the runs in a compacted month that have the artifact `mark`: finished ones."""
    batches = _batches(path, ("night", "source", "artifact"), mark.__eq__)
    return {
        pair for it in batches for pair in zip(it["night"].to_pylist(), it["source"].to_pylist(), strict=True)
    }


def each_night(
    runs: Path, wanted: Wanted = everything, between: tuple[date, date] | None = None
) -> Iterator[tuple[date, list[Path], list[Path]]]:
    """Every night that there is, oldest first, with its run folders and with those of compacted runs.

    The latter are in a temporary folder until the next night is asked for, and hold the `wanted` artifacts. What
    concerns the whole night is among them, as `_night`. `between` names the first and the last night.
    """

    def asked(night: date) -> bool:
        return between is None or between[0] <= night <= between[1]

    here = {night: _folders(runs / night.isoformat()) for night in artifacts.nights(runs) if asked(night)}
    paths = [
        path
        for path in months(runs)
        if between is None or f"{between[0]:%Y-%m}" <= path.stem <= f"{between[1]:%Y-%m}"
    ]
    stored = (file for path in paths for file in files(path, wanted) if asked(file.night))
    waiting = sorted(here)
    with tempfile.TemporaryDirectory(prefix="veedor-compacted-") as temporary:
        for night, group in groupby(stored, attrgetter("night")):
            while waiting and waiting[0] < night:
                yield waiting[0], here[waiting.pop(0)], []
            if waiting and waiting[0] == night:
                waiting.pop(0)
            folders = here.get(night, [])
            known = {folder.name for folder in folders}
            laid_out = Path(temporary) / night.isoformat()
            laid_out.mkdir()
            for file in group:
                if file.source not in known:
                    lay_out(laid_out / file.source, file)
            yield night, folders, _folders(laid_out)
            shutil.rmtree(laid_out)
        for night in waiting:
            yield night, here[night], []


def lay_out(folder: Path, file: File, earlier: Path | None = None) -> None:
    """Write a file into its run folder, as a link where `earlier`, the source's run before, has the same.

    Raises `ArtifactDamaged` for a name that leads out of it.
    """
    named = PurePosixPath(file.artifact)
    if named.is_absolute() or ".." in named.parts:
        raise ArtifactDamaged(f"a compacted month holds a file named {file.artifact!r}")
    path = folder / named
    path.parent.mkdir(parents=True, exist_ok=True)
    if not artifacts.linked(path, file.content, earlier / named if earlier else None):
        path.write_bytes(file.content)


def _folders(night: Path) -> list[Path]:
    return sorted(entry for entry in night.iterdir() if entry.is_dir())


def _lines(file: File) -> Iterator[tuple[str | None, bytes | None]]:
    """The rows of a file as (text, bytes), one of the two."""
    parts = [file.content] if file.artifact.endswith(".json") else file.content.split(b"\n")
    for part in parts:
        try:
            yield part.decode("utf-8"), None
        except UnicodeDecodeError:
            yield None, part


def _batches(path: Path, names: tuple[str, ...], wanted: Wanted) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            for batch in parquet.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(names)):
                artifact = batch.column("artifact")
                chosen = [name for name in pc.unique(artifact).to_pylist() if wanted(name)]
                yield batch.filter(pc.is_in(artifact, pa.array(chosen, pa.string())))
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise ArtifactDamaged(
            f"{path}: this compacted month cannot be read: {error}",
            "Look at the disk, and take the file from a backup: it may be the only copy of these runs.",
        ) from error


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("night", pa.date32()),
            ("source", pa.string()),
            ("artifact", pa.string()),
            ("line", pa.int32()),
            ("text", pa.string()),
            ("bytes", pa.binary()),
        ]
    )


def _table(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
