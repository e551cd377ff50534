"""`veedor export dqv` as a person meets it: one dataset on the screen or in a file, all of them in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import DCTERMS, Graph, Literal
from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.unit.history import run_folders
from tests.unit.site.conftest import make_public

KEY = "federal/contratos"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published history."""
    return make_public(tmp_path_factory.mktemp("data")).parent


@pytest.fixture
def export(data: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line over that folder."""
    monkeypatch.setenv("VEEDOR_DATA", str(data))
    return CliRunner()


def test_one_dataset_is_printed_as_turtle(export: CliRunner) -> None:
    done = export.invoke(app, ["export", "dqv", "--dataset", KEY])
    assert done.exit_code == 0
    graph = Graph().parse(data=done.stdout, format="turtle")
    assert Literal("Contratos celebrados por la Administración Pública Federal") in set(
        graph.objects(None, DCTERMS.title)
    )


def test_the_ending_of_the_file_decides_the_format_unless_one_is_named(
    export: CliRunner, tmp_path: Path
) -> None:
    for name, options, begin in (
        ("a.jsonld", [], "{"),
        ("a.ttl", [], "@prefix"),
        ("a.txt", [], "@prefix"),
        ("a.ttl", ["--format", "jsonld"], "{"),
    ):
        target = tmp_path / name
        done = export.invoke(app, ["export", "dqv", "--dataset", KEY, "--output", str(target), *options])
        assert done.exit_code == 0, done.output
        assert target.read_text(encoding="utf-8").startswith(begin)


def test_all_go_into_a_folder_as_of_a_night(export: CliRunner, tmp_path: Path) -> None:
    night = run_folders.nights()[1].isoformat()
    done = export.invoke(
        app,
        ["export", "dqv", "--output", str(tmp_path / "out"), "--night", night, "--format", "ttl", "--json"],
    )
    assert done.exit_code == 0, done.output
    assert '"datasets": 6' in done.stdout
    files = {
        it.relative_to(tmp_path / "out").as_posix() for it in (tmp_path / "out").rglob("*") if it.is_file()
    }
    assert {"catalog.ttl", "metrics.ttl", f"dataset/{KEY}.ttl"} < files
    assert len(files) == 8
    assert night in (tmp_path / "out" / f"dataset/{KEY}.ttl").read_text(encoding="utf-8")


def test_a_file_is_no_folder(export: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    done = export.invoke(app, ["export", "dqv", "--output", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
