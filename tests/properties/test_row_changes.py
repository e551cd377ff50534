"""Whatever two tables hold: the changes make one of the other, mirror each other, and are none for the same table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import RowsCompared
from tests.often import often
from tests.row_changes_of import Compared, compared

HEAD = ("id", "value", "other")
Row = tuple[str | None, str | None, str | None]

cells = st.sampled_from([None, "a", "b", "ñ"])
any_rows = st.lists(st.tuples(st.sampled_from([None, "1", "2", "3"]), cells, cells), max_size=8)
# Keys that mostly tell rows apart, so that one that does not is told otherwise, and not all of them.
known = st.lists(st.integers(0, 60), unique=True, min_size=40, max_size=60)
few = st.lists(st.tuples(st.sampled_from([None, "1", "2"]), cells, cells), max_size=2)
told_rows = st.builds(
    lambda numbers, rest, seed: [
        *((str(number), "ab"[number * seed % 2], None) for number in numbers),
        *rest,
    ],
    known,
    few,
    st.integers(1, 9),
)
OFTEN = often(25)


def made(before: list[Row], after: list[Row], *, key: bool) -> Compared:
    with TemporaryDirectory() as folder:
        return compared(Path(folder), (HEAD, before), (HEAD, after), ["id"] if key else None)


def rebuilt(before: list[Row], after: list[Row], it: Compared) -> Counter[Row]:
    """`before` without what was removed, with what was added, and with what was amended as it is now."""
    rows = Counter(before)
    for old, new in it.changed:
        if old is not None:
            rows[before[old - 2]] -= 1
        if new is not None:
            rows[after[new - 2]] += 1
    return +rows


def hold(before: list[Row], after: list[Row], *, key: bool) -> None:
    it, back = made(before, after, key=key), made(after, before, key=key)
    found = it.found
    assert rebuilt(before, after, it) == Counter(after)
    assert found.rows_before == len(before)
    assert found.rows == len(after)
    assert found.rows_before - found.removed + found.added == found.rows
    assert len(it.changed) == found.added + found.removed + found.amended
    assert (back.found.added, back.found.removed, back.found.amended) == (
        found.removed,
        found.added,
        found.amended,
    )
    assert sorted((new is None, old is None) for old, new in it.changed) == sorted(
        (old is None, new is None) for old, new in back.changed
    )
    for old, new in it.changed:
        if old is not None and new is not None:
            was, now = before[old - 2], after[new - 2]
            assert was != now
            assert was[0] == now[0]
    differing = Counter(
        name
        for old, new in it.changed
        if old is not None and new is not None
        for name, was, now in zip(HEAD, before[old - 2], after[new - 2], strict=True)
        if was != now
    )
    assert found.columns == differing


@OFTEN
@given(any_rows, any_rows, st.booleans())
def test_any_two_tables(before: list[Row], after: list[Row], key: bool) -> None:
    hold(before, after, key=key)


@OFTEN
@given(told_rows, told_rows)
def test_tables_whose_key_tells_most_rows_apart(before: list[Row], after: list[Row]) -> None:
    hold(before, after, key=True)
    if all(sum(row[0] is None for row in rows) == 0 for rows in (before, after)) and all(
        len({row[0] for row in rows}) == len(rows) for rows in (before, after)
    ):
        found = made(before, after, key=True)
        assert found.found.compared is RowsCompared.BY_KEY
        old, new = {row[0] for row in before}, {row[0] for row in after}
        assert (found.found.removed, found.found.added) == (len(old - new), len(new - old))


@OFTEN
@given(any_rows | told_rows, st.booleans(), st.randoms(use_true_random=False))
def test_a_table_has_no_changes_to_itself_in_any_order(rows: list[Row], key: bool, random: object) -> None:
    turned = list(rows)
    random.shuffle(turned)  # type: ignore[attr-defined]
    it = made(rows, turned, key=key)
    assert it.changed == ()
    assert it.found.unchanged == len(rows)
