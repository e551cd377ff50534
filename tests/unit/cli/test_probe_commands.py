"""`veedor probe` and `veedor sources add`: an address in, what is there or an entry of sources.yaml out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pipelines.sources import parse
from tests.portal_server import PortalServer
from tests.portal_server.world import World
from tests.portal_server.worlds import WORLDS
from tests.unit.cli.test_cli import ROOT, veedor

NOTHING = "# Ours.\nversion: 1\ntime_zone: America/Mexico_City\nsources: []\n"
HOSTILE = "[red]Datos[/red]\x1b[31m: {a: [1, &x *x]}\n  - id: intruso # !!python/object"

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def world() -> Iterator[World]:
    with PortalServer() as portal:
        made = WORLDS["ckan"](portal, count=5)
        portal.answers(made.answer)
        yield made


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command in a folder with an empty sources.yaml, as wide as a terminal of 100 columns."""
    (tmp_path / "sources.yaml").write_text(NOTHING, encoding="utf-8")
    environment = {
        "VEEDOR_SOURCES": str(tmp_path / "sources.yaml"),
        "VEEDOR_EXPECTATIONS": str(ROOT / "expectations"),
        "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "true",
        "VEEDOR_HOST_PAUSE_SECONDS": "0",
        "VEEDOR_RETRIES": "0",
        "COLUMNS": "100",
    }
    return lambda *arguments: veedor(*arguments, cwd=tmp_path, **environment)


def test_a_datasets_page_is_shown_with_the_command_that_declares_it(world: World, command: Command) -> None:
    url = f"{world.url}/dataset/d-001"
    done = command("probe", url)
    assert done.returncode == 0, done.stderr
    for words in ("ckan", world.url, "Datos 1", "datos@dependencia.example", f"{world.url}/d-001.csv"):
        assert words in done.stdout
    assert f"veedor sources add {url}" in done.stdout


def test_the_whole_catalog_is_walked_when_asked_for(world: World, command: Command) -> None:
    done = command("probe", world.url, "--walk")
    assert "read whole" in done.stdout
    assert "5 distinct of 5 declared" in done.stdout
    told = json.loads(command("probe", world.url, "--walk", "--json").stdout)
    assert (told["probe"]["kind"], told["probe"]["dataset"]) == ("ckan", None)
    assert (told["walk"]["complete"], len(told["walk"]["catalog"]["datasets"])) == (True, 5)


def test_a_dry_run_shows_the_entry_and_writes_nothing(world: World, command: Command, tmp_path: Path) -> None:
    done = command("sources", "add", f"{world.url}/dataset/d-001", "--publisher", "Dependencia", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "would be declared" in done.stdout
    assert "id: d-001" in done.stdout
    assert (tmp_path / "sources.yaml").read_text(encoding="utf-8") == NOTHING


def test_a_dataset_is_declared_once(world: World, command: Command, tmp_path: Path) -> None:
    words = ("sources", "add", f"{world.url}/dataset/d-001", "--publisher", "Dependencia", "--json")
    told = json.loads(command(*words, "--guide", "contracts_register").stdout)
    text = (tmp_path / "sources.yaml").read_text(encoding="utf-8")
    (source,) = parse(text).sources
    (dataset,) = source.datasets
    assert (told["written"], told["dataset"]) == (True, f"{source.id}/{dataset.id}")
    assert (dataset.id, dataset.guide_dataset) == ("d-001", "contracts_register")
    assert text.startswith("# Ours.\n")
    again = command(*words)
    assert again.returncode == 2
    assert "already" in json.loads(again.stdout)["message"]
    assert (tmp_path / "sources.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("probe", "http://127.0.0.1:9/dataset/x"), "nothing can be told of http://127.0.0.1:9"),
        (("probe", "ftp://a.example/x.csv"), "only http:// and https://"),
        (("sources", "add", "{url}"), "not of one of its datasets"),
        (("sources", "add", "{url}/dataset/d-001", "--guide", "ninguno"), "ninguno"),
        (("sources", "add", "{url}/dataset/d-001", "--email", "nobody"), "mail"),
    ],
)
def test_an_error_is_one_line_with_advice(
    arguments: tuple[str, ...], said: str, world: World, command: Command, tmp_path: Path
) -> None:
    done = command(*(it.format(url=world.url) for it in arguments))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said in done.stderr
    assert "→" in done.stderr
    assert (tmp_path / "sources.yaml").read_text(encoding="utf-8") == NOTHING


def test_a_hostile_title_becomes_neither_markup_nor_yaml(
    world: World, command: Command, tmp_path: Path
) -> None:
    world.datasets[1]["title"] = HOSTILE
    url = f"{world.url}/dataset/d-001"
    shown = command("probe", url)
    assert "[red]Datos[/red]" in shown.stdout
    assert "\x1b" not in shown.stdout
    done = command("sources", "add", url, "--publisher", f"{HOSTILE[:40]}")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    (source,) = parse((tmp_path / "sources.yaml").read_text(encoding="utf-8")).sources
    (dataset,) = source.datasets
    assert dataset.id == "d-001"
    assert "intruso" not in source.id
