"""The plan against Great Expectations for our own types about several rows, on tables made for what they look for.

Belongs here: totals among records, names in several spellings, periods with gaps, besides the tables of
`test_plan_parity`: random words would hardly ever answer these questions with a fault.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.often import often
from tests.parity_of import Asked, differences, of_rows
from tests.properties.test_plan_parity import (
    bounds,
    conditions,
    ignored,
    ignored_pairs,
    mostly,
    options,
    shares,
    text_columns,
    typed_conditions,
    within,
    words_set,
)
from tests.properties.test_plan_parity import rows as any_rows

LABELS = [
    "TOTAL",
    "Total:",
    "Subtotal",
    " Gran Total ",
    "Total 2024",
    "Subtotal Obra pública",
    "TOTAL GAS, S.A.",
    "Total Play Telecomunicaciones",
    "Suma",
    "Obra",
    "12",
    "1.234,56",
    "12 de enero de 2024",
]
NAMES = [
    "Constructora Peña S.A. de C.V.",
    "CONSTRUCTORA PENA, SA DE CV",
    "Constructora Peña, S. de R.L.",
    "Casa",
    "S.A.",
    "---",
    "Ñandú & Cía",
    "31/12/2024",
    "1,5",
]
AMOUNTS = ["1", "2", "3", "0", "0.5", "-1", "1000", "2024", "2025", "x"]
DATES = [
    "2024-01-01",
    "2024-01-02",
    "2024-02-29",
    "2024-12-31",
    "2025-01-01",
    "2025-06-30",
    "0999-12-31",
    "x",
]


def cells(pool: list[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(pool))


Row = tuple[str | None, ...]


def with_more(some: list[Row]) -> st.SearchStrategy[list[Row]]:
    """Rows that stand twice, and rows that have something of one row and something of another."""
    if not some:
        return st.just(some)
    one = st.sampled_from(some)
    mixed = st.tuples(one, one).map(lambda two: (*two[0][:1], *two[1][1:]))
    return st.lists(st.one_of(one, mixed), max_size=4).map(lambda more: some + more)


rows = st.lists(
    st.tuples(
        cells(LABELS),
        cells(NAMES),
        st.sampled_from(AMOUNTS),
        st.one_of(st.none(), st.none(), st.sampled_from(AMOUNTS)),
        cells(DATES),
        cells(DATES),
    ),
    max_size=12,
).flatmap(with_more)
normal = st.fixed_dictionaries({}, optional={"normalise": st.booleans()})
tops = st.fixed_dictionaries({}, optional={"top": st.sampled_from([1, 2, 3])})
OURS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "expect_records_to_hold_no_totals": options(
        typed_conditions,
        mostly,
        ignored,
        st.fixed_dictionaries({}, optional={"tolerance": st.sampled_from([0, 0.5])}),
        column_list=st.lists(st.sampled_from(["a", "b", "d"]), min_size=1, max_size=2, unique=True).flatmap(
            lambda labels: st.sampled_from([["n"], ["n", "m"]]).map(lambda amounts: [*labels, *amounts])
        ),
    ),
    "expect_column_values_to_be_of_one_kind": options(
        conditions,
        mostly,
        st.fixed_dictionaries(
            {},
            optional={
                "kind": st.sampled_from(["number", "date", "text"]),
                "majority": st.sampled_from([0, 0.5, 0.9]),
            },
        ),
        column=text_columns,
    ),
    "expect_column_values_to_exist_in_reference": options(
        conditions,
        mostly,
        normal,
        column=text_columns,
        reference=st.one_of(words_set, st.just({"$PARAMETER": "keys"})),
    ),
    "expect_column_pair_values_a_to_exist_in_b": options(
        conditions, mostly, ignored_pairs, column_A=st.just("a"), column_B=st.sampled_from(["b", "n"])
    ),
    "expect_column_pair_values_to_be_one_to_one": options(
        conditions,
        mostly,
        ignored_pairs,
        normal,
        st.fixed_dictionaries(
            {}, optional={"direction": st.sampled_from(["both", "one_b_for_each_a", "one_a_for_each_b"])}
        ),
        # The other way round, too: within the query the two are called a and b.
        st.sampled_from([("a", "b"), ("b", "a"), ("a", "d")]).map(
            lambda pair: {"column_A": pair[0], "column_B": pair[1]}
        ),
    ),
    "expect_column_periods_to_have_no_gaps": st.one_of(
        options(
            typed_conditions,
            st.fixed_dictionaries(
                {},
                optional={
                    "start": st.sampled_from(["2023-12-31", "2024-02-29T10:00:00"]),
                    "end": st.sampled_from(["2025-03-01", {"$PARAMETER": "today"}]),
                    "group_column": st.just("a"),
                    "max_missing": st.sampled_from([0, 1, 5000]),
                },
            ),
            column=st.just("d"),
            unit=st.sampled_from(["year", "quarter", "month", "week", "day"]),
        ),
        options(conditions, column=st.just("n"), unit=st.just("year")),
    ),
    "expect_multicolumn_sum_to_equal_column": options(
        typed_conditions,
        mostly,
        ignored,
        st.fixed_dictionaries(
            {},
            optional={
                "tolerance": st.sampled_from([0, 0.5]),
                "relative_tolerance": st.sampled_from([0, 0.1, 1]),
                "missing_as_zero": st.booleans(),
            },
        ),
        column_list=st.just(["n", "m"]),
        total_column=st.sampled_from(["n", "m"]),
    ),
    "expect_column_sums_by_group_to_be_between": options(
        typed_conditions,
        mostly,
        within(bounds).map(
            lambda limits: {key: value for key, value in limits.items() if "strict" not in key}
        ),
        st.fixed_dictionaries({}, optional={"tolerance": st.sampled_from([0, 0.25])}),
        column=st.just("n"),
        group_columns=st.sampled_from([["a"], ["a", "b"]]),
    ),
    "expect_column_concentration_to_be_between": options(
        typed_conditions, within(shares), tops, column=st.just("n"), group_column=st.sampled_from(["a", "b"])
    ),
    "expect_column_round_number_share_to_be_between": options(
        typed_conditions, within(shares), column=st.just("n"), multiple_of=st.sampled_from([1, 0.5, 10])
    ),
    "expect_column_most_common_share_to_be_between": options(
        conditions,
        within(shares),
        tops,
        st.fixed_dictionaries(
            {},
            optional={
                "ignore_values": words_set,
                "with_columns": st.sampled_from([[], ["b"], ["b", "n"]]),
                "min_rows": st.sampled_from([0, 1, 3, 100]),
            },
        ),
        column=st.just("a"),
    ),
    "expect_column_values_to_be_repeated_at_most": options(
        conditions,
        mostly,
        st.fixed_dictionaries({}, optional={"ignore_values": words_set}),
        column=text_columns,
        times=st.sampled_from([1, 2, 3]),
    ),
    # It compares all that is published, of which all is a role here.
    "expect_table_rows_to_be_unique": mostly,
}
questions = st.tuples(*(st.tuples(st.just(kind), OURS[kind]) for kind in sorted(OURS)))


@often(50, shrink=False)
@given(st.one_of(rows, rows, any_rows), questions)
def test_plan_and_great_expectations_agree(table: list[Row], asked: tuple[Asked, ...]) -> None:
    assert differences(asked, of_rows(table, asked)) == ""


# Of these questions one table meets all, the other one none.
ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "expect_records_to_hold_no_totals": {"column_list": ["a", "b", "n"]},
    "expect_column_values_to_be_of_one_kind": {"column": "b", "kind": "text"},
    "expect_column_values_to_exist_in_reference": {"column": "a", "reference": {"$PARAMETER": "keys"}},
    "expect_column_pair_values_a_to_exist_in_b": {"column_A": "d", "column_B": "e"},
    "expect_column_pair_values_to_be_one_to_one": {"column_A": "a", "column_B": "b"},
    "expect_column_periods_to_have_no_gaps": {"column": "d", "unit": "day"},
    "expect_multicolumn_sum_to_equal_column": {"column_list": ["n", "m"], "total_column": "n"},
    "expect_column_sums_by_group_to_be_between": {"column": "n", "group_columns": ["a"], "max_value": 10},
    "expect_column_concentration_to_be_between": {"column": "n", "group_column": "a", "max_value": 0.9},
    "expect_column_round_number_share_to_be_between": {"column": "n", "multiple_of": 10, "max_value": 0.6},
    "expect_column_most_common_share_to_be_between": {"column": "a", "max_value": 0.9},
    "expect_column_values_to_be_repeated_at_most": {"column": "a", "times": 1},
    "expect_table_rows_to_be_unique": {},
}
RIGHT: list[Row] = [
    ("a", "Casa", "10", "0", "2024-01-01", "2024-01-01"),
    ("B", "Obra", "3", "0", "2024-01-02", "2024-01-02"),
]
WRONG: list[Row] = [
    ("x", "Casa", "10", "1", "2024-01-01", None),
    ("x", "Casa", "10", "1", "2024-01-01", None),
    ("x", "Subtotal", "10", "1", "2024-01-04", None),
    ("x", "1,5", "10", "1", "2024-01-04", None),
]


def test_both_know_right_from_wrong() -> None:
    assert set(ONE_OF_EACH) == set(OURS)
    asked = list(ONE_OF_EACH.items())
    for table, success in ((RIGHT, True), (WRONG, False)):
        answers = of_rows(table, asked)
        assert differences(asked, answers) == ""
        assert {
            kind for (kind, _), (plan, _) in zip(asked, answers, strict=True) if plan["success"] is success
        } == set(OURS)
