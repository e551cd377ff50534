"""What the cells of an XLSX say whose formula failed (`#REF!`, `#DIV/0!`, ...), found by a process of its own.

Belongs here: finding them in the sheets' XML: calamine gives such a cell as an empty one, which it is not. Standard
library only, because it is started by its path, beside the process that reads the workbook (`workbook`).

    python -P formula_errors.py <workbook>

prints one JSON object: by sheet and row (from 0, as text), pairs of column (from 0) and text. Exit status 3: it is no
XLSX, or a damaged one.
"""

from __future__ import annotations

import html
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MAX_ERRORS = 100_000
UNREADABLE = 3  # 1 is Python's own, when it breaks down
_CHUNK = 4 << 20
_ERROR = re.compile(
    rb'<c\s(?=[^>]{0,200}\bt="e")[^>]{0,200}\br="([A-Z]{1,3})(\d{1,7})"[^>]{0,200}>'
    rb"(?:<f[^>]{0,500}/>|<f[^>]{0,500}>[^<]{0,9000}</f>)?"
    rb"<v>(#[^<]{1,30})</v>"
)


def errors(workbook: Path) -> dict[str, dict[int, list[tuple[int, str]]]]:
    """The errors by sheet, row and column from 0, at most MAX_ERRORS. Raises what `zipfile` does, and `KeyError`."""
    found: dict[str, dict[int, list[tuple[int, str]]]] = {}
    left = MAX_ERRORS
    with zipfile.ZipFile(workbook) as archive:
        rels = archive.read("xl/_rels/workbook.xml.rels")
        targets = {key: target for key, target in _attributes(rels, b"Relationship", b"Id", b"Target")}  # noqa: C416
        for name, key in _attributes(archive.read("xl/workbook.xml"), b"sheet", b"name", b"r:id"):
            target = targets.get(key, "").removeprefix("/xl/")
            if f"xl/{target}" not in archive.NameToInfo:
                continue
            with archive.open(f"xl/{target}") as handle:
                for row, column, cell in _failed(handle):
                    if not left:
                        return found
                    left -= 1
                    found.setdefault(name, {}).setdefault(row, []).append((column, cell))
    return found


def _attributes(content: bytes, element: bytes, *names: bytes) -> Iterator[tuple[str, ...]]:
    for tag in re.findall(rb"<" + element + rb"\s[^>]*>", content):
        values = [re.search(rb"\s" + name + rb"\s*=\s*[\"']([^\"']*)", tag) for name in names]
        yield tuple(html.unescape(value[1].decode("utf-8", "replace")) if value else "" for value in values)


def _failed(handle: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    held = b""
    while chunk := handle.read(_CHUNK):
        held += chunk
        end = max(held.rfind(b"<c "), 0)
        if b't="e"' in held:
            for cell in _ERROR.finditer(held, 0, end):
                yield _place(cell)
        held = held[end:] if len(held) - end < _CHUNK else b""
    for cell in _ERROR.finditer(held):
        yield _place(cell)


def _place(cell: re.Match[bytes]) -> tuple[int, int, str]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1, cell[3].decode("ascii", "replace")


def main(workbook: Path) -> int:
    """Print the errors of `workbook`."""
    try:
        found = errors(workbook)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ):
        return UNREADABLE
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
