"""Backups: everything comes back byte for byte, only what is new is written, and what is damaged is told."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.backup import back_up, bundles, manifest
from pipelines.backup.back_up import BackedUp
from pipelines.backup.give_back import give_back, prove
from pipelines.backup.place import Place, place_at
from pipelines.errors import ConfigurationError, HistoryLocked
from pipelines.history import compact, database, verify
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


def test_everything_comes_back_byte_for_byte(place: Place, settings: Settings, tmp_path: Path) -> None:
    assert place.foreign() is False
    done = made(place, settings)
    assert done.name == "2026-03-05T04-00-00Z"
    assert done.bytes_new == done.bytes_all > 0
    assert done.notes == []
    given = give_back(place, tmp_path / "new" / "data")
    assert given.files == done.files
    assert installation.tree(tmp_path / "new" / "data") == installation.tree(settings.data)
    assert verify.verify(tmp_path / "new/data/history.duckdb", tmp_path / "new/data/runs").equal
    restored = tmp_path / "new/data/restored"
    assert (restored / "sources.yaml").read_bytes() == settings.sources.read_bytes()
    assert (restored / "expectations/demo/suite.json").read_text(encoding="utf-8") == "{}\n"
    assert "VEEDOR_OPERATOR=op@example.org\n" in (restored / "settings.env").read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data"]
    proved = prove(place)
    assert proved.whole
    assert proved.bytes == done.bytes_all


def test_what_nights_have_in_common_is_one_file_again(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    """It takes the disk once: neither does a restoration want room for it again."""
    first, second = (settings.runs / str(night) / "federal" for night in run_folders.nights()[-2:])
    artifacts.write_bytes(first / artifacts.FIXES, b"x" * 100_000)
    (second / artifacts.FIXES).unlink()
    assert artifacts.linked(second / artifacts.FIXES, b"x" * 100_000, first / artifacts.FIXES)
    made(place, settings)
    parts = {it.name: it for it in manifest.chosen(place).parts if it.kind == "bundle"}
    room = [parts[f"runs/{it.parent.name}"].unpacked for it in (first, second)]
    assert room[0] > 100_000 > room[1]
    give_back(place, tmp_path / "new" / "data")
    assert installation.tree(tmp_path / "new" / "data") == installation.tree(settings.data)
    files = [
        tmp_path / "new" / "data" / "runs" / it.parent.name / it.name / artifacts.FIXES
        for it in (first, second)
    ]
    assert files[0].samefile(files[1])


def test_a_restored_folder_is_backed_up_to_the_same_place_without_writing_it_again(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    made(place, settings)
    give_back(place, tmp_path / "data")
    again = replace(settings, data=tmp_path / "data")
    # The settings name another data folder; all else is the same bytes.
    assert made(place, again, days=1).bytes_new < 1_000


def test_the_second_backup_reads_and_writes_what_changed(place: Place, settings: Settings) -> None:
    store = store_at(None, settings.snapshots)

    def packed(days: int) -> tuple[list[str], int]:
        names: list[str] = []

        def step(what: str, where: str) -> None:
            if what == "pack":
                names.append(where)

        done = back_up.back_up(place, settings, store, NOW + timedelta(days=days), step=step)
        return names, done.bytes_new

    (settings.data / "installation").write_text("one\n", encoding="utf-8")
    installation.rest(settings)
    assert len(packed(0)[0]) == 2 * run_folders.NIGHTS + 4
    assert packed(1) == ([], 0)
    night = settings.runs / str(run_folders.nights()[2])
    (night / "federal" / "a.json").write_text("{}", encoding="utf-8")
    installation.keep(store, b"new")
    names, new = packed(2)
    assert names == [f"runs/{night.name}"]
    assert new > 0


def test_the_oldest_go_and_what_they_alone_needed_goes_with_them(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    made(place, settings)
    night = settings.runs / str(run_folders.nights()[0])
    first = set(place.listed("objects"))
    shutil.rmtree(night)
    for days in (1, 2):
        made(place, settings, days=days, keep=2)
    assert list(manifest.names(place)) == ["2026-03-06T04-00-00Z", "2026-03-07T04-00-00Z"]
    # Too young to be told from what a backup that is being made has just put there: the clock of the place decides.
    made(place, settings, days=3 + 365 * 20, keep=1)
    assert len(manifest.names(place)) == 1
    assert first - set(place.listed("objects"))
    give_back(place, tmp_path / "data")
    assert installation.tree(tmp_path / "data") == installation.tree(settings.data)


def test_two_within_a_second_are_two(place: Place, settings: Settings) -> None:
    assert [made(place, settings).name for _ in range(2)] == ["2026-03-05T04-00-00Z", "2026-03-05T04-00-01Z"]


def test_an_earlier_backup_can_be_chosen(place: Place, settings: Settings, tmp_path: Path) -> None:
    before = installation.tree(settings.data)
    first = made(place, settings).name
    assert "installation" in installation.tree(settings.data).keys() - before.keys()
    (settings.data / "outbox" / "more.eml").write_text("x", encoding="utf-8")
    made(place, settings, days=1)
    give_back(place, tmp_path / "data", first)
    assert not (tmp_path / "data/outbox/more.eml").exists()
    with pytest.raises(ConfigurationError, match="no backup 'x'"):
        give_back(place, tmp_path / "other", "x")


def test_a_night_may_be_at_work_and_compaction_may_not(place: Place, settings: Settings) -> None:
    store = store_at(None, settings.snapshots)
    with store.in_use():
        made(place, settings)
    told: list[str] = []

    def step(what: str, where: str) -> None:
        if what == "bundle":
            with pytest.raises(HistoryLocked), store.alone():
                told.append("compaction began")
            told.append(where)

    back_up.back_up(place, settings, store, NOW, step=step)
    assert "compaction began" not in told
    assert told


def test_the_history_is_read_while_no_writer_writes(place: Place, settings: Settings, tmp_path: Path) -> None:
    began, go_on, done = threading.Event(), threading.Event(), []

    def step(what: str, where: str) -> None:
        if (what, where) == ("file", "history.duckdb"):
            began.set()
            go_on.wait(20)

    def back() -> None:
        done.append(back_up.back_up(place, settings, store_at(None, settings.snapshots), NOW, step=step))

    thread = threading.Thread(target=back)
    with database.writing(settings.history) as connection:
        thread.start()
        assert began.wait(20)
        connection.execute("DELETE FROM run")
        go_on.set()
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")
    thread.join(60)
    assert done
    give_back(place, tmp_path / "data")
    assert verify.verify(tmp_path / "data/history.duckdb", tmp_path / "data/runs").equal


def test_a_folder_that_is_never_still_is_left_out_and_told(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    run = settings.runs / str(run_folders.nights()[-1]) / "federal"

    def moving(folder: Path) -> list[tuple[str, int, int]]:
        return [(str(folder), 0, uuid.uuid4().int if folder == run else 0)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundles, "_state", moving)
        done = made(place, settings)
    assert done.notes == [
        f"left out of runs/{run.parent.name}: federal was being written to; the next backup takes it"
    ]
    assert made(place, settings, days=1).notes == []
    give_back(place, tmp_path / "data")
    assert installation.tree(tmp_path / "data") == installation.tree(settings.data)


def test_compacted_months_are_kept(
    place: Place, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "LOOK_BACK", 1)
    made(place, settings)
    assert compact.compact(settings.runs, 30, NOW.date() + timedelta(days=90)).runs > 0
    made(place, settings, days=1)
    give_back(place, tmp_path / "data")
    assert installation.tree(tmp_path / "data") == installation.tree(settings.data)
    assert (tmp_path / "data/runs/compacted/settled.json").is_file()


def test_a_file_that_is_not_what_its_name_says_is_left_out_and_told(place: Place, settings: Settings) -> None:
    sha256 = installation.keep(store_at(None, settings.snapshots), b"as it came")
    store_at(None, settings.snapshots).path(sha256).write_bytes(b"damaged!!!")
    (note,) = made(place, settings).notes
    assert sha256 in note
    assert "damaged and was left out" in note


def test_what_is_in_an_object_store_is_only_noted(place: Place, settings: Settings) -> None:
    remote = replace(settings, store=f"memory://{uuid.uuid4().hex}")
    assert "object store" in made(place, remote).notes[0]
    assert not [part for part in manifest.chosen(place).parts if part.kind == "snapshot"]


def test_another_folder_of_fetched_files_comes_back_into_the_data_folder(
    place: Place, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = replace(settings, store=str(tmp_path / "files"))
    sha256 = installation.keep(store_at(elsewhere.store, elsewhere.snapshots), b"elsewhere")
    made(place, elsewhere)
    give_back(place, tmp_path / "data")
    assert (tmp_path / f"data/snapshots/sha256/{sha256[:2]}/{sha256}").read_bytes() == b"elsewhere"


def test_secrets_are_in_no_backup(settings: Settings, tmp_path: Path) -> None:
    secret = replace(
        settings,
        mail_url="mailtos://me:pässwort-of-the-server@smtp.example.org",
        publisher="Instituto d'Accés",
        link_key="0123456789abcdefghijklmnopqrstuvwxyz",
    )
    place = place_at(str(tmp_path / "bak"))
    made(place, secret)
    assert manifest.chosen(place).secrets == ("VEEDOR_MAIL_URL", "VEEDOR_LINK_KEY")
    give_back(place, tmp_path / "data")
    text = (tmp_path / "data/restored/settings.env").read_text(encoding="utf-8")
    assert "# VEEDOR_MAIL_URL was set; its value is in no backup.\n" in text
    assert "VEEDOR_PUBLISHER='Instituto d'\"'\"'Accés'\n" in text
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "pässwort".encode() not in everything
    assert b"0123456789abcdef" not in everything


def test_a_log_in_within_an_address_is_a_secret_too(settings: Settings, tmp_path: Path) -> None:
    shared = replace(settings, runs_store="sftp://me:pass-of-the-store@files.example.org/veedor")
    place = place_at(str(tmp_path / "bak"))
    made(place, shared)
    assert manifest.chosen(place).secrets == ("VEEDOR_RUNS_STORE",)
    give_back(place, tmp_path / "data")
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"pass-of-the-store" not in everything


def test_a_folder_that_cannot_be_listed_is_not_left_out_in_silence(
    place: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, scandir = settings.data / "outbox" / "mine", os.scandir
    refused.mkdir()
    (refused / "a.eml").write_text("x", encoding="utf-8")

    def listed(path: str) -> object:
        if str(path) == str(refused):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listed)
    with pytest.raises(PermissionError, match="outbox/mine"):
        made(place, settings)
    assert manifest.names(place) == {}


def test_a_folder_that_lies_on_another_disk_and_names_that_are_no_text(
    settings: Settings, tmp_path: Path
) -> None:
    shutil.move(settings.data / "outbox", tmp_path / "elsewhere")
    (settings.data / "outbox").symlink_to(tmp_path / "elsewhere")
    (settings.data / "demo").mkdir()
    (settings.data / "demo" / bundles.DEMONSTRATION).touch()
    (settings.data / "demo" / "history.duckdb").touch()
    (tmp_path / "elsewhere" / "a\udcffb.eml").write_text("x", encoding="utf-8")
    place = place_at(str(tmp_path / "bak"))
    (note,) = made(place, settings).notes
    assert note.endswith("is no text")
    give_back(place, tmp_path / "data")
    assert [path.name for path in (tmp_path / "data" / "outbox").iterdir()] == ["outbox.txt"]
    assert not (tmp_path / "data" / "demo").exists()
