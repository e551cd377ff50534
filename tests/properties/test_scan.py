"""A table is judged alike whatever its size: by value or by hash, cell by cell or as cells are until one is blank."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables import table as tables
from pipelines.tables.layouts import lay
from pipelines.tables.table import Table
from pipelines.validation import marks, scan
from pipelines.validation.columns import columns_of
from pipelines.validation.plan import Plan
from pipelines.validation.plans import uniqueness
from pipelines.validation.suites import Suite
from tests.often import often
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, Asked, comparable, expectations_of
from tests.properties import test_rows_parity, test_values_parity
from tests.properties.test_plan_parity import questions, rows
from tests.tables_of import table_of

SUITE = Suite("s", "1", "x", {}, ROLES, ())
Rows = list[tuple[str | None, ...]]
BLANKS = st.sampled_from([None, " ", "  a", "a", "1", " 1 ", "2025-01-01", "2025-01-1 "])
# Of GX's types and of our own about one value and about several rows
CASES = [
    st.tuples(st.one_of(made, st.lists(st.tuples(*[BLANKS] * 6), max_size=8)), asked)
    for made, asked in (
        (rows, questions),
        (st.one_of(test_values_parity.rows, test_values_parity.mixed), test_values_parity.questions),
        (test_rows_parity.rows, test_rows_parity.questions),
    )
]


def judged(table: Table, asked: tuple[Asked, ...]) -> dict[str, object]:
    columns = columns_of(table, lay(LAYOUT, table.report.columns), SUITE)
    found = Plan(columns, expectations_of(asked), PARAMETERS).run(table)
    return {key: comparable(raw) for key, raw in found.items()}


@often(120)
@given(st.one_of(CASES))
def test_the_ways_of_large_tables_give_what_those_of_small_ones_give(
    case: tuple[Rows, tuple[Asked, ...]],
) -> None:
    cells, asked = case
    with table_of(list(ROLES), cells) as table:
        small = judged(table, asked)
        with (
            patch.object(scan, "FEW", 0),
            patch.object(uniqueness, "SMALL", 0),
            patch.object(marks, "BITS", 3),
        ):
            assert judged(table, asked) == small
            with patch.object(scan, "SORTED", 2):
                assert judged(table, asked) == small
            with patch.object(tables, "SMALL", -1):
                assert judged(table, asked) == small
            with patch.object(scan, "LISTED", -1):
                assert judged(table, asked) == small
        with patch.object(tables, "SMALL", -1):
            assert judged(table, asked) == small


@given(st.lists(st.sets(st.integers(0, 9)), max_size=60), st.integers(0, 12), st.integers(1, 5))
@often(100)
def test_marks_count_what_was_marked(met: list[set[int]], many: int, bits: int) -> None:
    """Row n meets the conditions of its set; conditions that no row can meet are counted, too."""
    from pipelines import duck

    conditions = tuple(f"list_contains(met, {number})" for number in range(many))
    with patch.object(marks, "BITS", bits), patch.object(marks, "WIDE", 2), duck.connect() as connection:
        asked = marks.Marks(conditions)
        connection.execute('CREATE TABLE t ("_row" BIGINT, met INTEGER[])')
        for row, numbers in enumerate(met, 2):
            connection.execute("INSERT INTO t VALUES (?, ?)", [row, sorted(numbers)])
        connection.execute(f'CREATE TABLE m AS SELECT "_row", {", ".join(asked.columns())} FROM t')
        found = asked.counted(connection.execute(asked.query("m")).fetchall())
        assert asked.counted_in(connection.sql('FROM m ORDER BY hash("_row")').to_arrow_table()) == found
        tested = [
            connection.execute(f"SELECT count(*) FROM m WHERE {asked.test(it)}").fetchall()
            for it in conditions
        ]
    rows_of = [[row for row, numbers in enumerate(met, 2) if number in numbers] for number in range(many)]
    assert (found.total, found.first) == (len(met), list(range(2, len(met) + 2))[: marks.EXAMPLES])
    assert [found.counts[it] for it in conditions] == [len(each) for each in rows_of]
    assert [found.rows[it] for it in conditions] == [each[: marks.EXAMPLES] for each in rows_of]
    assert tested == [[(len(each),)] for each in rows_of]


@given(
    st.lists(st.tuples(*[st.none() | st.sampled_from("abx")] * 4), max_size=40),
    st.lists(
        st.tuples(st.sampled_from("pqrs"), st.sampled_from(["= 'a'", "IS NULL", ">= 'b'"])),
        max_size=14,
        unique=True,
    ),
    st.integers(1, 3),
)
@often(100)
def test_marks_planned_once_are_the_same_marks(
    rows: list[tuple[str | None, ...]], asked: list[tuple[str, str]], bits: int
) -> None:
    from pipelines import duck

    conditions = tuple(f'"{name}" {what}' for name, what in sorted(asked, key=lambda it: it[1]))
    with patch.object(marks, "BITS", bits), patch.object(marks, "WIDE", 2), duck.connect() as connection:
        of = marks.Marks(conditions)
        connection.execute('CREATE TABLE t ("_row" BIGINT, p VARCHAR, q VARCHAR, r VARCHAR, s VARCHAR)')
        for place, row in enumerate(rows):
            connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [place, *row])
        usual, once = (
            connection.execute(f'SELECT "_row", {", ".join(columns)} FROM t ORDER BY 1').fetchall()
            for columns in (of.columns(), of.planned_once(()))
        )
    assert once == usual
