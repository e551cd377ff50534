"""The rules by which rows are held against each other."""

from __future__ import annotations

from pathlib import Path

from pipelines.model import ColumnChange, ColumnChangeKind, RowsCompared, RowsReason
from tests.row_changes_of import compared, comparison

HEAD = ("id", "name", "amount")
# Enough rows that one which shares its key does not spoil the key.
MANY = [(f"K{n}", f"name {n}", str(n)) for n in range(100)]


def test_rows_are_added_removed_and_amended_by_key(tmp_path: Path) -> None:
    now = [("K1", "name 1", "1.5"), *MANY[2:], ("K100", "new", None)]
    made = compared(tmp_path, (HEAD, MANY), (HEAD, now), ["id"])
    found = made.found
    assert found.compared is RowsCompared.BY_KEY
    assert (found.added, found.removed, found.amended, found.unchanged) == (1, 1, 1, 98)
    assert (found.rows_before, found.rows) == (100, 100)
    assert found.columns == {"amount": 1}
    assert set(made.changed) == {(2, None), (3, 2), (None, 101)}


def test_the_order_of_rows_and_columns_is_no_change(tmp_path: Path) -> None:
    turned = [tuple(reversed(row)) for row in reversed(MANY)]
    found = compared(tmp_path, (HEAD, MANY), (HEAD[::-1], turned), ["id"]).found
    assert (found.added, found.removed, found.amended, found.unchanged) == (0, 0, 0, 100)


def test_of_rows_of_one_key_equal_ones_are_the_same_and_the_rest_goes_in_order(tmp_path: Path) -> None:
    before = [*MANY, ("D", "a", "1"), ("D", "b", "2"), ("D", "b", "2")]  # rows 102 to 104
    after = [*MANY, ("D", "b", "2"), ("D", "c", "3")]  # rows 102 and 103
    made = compared(tmp_path, (HEAD, before), (HEAD, after), ["id"])
    assert made.found.compared is RowsCompared.BY_KEY
    # The first "b" stays, "a" becomes "c", one "b" is a copy fewer of a key that is still there.
    assert set(made.changed) == {(102, 103), (104, None)}
    assert (made.found.amended, made.found.removed, made.found.repeated_removed) == (1, 1, 1)
    assert made.found.columns == {"name": 1, "amount": 1}


def test_a_key_that_is_gone_with_all_its_copies_is_lost_and_no_copy(tmp_path: Path) -> None:
    before = [*MANY, ("D", "a", "1"), ("D", "a", "1")]
    found = compared(tmp_path, (HEAD, before), (HEAD, MANY), ["id"]).found
    assert (found.removed, found.repeated_removed) == (2, 0)


def test_rows_without_a_key_are_compared_whole_and_counted_apart(tmp_path: Path) -> None:
    before = [*MANY, (None, "nobody", "1"), (" ", "gone", "2")]
    after = [*MANY, (None, "nobody", "1"), (None, "come", "2")]
    made = compared(tmp_path, (HEAD, before), (HEAD, after), ["id"])
    found = made.found
    assert (found.keyless_before, found.keyless) == (2, 2)
    assert (found.added, found.removed, found.amended) == (1, 1, 0)
    assert (found.keyless_added, found.keyless_removed) == (1, 1)
    assert set(made.changed) == {(103, None), (None, 103)}


def test_a_part_of_a_key_may_be_empty(tmp_path: Path) -> None:
    before = [("A", None, "1"), ("A", "x", "2")]
    found = compared(
        tmp_path, (HEAD, before), (HEAD, [("A", None, "9"), ("A", "x", "2")]), ["id", "name"]
    ).found
    assert (found.amended, found.unchanged, found.keyless) == (1, 1, 0)


def test_without_a_key_that_tells_rows_apart_whole_rows_are_compared(tmp_path: Path) -> None:
    before = [("A", "x", "1"), ("A", "x", "1"), ("A", "y", "2")]
    after = [("A", "x", "1"), ("A", "y", "3")]
    for key, reason in ((["id"], RowsReason.KEY_NOT_UNIQUE), (None, RowsReason.NO_KEY)):
        found = compared(tmp_path, (HEAD, before), (HEAD, after), key).found
        assert (found.compared, found.reason, found.key) == (RowsCompared.BY_ROW, reason, ())
        assert (found.added, found.removed, found.amended, found.unchanged) == (1, 2, 0, 1)


def test_a_key_that_only_one_version_repeats_does_not_tell(tmp_path: Path) -> None:
    after = [("A", "x", "1")] * 10
    found = compared(tmp_path, (HEAD, MANY[:10]), (HEAD, after), ["id"]).found
    assert found.compared is RowsCompared.BY_ROW


def test_empty_tables(tmp_path: Path) -> None:
    found = compared(tmp_path, (HEAD, []), (HEAD, MANY), ["id"]).found
    assert (found.added, found.removed, found.unchanged) == (100, 0, 0)
    found = compared(tmp_path, (HEAD, MANY), (HEAD, []), ["id"]).found
    assert (found.added, found.removed, found.unchanged) == (0, 100, 0)
    found = compared(tmp_path, (HEAD, []), (HEAD, [])).found
    assert (found.added, found.removed, found.rows) == (0, 0, 0)


def test_columns_that_came_or_went_amend_no_row_and_renamed_ones_are_followed(tmp_path: Path) -> None:
    before = ("id", "gone", "monto"), [("A", "x", "1"), ("B", "x", "2")]
    after = ("id", "importe", "new"), [("A", "1", "y"), ("B", "3", "y")]
    renamed = ColumnChange(ColumnChangeKind.RENAMED, "monto", "importe")
    with comparison(tmp_path, before, after, ["id"], changed=[renamed]) as found:
        assert found.pairing.columns == (("id", "id"), ("monto", "importe"))
        assert (found.amended, found.columns) == (1, {"importe": 1})
    with comparison(tmp_path, before, after, ["id"]) as found:
        assert (found.amended, found.unchanged) == (0, 2)
