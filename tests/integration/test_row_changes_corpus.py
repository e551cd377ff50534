"""Real publications of which there are two versions: what was taken out, and what only looks different."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from pipelines.cli.app import app


def diff(before: Path, after: Path, *arguments: str) -> dict[str, Any]:
    words = ["diff", "--files", str(before), str(after), "--json", "--limit", "1", *arguments]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_sanctions_that_were_taken_out_of_mexicos_directory(corpus: Path) -> None:
    folder = corpus / "real" / "mx"
    files = (
        folder / "sfp_ProveedoresyContratistasSancionados.csv",
        folder / "sfp_ProveedoresyContratistasSancionados_2.csv",
    )
    found = diff(*files, "--guide", "debarred_contractors")
    assert (found["compared"], found["rows_before"], found["rows"]) == ("by_key", 1504, 454)
    assert (found["removed"], found["amended"], found["added"], found["unchanged"]) == (1050, 0, 0, 454)
    (row,) = found["first_rows"]
    assert row["before"]["Proveedor"] == "***"
    whole = diff(*files)
    assert (whole["compared"], whole["removed"], whole["added"]) == ("by_row", 1050, 0)


def test_a_workbook_and_a_csv_of_the_same_works_differ_in_what_one_export_lost(corpus: Path) -> None:
    folder = corpus / "real" / "br"
    files = folder / "mg_obras_contratos.csv", folder / "mg_obras_contratos.xlsx"
    found = diff(*files, "--layout", "br_mg_obras_contratos")
    assert (found["key"], found["removed"], found["added"]) == (["Contrato"], 0, 0)
    # Decimal commas and points are the same number; a leading zero of an identifier, and the last digit of a share of
    # sixteen, are not.
    assert found["columns"] == {"Percentual Execução Contrato": 138, "CNPJ": 100}
    assert found["amended"] == 227


def test_json_and_xlsx_of_one_list_hold_the_same_rows(corpus: Path) -> None:
    folder = corpus / "real" / "gt"
    stem = "tse_corporaciones_municipales_2020-2024"
    found = diff(folder / f"{stem}.json", folder / f"{stem}.xlsx")
    assert (found["removed"], found["added"], found["unchanged"]) == (0, 0, 3780)
