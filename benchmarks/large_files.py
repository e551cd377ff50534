"""Very large files of each format, made of the same contracts: what `benchmarks.memory` reads.

Belongs here: one writer a format, which writes a file of about so many bytes and gives the number of records in all
its tables. Does not belong here: measuring.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.csv_speed import COLUMNS, contracts, generate

_MEMBER = 250_000_000
_SMALL_MEMBERS = 1_000

Contract = tuple[str, ...]


def json_array(path: Path, size: int) -> int:
    """An object with an array of contracts, each with a nested buyer."""

    def record(cells: Contract) -> str:
        return json.dumps(
            {**dict(zip(COLUMNS[1:], cells, strict=True)), "buyer": {"name": cells[2]}}, ensure_ascii=False
        )

    return _joined(path, size, '{"meta": {"version": "1"}, "data": [', ", ", "]}", _numbered(record))


def json_lines(path: Path, size: int) -> int:
    """One contract a line."""

    def record(cells: Contract) -> str:
        return json.dumps(dict(zip(COLUMNS[1:], cells, strict=True)), ensure_ascii=False)

    return _joined(path, size, "", "\n", "\n", _numbered(record))


def json_rows(path: Path, size: int) -> int:
    """Socrata's export: the columns under meta/view, each contract a list of values."""
    columns = [{"name": name, "dataTypeName": "text"} for name in COLUMNS]
    head = f'{{"meta": {{"view": {{"columns": {json.dumps(columns)}}}}}, "data": ['

    def texts() -> Iterator[str]:
        rows = [json.dumps(cells, ensure_ascii=False)[1:] for cells in contracts()]
        for number, row in enumerate(cycle(rows), start=1):
            yield f'["C-{number:08}", {row}'

    return _joined(path, size, head, ",\n", "]}", texts())


def ocds(path: Path, size: int) -> int:
    """A release package: two parties, an award with a supplier and a contract with two items a release."""

    def release(cells: Contract) -> str:
        title, status, buyer, supplier, key, amount, currency, signed, _ = cells
        value = {"amount": float(amount), "currency": currency}
        items = [{"id": str(each), "description": title, "quantity": each} for each in (1, 2)]
        parties = [
            {"id": "b", "name": buyer, "roles": ["buyer"]},
            {"id": key, "name": supplier, "roles": ["supplier"], "address": {"countryName": "México"}},
        ]
        award = {"id": "a", "date": signed, "value": value, "suppliers": [{"id": key, "name": supplier}]}
        contract = {"id": "c", "awardID": "a", "dateSigned": signed, "value": value, "items": items}
        rest = {"id": "1", "date": signed, "tag": ["contract"], "tender": {"title": title, "status": status}}
        rest |= {"parties": parties, "awards": [award], "contracts": [contract]}
        return json.dumps(rest, ensure_ascii=False)

    head = '{"uri": "https://example.org/p", "version": "1.1", "releases": ['
    # The release, its parties, award and supplier, contract and items: eight records in six tables
    return 8 * _joined(path, size, head, ",\n", "]}", _numbered(release, key="ocid"))


def geojson(path: Path, size: int) -> int:
    """A collection of polygons, each with the contract that was signed for it."""

    def feature(cells: Contract) -> str:
        corner = float(cells[5]) % 80
        ring = [[corner + step / 7, corner - step / 7] for step in (0, 1, 2, 3, 0)]
        properties = dict(zip(COLUMNS[1:], cells, strict=True))
        geometry = {"type": "Polygon", "coordinates": [ring]}
        whole = {"type": "Feature", "properties": properties, "geometry": geometry}
        return json.dumps(whole, ensure_ascii=False)

    head = '{"type": "FeatureCollection", "features": ['
    return _joined(path, size, head, ",\n", "]}", _numbered(feature, key="id"))


def iati(path: Path, size: int) -> int:
    """Activities with one date and two transactions each: four records in three tables."""

    def texts() -> Iterator[str]:
        activities = []
        for title, _, buyer, supplier, _, amount, currency, signed, _ in contracts():
            transaction = (
                f'<transaction><transaction-type code="3"/><value currency="{currency}">{amount}</value>'
                f"<receiver-org><narrative>{escape(supplier)}</narrative></receiver-org></transaction>"
            )
            activities.append(
                f"</iati-identifier><reporting-org><narrative>{escape(buyer)}</narrative></reporting-org>"
                f'<title><narrative>{escape(title)}</narrative></title><activity-date iso-date="{signed}"/>'
                f"{transaction}{transaction}</iati-activity>\n"
            )
        for number, activity in enumerate(cycle(activities), start=1):
            yield f"<iati-activity><iati-identifier>MX-{number:08}{activity}"

    head = '<?xml version="1.0"?>\n<iati-activities version="2.03">\n'
    return 4 * _joined(path, size, head, "", "</iati-activities>", texts())


def parquet(path: Path, size: int) -> int:
    """Row groups as DuckDB makes them, not compressed. `size` is that of the contracts as CSV."""
    from pipelines import duck

    plain = path.with_suffix(".csv")
    rows = generate(plain, size)
    duck.connect().execute(
        f"COPY (FROM read_csv({duck.literal(str(plain))}, all_varchar = true)) "
        f"TO {duck.literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed)"
    )
    plain.unlink()
    return rows


def dbf(path: Path, size: int) -> int:
    """A dBase III table of texts, 60 bytes a column."""
    width = 60
    fields = b"".join(struct.pack("<11sc4xB15x", name.encode()[:10], b"C", width) for name in COLUMNS)
    length = 1 + width * len(COLUMNS)
    rows = size // length
    records = [
        b"".join(cell.encode("cp1252")[:width].ljust(width) for cell in cells) for cells in contracts()
    ]
    with path.open("wb") as handle:
        handle.write(struct.pack("<BBBBIHH17xB2x", 3, 126, 1, 1, rows, 33 + len(fields), length, 3))
        handle.write(fields + b"\r")
        for number, record in zip(range(rows), cycle(records), strict=False):
            handle.write(b" " + f"C-{number:08}".encode().ljust(width) + record)
    return rows


def zipped(path: Path, size: int) -> int:
    """CSVs of 250 MB each, every other one stored.

    Were all of them deflated, so regular a text would unpack to more than the reader allows an archive.
    """
    rows = 0
    plain = path.with_suffix(".csv")
    with zipfile.ZipFile(path, "w") as archive:
        for number in count(1):
            rows += generate(plain, min(_MEMBER, size))
            method = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            archive.write(plain, f"contratos-{number}.csv", method, compresslevel=1)
            if path.stat().st_size >= size:
                break
    plain.unlink()
    return rows


def zipped_one(path: Path, size: int) -> int:
    """One JSON alone, deflated; `size` is what it unpacks to."""
    plain = path.with_suffix(".json")
    rows = json_array(plain, size)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(plain, "contratos.json")
    plain.unlink()
    return rows


def zipped_many(path: Path, size: int) -> int:
    """A thousand CSVs, deflated; `size` is what they unpack to."""
    plain = path.with_suffix(".csv")
    rows = _SMALL_MEMBERS * generate(plain, size // _SMALL_MEMBERS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(_SMALL_MEMBERS):
            archive.write(plain, f"contratos-{number}.csv")
    plain.unlink()
    return rows


def _numbered(record: Callable[[Contract], str], key: str = "contract_id") -> Iterator[str]:
    """Objects of JSON without end, each with a number of its own."""
    texts = [record(cells)[1:] for cells in contracts()]
    for number, text in enumerate(cycle(texts), start=1):
        yield f'{{"{key}": "C-{number:08}", {text}'


def _joined(path: Path, size: int, head: str, between: str, tail: str, texts: Iterator[str]) -> int:
    """Write `texts` until there are `size` bytes; how many there are."""
    written = number = 0
    with path.open("w", encoding="utf-8") as handle:
        handle.write(head)
        while written < size:
            text = f"{between if number else ''}{next(texts)}"
            handle.write(text)
            written += len(text.encode())
            number += 1
        handle.write(tail)
    return number


WRITERS: dict[str, tuple[str, Callable[[Path, int], int]]] = {
    "csv": ("csv", generate),
    "json": ("json", json_array),
    "zip": ("zip", zipped),
    "ndjson": ("ndjson", json_lines),
    "json-rows": ("json", json_rows),
    "ocds": ("json", ocds),
    "geojson": ("geojson", geojson),
    "iati": ("xml", iati),
    "parquet": ("parquet", parquet),
    "dbf": ("dbf", dbf),
    "zip-one": ("zip", zipped_one),
    "zip-many": ("zip", zipped_many),
}
"""How each kind of large file is made, and the suffix that it bears."""
