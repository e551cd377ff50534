"""Small files in every format that is read, made here: two records, `id` and `monto`, the same everywhere.

Belongs here: making bytes. What must come of them is asserted where they are used.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Sequence

COLUMNS = ("id", "monto")
ROWS = (("A-1", "10.5"), ("B-2", "=1+2"))
CSV = b"id,monto\nA-1,10.5\nB-2,=1+2\n"
RECORDS = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def seven_zip(members: dict[str, bytes], password: str | None = None) -> bytes:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return out.getvalue()


def zstd(content: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def xml(records: Sequence[dict[str, str]] = RECORDS) -> bytes:
    rows = "".join(f"<row><id>{row['id']}</id><monto>{row['monto']}</monto></row>" for row in records)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<rows>{rows}</rows>\n".encode()


def html(rows: Sequence[Sequence[str]] = (COLUMNS, *ROWS)) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table>{body}</table></body></html>".encode()


def xlsx() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Datos")
        for number, row in enumerate((COLUMNS, *ROWS)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return out.getvalue()


def ods() -> bytes:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in (COLUMNS, *ROWS)
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Datos">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": b"<a/>"})


def parquet(table: object = None) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS) if table is None else table, out)
    return out.getvalue()


def dbf(
    fields: Sequence[tuple[str, str, int]] = (("ID", "C", 10), ("MONTO", "C", 10)),
    rows: Sequence[Sequence[bytes]] = tuple(tuple(cell.encode() for cell in row) for row in ROWS),
    *,
    version: int = 0x03,
    language: int = 0,
    deleted: Sequence[int] = (),
) -> bytes:
    width = 1 + sum(size for _, _, size in fields)
    head = struct.pack("<4BIHH", version, 120, 3, 2, len(rows), 33 + 32 * len(fields), width)
    head += bytes(17) + bytes([language]) + bytes(2)
    for name, kind, size in fields:
        head += (
            name.encode("latin-1")[:10].ljust(11, b"\0")
            + kind.encode()
            + bytes(4)
            + bytes([size])
            + bytes(15)
        )
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(cell.ljust(size) for cell, (_, _, size) in zip(row, fields, strict=True))
        for number, row in enumerate(rows)
    )
    return head + b"\r" + body + b"\x1a"


def xls() -> bytes:
    """BIFF8 in a compound file, the least that Excel 97 would open: labels in one sheet."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    bof = struct.pack("<HHIIQ", 0x0600, 0x0005, 0, 0, 0)[:16]
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for number, row in enumerate((COLUMNS, *ROWS)):
        for column, cell in enumerate(row):
            text = struct.pack("<HB", len(cell), 0) + cell.encode("latin-1")
            sheet += record(0x0204, struct.pack("<HHH", number, column, 0) + text)
    sheet += record(0x000A, b"")
    name = b"Datos"
    start = record(0x0809, bof) + record(0x0042, struct.pack("<H", 1200))
    bound = 4 + 8 + len(name)
    at = len(start) + bound + 4
    stream = (
        start + record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name) + record(0x000A, b"")
    )
    return compound(stream + sheet)


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream (MS-CFB): header, one sector of FAT, one of directory, the stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat)))

    def entry(title: str, kind: int, child: int, begin: int, size: int) -> bytes:
        raw = title.encode("utf-16-le")
        used = len(raw) + 2 if title else 0
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBIII", used, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", begin, size)
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    directory += (bytes(64) + struct.pack("<HBBIII", 0, 0, 0, *[0xFFFFFFFF] * 3) + bytes(48)) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + table + directory + stream


def xlsb() -> bytes:
    """The least of a binary workbook (MS-XLSB): one sheet of inline texts."""

    def record(kind: int, data: bytes) -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return number + bytes([len(data)]) + data

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    book = record(131, b"") + record(143, b"")
    book += (
        record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Datos"))
        + record(144, b"")
        + record(132, b"")
    )
    sheet = record(129, b"") + record(148, struct.pack("<IIII", 0, 2, 0, 1)) + record(145, b"")
    for number, row in enumerate((COLUMNS, *ROWS)):
        sheet += record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        for column, cell in enumerate(row):
            sheet += record(6, struct.pack("<II", column, 0) + wide(cell))
    sheet += record(146, b"") + record(130, b"")
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return zipped({
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": rels.encode(),
        "xl/worksheets/sheet1.bin": sheet,
    })  # fmt: skip


SAMPLES: dict[str, tuple[str, bytes]] = {
    "text": ("csv", CSV),
    "json": ("json", json.dumps(RECORDS).encode()),
    "xml": ("xml", xml()),
    "html": ("xls", html()),
    "xlsx": ("xlsx", xlsx()),
    "xlsb": ("xlsb", xlsb()),
    "ods": ("ods", ods()),
    "xls": ("xls", xls()),
    "parquet": ("parquet", parquet()),
    "dbf": ("dbf", dbf()),
    "zip": ("zip", zipped({"datos.csv": CSV})),
    "tar": ("tar", tar({"datos.csv": CSV})),
    "7z": ("7z", seven_zip({"datos.csv": CSV})),
    "gzip": ("gz", gzip.compress(CSV)),
    "bzip2": ("bz2", bz2.compress(CSV)),
    "xz": ("xz", lzma.compress(CSV)),
    "zstd": ("zst", zstd(CSV)),
}
