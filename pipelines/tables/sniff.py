"""What a file is, by its first bytes (and a ZIP's directory), whatever anybody calls it.

Belongs here: telling apart formats that begin alike, and the fault for those that are not tables. Does not
belong here: first bytes that tell a format (`registry`), reading, or the encoding of text (`encoding`).
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.encoding import by_head
from pipelines.tables.registry import ARCHIVES, COMPRESSIONS, READERS, Reader

HEAD = 65_536
TABULAR = frozenset(
    each.format
    for each in (*READERS, *ARCHIVES, *COMPRESSIONS)
    if not (isinstance(each, Reader) and each.only_as)
)

_MAGIC = (
    *((start, each.format) for each in (*READERS, *ARCHIVES, *COMPRESSIONS) for start in each.starts),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"Rar!", "rar"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"BEGIN:VCALENDAR", "calendar"),
    (b"BEGIN:VCARD", "address book"),
    (b"\x00\x05\x16\x07", "apple_double"),
    (b"version https://git-lfs.github.com/spec/", "git_lfs_pointer"),
)
_BEFORE_HTML = re.compile(r"(?:\s|\ufeff|\x00|<!--.*?-->|<\?.*?\?>)+", re.DOTALL)
_HTML = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|meta|script|style|table|div|center|h1|p|br)\b)",
    re.IGNORECASE,
)
_XML = re.compile(r"<(?:\?xml|!doctype|[a-z_][\w.:-]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_JSONP = re.compile(r"(?:/\*.*?\*/\s*)?[A-Za-z_$][\w$.]{0,100}\(\s*[\[{]\s*[\"{\[]")
_DAMAGE = (
    zipfile.BadZipFile,
    RuntimeError,  # a password, or a compression that is not known
    OSError,
    ValueError,
    EOFError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
_ADVICE = {
    "pdf": "Publish the table behind the PDF as CSV; people cannot compute with a PDF.",
    "document": "Publish the table in the document as CSV.",
}


def sniff(path: Path) -> str:
    """One of `TABULAR`, or the name of a format that is not a table.

    Also `empty`, `html`, `truncated_zip`, `git_lfs_pointer` and `binary` (none that we know).
    """
    with path.open("rb") as handle:
        head = handle.read(HEAD)
    if not head:
        return "empty"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _in_zip(path)
    if head[257:262] == b"ustar":
        return "tar"
    for reader in READERS:
        if reader.recognises and reader.recognises(head):
            return reader.format
    return _in_text(head)


def fault(format: str) -> ReadFault:
    """Why a file of a format that is not in `TABULAR` gives no table."""
    if format == "empty":
        return ReadFault(FaultKind.EMPTY, "The file is empty.", "Publish the file again.")
    if format == "html":
        return ReadFault(
            FaultKind.HTML_INSTEAD,
            "The file is a web page, not data.",
            "Open the address in a browser: it may show an error, a login or a viewer. Publish the direct link.",
        )
    if format == "truncated_zip":
        return ReadFault(
            FaultKind.TRUNCATED, "The ZIP file has no directory at its end.", "Publish the whole file again."
        )
    if format == "git_lfs_pointer":
        return ReadFault(
            FaultKind.NOT_WHAT_WAS_PROMISED,
            "The file is a Git LFS pointer: it names the data and does not hold it.",
            "Publish the file itself, not the address of the pointer.",
        )
    if format == "apple_double":
        return ReadFault(
            FaultKind.NOT_WHAT_WAS_PROMISED,
            "The file is what macOS notes about another one (its name begins with ._); the data is not in it.",
            "Publish the file of the same name without ._ at its beginning.",
        )
    if format == "binary":
        return ReadFault(FaultKind.UNKNOWN_FORMAT, "The file is in no format that is known.", "Publish CSV.")
    return ReadFault(
        FaultKind.UNKNOWN_FORMAT,
        f"The file is {format.upper()}, which is not read as a table.",
        _ADVICE.get(format, "Publish the records as CSV, XLSX or JSON."),
    )


def _in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            if "mimetype" in members and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype")
                if kind.startswith(b"application/vnd.oasis.opendocument."):
                    return "ods" if b"spreadsheet" in kind else "document"
    except _DAMAGE as error:
        # The directory stands at the end: a file cut off anywhere has none
        return "truncated_zip" if "not a zip file" in str(error) else "zip"
    if "xl/workbook.xml" in members:
        return "xlsx"
    if "xl/workbook.bin" in members:
        return "xlsb"
    return "document" if members & {"word/document.xml", "ppt/presentation.xml"} else "zip"


def _in_text(head: bytes) -> str:
    name = by_head(head)
    if not name.startswith("utf-16"):
        odd = sum(head.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32)))
        if odd > len(head) * 0.1:
            return "binary"
    text = head.decode("utf-8" if name == "utf-8-sig" else name, "replace")
    before = _BEFORE_HTML.match(text)
    start = text[before.end() if before else 0 :]
    if _HTML.match(start):
        return "html"
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml") or _XML.match(start):
        return "xml"
    return "json" if start.startswith(("{", "[")) or _JSONP.match(start) else "text"
