"""What every reader owes, format by format: the same records, and nothing but tables or a fault of the file."""

from __future__ import annotations

import random

import pytest

from pipelines.errors import ReadFault
from pipelines.tables.read import opened
from pipelines.tables.registry import ARCHIVES, COMPRESSIONS, READERS
from pipelines.tables.sniff import sniff
from pipelines.tables.table import Hint
from tests.published_files import COLUMNS, ROWS, SAMPLES

FORMATS = [each.format for each in (*READERS, *ARCHIVES, *COMPRESSIONS)]
every_format = pytest.mark.parametrize("format", FORMATS)


def read(folder, content, name):
    """(columns, rows) of the main table and every report; None and the fault when it could not be read."""
    path = folder / "file"
    path.write_bytes(content)
    try:
        with opened(path, Hint("a/b/c", "0" * 64, file_name=name)) as result:
            for table in result.tables:
                there = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()[0][0]
                assert there == table.report.rows
            main = result.tables[0]
            rows = main.connection.execute(
                f'SELECT * EXCLUDE ("_row") FROM "{main.relation}" ORDER BY "_row"'
            )
            return (main.report.columns, rows.fetchall()), result.reports
    except ReadFault as caught:
        fault = caught
    assert fault.message
    assert fault.fault.advice
    return None, fault


def test_every_reader_has_a_sample():
    assert set(SAMPLES) == set(FORMATS)
    assert len(FORMATS) == len(set(FORMATS))


@every_format
def test_the_records_are_those_that_were_published(tmp_path, format):
    name, content = SAMPLES[format]
    (columns, rows), reports = read(tmp_path, content, f"datos.{name}")
    assert tuple(column.lower() for column in columns) == COLUMNS
    assert rows == list(ROWS)  # the second holds a formula, which stays text
    assert all((report.share_read, report.lost, report.fault) == (1.0, 0, None) for report in reports)
    promised = any("Declared as" in note for note in reports[0].notes)
    assert promised is (format == "html")


@every_format
def test_content_is_believed_and_not_the_name(tmp_path, format):
    name = "datos.xls" if format == "html" else "datos.pdf"  # a web page is data only as a workbook
    (_, rows), reports = read(tmp_path, SAMPLES[format][1], name)
    assert rows == list(ROWS)
    assert any("Declared as" in note for note in reports[0].notes)


@every_format
def test_a_format_is_known_by_its_bytes(tmp_path, format):
    path = tmp_path / "file"
    path.write_bytes(SAMPLES[format][1])
    assert sniff(path) == format


@every_format
@pytest.mark.parametrize("share", [0.3, 0.5, 0.99])
def test_a_file_that_is_cut_off(tmp_path, format, share):
    name, content = SAMPLES[format]
    cut = content[: int(len(content) * share)]
    found, told = read(tmp_path, cut, f"datos.{name}")
    if found and format not in ("text", "html", "tar"):  # in which what is missing cannot be seen
        complete = found[1] == list(ROWS)
        assert complete or min(report.share_read for report in told) < 1


@every_format
def test_an_empty_file(tmp_path, format):
    found, fault = read(tmp_path, b"", f"datos.{SAMPLES[format][0]}")
    assert found is None
    assert fault.kind == "empty"


@every_format
def test_anything_after_the_first_bytes(tmp_path, format):
    name, content = SAMPLES[format]
    chance = random.Random(format)  # noqa: S311
    for length in (0, 7, 3000):
        read(tmp_path, content[:8] + chance.randbytes(length), f"datos.{name}")


@every_format
def test_any_byte_may_be_damaged(tmp_path, format):
    name, content = SAMPLES[format]
    chance = random.Random(format)  # noqa: S311
    for _ in range(4):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[chance.randrange(len(content))] = chance.randrange(256)
        read(tmp_path, bytes(damaged), f"datos.{name}")
