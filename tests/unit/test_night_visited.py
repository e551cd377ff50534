"""Which run folders a night's alerts look at: what the night visits, and what somebody asked for besides."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pipelines import artifacts
from pipelines.night import visited
from pipelines.sources import parse
from pipelines.tonight import Tonight

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
SOURCES = """\
version: 1
time_zone: America/Mexico_City
language: es
sources:
  - id: nightly
    portal: ckan
    url: https://datos.example
    publisher: {name: P}
    owner: {name: O}
    datasets: [{id: uno}]
  - id: mondays
    portal: ckan
    schedule: "0 3 * * 1"
    url: https://datos.example
    publisher: {name: P}
    owner: {name: O}
    datasets: [{id: uno}]
"""


def test_a_source_that_was_asked_for_on_a_night_off_is_looked_at_too(tmp_path: Path) -> None:
    tools: Any = SimpleNamespace(settings=SimpleNamespace(runs=tmp_path))
    sources = parse(SOURCES)

    def names(night: date) -> list[str]:
        return [folder.name for folder in visited(Tonight(sources, night, tools))]

    assert names(MONDAY) == ["nightly", "mondays"]
    assert names(TUESDAY) == ["nightly"]
    folder = artifacts.run_folder(tmp_path, TUESDAY, "mondays")
    folder.mkdir(parents=True)
    assert names(TUESDAY) == ["nightly"], "it is not through yet"
    (folder / artifacts.INDEX).write_text("{}")
    assert names(TUESDAY) == ["nightly", "mondays"]
