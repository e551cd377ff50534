"""The manifest of a backup: every part of it with its checksum, one JSON document a line, compressed.

Belongs here: its lines, its name and reading it back. The first line says what and when, the last how many lines there
were between. The name holds the checksum of the file, so that one that was cut off or altered is known as such.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import __version__
from pipelines.backup.place import Place, telling
from pipelines.errors import BackupDamaged, ConfigurationError
from pipelines.snapshots.store import SHA256

FORMAT = 1
FOLDER = "manifests"
MARK = "veedor-backup.json"
NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)\.([0-9a-f]{64})\.jsonl\.gz")
PART_KINDS = ("bundle", "file", "snapshot")


@dataclass(frozen=True)
class Part:
    """One part of a backup.

    `kind` bundle: `name` is a name, and the objects together are a tar of files, compressed (zstd). `kind` file and
    snapshot: `name` is a path in the data folder, and the objects one after the other are its bytes. `objects` are
    (sha256, bytes); `unpacked` is the room that it takes when given back; by `fingerprint` it is seen cheaply whether
    it changed.
    """

    kind: str
    name: str
    objects: tuple[tuple[str, int], ...]
    files: int = 1
    unpacked: int = 0
    fingerprint: str = ""


@dataclass(frozen=True)
class Manifest:
    """One complete backup. `secrets` are the names of settings that were set and whose values are in no backup."""

    name: str
    made_on: str
    software: str
    parts: tuple[Part, ...]
    secrets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def objects(self) -> dict[str, int]:
        """Every object of the backup: its length by its checksum."""
        return {sha256: size for part in self.parts for sha256, size in part.objects}


def stem(now: datetime) -> str:
    """The name of a backup made at that instant."""
    return f"{now:%Y-%m-%dT%H-%M-%SZ}"


def names(place: Place) -> dict[str, str]:
    """The keys of the complete backups by their names, oldest first."""
    found = ((NAME.fullmatch(key.rpartition("/")[2]), key) for key in place.listed(FOLDER))
    return dict(sorted((named[1], key) for named, key in found if named is not None))


def write(
    place: Place, now: datetime, parts: Sequence[Part], secrets: Sequence[str], notes: Sequence[str]
) -> Manifest:
    """Make a backup complete: put its manifest there."""
    made = Manifest(stem(now), now.isoformat(), __version__, tuple(parts), tuple(secrets), tuple(notes))
    head = {
        "format": FORMAT,
        "made_on": made.made_on,
        "veedor": __version__,
        "secrets": secrets,
        "notes": notes,
    }
    with place.staging() as folder:
        path = folder / "manifest"
        with telling(place.name), path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            for line in (head, *map(asdict, parts), {"parts": len(parts)}):
                packed.write(json.dumps(line, default=list).encode() + b"\n")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        place.put(path, f"{FOLDER}/{made.name}.{sha256}.jsonl.gz")
    return made


def read(place: Place, key: str) -> Manifest:
    """Read a manifest back. Raises `BackupDamaged`, and `ConfigurationError` for one of newer software."""
    named = NAME.fullmatch(key.rpartition("/")[2])
    if named is None:
        raise BackupDamaged(f"{key} is not the name of a backup")
    with place.opened(key) as handle:
        content = handle.read()
    if hashlib.sha256(content).hexdigest() != named[2]:
        raise BackupDamaged(f"the list of what belongs to the backup {named[1]} is not as it was written")
    try:
        head, *lines, end = map(json.loads, gzip.decompress(content).splitlines())
        if head["format"] != FORMAT:
            raise ConfigurationError(
                f"the backup {named[1]} was made by Veedor {head['veedor']}, in a form that this one does not know.",
                "Restore it with that version.",
            )
        parts = tuple(map(_part, lines))
        made = Manifest(
            named[1], head["made_on"], head["veedor"], parts, (*head["secrets"],), (*head["notes"],)
        )
        if len(parts) != end["parts"]:
            raise BackupDamaged(f"the list of the backup {named[1]} has {len(parts)} of {end['parts']} lines")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"the list of the backup {named[1]} cannot be read: {error}") from error
    return made


def _part(line: dict[str, Any]) -> Part:
    objects = tuple((str(sha256), int(size)) for sha256, size in line.pop("objects"))
    if not all(SHA256.fullmatch(sha256) for sha256, _ in objects):
        raise ValueError("an object is not named by its checksum")
    return Part(objects=objects, **line)


def chosen(place: Place, name: str | None = None) -> Manifest:
    """The backup of that name, or the newest. Raises `ConfigurationError` when there is none, and `BackupDamaged`."""
    known = names(place)
    if not known:
        raise ConfigurationError(
            f"there is no complete backup at {place.name}.",
            "Name the folder or address that `veedor backup` wrote to.",
        )
    if name is not None and name not in known:
        raise ConfigurationError(
            f"there is no backup {name!r} at {place.name}.", f"There are: {', '.join(known)}."
        )
    return read(place, known[name or list(known)[-1]])


def mark(place: Place, installation: str) -> None:
    """Say whose backup this place is, or see that it is ours. Raises `ConfigurationError` when it is not."""
    whose = marked(place)
    if whose == installation:
        return
    if whose is not None:
        raise ConfigurationError(
            f"{place.name} holds the backups of another installation.",
            "Give each installation a folder or prefix of its own. To go on with those backups, restore one of them.",
        )
    if place.foreign():
        raise ConfigurationError(
            f"{place.name} is not empty, and holds no backups of Veedor.",
            "Name an empty or a new folder or prefix.",
        )
    with place.staging() as folder:
        text = {
            "what": "Backups of a Veedor installation. `veedor restore` gives one back; do not change anything here.",
            "format": FORMAT,
            "installation": installation,
        }
        (folder / "mark").write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
        place.put(folder / "mark", MARK)


def marked(place: Place) -> str | None:
    """The installation whose backups lie there; None where no backup was ever begun. Raises `BackupDamaged`."""
    try:
        with place.opened(MARK) as handle:
            content = handle.read()
    except FileNotFoundError:
        return None
    try:
        return str(json.loads(content)["installation"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"{MARK} at {place.name} is not what Veedor wrote") from error


def path_in(root: Path, name: str) -> Path:
    """`name` below `root`. Raises `BackupDamaged` for a name that leads out of it."""
    parts = name.split("/")
    if not name or "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise BackupDamaged(f"the backup names a file {name!r}, which would lie outside the data folder")
    return root.joinpath(*parts)
