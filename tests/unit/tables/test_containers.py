"""TAR, 7z and the compressions beside GZIP, honest and hostile; names and limits of every archive."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import archives
from tests.published_files import CSV, seven_zip, tar, zipped, zstd

MORE = CSV + b"C-3,1\n"


@pytest.mark.parametrize("pack", [tar, seven_zip, zipped])
def test_several_members(reading, pack):
    members = {
        "LEEME.txt": b"x",
        "a.csv": CSV,
        "../../b.csv": MORE,
        "manual.pdf": b"%PDF-1.4",
        "malo.csv": b"<html>",
    }
    if pack is seven_zip:  # whose writer refuses such a name
        members["b.csv"] = members.pop("../../b.csv")
    result = reading(pack(members))
    assert [table.report.member.rpartition("/")[2] for table in result.tables] == ["b.csv", "a.csv"]
    assert [(report.member, report.share_read) for report in result.reports if report.fault] == [
        ("manual.pdf", 1.0), ("malo.csv", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_compressed_tar_is_one_archive(reading, mode):
    content = tar({"dentro.zip": zipped({"a.csv": CSV})}, mode)
    assert reading(content, "datos.tgz").tables[0].report.member == "dentro.zip/a.csv"
    with pytest.raises(ReadFault) as caught:
        reading(tar({"dentro.zip": zipped({"b.zip": zipped({"a.csv": CSV})})}, mode))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


def test_links_and_devices_in_a_tar_are_passed_over(reading):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("a.csv", tarfile.SYMTYPE),
            ("b.csv", tarfile.LNKTYPE),
            ("c.csv", tarfile.CHRTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        member = tarfile.TarInfo("/abs/d.csv")
        member.size = len(CSV)
        archive.addfile(member, io.BytesIO(CSV))
    result = reading(out.getvalue())
    assert [table.report.member for table in result.tables] == ["/abs/d.csv"]
    assert "a.csv, b.csv, c.csv" in result.reports[0].notes[0]


def test_a_tar_that_is_cut_off_gives_the_members_before(reading):
    whole = tar({"a.csv": CSV, "b.csv": MORE * 200})
    result = reading(whole[:2000])
    assert [table.report.member for table in result.tables] == ["a.csv"]
    assert [(report.share_read, report.fault.kind) for report in result.reports[1:]] == [
        (0.0, FaultKind.TRUNCATED)
    ]


def test_a_7z_with_a_password(reading):
    with pytest.raises(ReadFault) as caught:
        reading(seven_zip({"a.csv": CSV}, password="ejemplo"))  # noqa: S106
    assert (caught.value.kind, "password" in caught.value.message) == (FaultKind.ARCHIVE_REJECTED, True)


@pytest.mark.parametrize("pack", [tar, seven_zip, zipped])
def test_too_many_members(reading, monkeypatch, pack):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    monkeypatch.setattr("pipelines.tables.seven_zip.MAX_MEMBERS", 3)
    with pytest.raises(ReadFault) as caught:
        reading(pack({f"{number}.csv": CSV for number in range(4)}))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


PACKERS = {
    "7z": lambda content: seven_zip({"a.csv": content}),
    "tar.xz": lambda content: tar({"a.csv": content}, "w:xz"),
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb(reading, monkeypatch, pack):
    monkeypatch.setattr(archives, "RATIO_ABOVE", 1_000_000)
    with pytest.raises(ReadFault) as caught:
        reading(PACKERS[pack](bytes(8_000_000)))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


@pytest.mark.parametrize("pack", [name for name in PACKERS if name != "tar.xz"])
def test_what_is_cut_off_never_passes_as_whole(reading, pack):
    content = PACKERS[pack](b"id,monto\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(5_000)))
    with pytest.raises(ReadFault) as caught:
        reading(content[:-40])
    assert caught.value.kind in (FaultKind.TRUNCATED, FaultKind.BROKEN_FILE)


def test_xz_in_several_streams_and_one_that_asks_for_too_much_memory(reading, monkeypatch):
    assert reading(lzma.compress(CSV) + bytes(8) + lzma.compress(b"C-3,1\n")).tables[0].report.rows == 3
    monkeypatch.setattr("pipelines.tables.compressed.MAX_DICTIONARY", 1_000_000)
    with pytest.raises(ReadFault) as caught:
        reading(lzma.compress(CSV, preset=6))
    assert caught.value.kind is FaultKind.BROKEN_FILE


@pytest.mark.parametrize("codepage", ["cp850", "cp437", "utf-8"])
def test_names_that_do_not_say_their_code_page(reading, codepage):
    name = "AÑO é.csv" if codepage == "cp437" else "ÍNDICE AÑO é.csv"
    plain = zipped({"x" * len(name.encode(codepage)): CSV})
    content = plain.replace(b"x" * len(name.encode(codepage)), name.encode(codepage))
    assert reading(content).tables[0].report.member == name


def test_a_zip_with_a_password(reading):
    content = bytearray(zipped({"a.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ReadFault) as caught:
        reading(bytes(content))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED
    assert zipfile.is_zipfile(io.BytesIO(content))
