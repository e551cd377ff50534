"""Records in memory are counted like those that stay in a file."""

from __future__ import annotations

from unittest.mock import patch

import pyarrow
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables import held

CELL = st.none() | st.sampled_from([" ", "\t", "\u00a0", "\ufeff", "a", "!", "\u00e9", "\x7f", "\x00", " a"])


@given(records=st.lists(st.tuples(CELL, CELL), max_size=5))
def test_blank_records_are_counted_the_same_whether_a_column_tells_or_all_are_asked(
    records: list[tuple[str | None, str | None]],
) -> None:
    columns = list(zip(*records, strict=True)) if records else [(), ()]
    table = pyarrow.table(
        {f"c{place}": pyarrow.array(it, pyarrow.string()) for place, it in enumerate(columns)}
    )
    with patch.object(held, "_ASKED", 0):
        asked = held.counted(table, [])
    assert asked is not None
    assert held.counted(table, []) == asked
