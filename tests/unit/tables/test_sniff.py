"""What a file is, whatever it is called."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.sniff import TABULAR, fault, sniff


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "text"),
        ("a,b\n1,2\n".encode("utf-16"), "text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "text"),
        (b"\xef\xbb\xbf \n <!-- x --> <!DOCTYPE HTML><p>", "html"),
        (b"<?xml version='1.0'?>\n<!-- a --><html xmlns='x'>", "html"),
        (b"\n\n<HTML><body>Request Rejected", "html"),
        ("\ufeff<html>".encode("utf-16"), "html"),
        (b"<?xml version='1.0'?><rows/>", "xml"),
        (b"<rss version='2.0'><channel/>", "xml"),
        (b' \n{"a": 1}', "json"),
        (b"[1]", "json"),
        (b"{\\rtf1 x}", "rtf"),
        (b"%PDF-1.7", "pdf"),
        (b"PAR1xxxx", "parquet"),
        (gzip.compress(b"a"), "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "xls"),
        (zipped(a_csv=b"x"), "zip"),
        (zipped(xl__workbook_xml=b"x"), "xlsx"),
        (zipped(xl__workbook_bin=b"x"), "xlsb"),
        (zipped(word__document_xml=b"x"), "document"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "ods"),
        (zipped(a_csv=b"x" * 500)[:200], "truncated_zip"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git_lfs_pointer"),
        (bytes(range(32)) * 20, "binary"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_sniff(tmp_path, content, format):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert sniff(path) == format


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", FaultKind.EMPTY),
        (b"<!doctype html><title>404</title>", FaultKind.HTML_INSTEAD),
        (b"%PDF-1.4", FaultKind.UNKNOWN_FORMAT),
        (b"<?xml version='1.0'?><a/>", FaultKind.NO_TABLE),
        (zipped(a_csv=b"x" * 500)[:200], FaultKind.TRUNCATED),
        (b"version https://git-lfs.github.com/spec/v1\n", FaultKind.NOT_WHAT_WAS_PROMISED),
    ],
)
def test_faults_say_what_was_seen_and_what_to_do(reading, content, kind):
    with pytest.raises(ReadFault) as caught:
        reading(content, "datos.csv")
    assert caught.value.kind is kind
    assert caught.value.message
    assert caught.value.advice != ReadFault.default_advice


def test_every_format_that_is_not_read_has_a_fault():
    assert all(fault(name).message for name in ("binary", "rar", "document", "png"))
    assert "html" not in TABULAR
