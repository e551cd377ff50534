"""DBF: dBase III to V, FoxPro and Visual FoxPro, and so the attribute table of a shapefile.

Belongs here: the header, the records of fixed length, and how a value of each type becomes text. Source: the
file structure that dBase and Visual FoxPro document. Does not belong here: memo texts, which lie in another
file, and geometry.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.header import column_name
from pipelines.tables.table import ROW, Table
from pipelines.tables.workspace import Row, Workspace, fill

_HEADER = 32
_VERSIONS = {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB}
_TYPES = frozenset(b"CNFDLMGBPITYO@+QVW0")
_MEMO = frozenset("MGPW")
_CODE_PAGES = {
    **dict.fromkeys((0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B), "cp437"),
    **dict.fromkeys((0x02, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37), "cp850"),
    **dict.fromkeys((0x1F, 0x22, 0x23, 0x40, 0x64, 0x87), "cp852"),
    **dict.fromkeys((0x03, 0x57, 0x58, 0x59), "cp1252"),
    **{0x24: "cp860", 0x1C: "cp863", 0x6C: "cp863", 0x08: "cp865", 0x17: "cp865", 0x66: "cp865"},
    **{
        0x26: "cp866",
        0x65: "cp866",
        0x67: "cp861",
        0x6A: "cp737",
        0x6B: "cp857",
        0x86: "cp737",
        0x88: "cp857",
    },
    **{0x13: "cp932", 0x7B: "cp932", 0x4D: "cp936", 0x7A: "cp936", 0x4E: "cp949", 0x79: "cp949"},
    **{0x4F: "cp950", 0x78: "cp950", 0x50: "cp874", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256"},
    **{0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257"},
}


@dataclass(frozen=True)
class Field:
    """One column: its name as bytes, its type's letter, and where in a record its bytes lie."""

    name: bytes
    type: str
    start: int
    end: int


def recognises(head: bytes) -> bool:
    """Whether a file that begins with `head` is a DBF: version, date, lengths and the first field agree."""
    if len(head) < _HEADER + 33 or head[0] not in _VERSIONS or head[2] > 12 or head[3] > 31:
        return False
    length, record = struct.unpack("<HH", head[8:12])
    name = head[_HEADER : _HEADER + 11].split(b"\0")[0]
    return (
        length >= _HEADER + 33
        and record >= 2
        and bool(name)
        and all(byte >= 0x20 for byte in name)
        and head[_HEADER + 11] in _TYPES
    )


def read(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    """Read one table. A file that is cut off gives the records before the cut, and counts those missing.

    Raises `ReadFault` when the header is damaged or no record is left.
    """
    with path.open("rb") as handle:
        head = handle.read(_HEADER)
        count, length, width = struct.unpack("<IHH", head[4:12])
        fields = _fields(head + handle.read(max(0, length - _HEADER)), width)
    there = max(0, path.stat().st_size - length)
    whole = min(count, there // width)
    if count and not whole:
        raise ReadFault(
            FaultKind.TRUNCATED,
            f"The DBF file declares {count:,} records and ends before the first.",
            "Publish the whole file again.",
        )
    encoding = _encoding(path, fields, length, width, whole, head[29])
    seen = {ROW}
    names = [
        column_name(field.name.decode(encoding, "replace").strip(), index, seen)
        for index, field in enumerate(fields, start=1)
    ]
    deleted = 0

    def rows() -> Iterator[Row]:
        nonlocal deleted
        for number, record in enumerate(_records(path, length, width, whole), start=1):
            if record[:1] == b"*":
                deleted += 1
            else:
                yield number, [_text(record[f.start : f.end], f.type, encoding) for f in fields]

    relation = fill(space, names, rows())
    lost = count - whole
    notes = [f"{deleted:,} records are marked as deleted and were not read."] if deleted else []
    if any(field.type in _MEMO for field in fields):
        notes.append("Memo texts lie in another file (.dbt, .fpt); their columns are empty here.")
    if lost:
        notes.append(f"The file declares {count:,} records and ends after {whole:,}.")
    report = replace(
        space.report("table", "dbf"),
        encoding=encoding,
        columns=tuple(names),
        rows=whole - deleted,
        lost=lost,
        lost_rows=tuple(range(whole + 1, whole + 1 + min(lost, 100))),
        share_read=whole / count if lost else 1.0,
        notes=tuple(notes),
    )
    return [Table(report, space.connection, relation)]


def _fields(header: bytes, width: int) -> list[Field]:
    fields = []
    start = 1  # the first byte of a record says whether it is deleted
    for at in range(_HEADER, len(header) - 31, 32):
        if header[at] in (0x0D, 0x00):
            break
        block = header[at : at + 32]
        kind = chr(block[11])
        # FoxPro and Clipper keep the high byte of a long text in the place of its decimals
        size = block[16] + (block[17] << 8 if kind == "C" else 0)
        if kind != "0":  # Visual FoxPro's own column of null flags
            fields.append(Field(block[:11].split(b"\0")[0], kind, start, start + size))
        start += size
    if not fields or start > width or any(field.start == field.end for field in fields):
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            "The DBF header is damaged: its fields do not fit into its records.",
            "Export the table again, as CSV if need be.",
        )
    return fields


def _records(path: Path, start: int, width: int, count: int) -> Iterator[bytes]:
    together = max(1, (1 << 20) // width)
    with path.open("rb") as handle:
        handle.seek(start)
        for done in range(0, count, together):
            block = handle.read(width * min(together, count - done))
            for at in range(0, len(block), width):
                yield block[at : at + width]


def _encoding(path: Path, fields: list[Field], start: int, width: int, count: int, language: int) -> str:
    """UTF-8 when all text is, whatever the language byte says (so say the .cpg files of shapefiles); else its
    code page; else Windows 1252."""
    texts = [(field.start, field.end) for field in fields if field.type == "C"]
    odd = [field.name for field in fields if not field.name.isascii()]
    try:
        for name in odd:
            name.decode("utf-8")
        beyond = bool(odd)
        for record in _records(path, start, width, count):
            if not record.isascii():
                for low, high in texts:
                    cell = record[low:high]
                    if not cell.isascii():
                        _cut_character(cell.rstrip(b" \0")).decode("utf-8")
                        beyond = True
        if beyond:
            return "utf-8"
    except UnicodeDecodeError:
        pass
    return _CODE_PAGES.get(language, "cp1252")


def _cut_character(cell: bytes) -> bytes:
    """`cell` without a last UTF-8 character that the width of the field cut through."""
    for back in range(1, min(4, len(cell)) + 1):
        lead = cell[-back]
        if lead >= 0xC0:
            return cell[:-back] if back < (2 if lead < 0xE0 else 3 if lead < 0xF0 else 4) else cell
        if lead < 0x80:
            return cell
    return cell


def _text(raw: bytes, kind: str, encoding: str) -> str | None:
    """One value as text: dates in ISO 8601, `true` and `false`, numbers as they are written; None when empty."""
    if kind in _MEMO and not (kind == "B" and len(raw) == 8):
        return None
    if kind in ("I", "+") and len(raw) == 4:
        return str(struct.unpack("<i", raw)[0])
    if kind in ("B", "O") and len(raw) == 8:
        return repr(struct.unpack("<d", raw)[0]).removesuffix(".0")
    if kind == "Y" and len(raw) == 8:
        whole = struct.unpack("<q", raw)[0]
        return f"{'-' if whole < 0 else ''}{abs(whole) // 10_000}.{abs(whole) % 10_000:04}"
    if kind in ("T", "@") and len(raw) == 8:
        return _moment(*struct.unpack("<ii", raw))
    if kind == "C":
        raw = _cut_character(raw.rstrip(b" \0")) if encoding == "utf-8" else raw
    value = raw.decode(encoding, "replace").strip(" \0\t\r\n")
    if kind == "D":
        return (
            f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 and value.isdigit() else value or None
        )
    if kind == "L":
        return {"T": "true", "Y": "true", "F": "false", "N": "false"}.get(value.upper())
    if kind in "NF" and set(value) == {"*"}:
        return None  # what dBase writes when a number does not fit
    return value or None


def _moment(day: int, milliseconds: int) -> str | None:
    """A Julian day number and the milliseconds since midnight, in ISO 8601."""
    if not day:
        return None
    try:
        seconds = milliseconds // 1000
        whole = date.fromordinal(day - 1_721_425)
        clock = timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    hours, rest = divmod(int(clock.total_seconds()), 3600)
    return f"{whole.isoformat()}T{hours:02}:{rest // 60:02}:{rest % 60:02}"
