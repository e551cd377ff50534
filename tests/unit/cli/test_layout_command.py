"""`veedor layout`: a proposal on standard output, what was chosen on standard error, and one line for each error."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.published_files import ods, xlsx, xml
from tests.unit.cli.test_cli import veedor

CSV = "Código del contrato;RFC del proveedor;Proveedor;Importe;Fecha de firma;Rareza\n" + "".join(
    f"C-{n};;Constructora Ejemplo {n};1.234,5{n};2{n}/12/2025;x{n}\n" for n in range(9)
)


def test_a_proposal_is_yaml_on_standard_output_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "Contratos 2025.csv").write_text(CSV, encoding="utf-8")
    done = veedor("layout", "Contratos 2025.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = yaml.safe_load(done.stdout)
    assert made["layout"] == "contratos_2025"
    assert made["guide_dataset"] == "contracts_register"
    assert made["table"] is None
    assert made["locale"] == {"decimal": ",", "group": ".", "date": "dmy"}
    assert made["columns"]["date_signed"] == ["Fecha de firma"]
    assert made["columns"]["value_amount"] == ["Importe"]
    assert "#   Rareza" in done.stdout
    assert "contracts_register" in done.stderr


def test_the_suite_may_be_forced_and_the_output_named_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    options = ("layout", "a.csv", "--suite", "debarred_contractors", "--output", "xx_sancionados.yaml")
    done = veedor(*options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    made = yaml.safe_load((tmp_path / "xx_sancionados.yaml").read_text(encoding="utf-8"))
    assert (made["layout"], made["guide_dataset"]) == ("xx_sancionados", "debarred_contractors")
    again = veedor(*options, cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_layout_that_fits_already_is_named(tmp_path: Path) -> None:
    header = "dependencia,claveuc,numero_procedimiento,tipo_procedimiento,codigo_contrato,titulo_contrato"
    (tmp_path / "a.csv").write_text(
        f"{header},fecha_inicio,importe_contrato,proveedor_contratista,anuncio\n"
        + "a,b,c,d,e,f,g,h,i,j\n" * 3
    )
    done = veedor("layout", "a.csv", cwd=tmp_path)
    assert "mx_compranet_2002 (2002-2010) fits these columns already" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.csv", "--suite", "nothing"), "there is no suite 'nothing'"),
        (("a.csv", "--name", "Mi nombre"), "is no name for a layout"),
        (("a.csv", "--output", "nowhere/a.yaml"), "there is no such folder"),
        (("strange.csv",), "no column looks like a role"),
        (("empty.csv",), "empty"),
        (("a.csv", "--sheet", "Datos"), "sheet"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "strange.csv").write_text("qwx,zzy\n1a,b\n2a,c\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    done = veedor("layout", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", xlsx()), ("a.ods", ods()), ("a.xml", xml())])
def test_any_format_that_is_read_is_proposed_for(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = veedor("layout", name, "--suite", "contracts_register", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = yaml.safe_load(done.stdout)
    assert "monto" in done.stdout
    assert made["guide_dataset"] == "contracts_register"
