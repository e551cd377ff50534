"""Run folders in a store that several machines share, each night of a source as one object.

    runs/<source>/<night>.tar.gz       a night that is through, or that a fault of ours stopped (`run_archive`)
    nights/<night>.json                what the machines of a night have to agree about (`machines`)

Belongs here: making the past of a source here that of the store, and giving the store what is through. Between the two
the folder here is what counts: a night over which a machine was killed is begun anew by the next one. What was put
first stays, except that a night which a fault of ours stopped makes way.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines import artifacts, compacted
from pipelines.errors import ArtifactDamaged
from pipelines.model import RunIndex
from pipelines.object_store import Objects, located, objects_at
from pipelines.run_archive import LARGEST_ARCHIVE, pack, sha256_of, unpack
from pipelines.settings import Settings

log = logging.getLogger("veedor")

RUNS = "runs"
SUFFIX = ".tar.gz"
# As many nights as the stages look back to (`past_runs`, `snapshots.fetch`).
LOOK_BACK = 30
ABANDONED_SECONDS = 86_400.0
ADVICE = (
    "Remove the object {key} from VEEDOR_RUNS_STORE and start the night again: a machine that has this run puts it "
    "there again, and a run of tonight is done anew."
)


@dataclass(frozen=True)
class Equal:
    """Which object a run folder of this machine is equal to: its version in the store, and its bytes."""

    version: str
    sha256: str


@dataclass(frozen=True)
class RunStore:
    """The store as one machine sees it. `aside`, for notes and what is on its way, is beside the folder `runs`."""

    objects: Objects
    runs: Path
    aside: Path
    _brought: set[tuple[str, date]] = field(default_factory=set)

    def bring_once(self, source: str, night: date) -> None:
        """Before a source's night: as `bring`, and `night` itself, as far as another machine came with it.

        Only the first call does anything, because there is nothing to learn between two parts of a source's night. An
        object of `night` that is damaged does not count: the night is begun anew, and replaces it.
        """
        if (source, night) not in self._brought:
            try:
                self.bring_one(source, night)
            except ArtifactDamaged as fault:
                log.error("%s; the source is visited anew", fault.message)
            self.bring(source, night)
            self._brought.add((source, night))

    def bring(self, source: str, night: date) -> None:
        """Make the runs of `source` here those of the store, as far as `night` looks back to them.

        What is through here and not in the store is put there. Raises `ArtifactDamaged` for an object that is not as a
        machine of ours put it there, and `OSError` when the store does not answer.
        """
        there = self._listed(source)
        settled = compacted.settled(self.runs) or date.min
        earlier = sorted({it for it in (*artifacts.nights(self.runs), *there) if settled <= it < night})
        missing = set(compacted.KINDS)
        for number, before in enumerate(reversed(earlier)):
            if number >= LOOK_BACK and not missing:
                break
            self._level(source, before, there.get(before))
            folder = artifacts.run_folder(self.runs, before, source)
            if missing and (folder / artifacts.INDEX).exists():
                missing -= compacted.kinds(folder)

    def bring_one(self, source: str, night: date) -> None:
        """As `bring`, for `night` alone. What is through here takes the place of a damaged object."""
        try:
            self._level(source, night, self.objects.version(_key(source, night)))
        except ArtifactDamaged as fault:
            folder = artifacts.run_folder(self.runs, night, source)
            if not (folder / artifacts.INDEX).exists() or _stopped(folder):
                raise
            log.error("%s; it is replaced by the run of this machine", fault.message)
            self._path(source, night).unlink(missing_ok=True)
            self.send(source, night)

    def send(self, source: str, night: date) -> None:
        """Put a night that is through into the store; take over that of another machine that was first."""
        folder = artifacts.run_folder(self.runs, night, source)
        if not (folder / artifacts.INDEX).exists():
            return
        with self._on_its_way() as place:
            archive = place / "outgoing"
            sha256 = pack(folder, archive)
            known = self._equal_to(source, night)
            if known is not None and known.sha256 == sha256:
                return
            key = _key(source, night)
            if not self.objects.put(key, archive, only_new=known is None):
                if self._yield_to_theirs(source, night):
                    return
                self.objects.put(key, archive)
        self._note(source, night, Equal(self.objects.version(key) or "", sha256))

    def _yield_to_theirs(self, source: str, night: date) -> bool:
        """Whether the night that another machine put into the store stays; it is then here too."""
        version = self.objects.version(_key(source, night)) or ""
        with self._on_its_way() as place:
            try:
                theirs = self._fetched(source, night, place)
            except ArtifactDamaged as fault:
                log.error("%s; it is replaced", fault.message)
                return False
            if _stopped(theirs.folder) and not _stopped(artifacts.run_folder(self.runs, night, source)):
                return False
            self._take(theirs, source, night, version)
            return True

    def _level(self, source: str, night: date, version: str | None) -> None:
        """Make one night here what it is in the store, or the other way round."""
        finished = (artifacts.run_folder(self.runs, night, source) / artifacts.INDEX).exists()
        if version is None:
            if finished:
                self._path(source, night).unlink(missing_ok=True)  # somebody emptied the store
                self.send(source, night)
            return
        known = self._equal_to(source, night)
        if not finished or known is None or known.version != version:
            with self._on_its_way() as place:
                self._take(self._fetched(source, night, place), source, night, version)

    def _listed(self, source: str) -> dict[date, str]:
        found = {}
        for name, version in self.objects.versions(f"{RUNS}/{source}").items():
            day = artifacts.day_of(name.removesuffix(SUFFIX))
            if day is not None and name.endswith(SUFFIX):
                found[day] = version
        return found

    @contextmanager
    def _on_its_way(self) -> Iterator[Path]:
        """A new folder for what comes or goes, beside the folder `runs`; what is left in it goes with the context."""
        incoming = self.aside / "incoming"
        _clear(incoming)
        place = incoming / uuid.uuid4().hex
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _fetched(self, source: str, night: date, place: Path) -> Fetched:
        key = _key(source, night)
        archive, folder = place / "incoming", place / "run"
        try:
            self.objects.fetch(key, archive, LARGEST_ARCHIVE)
            unpack(archive, folder, f"the run store's {key}")
            index = _index(folder)
            if (index.source, index.night) != (source, night):
                raise ArtifactDamaged(f"the run store's {key} is the night {index.night} of {index.source}")
        except ValueError as error:
            raise ArtifactDamaged(f"the run store's {error}", ADVICE.format(key=key)) from error
        except ArtifactDamaged as fault:
            fault.advice = ADVICE.format(key=key)
            raise
        return Fetched(folder, sha256_of(archive))

    def _take(self, fetched: Fetched, source: str, night: date, version: str) -> None:
        """Put what was fetched in the place of what is here. Whoever is killed in between fetches it again."""
        self._path(source, night).unlink(missing_ok=True)
        target = artifacts.run_folder(self.runs, night, source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(fetched.folder.with_suffix(".old"))
        fetched.folder.rename(target)
        self._note(source, night, Equal(version, fetched.sha256))

    def _equal_to(self, source: str, night: date) -> Equal | None:
        try:
            noted = json.loads(self._path(source, night).read_bytes())
            return Equal(str(noted["version"]), str(noted["sha256"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):  # a damaged note is none
            return None

    def _note(self, source: str, night: date, equal: Equal) -> None:
        note = {"version": equal.version, "sha256": equal.sha256}
        artifacts.write_text(self._path(source, night), json.dumps(note) + "\n")

    def _path(self, source: str, night: date) -> Path:
        return self.aside / night.isoformat() / f"{source}.json"


@dataclass(frozen=True)
class Fetched:
    """An unpacked object, in a folder of its own, and the checksum of its bytes."""

    folder: Path
    sha256: str


def run_store_of(settings: Settings) -> RunStore | None:
    """The store of VEEDOR_RUNS_STORE; None when it is not set. Raises `ConfigurationError`."""
    if settings.runs_store is None:
        return None
    place = located(settings.runs_store, "VEEDOR_RUNS_STORE")
    return RunStore(objects_at(place), settings.runs, settings.data / "run_store")


def _clear(incoming: Path) -> None:
    """Remove what killed processes left there more than a day ago."""
    for folder in incoming.glob("*"):
        with suppress(FileNotFoundError):  # another process clears too
            if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _key(source: str, night: date) -> str:
    return f"{RUNS}/{source}/{night.isoformat()}{SUFFIX}"


def _stopped(folder: Path) -> bool:
    return _index(folder).result == "failure"


def _index(folder: Path) -> RunIndex:
    try:
        return artifacts.read_value(folder / artifacts.INDEX, RunIndex)
    except FileNotFoundError:
        raise ArtifactDamaged(f"{folder} has no {artifacts.INDEX}: it is no finished run") from None
