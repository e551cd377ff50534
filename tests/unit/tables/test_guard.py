"""What a library throws at a hostile file, and whose fault it is."""

from __future__ import annotations

import csv
import errno
import lzma
import struct
import zlib
from decimal import InvalidOperation

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import delimited
from pipelines.tables.guard import guarded
from pipelines.tables.read import opened
from pipelines.tables.table import Hint

# Types and arguments, because an exception that lived on would keep everything that it passed through
OF_THE_BYTES = [
    (csv.Error, ("field larger than field limit",), FaultKind.BROKEN_FILE),
    (InvalidOperation, (), FaultKind.BROKEN_FILE),
    (lzma.LZMAError, (), FaultKind.BROKEN_FILE),
    (zlib.error, (), FaultKind.BROKEN_FILE),
    (UnicodeEncodeError, ("utf-8", "x", 0, 1, "surrogates not allowed"), FaultKind.BROKEN_FILE),
    (struct.error, (), FaultKind.BROKEN_FILE),
    (EOFError, (), FaultKind.BROKEN_FILE),
    (RecursionError, (), FaultKind.BROKEN_FILE),
    (MemoryError, (), FaultKind.TOO_LARGE),
]


@pytest.mark.parametrize(("error", "arguments", "kind"), OF_THE_BYTES)
def test_a_fault_of_the_bytes(tmp_path, monkeypatch, error, arguments, kind):
    def read(path, space):
        raise error(*arguments)

    monkeypatch.setattr(delimited, "read", read)
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ReadFault) as caught, opened(path, Hint("a/b/c", "0" * 64)):
        raise AssertionError("nothing was to be opened")
    assert caught.value.kind is kind
    assert error.__name__ in caught.value.message


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyError("ours"), ReadFault(FaultKind.EMPTY, "explained")]
)
def test_everything_else_passes_unchanged(error):
    with pytest.raises(type(error)) as caught, guarded():
        raise error
    assert caught.value is error


@pytest.mark.parametrize(("error", "arguments"), [each[:2] for each in OF_THE_BYTES])
def test_the_caller_keeps_its_own_faults(tmp_path, error, arguments):
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(error), opened(path, Hint("a/b/c", "0" * 64)):
        raise error(*arguments)
