"""A table as a frame."""

from __future__ import annotations

import pytest


def test_frame(reading):
    table = reading(b"a,b\nx,\n,007\n").tables[0]
    frame = table.frame()
    assert frame.to_dict("list") == {"_row": [2, 3], "a": ["x", None], "b": [None, "007"]}
    assert list(table.frame(["b"])) == ["_row", "b"]
    with pytest.raises(KeyError, match="c"):
        table.frame(["c"])
