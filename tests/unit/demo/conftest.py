"""The demo's editions, and their files read back by other means than those that wrote them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipelines.demo import story

SEED = 7
Row = dict[str, str]


class Tables:
    """The six files of one edition, parsed."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.contratos = self._csv(files["contratos.csv"].decode("latin-1"), ";")
        self.sancionados = self._csv(files["sancionados.csv"].decode("utf-8-sig"))
        self.presupuesto = self._csv(files["presupuesto.csv"].decode("utf-8-sig"))
        with zipfile.ZipFile(io.BytesIO(files["servidores.zip"])) as archive:
            self.members = archive.namelist()
            self.servidores = self._csv(archive.read("servidores.csv").decode("utf-8"))
        self.licitaciones: dict[str, Any] = json.loads(files["licitaciones.json"])
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(files["empresas.xlsx"]))
        self.workbook = workbook.get_sheet_by_index(0).to_python()
        header = [str(name) for name in self.workbook[1]]
        self.empresas = [dict(zip(header, row, strict=True)) for row in self.workbook[2:]]

    @staticmethod
    def _csv(text: str, delimiter: str = ",") -> list[Row]:
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="session")
def nights() -> dict[int, Tables]:
    """Every night of one seed."""
    return {night: Tables(story.edition(SEED, night)) for night in range(1, story.NIGHTS + 1)}


@pytest.fixture(scope="session")
def tables_of() -> Callable[[int, int], Tables]:
    """Any night of any seed."""
    return lambda seed, night: Tables(story.edition(seed, night))
