"""A table as a frame, in parts, and as a whole when it is small."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.tables import footer, table
from pipelines.tables.profile import profiles
from pipelines.tables.rows_hash import rows_hash
from tests.unit.tables.conftest import Reading

FOOTED = (
    "a,b,c\n" + "".join(f"x{number},{number},Obra\n" for number in range(90)) + "\n,,\nFuente: ejemplo,,\n"
)
CONTENTS = {
    "csv": b"a,b,c\nx,,1\n\n,y,2\n,,\nz,z,3\n",
    "csv with a footer": FOOTED.encode(),
    "large enough for DuckDB": b"a,b,c\n" + b'1,"2, 3",\xc3\xb1\n,,\n' * 10_000 + b"4,5,6\n",
    "json": b'[{"a": "x", "b": 1, "c": null}, {"a": "y", "c": "z"}]',
}


def test_frame(reading):
    table = reading(b"a,b\nx,\n,007\n").tables[0]
    frame = table.frame()
    assert frame.to_dict("list") == {"_row": [2, 3], "a": ["x", None], "b": [None, "007"]}
    assert list(table.frame(["b"])) == ["_row", "b"]
    with pytest.raises(KeyError, match="c"):
        table.frame(["c"])


def told(reading: Reading, content: bytes) -> dict[str, Any]:
    """All that is asked of a table by other words when it is small."""
    found = reading(content).tables[0]
    names = found.report.columns
    rows = found.rows([2, 4, 5, 9_999, 20_001], [*reversed(names), names[0]])
    last = footer._last_rows(found)
    return {
        "report": found.report,
        "rows": rows,
        "last": [(number, list(cells)) for number, cells in last],
        "profiles": profiles(found),
        "hash": rows_hash(found),
        "frame": found.frame().to_dict("list"),
    }


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_small_table_tells_what_it_would_tell_as_a_large_one(
    reading: Reading, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reading(content).tables[0].cells() is not None
    small = told(reading, content)
    assert small["rows"]
    monkeypatch.setattr(table, "SMALL", -1)
    assert reading(content).tables[0].cells() is None
    assert told(reading, content) == small


def test_of_a_table_of_few_cells_and_many_bytes_not_all_is_held(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "SMALL_BYTES", 10_000)
    content = b'[{"a": "%s"}, {"a": "y"}]' % (b"x" * 20_000)
    found = reading(content).tables[0]
    assert found.cells() is None
    assert [len(cell) for (cell,) in found.rows([1, 2], ["a"]).values()] == [20_000, 1]
