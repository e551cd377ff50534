"""Whatever bytes are published, reading them gives tables or a `ReadFault`, and never loses a row."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.errors import ReadFault
from pipelines.tables.dialect import Dialect
from pipelines.tables.mend import Mender
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.often import often

OFTEN = often(60)
HEADS = [
    b"",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"[",
    b'{"a":',
    b'[{"a":1},',
    b"<",
    b"a,b\n",
]
HINT = Hint("a/b/c", "0" * 64, format="csv")


def read_anything(folder: Path, content: bytes) -> list[tuple[int, int]]:
    """(rows reported, rows there) of each table; no tables when it was a fault."""
    path = folder / "file"
    path.write_bytes(content)
    try:
        with opened(path, HINT) as result:
            return [
                (
                    table.report.rows,
                    table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()[0][0],
                )
                for table in result.tables
            ]
    except ReadFault:
        return []


@OFTEN
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_arbitrary_bytes(tmp_path, head, body):
    assert all(reported == there for reported, there in read_anything(tmp_path, head + body))


@OFTEN
@given(st.text(alphabet="a1ñ,;\t|\"'\n\r \\.-\x00{}[]<>", max_size=300))
def test_arbitrary_text(tmp_path, text):
    assert all(reported == there for reported, there in read_anything(tmp_path, text.encode()))


@OFTEN
@given(st.binary(min_size=1, max_size=60), st.integers(0, 400), st.booleans())
def test_damaged_archives(tmp_path, damage, where, zipped):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "id,monto\n" + "1,2\n" * 50)
        archive.writestr("b.csv", "id,monto\n3,4\n")
    whole = bytearray(out.getvalue() if zipped else gzip.compress(b"id,monto\n" + b"1,2\n" * 50))
    where %= len(whole)
    whole[where : where + len(damage)] = damage
    assert all(reported == there for reported, there in read_anything(tmp_path, bytes(whole)))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
names = st.sampled_from(
    ["ocid", "id", "tag", "releases", "records", "compiledRelease", "awards", "contracts", "tender"]
)


@OFTEN
@given(
    values | st.dictionaries(names, values, max_size=6) | st.lists(st.dictionaries(names, values), max_size=4)
)
def test_arbitrary_json(tmp_path, value):
    assert all(reported == there for reported, there in read_anything(tmp_path, json.dumps(value).encode()))


keys = st.sampled_from(["a", "ocid", "tag", "awards", "\ud800", "x\udfff\x00", "releases"])
hostile = st.recursive(
    st.sampled_from(["1e99999999999999999999", "1.50", '"\\ud800"', "null", "-0e-99999999999999999999"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.dictionaries(keys, inner, max_size=4).map(
            lambda fields: "{" + ",".join(f"{json.dumps(key)}:{value}" for key, value in fields.items()) + "}"
        )
    ),
    max_leaves=12,
)


@OFTEN
@given(st.lists(hostile, min_size=1, max_size=3), st.sampled_from([",", "\n"]))
def test_hostile_json_leaves_reports_that_can_be_written(tmp_path, items, between):
    path = tmp_path / "file"
    path.write_text(f"[{between.join(items)}]" if between == "," else between.join(items), encoding="utf-8")
    try:
        with opened(path, HINT) as result:
            assert artifacts.write_values(tmp_path / "reads.jsonl", result.reports) is None
            for table in result.tables:
                table.frame().to_json().encode("utf-8")
    except ReadFault as fault:
        fault.message.encode("utf-8")


@OFTEN
@given(
    st.lists(
        st.tuples(st.integers(0, 5_000), st.sampled_from([*b'",; \n\r\t|\\\x00\xf3', None])), max_size=8
    ),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_a_file_with_a_few_faults(tmp_path, faults, encoding):
    """Characters put into or taken out of a regular file: what is reported is there, whatever is mended."""
    lines = [
        "clave,fecha,monto,nota",
        *(f'{n},2026-01-{n % 28 + 1:02},{n}.50,"obra ""{n}"", vía"' for n in range(60)),
    ]
    content = bytearray("\n".join(lines).encode(encoding))
    for where, byte in faults:
        content[where % len(content) : where % len(content) + (byte is None)] = (
            b"" if byte is None else bytes([byte])
        )
    tables = read_anything(tmp_path, bytes(content))
    assert tables or encoding == "utf-16"  # of which a lone byte makes no text
    assert all(reported == there for reported, there in tables)


@OFTEN
@given(st.lists(st.text(alphabet='a1,;" \\-ñ', max_size=40), max_size=30))
def test_mending_keeps_what_stands_in_a_line(lines):
    """A mended line has the table's width and no character that was not published."""
    rows = [[str(n), f"2026-01-{n:02}", f"nota {n}"] for n in range(10, 28)]
    mender = Mender.of(Dialect(), rows, 3)
    assert mender
    for line in lines:
        reading = mender.mend(line)
        assert reading is None or (len(reading) == 3 and not Counter("".join(reading)) - Counter(line))


cells = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=12
)


@OFTEN
@given(
    st.integers(2, 6).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=12)
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read(tmp_path, body, delimiter, encoding):
    """A file under a plain header and a numeric key gives back every cell."""
    header = ["clave", *(f"columna {number}" for number in range(len(body[0])))]
    written = [[f"{number}.5", *row] for number, row in enumerate(body)]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *written])
    path = tmp_path / "file"
    path.write_bytes(out.getvalue().encode(encoding))
    with opened(path, HINT) as result:
        table = result.tables[0]
        read = table.connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY 1').fetchall()
        assert table.report.columns == tuple(header)
    assert read == [(number, *(cell or None for cell in row)) for number, row in enumerate(written, start=2)]
