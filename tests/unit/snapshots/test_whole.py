"""Ends that must be there, and pages where data was promised."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pipelines.model import FaultKind
from pipelines.snapshots.whole import cut_off, cut_record, page_where_data_was_promised

TABLE = b"id,nombre\n" + b"1,uno\n" * 5000


def zipped(comment: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datos.csv", TABLE)
        archive.comment = comment
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        b"P",
        b"\x1f",
        zipped(),
        zipped(b"x" * 60_000),
        gzip.compress(TABLE),
        gzip.compress(TABLE) + gzip.compress(TABLE),
        gzip.compress(TABLE)[:50] + b"damaged" + gzip.compress(TABLE)[57:],
    ],
    ids=["csv", "P", "byte", "zip", "zip with comment", "gzip", "gzip members", "damaged gzip"],
)
def test_whole_files_pass(content: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(content)
    assert cut_off(path) is None


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        (b"a;b;c\n" * 9 + b"1;2", True),
        (b"a\tb\tc\r\n" * 9 + b"1\t2", True),
        (b"a,b,c,d\n" * 200_000 + b"1,2,3", True),
        (b"a,b,c\n" * 9 + b'1,"2,3,4', True),
        (b"a,b,c\n" * 9 + b"1", False),
        (b"a,b,c\n" * 9 + b"Nota", False),
        (b"a,b,c\n" * 9 + b"1,2,3", False),
        (b"a,b,c\n" * 9 + b"1,2,3,4", False),
        (b"a,b,c\n" * 9, False),
        (b"a,b,c\n" * 9 + b"x,y\n" + b"1,2", False),  # others have as few
        (b"a,b,c\n\n\n1,2", True),
        (b"1,2", False),
        (b"", False),
        (b"\n\n", False),
        (bytes(range(256)) * 40, False),
    ],
)
def test_a_last_record_that_lacks_cells_and_its_end_is_cut(content: bytes, cut: bool, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(content)
    fault = cut_record(path)
    assert (fault is not None) == cut
    assert fault is None or (fault.kind, fault.fault.transient) == (FaultKind.TRUNCATED, True)


@pytest.mark.parametrize("content", [zipped(), gzip.compress(TABLE)], ids=["zip", "gzip"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.8])
def test_cut_archives_do_not(content: bytes, kept: float, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(content[: int(len(content) * kept)])
    fault = cut_off(path)
    assert fault is not None
    assert (fault.kind, fault.fault.transient) == (FaultKind.TRUNCATED, True)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html>",
        b"\xef\xbb\xbf\r\n <!-- c -->\n<HTML lang=es>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>",
        "<!doctype html><title>Año</title>".encode("utf-16"),
        b"<head><title>x</title>",
    ],
)
def test_pages_are_known_by_their_first_bytes(content: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(content)
    for format_ in ("csv", None):
        fault = page_where_data_was_promised(path, format_)
        assert fault is not None
        assert fault.kind is FaultKind.HTML_INSTEAD
    assert page_where_data_was_promised(path, " HTML ") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n<html>,1\n",
        b"<records><html/></records>",
        b'{"html": 1}',
        b"<headline>x</headline>",
        b"<?xml version='1.0'?><!-- a --><records><!-- b --><title>x</title></records>",
    ],
)
def test_data_is_no_page(content: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(content)
    assert page_where_data_was_promised(path, "csv") is None
