"""The count of lines, in and outside quotes, held against a plain definition."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.tables import lines
from pipelines.tables.lines import Ends, ends


def defined(content: bytes) -> tuple[int, bool]:
    text = re.sub(rb'"[^"]*"', b"Q", content).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    every = text.rstrip(b"\n").split(b"\n") if text.strip(b"\n") else []
    return len(every), b"" in every


@settings(deadline=None)
@given(st.text('a,"\n\r', max_size=30), st.integers(1, 9))
def test_shape(tmp_path_factory, text, chunk):
    content = (text + '"' * (text.count('"') % 2)).encode()
    path = tmp_path_factory.getbasetemp() / "shape"
    path.write_bytes(content)
    before, lines._CHUNK = lines._CHUNK, chunk
    try:
        shape = lines.shape(path, '"')
    finally:
        lines._CHUNK = before
    assert (shape.records, shape.blank_inside) == defined(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Ends(0, 0, False, 0)),
        (b"a\nb", Ends(2, 0, False, 0)),
        (b"a\r\nb\r\n", Ends(2, 0, False, 0)),
        (b"a\n\nb\x00\n\n\n", Ends(5, 2, False, 1)),
        (b'"a\nb"\n', Ends(2, 0, False, 0)),
        (b"x" * (1 << 18) + b"\r\ny\r\n" + b"\r\n" * (1 << 18), Ends(2 + (1 << 18), 1 << 18, False, 0)),
        (b"x" * ((1 << 18) - 1) + b"\r\ny\r\n", Ends(2, 0, False, 0)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_ends_counts_lines_whatever_the_quotes_say(tmp_path, content, expected):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert ends(path) == expected


@pytest.mark.parametrize("content", [b"a\rb\r", b"a\r\nb\n", b"a\nb\rc\n", b"a\rb\n"], ids=repr)
def test_ends_that_differ_are_told(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert ends(path).mixed
