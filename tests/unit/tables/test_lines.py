"""The count of lines outside quotes, held against a plain definition."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.tables import lines


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
