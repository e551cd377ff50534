"""A place for whole objects: a folder and an object store are alike."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.object_store import FolderObjects, Objects, RemoteObjects, located, objects_at


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    address = str(tmp_path / "shared") if request.param == "folder" else f"memory://{uuid.uuid4().hex}/veedor"
    return objects_at(located(address, "VEEDOR_RUNS_STORE"))


def test_nothing_is_there_at_first(objects: Objects) -> None:
    assert objects.versions("runs/a") == {}
    assert objects.version("runs/a/1") is None
    with pytest.raises(FileNotFoundError):
        objects.read("runs/a/1", 10)
    objects.remove("runs")


def test_an_object_and_its_version(objects: Objects) -> None:
    assert objects.write("runs/a/1", b"one")
    first = objects.version("runs/a/1")
    assert objects.versions("runs/a") == {"1": first}
    assert objects.read("runs/a/1", 3) == b"one"
    assert objects.write("runs/a/1", b"other")
    assert objects.version("runs/a/1") != first
    assert objects.versions("runs/a") == {"1": objects.version("runs/a/1")}


def test_only_the_first_of_two(objects: Objects) -> None:
    assert objects.write("runs/a/1", b"one", only_new=True)
    assert not objects.write("runs/a/1", b"two", only_new=True)
    assert objects.read("runs/a/1", 3) == b"one"


def test_a_file_goes_and_comes_as_bytes_do(objects: Objects, tmp_path: Path) -> None:
    file, back = tmp_path / "file", tmp_path / "back"
    file.write_bytes(b"one")
    with pytest.raises(FileNotFoundError):
        objects.fetch("runs/a/1", back, 3)
    assert objects.put("runs/a/1", file, only_new=True)
    file.write_bytes(b"other")
    assert not objects.put("runs/a/1", file, only_new=True)
    assert objects.read("runs/a/1", 3) == b"one"
    assert objects.put("runs/a/1", file)
    with pytest.raises(ValueError, match="has more than 4 bytes"):
        objects.fetch("runs/a/1", back, 4)
    assert not back.exists()
    objects.fetch("runs/a/1", back, 5)
    assert back.read_bytes() == b"other"


def test_no_more_than_is_wanted(objects: Objects) -> None:
    objects.write("a", b"one")
    with pytest.raises(ValueError, match="a has more than 2 bytes"):
        objects.read("a", 2)


def test_a_folder_is_listed_alone_and_removed_with_all_in_it(objects: Objects) -> None:
    for key in ("runs/a/1", "runs/a/deeper/2", "runs/ab/1"):
        objects.write(key, b"")
    assert set(objects.versions("runs/a")) == {"1"}
    objects.remove("runs/a")
    assert objects.versions("runs/a") == {}
    assert set(objects.versions("runs/ab")) == {"1"}


def test_what_is_being_written_to_a_folder_is_not_listed(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    objects.write("a/1", b"", only_new=True)
    (tmp_path / "a" / ".2.x.tmp").write_bytes(b"half")
    assert set(objects.versions("a")) == {"1"}


def test_an_object_that_goes_while_a_folder_is_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = FolderObjects(tmp_path)
    for key in ("a/1", "a/2", "a/3"):
        objects.write(key, b"")
    is_file = Path.is_file

    def removed_then(path: Path) -> bool:
        found = is_file(path)
        if path.name == "2":
            path.unlink()
        return found

    monkeypatch.setattr(Path, "is_file", removed_then)
    assert set(objects.versions("a")) == {"1", "3"}


def test_an_address_that_cannot_be_used() -> None:
    with pytest.raises(ConfigurationError, match="VEEDOR_RUNS_STORE names a place of kind 'nowhere'"):
        located("nowhere://bucket", "VEEDOR_RUNS_STORE")
    assert located("file:///srv/veedor", "X") == Path("/srv/veedor")


def test_whatever_a_library_raises_is_an_error_of_the_machine() -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("no answer")

    objects = RemoteObjects(
        located(f"memory://{uuid.uuid4().hex}", "X")
    ).__class__(  # the same, over what is broken
        type("Remote", (), {"files": Broken(), "prefix": "p"})()
    )
    for ask in (objects.version, objects.versions, objects.remove):
        with pytest.raises(OSError, match="RuntimeError: no answer"):
            ask("a")
    with pytest.raises(OSError, match="asked for a"):
        objects.write("a", b"")


def test_the_folders_in_a_folder(objects: Objects) -> None:
    assert objects.folders("batches") == []
    objects.write("batches/one/001.json", b"[]")
    objects.write("batches/two/001.json", b"[]")
    assert sorted(objects.folders("batches")) == ["one", "two"]
