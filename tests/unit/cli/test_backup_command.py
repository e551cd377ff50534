"""`veedor backup` and `veedor restore` as a person meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import ConfigurationError
from tests.unit.backup import installation


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    installation.fill(installation.settings_at(folder), 2)
    return folder


@pytest.fixture
def here(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = Path(shutil.copytree(filled, tmp_path / "here"))
    for name in ("data", "sources", "expectations"):
        at = here / ("sources.yaml" if name == "sources" else name)
        monkeypatch.setenv(f"VEEDOR_{name.upper()}", str(at))
    monkeypatch.setenv("VEEDOR_SOCRATA_APP_TOKEN", "0123456789")
    return here


def asked(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_there_and_back(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = str(tmp_path / "bak")
    assert asked("backup", at, "--list") == (0, "There is no complete backup here.\n")
    code, said = asked("backup", at)
    assert code == 0
    assert "of them new. Backups there: 1." in said
    name = asked("backup", at, "--list")[1].strip()
    assert said.startswith(f"Backup {name} at {at}")
    assert json.loads(asked("backup", at, "--list", "--json")[1]) == [name]
    code, said = asked("backup", at, "--verify")
    assert (code, said.split(":")[0]) == (0, f"The backup {name} is whole")
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "new"))
    code, said = asked("restore", at)
    assert code == 0
    assert "Set these again, they are in no backup: VEEDOR_SOCRATA_APP_TOKEN." in said
    assert [line[:2] for line in said.splitlines()[1:]] == ["1.", "2.", "3.", "4."]
    assert installation.tree(tmp_path / "new") == installation.tree(here / "data")
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "third"))
    found = json.loads(asked("restore", at, "--backup", name, "--json")[1])
    assert (found["backup"], found["secrets"]) == (name, ["VEEDOR_SOCRATA_APP_TOKEN"])


def test_where_files_of_another_folder_came_back_to_is_said(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEEDOR_STORE", str(tmp_path / "files"))
    at = str(tmp_path / "bak")
    asked("backup", at)
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "new"))
    said = asked("restore", at)[1]
    assert f"in {tmp_path / 'new' / 'snapshots'}, and are looked for in {tmp_path / 'files'}" in said


def test_older_ones_go(here: Path, tmp_path: Path) -> None:
    at = str(tmp_path / "bak")
    asked("backup", at)
    found = json.loads(asked("backup", at, "--keep", "1", "--json")[1])
    assert (found["kept"], len(found["removed"])) == (1, 1)


def test_a_damaged_one_is_exit_code_one(here: Path, tmp_path: Path) -> None:
    at = tmp_path / "bak"
    asked("backup", str(at))
    for path in (at / "objects").rglob("*"):
        if path.is_file() and path.stat().st_size:
            path.write_bytes(b"x")
    code, said = asked("backup", str(at), "--verify")
    assert code == 1
    assert "is damaged" in said
    assert "and" in said
    code, said = asked("backup", str(at), "--verify", "--json")
    assert (code, json.loads(said)["whole"]) == (1, False)


@pytest.mark.parametrize(
    "words", [("--verify", "--list"), ("--backup", "x"), ("--verify", "--backup", "x"), ("--verify",)]
)
def test_what_does_not_go_together_is_refused(here: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError):
        asked("backup", str(tmp_path / "bak"), *words)
