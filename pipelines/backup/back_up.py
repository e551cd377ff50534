"""Making a backup, while nothing or while a night runs.

Belongs here: the order. A backup is a user of the data folder like a night (`Store.in_use`): nights go on beside it,
while compaction, pruning and rebuilding wait or refuse. What refers to something is read before what it refers to:

1. the history, byte for byte, under the lock by which its writers take turns;
2. run folders: so they know every run that the history knows;
3. fetched files: so there is every file that a run folder names;
4. all else.

An artifact is never changed once it is there, so what is read while a night goes on is that night as if it had been
killed at that moment, which it may be: running it again finishes it.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import uuid
from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from pipelines import artifacts, compacted
from pipelines.backup import bundles, manifest
from pipelines.backup.bundles import Bundle
from pipelines.backup.manifest import Part
from pipelines.backup.place import Kept, Place, key_of, sha256_of, telling
from pipelines.errors import BackupDamaged, ConfigurationError
from pipelines.history.database import withheld
from pipelines.locks import BACKUP, alone
from pipelines.redaction import redacted
from pipelines.settings import Settings
from pipelines.snapshots.store import Store

# DuckDB changes few of a file's blocks in a night: only pieces that changed are written.
PIECE = 4 << 20
# An object that nothing names may belong to a backup that is being made.
ABANDONED = timedelta(days=1)
KEEP = 14
INSTALLATION = "installation"
RESTORED = "restored"

Step = Callable[[str, str], None]


def silent(what: str, where: str) -> None:
    """Nobody is told how far the work has come."""


@dataclass
class BackedUp:
    """What a backup came to. `bytes_all` is what it consists of, `bytes_new` what had to be written for it."""

    name: str = ""
    files: int = 0
    bytes_all: int = 0
    bytes_new: int = 0
    kept: int = 0
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def back_up(
    place: Place, settings: Settings, store: Store, now: datetime, *, keep: int = KEEP, step: Step = silent
) -> BackedUp:
    """Make a backup, and keep the newest `keep` (at least 1). May be killed anywhere and run again.

    Raises `ConfigurationError` for a place that cannot be used, `HistoryLocked` while another backup is made, and
    `DiskFull`.
    """
    if not settings.data.is_dir():
        raise ConfigurationError(f"there is no data folder {settings.data}.", "Set VEEDOR_DATA.")
    _apart(place, settings)
    with alone(settings, BACKUP):
        manifest.mark(place, _installation(settings.data))
        place.sweep()
        done = BackedUp()
        known = place.listed("objects")
        before = _previous(place, done)
        if before:  # room for the new one; a newest that cannot be read is not what the older ones go for
            _retain(place, keep, known, now, done)
        work = _Work(place, known, before, done, step)
        with store.in_use():
            parts = list(_parts(work, settings, store))
        step("write", "manifest")
        made = manifest.write(place, _later(place, now), parts, _secrets(settings), done.notes)
        step("written", made.name)
        _retain(place, keep, known, now, done)
    done.name = made.name
    done.files = sum(part.files for part in parts)
    done.bytes_all = sum(made.objects.values())
    done.kept = len(manifest.names(place))
    return done


def _parts(work: _Work, settings: Settings, store: Store) -> Iterator[Part]:
    yield from work.history(settings)
    for path in (*compacted.months(settings.runs), settings.runs / compacted.FOLDER / compacted.SETTLED):
        if path.is_file():
            yield work.file(f"runs/{compacted.FOLDER}/{path.name}", path)
    for bundle in bundles.of_runs(settings.data, settings.runs):
        yield work.bundle(bundle)
    if store.is_remote:
        work.done.notes.append(
            "the fetched files lie in an object store (VEEDOR_STORE) and are not in this backup"
        )
    else:
        yield from work.snapshots(store)
    for bundle in bundles.of_others(settings.data, settings.history.name):
        yield work.bundle(bundle)
    yield work.bundle(bundles.of_folder("expectations", settings.expectations, f"{RESTORED}/expectations"))
    if settings.sources.is_file():
        yield work.file(f"{RESTORED}/sources.yaml", settings.sources)
    with work.place.staging() as folder:
        path = folder / "settings"
        path.write_text(environment(settings), encoding="utf-8")
        yield work.file(f"{RESTORED}/settings.env", path)


@dataclass(frozen=True)
class _Work:
    """A backup that is being made: what is there already, and what the newest one before consists of."""

    place: Place
    known: dict[str, Kept]
    before: dict[str, Part]
    done: BackedUp
    step: Step

    def _there(self, sha256: str, size: int) -> bool:
        kept = self.known.get(key_of(sha256))
        return kept is not None and kept.bytes == size

    def _unchanged(self, kind: str, name: str, fingerprint: str) -> Part | None:
        part = self.before.get(name) if fingerprint else None
        if part is None or part.kind != kind or part.fingerprint != fingerprint:
            return None
        return part if all(self._there(*it) for it in part.objects) else None

    def _put(self, path: Path, sha256: str, size: int) -> None:
        if not self._there(sha256, size):
            self.place.put(path, key_of(sha256))
            self.known[key_of(sha256)] = Kept(size, datetime.max.replace(tzinfo=UTC))
            self.done.bytes_new += size
            self.step("put", sha256)

    def bundle(self, bundle: Bundle) -> Part:
        """A bundle, packed unless it is as it was."""
        self.step("bundle", bundle.name)
        if part := self._unchanged("bundle", bundle.name, bundle.fingerprint):
            return part
        self.step("pack", bundle.name)
        with self.place.staging() as folder, telling(self.place.name):
            packed = bundles.pack(bundle, folder / "bundle")
            self._put(folder / "bundle", packed.sha256, packed.bytes)
        self.done.notes += [f"left out of {bundle.name}: {it}" for it in packed.left]
        objects = ((packed.sha256, packed.bytes),)
        # What could not be had is looked for again, though nothing changes any more.
        fingerprint = "" if packed.left else bundle.fingerprint
        return Part("bundle", bundle.name, objects, packed.files, packed.unpacked, fingerprint)

    def history(self, settings: Settings) -> Iterator[Part]:
        """The history and its write-ahead log. Its lock is held only until what changed is copied on this machine."""
        self.step("file", settings.history.name)
        with self.place.staging() as folder, telling(self.place.name):
            with withheld(settings.history) as handle:
                if handle is None:
                    return
                parts = [self._pieces(settings.history.name, handle, folder)]
                for beside in sorted(settings.data.glob(f"{settings.history.name}.*")):
                    with beside.open("rb") as opened:
                        parts.append(self._pieces(beside.name, opened, folder))
            self._put_all(folder)
        yield from parts

    def file(self, name: str, path: Path) -> Part:
        """A file, in pieces."""
        self.step("file", name)
        with self.place.staging() as folder, telling(self.place.name), path.open("rb") as handle:
            part = self._pieces(name, handle, folder)
            self._put_all(folder)
        return part

    def _pieces(self, name: str, handle: IO[bytes], folder: Path) -> Part:
        """A file as pieces; those that are not yet there are laid into `folder`."""
        found = os.fstat(handle.fileno())
        fingerprint = f"{found.st_size} {found.st_mtime_ns}" if bundles.settled(found.st_mtime_ns) else ""
        if part := self._unchanged("file", name, fingerprint):
            return part
        objects = []
        handle.seek(0)
        while piece := handle.read(PIECE):
            sha256 = hashlib.sha256(piece).hexdigest()
            objects.append((sha256, len(piece)))
            if not self._there(sha256, len(piece)):
                (folder / sha256).write_bytes(piece)
        return Part("file", name, tuple(objects), 1, sum(length for _, length in objects), fingerprint)

    def _put_all(self, folder: Path) -> None:
        for path in sorted(folder.iterdir()):
            self._put(path, path.name, path.stat().st_size)

    def snapshots(self, store: Store) -> Iterator[Part]:
        """Every fetched file, once; one that is not what its name says is left out and told."""
        for version in sorted(store.versions(), key=lambda it: it.sha256):
            path = store.path(version.sha256)
            if not self._there(version.sha256, version.bytes):
                self.step("snapshot", version.sha256)
                with path.open("rb") as handle:
                    if sha256_of(handle) != version.sha256:
                        self.done.notes.append(f"{path} is damaged and was left out")
                        continue
                self._put(path, version.sha256, version.bytes)
            name = f"snapshots/sha256/{version.sha256[:2]}/{version.sha256}"
            yield Part("snapshot", name, ((version.sha256, version.bytes),), 1, version.bytes)


def _retain(place: Place, keep: int, known: dict[str, Kept], now: datetime, done: BackedUp) -> None:
    """Remove the oldest backups beyond `keep`, and the objects that no other names. The newest always stays."""
    complete = manifest.names(place)
    old = list(complete)[: -max(keep, 1)]
    for name in old:
        place.remove(complete.pop(name))
        done.removed.append(name)
    if not old:
        return
    named: set[str] = set()
    for name, key in complete.items():
        try:
            named |= {key_of(sha256) for sha256 in manifest.read(place, key).objects}
        except (BackupDamaged, ConfigurationError) as fault:
            done.notes.append(f"nothing was cleared away, because the backup {name} cannot be read: {fault}")
            return
    for key in sorted(known.keys() - named):
        if known[key].modified < now - ABANDONED:
            place.remove(key)
            del known[key]


def _previous(place: Place, done: BackedUp) -> dict[str, Part]:
    """The parts of the newest backup by name; none when it cannot be read, and then everything is read anew."""
    try:
        return {part.name: part for part in manifest.chosen(place).parts} if manifest.names(place) else {}
    except (BackupDamaged, ConfigurationError) as fault:
        done.notes.append(f"the backup before cannot be used: {fault}")
        return {}


def _later(place: Place, now: datetime) -> datetime:
    """`now`, or the next second for which there is no backup yet."""
    taken = manifest.names(place)
    while manifest.stem(now) in taken:
        now += timedelta(seconds=1)
    return now


def environment(settings: Settings) -> str:
    """The settings that are not as they come, as lines of an environment file; of secrets the names only."""
    lines, plain = ["# The settings of this installation, without secrets."], Settings()
    for item in fields(settings):
        value, name = getattr(settings, item.name), item.metadata["env"]
        if value is None or value == getattr(plain, item.name):
            continue
        if _is_secret(item, value):
            lines.append(f"# {name} was set; its value is in no backup.")
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            lines.append(f"{name}={shlex.quote(text)}")
    return "\n".join(lines) + "\n"


def _secrets(settings: Settings) -> list[str]:
    """The names of the settings that `environment` leaves out."""
    values = ((item, getattr(settings, item.name)) for item in fields(settings))
    return [item.metadata["env"] for item, value in values if value is not None and _is_secret(item, value)]


def _is_secret(item: Field[Any], value: object) -> bool:
    """Some are by what they are, an address of a store by the log-in that it may hold."""
    return bool(item.metadata.get("secret")) or redacted(str(value)) != str(value)


def _installation(data: Path) -> str:
    """The name by which this installation's backups know it, made once; it comes back with a restored data folder."""
    path = data / INSTALLATION
    if not path.exists():
        artifacts.write_text(path, f"{uuid.uuid4()}\n")
    return path.read_text(encoding="utf-8").strip()


def _apart(place: Place, settings: Settings) -> None:
    where, data = Path(place.name), settings.data.resolve()
    if where.is_absolute() and (where.resolve().is_relative_to(data) or data.is_relative_to(where.resolve())):
        raise ConfigurationError(
            f"{where} and the data folder {data} lie in each other.",
            "Put backups on another disk or machine.",
        )
