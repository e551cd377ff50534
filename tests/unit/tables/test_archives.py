"""ZIP and GZIP, honest and hostile."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import archives
from pipelines.tables.read import opened
from pipelines.tables.table import Hint


def test_a_member_without_a_name(reading):
    content = zipped({"a.csv": b"id,monto\n1,2\n"}).replace(b"a.csv", b"\0.csv")  # whose name ends at the NUL
    assert [table.report.member for table in reading(content).tables] == ["?"]


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


CSV = b"id,monto\n1,2\n2,3\n3,4\n"


def test_the_member_with_the_most_rows_is_main(reading, rows):
    content = zipped({
        "folder/": b"",
        "__MACOSX/._a.csv": b"\x00\x05\x16\x07",
        "LEEME.txt": b"one\ntwo\nthree\nfour\nfive\nsix\n",
        "candidatos.csv": b"x,y\n1,2\n",
        "../../etc/datos.csv": CSV,
        "acta.pdf": b"%PDF-1.4",
    })  # fmt: skip
    result = reading(content, "x.zip")
    assert [(table.report.member, table.report.main) for table in result.tables] == [
        ("../../etc/datos.csv", True),
        ("candidatos.csv", False),
    ]
    assert rows(result.tables[0])[0] == (2, "1", "2")
    failed = [report for report in result.reports if report.fault]
    assert [(report.member, report.fault.kind) for report in failed] == [
        ("acta.pdf", FaultKind.UNKNOWN_FORMAT)
    ]
    assert failed[0].share_read == 1.0
    assert result.reports[0].notes == ("Left aside, not claiming to be data: LEEME.txt, acta.pdf.",)
    assert {report.share_read for report in result.reports} == {1.0}


def test_large_members_can_be_asked_for_as_long_as_the_archive_is_open(reading, rows):
    contents = {
        f"{year}.csv": "id,nombre\n" + "".join(f"{number},{year}\n" for number in range(150_000))
        for year in (2024, 2025)
    }
    content = reading(zipped({name: text.encode() for name, text in contents.items()}))
    for table in content.tables:
        year = table.report.member.removesuffix(".csv")
        assert rows(table) == [(number + 2, str(number), year) for number in range(150_000)]


def test_a_member_that_claims_to_be_data_counts(reading):
    result = reading(zipped({"a.csv": CSV, "b.csv": b"<html></html>", "manual.pdf": b"%PDF-1.4"}))
    assert {report.member: report.share_read for report in result.reports} == {
        "a.csv": 1.0,
        "b.csv": 0.0,
        "manual.pdf": 1.0,
    }


def test_the_fault_of_the_data_is_told_and_not_that_of_the_manual(reading):
    with pytest.raises(ReadFault) as caught:
        reading(zipped({"manual.pdf": b"%PDF-1.4", "datos.csv": b"<html></html>"}))
    assert caught.value.kind is FaultKind.HTML_INSTEAD


def test_many_names_left_aside_are_counted(reading):
    result = reading(zipped({"a.csv": CSV, **{f"{n}.pdf": b"%PDF-1.4" for n in range(8)}}))
    assert result.tables[0].report.notes == (
        "Left aside, not claiming to be data: 0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf and 3 more.",
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("damaged", [False, True])
def test_other_methods_than_deflate_are_refused(reading, method, damaged):
    content = bytearray(zipped({"a.csv": CSV * 100}, method))
    if damaged:
        content[40:60] = bytes(20)
    with pytest.raises(ReadFault) as caught:
        reading(bytes(content))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_ours(tmp_path):
    path, target = tmp_path / "file", tmp_path / "target"
    target.symlink_to("/dev/full")
    path.write_bytes(zipped({"a.csv": CSV}))
    with pytest.raises(OSError, match="No space left"):
        list(archives.unzip(path, target, archives.Budget(), []))
    path.write_bytes(gzip.compress(CSV))
    with pytest.raises(OSError, match="No space left"):
        archives.gunzip(path, target, archives.Budget())


def test_an_archive_in_an_archive_is_opened_once(reading):
    once = zipped({"inner.zip": zipped({"a.csv": CSV})})
    assert reading(once).tables[0].report.member == "inner.zip/a.csv"
    with pytest.raises(ReadFault) as caught:
        reading(zipped({"outer.zip": once}))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


def test_gzip(reading, rows):
    report = reading(gzip.compress(CSV), "datos.csv.gz").tables[0].report
    assert (report.format, report.rows, report.notes) == ("csv", 3, ())


def test_gzip_that_is_cut_off(reading):
    with pytest.raises(ReadFault) as caught:
        reading(gzip.compress(CSV * 100)[:-20])
    assert caught.value.kind is FaultKind.TRUNCATED


def test_gzip_that_is_damaged(reading):
    whole = bytearray(gzip.compress(bytes(range(256)) * 50))
    whole[20:40] = bytes(20)
    with pytest.raises(ReadFault) as caught:
        reading(bytes(whole))
    assert caught.value.kind in (FaultKind.BROKEN_FILE, FaultKind.TRUNCATED)


def test_zip_without_its_end(reading):
    with pytest.raises(ReadFault) as caught:
        reading(zipped({"a.csv": CSV})[:-30])
    assert caught.value.kind is FaultKind.TRUNCATED


def test_a_damaged_member_does_not_spoil_the_others(reading):
    content = bytearray(zipped({"a.csv": CSV, "b.csv": CSV}, zipfile.ZIP_STORED))
    content[content.index(b"id,monto")] = ord("X")
    result = reading(bytes(content))
    assert result.tables[0].report.member == "b.csv"
    assert result.reports[-1].member == "a.csv"
    assert result.reports[-1].fault.kind is FaultKind.BROKEN_FILE


def test_the_one_member_is_a_web_page(reading):
    with pytest.raises(ReadFault) as caught:
        reading(zipped({"datos.csv": b"<html></html>"}))
    assert caught.value.kind is FaultKind.HTML_INSTEAD
    assert "datos.csv" in caught.value.message


def test_too_many_members(reading):
    with pytest.raises(ReadFault) as caught:
        reading(zipped({f"{n}.csv": b"a" for n in range(1001)}))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda content: zipped({"a.csv": content})], ids=["gzip", "zip"]
)
def test_a_bomb(reading, monkeypatch, pack):
    monkeypatch.setattr(archives, "RATIO_ABOVE", 1_000_000)
    with pytest.raises(ReadFault) as caught:
        reading(pack(bytes(8_000_000)))
    assert caught.value.kind is FaultKind.ARCHIVE_REJECTED


def test_archives_in_archives_share_one_budget(reading, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DECODED", 3_000)
    inner = gzip.compress(b"a,b\n" + b"1,2\n" * 250)
    result = reading(zipped({f"{n}.csv.gz": inner for n in range(8)}, zipfile.ZIP_STORED))
    kinds = {report.fault.kind for report in result.reports if report.fault}
    assert kinds == {FaultKind.ARCHIVE_REJECTED}
    assert 0 < len(result.tables) < 8


def test_names_are_fit_to_be_shown():
    assert archives.shown("a\x1b[31m\u202egpj.\n" + "x" * 300) == "x" * 200
    assert archives.shown("a\x1b\u202eb") == "a??b"


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    Path(tempfile.tempdir).mkdir()
    path = tmp_path / "file"
    for content in (zipped({"a.csv": CSV}), b"%PDF"):
        path.write_bytes(content)
        try:
            with opened(path, Hint("a/b/c", "0" * 64)) as result:
                assert result.tables
        except ReadFault:
            pass
    assert not list(Path(tempfile.tempdir).iterdir())
