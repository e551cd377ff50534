"""What fuzzing begins with: small files of every format, made here, and the small files of the corpus.

Belongs here: bytes that are well-formed, by format. Does not belong here: damaging them (`mutations`).
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from pipelines.tables.sniff import sniff
from tests.conftest import corpus_folder
from tests.published_files import CSV, RECORDS, SAMPLES, dbf, parquet, tar, zipped

MAX_BYTES = 30_000
MAX_FROM_CORPUS = 150  # of one format

Seeds = dict[str, list[bytes]]

_ROWS = "".join(f'C-{n};2026-01-{n % 28 + 1:02};"{n}.{n:03},50";obra «{n}»\n' for n in range(40))
_TEXTS = (
    CSV,
    f"clave;fecha;monto;nota\n{_ROWS}Fuente: inventada\nTotal;;1;\n".encode(),
    f"clave;fecha;monto;nota\r\n{_ROWS}".replace("\n", "\r\n").encode("cp1252"),
    f"\ufeffclave;fecha;monto;nota\n{_ROWS}".encode("utf-16-le"),
    f"a|b|c|d\n{_ROWS.replace(';', '|')}a|b|c|d\n{_ROWS}".encode("utf-8-sig"),
    b'a\tb\n1\t\'x\n2\t"y ""z"""\n',
    b'a,b\n1,"dos\nlineas"\n2,"abierta\n3,c\n',
    b"sep=;\na;b\n1;2\n",
)
_RELEASE = {
    "ocid": "ocds-1",
    "id": "1",
    "tag": ["award"],
    "buyer": {"id": "B", "name": "Ente"},
    "parties": [{"id": "P", "roles": ["buyer"]}],
    "awards": [{"id": "A", "suppliers": [{"id": "S"}], "value": {"amount": 10.50, "currency": "MXN"}}],
    "contracts": [{"id": "K", "awardID": "A", "items": [{"id": 1}, {"id": 2}]}],
}
_STATEMENT = {"statementID": "s1", "statementType": "personStatement", "names": [{"fullName": "Inventada"}]}
_JSONS: tuple[object, ...] = (
    RECORDS,
    {"result": {"fields": [{"id": "a"}, {"id": "b"}], "records": [{"a": 1, "b": None}] * 5}},
    {"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]},
    {"meta": {"view": {"columns": [{"name": "a"}, {"name": "b"}]}}, "data": [[1, 2], [3, 4]]},
    [["a", "b"], [1, "x"], [2, "y"]],
    {"a": [1, 2], "b": ["x", "y"]},
    {"k1": {"a": 1}, "k2": {"a": 2}, "k3": {"a": 3, "b": {"c": [1, 2]}}},
    {"uri": "x", "publisher": {}, "releases": [_RELEASE, _RELEASE]},
    {"records": [{"ocid": "ocds-1", "compiledRelease": _RELEASE}]},
    [_STATEMENT, {**_STATEMENT, "statementType": "entityStatement"}],
)
_FEATURES = [
    {"type": "Feature", "id": n, "properties": {"a": n}, "geometry": {"type": "Point", "coordinates": [n, 1]}}
    for n in range(4)
]
_XMLS = (
    b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<r x='1'><a i='\xf1'>t<b>1</b><b>2</b></a><a/><a>z</a></r>",
    b"<soap:E xmlns:soap='u'><soap:B><l><o><d>1</d></o><o><d>2</d><d>3</d></o></l></soap:B></soap:E>",
    b"<iati-activities version='2.03'><iati-activity><iati-identifier>X</iati-identifier><transaction><value "
    b"currency='EUR'>1</value></transaction><transaction/></iati-activity></iati-activities>",
    b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook xmlns='urn:schemas-microsoft-com:"
    b"office:spreadsheet' xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet ss:Name='H'><Table>"
    b"<Row><Cell><Data ss:Type='String'>a</Data></Cell><Cell ss:Index='3'><Data ss:Type='Number'>1</Data></Cell>"
    b"</Row><Row ss:Index='5'><Cell ss:MergeAcross='2'><Data ss:Type='String'>b</Data></Cell></Row></Table>"
    b"</Worksheet></Workbook>",
)


def generated() -> Seeds:
    """At least one file of every format that is read, and several of those with many shapes."""
    seeds = {format: [content] for format, (_, content) in SAMPLES.items()}
    seeds["text"] += _TEXTS
    seeds["json"] += [json.dumps(value).encode() for value in _JSONS]
    seeds["json"].append(b"callback([" + json.dumps(_RELEASE).encode() + b"]);")
    seeds["ndjson"] = [
        "\n".join(json.dumps(value) for value in values).encode()
        for values in (RECORDS, [_RELEASE] * 3, _FEATURES, [_STATEMENT] * 3)
    ]
    seeds["geojson"] = [
        json.dumps({"type": "FeatureCollection", "features": _FEATURES}).encode(),
        json.dumps(_FEATURES[0]).encode(),
    ]
    seeds["xml"] += _XMLS
    seeds["parquet"].append(_nested_parquet())
    seeds["dbf"].append(
        dbf(
            (("A", "C", 5), ("D", "D", 8), ("N", "N", 9), ("L", "L", 1)),
            [(b"\xf1", b"20260101", b"1.5", b"T")],
        )
    )
    members = {"a.csv": CSV, "b/c.json": seeds["json"][0], "LEEME.txt": b"x", "d.xml": seeds["xml"][0]}
    seeds["zip"] += [zipped(members), zipped({"dentro.zip": zipped(members)})]
    seeds["tar"].append(tar(members))
    seeds["gzip"].append(gzip.compress(tar(members)))
    return seeds


def with_corpus() -> Seeds:
    """The same, and small files of the corpus when it is here, by what they are and not by their names."""
    seeds = generated()
    folder = corpus_folder()
    if folder is None:
        return seeds
    files = sorted(
        path for part in ("real", "dirty") for path in (folder / part).rglob("*") if path.is_file()
    )
    taken = dict.fromkeys(seeds, 0)
    for path in files:
        if path.stat().st_size <= MAX_BYTES and (format := sniff(path)) in seeds:
            taken[format] += 1
            if taken[format] <= MAX_FROM_CORPUS:
                seeds[format].append(path.read_bytes())
    return seeds


def written(seeds: Seeds, folder: Path) -> None:
    """Put every seed into `folder` as a file of its own, as libFuzzer wants them."""
    for format, contents in seeds.items():
        for number, content in enumerate(contents):
            (folder / f"seed-{format}-{number}").write_bytes(content)


def _nested_parquet() -> bytes:
    import pyarrow as pa

    rows = [{"a": 1, "b": [1.5, None], "c": {"d": b"x"}, "e": "ñ"}, {"a": None, "b": [], "c": None, "e": ""}]
    return parquet(pa.Table.from_pylist(rows))
