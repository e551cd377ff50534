"""Backups: what is refused, what is damaged is told, and nothing is half done."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import shutil
import tarfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipelines.backup import back_up, bundles, manifest
from pipelines.backup.back_up import BackedUp
from pipelines.backup.give_back import give_back, prove
from pipelines.backup.place import Elsewhere, Place, key_of, place_at
from pipelines.errors import BackupDamaged, ConfigurationError, DiskFull, HistoryLocked
from pipelines.settings import Settings
from pipelines.snapshots.store import store_at
from tests.unit.backup import installation
from tests.unit.history import run_folders

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    installation.fill(installation.settings_at(folder))
    return folder


@pytest.fixture
def settings(filled: Path, tmp_path: Path) -> Settings:
    shutil.copytree(filled, tmp_path / "here")
    return installation.settings_at(tmp_path / "here")


@pytest.fixture(params=["folder", "store"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    address = str(tmp_path / "bak") if request.param == "folder" else f"memory://{uuid.uuid4().hex}/veedor"
    return place_at(address)


def made(place: Place, settings: Settings, days: int = 0, keep: int = 14) -> BackedUp:
    store = store_at(settings.store, settings.snapshots)
    return back_up.back_up(place, settings, store, NOW + timedelta(days=days), keep=keep)


def test_nothing_is_written_over(place: Place, settings: Settings, tmp_path: Path) -> None:
    made(place, settings)
    before = installation.tree(settings.data)
    with pytest.raises(ConfigurationError, match="is there already"):
        give_back(place, settings.data)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is there already"):
        give_back(place, tmp_path / "file")
    assert installation.tree(settings.data) == before
    (tmp_path / "empty").mkdir()
    assert give_back(place, tmp_path / "empty").files > 0


def test_places_that_cannot_be_used(settings: Settings, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not empty"):
        made(place_at(str(full)), settings)
    for inside in (settings.data / "bak", settings.data, settings.data.parent):
        with pytest.raises(ConfigurationError, match="lie in each other"):
            made(place_at(str(inside)), settings)
    with pytest.raises(ConfigurationError, match="of kind 'nowhere'"):
        place_at("nowhere://x")
    with pytest.raises(ConfigurationError, match="no data folder"):
        made(place_at(str(tmp_path / "bak")), replace(settings, data=tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="no complete backup"):
        give_back(place_at(str(tmp_path / "bak")), tmp_path / "new")
    assert not (tmp_path / "bak").exists()
    assert not (tmp_path / "none").exists()


def test_another_installations_place_is_refused(
    place: Place, settings: Settings, filled: Path, tmp_path: Path
) -> None:
    made(place, settings)
    shutil.copytree(filled, tmp_path / "other")
    with pytest.raises(ConfigurationError, match="another installation"):
        made(place, installation.settings_at(tmp_path / "other"))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 1}'])
def test_a_mark_that_is_damaged_is_told_as_that(
    place: Place, settings: Settings, tmp_path: Path, content: bytes
) -> None:
    made(place, settings)
    (tmp_path / "mark").write_bytes(content)
    place.put(tmp_path / "mark", manifest.MARK)
    with pytest.raises(BackupDamaged, match="is not what Veedor wrote"):
        made(place, settings)


def test_a_log_in_of_a_place_is_not_shown(tmp_path: Path) -> None:
    place = Elsewhere("sftp://me:secret-of-mine@files.example.org/bak", MemoryFileSystem(), "bak")
    assert place.name == "sftp://***@files.example.org/bak"
    with pytest.raises(ConfigurationError) as told:
        manifest.chosen(place)
    assert "secret-of-mine" not in told.value.message


def test_a_second_backup_at_once_is_refused(place: Place, settings: Settings) -> None:
    lock = settings.data / "locks" / "_backup.lock"
    lock.parent.mkdir()
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(HistoryLocked, match="another process is at work on _backup"):
            made(place, settings)


# --- damage ------------------------------------------------------------------------------------------------

Damage = Callable[[Path], None]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [cut, altered, Path.unlink], ids=["cut", "altered", "gone"])
@pytest.mark.parametrize("kind", ["bundle", "file", "snapshot"])
def test_damage_is_told_and_mended_by_the_next_backup(
    settings: Settings, tmp_path: Path, damage: Damage, kind: str
) -> None:
    place = place_at(str(tmp_path / "bak"))
    installation.rest(settings)
    made(place, settings)
    part = next(it for it in manifest.chosen(place).parts if it.kind == kind and it.unpacked)
    sha256 = part.objects[0][0]
    damage(tmp_path / "bak" / key_of(sha256))
    with pytest.raises(BackupDamaged):
        give_back(place, tmp_path / "data")
    assert not (tmp_path / "data").exists()
    assert not list(tmp_path.glob(".data*"))
    proved = prove(place)
    assert (proved.missing + proved.damaged) == (sha256,)
    made(place, settings, days=1)
    assert prove(place).whole
    assert prove(place, proved.name).whole
    give_back(place, tmp_path / "data")
    assert installation.tree(tmp_path / "data") == installation.tree(settings.data)


def test_a_damaged_manifest_is_told_and_the_one_before_can_be_chosen(
    settings: Settings, tmp_path: Path
) -> None:
    place = place_at(str(tmp_path / "bak"))
    first, second = made(place, settings).name, made(place, settings, days=1).name
    altered(tmp_path / "bak" / manifest.names(place)[second])
    with pytest.raises(BackupDamaged, match=second):
        give_back(place, tmp_path / "data")
    give_back(place, tmp_path / "data", first)
    done = made(place, settings, days=2, keep=1)
    assert "the backup before cannot be used" in done.notes[0]
    assert prove(place).whole


def test_nothing_is_cleared_away_while_a_backup_cannot_be_read(settings: Settings, tmp_path: Path) -> None:
    place = place_at(str(tmp_path / "bak"))
    names = [made(place, settings, days=days).name for days in range(3)]
    altered(tmp_path / "bak" / manifest.names(place)[names[1]])
    before = set(place.listed("objects"))
    done = made(place, settings, days=365 * 20, keep=3)
    assert "nothing was cleared away" in done.notes[0]
    assert before <= set(place.listed("objects"))


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../b", "", "a//b", "a/./b"])
def test_a_name_that_leads_out_is_refused(settings: Settings, tmp_path: Path, name: str) -> None:
    place = place_at(str(tmp_path / "bak"))
    made(place, settings)
    found = manifest.chosen(place)
    part = replace(next(it for it in found.parts if it.kind == "file"), name=name)
    manifest.write(place, NOW + timedelta(days=1), [part], (), ())
    with pytest.raises(BackupDamaged, match="outside"):
        give_back(place, tmp_path / "data")
    with pytest.raises(BackupDamaged):
        _bundle_of(tmp_path, [(name, b"x")])


def _bundle_of(tmp_path: Path, files: list[tuple[str, bytes]]) -> int:
    def given(_: list[str]) -> Iterator[bundles.File]:
        yield from (bundles.File(*it) for it in files)

    bundles.pack(bundles.Bundle("x", "", given), tmp_path / "bundle")
    with (tmp_path / "bundle").open("rb") as stream:
        return bundles.unpack(stream, tmp_path / "out")


def test_newer_software_is_named(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_at(str(tmp_path / "bak"))
    monkeypatch.setattr(manifest, "FORMAT", 2)
    made(place, settings)
    monkeypatch.setattr(manifest, "FORMAT", 1)
    with pytest.raises(ConfigurationError, match="was made by Veedor"):
        give_back(place, tmp_path / "data")


def test_without_room_nothing_is_begun(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_at(str(tmp_path / "bak"))
    made(place, settings)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    with pytest.raises(DiskFull, match="has 1 left"):
        give_back(place, tmp_path / "data")
    assert not list(tmp_path.glob(".data*"))


def test_a_bundle_is_a_tar_that_anybody_can_open(settings: Settings, tmp_path: Path) -> None:
    place = place_at(str(tmp_path / "bak"))
    made(place, settings)
    mark = json.loads((tmp_path / "bak/veedor-backup.json").read_text(encoding="utf-8"))
    assert "veedor restore" in mark["what"]
    assert oct((tmp_path / "bak").stat().st_mode)[-3:] == "700"
    part = next(it for it in manifest.chosen(place).parts if it.kind == "bundle")
    stored = (tmp_path / "bak" / key_of(part.objects[0][0])).read_bytes()
    with pa.CompressedInputStream(pa.BufferReader(stored), "zstd") as stream:
        plain = io.BytesIO(stream.read())
    with tarfile.open(fileobj=plain) as tar:
        names = tar.getnames()
    assert names[0] == f"runs/{run_folders.nights()[0]}/estatal/catalog.json"


def hostile(place: Place, change: dict[str, object], *, end: int = 1) -> None:
    """Put a manifest there whose own checksum is right, with one line changed."""
    line = {
        "kind": "file",
        "name": "x",
        "objects": [["0" * 64, 1]],
        "files": 1,
        "unpacked": 1,
        "fingerprint": "",
    }
    head = {"format": 1, "made_on": "x", "veedor": "0", "secrets": [], "notes": []}
    text = "\n".join(json.dumps(it) for it in (head, line | change, {"parts": end}))
    content = gzip.compress(text.encode())
    with place.staging() as folder:
        (folder / "x").write_bytes(content)
        place.put(
            folder / "x", f"manifests/2026-03-02T00-00-00Z.{hashlib.sha256(content).hexdigest()}.jsonl.gz"
        )


@pytest.mark.parametrize(
    "change", [{"objects": [["../../x", 1]]}, {"objects": 3}, {"more": 1}, {"kind": "x"}, {"name": "../x"}]
)
def test_a_manifest_that_somebody_made_up_is_told_as_damaged(
    tmp_path: Path, change: dict[str, object]
) -> None:
    place = place_at(str(tmp_path / "bak"))
    hostile(place, change)
    with pytest.raises(BackupDamaged):
        give_back(place, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_manifest_of_which_lines_are_missing_is_told(tmp_path: Path) -> None:
    place = place_at(str(tmp_path / "bak"))
    hostile(place, {}, end=2)
    with pytest.raises(BackupDamaged, match="1 of 2 lines"):
        give_back(place, tmp_path / "data")
