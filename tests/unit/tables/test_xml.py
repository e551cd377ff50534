"""XML: records found by content, IATI, Excel's XML, and what a hostile document may not do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.read import opened
from pipelines.tables.table import Hint


def test_records_are_the_outermost_elements_that_repeat(reading, rows):
    table = reading("""<?xml version="1.0"?>
        <lista fecha="2026-01-01"><titulo>Sanciones</titulo><personas>
        <persona id="1"><nombre>Ana</nombre><alias><uno>a</uno></alias><alias><uno>b</uno></alias>
            <pais>MX</pais><pais>ES</pais><monto moneda="MXN"> 10 </monto></persona>
        <persona id="2"><nombre>Bruno &amp; Cía</nombre><alias><uno>c</uno></alias></persona>
        </personas></lista>""".encode()).tables[0]  # fmt: skip
    assert table.report.table == "lista/personas/persona"
    assert table.report.columns == ("@id", "nombre", "pais", "monto/@moneda", "monto", "alias")
    assert rows(table) == [
        (1, "1", "Ana", "MX;ES", "MXN", "10", '[{"uno": "a"}, {"uno": "b"}]'),
        (2, "2", "Bruno & Cía", None, None, None, '[{"uno": "c"}]'),
    ]


def test_a_wrapper_of_several_pages_is_looked_into_and_each_kind_is_a_table(reading):
    page = "<page>" + '<fila n="1"/><fila n="2"/>' + "</page>"
    result = reading(f"<data>{page * 3}</data>".encode())
    assert [(table.report.table, table.report.rows) for table in result.tables] == [("data/page/fila", 6)]
    both = "<data><as><a x='1'/><a x='2'/></as><bs><b y='1'/><b y='2'/><b y='3'/></bs></data>"
    assert [(table.report.table, table.report.rows) for table in reading(both.encode()).tables] == [
        ("data/bs/b", 3),
        ("data/as/a", 2),
    ]


def test_one_record_alone(reading, rows):
    table = reading(b"<doc><contrato><id>1</id><monto>2</monto></contrato></doc>").tables[0]
    assert (table.report.table, rows(table)) == ("doc/contrato", [(1, "1", "2")])


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><r><f a='ñ'/><f a='é'/></r>".encode("latin-1"),
            "cp1252",
        ),
        (
            "<?xml version='1.0' encoding='windows-1251'?><r><f a='ж'/><f a='é'/></r>".encode(
                "cp1251", "replace"
            ),
            None,
        ),
        ("<?xml version='1.0' encoding='UTF-8'?><r><f a='ñ'/><f a='é'/></r>".encode("cp1252"), "cp1252"),
        ("<?xml version='1.0' encoding='UTF-16'?><r><f a='ñ'/><f a='é'/></r>".encode("utf-16"), "utf-16"),
        ("\n <?xml version='1.0'?><r><f a='ñ'/><f a='é\x01'/></r>".encode(), "utf-8"),
    ],
)
def test_encodings_as_they_are_and_not_as_they_are_declared(reading, rows, content, encoding):
    table = reading(content).tables[0]
    first = rows(table)[0][1]
    assert first == ("ñ" if encoding else "ж")
    assert table.report.encoding == (encoding or "cp1251")
    assert bool(table.report.notes) is (b"\x01" in content)


@pytest.mark.parametrize(
    ("rest", "kind"),
    [("<f><a>3</a", "ends in the middle"), ("<f><a>3 & 4</a></f></r>", "not well-formed"), ("", "ends in")],
)
def test_what_stands_before_a_fault_is_read(reading, rest, kind):
    report = reading(f"<r><f><a>1</a></f><f><a>2</a></f>{rest}".encode()).tables[0].report
    assert (report.rows, report.lost) == (2, int(bool(rest)))
    assert 0.5 < report.share_read < 1
    assert any(kind in note and "2 records" in note for note in report.notes)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<r><f><a>1", FaultKind.TRUNCATED),
        (b"<r/>", FaultKind.NO_TABLE),
        (b"<r>text</r>", FaultKind.NO_TABLE),
        (b"<Error><Code>AccessDenied</Code></Error>", FaultKind.NOT_WHAT_WAS_PROMISED),
        (b"<rdf:RDF xmlns:rdf='x'><a b='c'/></rdf:RDF>", FaultKind.UNKNOWN_FORMAT),
        (b"<?xml version='1.0'?><svg width='1'><g a='b'/></svg>", FaultKind.UNKNOWN_FORMAT),
        (b"<?xml version='1.0'?><kml><Placemark/></kml>", FaultKind.UNKNOWN_FORMAT),
        (b"<a x='1'>" * 300, FaultKind.BROKEN_FILE),
        (b"<r>" + b"".join(b"<f%d a='1'/>" % n for n in range(20_001)) + b"</r>", FaultKind.NO_TABLE),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_faults(reading, content, kind):
    with pytest.raises(ReadFault) as caught:
        reading(content, "datos.xml")
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_no_document_type_is_ever_read(reading, declared):
    with pytest.raises(ReadFault) as caught:
        reading(f"<?xml version='1.0'?>{declared}<r><f><a>&x;</a></f><f><a>&b;</a></f></r>".encode())
    assert caught.value.kind is FaultKind.BROKEN_FILE
    assert "document type" in caught.value.message


IATI = b"""<?xml version="1.0"?><iati-activities version="2.03"><iati-activity default-currency="EUR">
<iati-identifier>XX-1</iati-identifier><reporting-org ref="XX"><narrative>Org</narrative></reporting-org>
<title><narrative>Title</narrative></title><sector code="110" percentage="60"/><sector code="120" percentage="40"/>
<transaction><transaction-type code="3"/><value currency="USD">100</value></transaction>
</iati-activity><iati-activity><iati-identifier>XX-2</iati-identifier><title><narrative>Other</narrative></title>
<transaction><value>5</value></transaction><transaction><value>6</value></transaction></iati-activity>
</iati-activities>"""


def test_iati_activities_and_their_transactions(reading, rows):
    found = {table.report.table: table for table in reading(IATI, "x.xml").tables}
    assert list(found) == ["iati-activities/iati-activity", "sector", "transaction"]
    main = found["iati-activities/iati-activity"]
    assert main.report.format == "iati"
    assert main.report.columns == (
        "@default-currency", "iati-identifier", "reporting-org/@ref", "reporting-org/narrative", "title/narrative",
    )  # fmt: skip
    transactions = found["transaction"]
    assert transactions.report.columns == (
        "iati-identifier",
        "transaction-type/@code",
        "value/@currency",
        "value",
    )
    assert rows(transactions) == [
        (1, "XX-1", "3", "USD", "100"),
        (2, "XX-2", None, None, "5"),
        (3, "XX-2", None, None, "6"),
    ]


SHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Oculta"><Table><Row><Cell><Data ss:Type="String">secreto</Data></Cell></Row></Table>
<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>
</Worksheet><Worksheet ss:Name="Datos"><Table>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">REPORTE</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">id</Data></Cell><Cell><Data ss:Type="String">fecha</Data></Cell>
<Cell><Data ss:Type="String">vigente</Data></Cell></Row>
<Row><Cell><Data ss:Type="Number">1</Data><Comment><Data>nota</Data></Comment></Cell>
<Cell><Data ss:Type="DateTime">2020-01-31T00:00:00.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
<Row><Cell><Data ss:Type="Number">2</Data></Cell><Cell ss:Index="3"><Data ss:Type="Error">#REF!</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_excel_xml_is_a_workbook(reading, rows):
    table = reading(SHEET.encode(), "datos.xls").tables[0]
    assert (table.report.table, table.report.format, table.report.header_row) == ("Datos", "spreadsheetml", 3)
    assert rows(table) == [(4, "1", "2020-01-31", "true"), (5, "2", None, "#REF!")]
    assert "Hidden sheets were not read: Oculta." in table.report.notes


def test_excel_xml_that_is_cut_off(reading):
    report = reading(SHEET[: SHEET.index('<Row><Cell><Data ss:Type="Number">2')].encode()).tables[0].report
    assert report.rows == 1
    assert 0.5 < report.share_read < 1


def test_a_cell_in_the_last_corner_is_no_table(reading):
    with pytest.raises(ReadFault) as caught:
        reading(SHEET.replace('ss:Index="3"', 'ss:Index="999999999"').encode())
    assert caught.value.kind is FaultKind.BROKEN_FILE


names = st.sampled_from(["a", "b", "c:d", "iati-activity", "row"])
trees = st.recursive(
    st.text(alphabet="x1 <&\n", max_size=4).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.lists(
        st.tuples(names, st.sampled_from(["", " k='v'", " xmlns:c='u'"]), inner), max_size=4
    ).map(lambda items: "".join(f"<{name}{given}>{body}</{name}>" for name, given, body in items)),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees, st.sampled_from(["r", "iati-activities", "Workbook"]), st.floats(0, 1))
def test_any_document_is_tables_or_a_fault(tree, root, cut):
    content = f"<?xml version='1.0'?><{root}>{tree}</{root}>".encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content[: int(len(content) * (0.5 + cut))])
        try:
            with opened(path, Hint("a/b/c", "0" * 64)) as result:
                for table in result.tables:
                    query = f'SELECT count(*) FROM "{table.relation}"'
                    assert table.connection.execute(query).fetchall() == [(table.report.rows,)]
        except ReadFault:
            pass
