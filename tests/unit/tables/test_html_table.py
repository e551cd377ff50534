"""Web pages under the name of a workbook: data when they are one table, else what came instead of data."""

from __future__ import annotations

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind

PAGE = """<html><head><style>td {}</style></head><body><table><tr><td>Reporte</td></tr></table>
<table><tr><th>id<th>nombre<th>monto</tr>
<tr><td rowspan=2>1</td><td>Pe&ntilde;a<br>e hijos</td><td>=1+2</td></tr>
<tr><td colspan="2">dos
  palabras</td></tr><tr><td>3</td><td>c</td><td>7</td></table></body>"""


def test_the_fullest_table_is_read_and_the_report_says_so(reading, rows):
    table = reading(PAGE.encode(), "datos.xls").tables[0]
    assert table.report.columns == ("id", "nombre", "monto")
    assert rows(table) == [
        (2, "1", "Peña\ne hijos", "=1+2"),
        (3, None, "dos palabras", None),
        (4, "3", "c", "7"),
    ]
    assert "fullest of its 2 tables" in " ".join(table.report.notes)
    assert table.report.notes[0] == "Declared as xls, but the content is html."


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (PAGE, "datos.csv"),
        (PAGE, "datos"),
        (PAGE.replace("<body>", "<body><form action='/login'><input name=u>"), "datos.xls"),
        (PAGE.replace("<body>", "<body><script>x</script>"), "datos.xls"),
        ("<html><body><table><tr><td>404</td></tr></table></body></html>", "datos.xls"),
        ("<html><p>No hay datos", "datos.xls"),
    ],
)
def test_any_other_page_came_instead_of_data(reading, page, name):
    with pytest.raises(ReadFault) as caught:
        reading(page.encode(), name)
    assert caught.value.kind is FaultKind.HTML_INSTEAD


def test_a_cell_that_spans_everything(reading):
    row = "<tr>" + '<td colspan="1000">x</td>' * 6 + "</tr>"
    with pytest.raises(ReadFault) as caught:
        reading(f"<table>{row}{row}</table>".encode(), "datos.xls")
    assert caught.value.kind is FaultKind.NO_TABLE


@pytest.mark.parametrize("digits", [100, 5_000])
def test_a_number_that_no_character_has_does_not_cost_the_page(reading, rows, digits):
    table = reading(PAGE.replace("&ntilde;", f"&#{'9' * digits};").encode(), "datos.xls").tables[0]
    assert rows(table)[0] == (2, "1", "Pe\ufffda\ne hijos", "=1+2")


@pytest.mark.parametrize("broken", ["<![CDATA[<![DATA[", "<![if gte mso 9]>", "<![%9z"])
def test_a_declaration_that_is_none_does_not_cost_the_page(reading, rows, broken):
    table = reading(PAGE.replace("<table", broken + "<table", 1).encode() + b"<![DATA[", "datos.xls").tables[
        0
    ]
    assert table.report.columns
