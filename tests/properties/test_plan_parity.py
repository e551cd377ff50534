"""The plan against Great Expectations itself, on tables and expectations that hypothesis makes up.

For every registered type: success, element, missing and unexpected counts and percents, observed value and the
first failing rows are equal.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.validation.plans import AGGREGATES, ROWWISE
from pipelines.validation.plans.types import NO_PANDAS, OTHER
from tests.often import often
from tests.parity_of import Asked, differences, of_rows

TEXTS = [
    "a",
    "b",
    "ab",
    "A",
    "ñ",
    "a b",
    " a",
    "a ",
    "a\n",
    "٣",
    "ﬁ",
    "0",
    "10",
    "x'y",
    'q"',
    "nan",
    "None",
    "🤦",
]
NUMBERS = [
    "0",
    "1",
    "-1",
    "1.5",
    "2",
    "2.0",
    "1,000",
    "1e3",
    "10",
    "nan",
    "inf",
    "x",
    "9007199254740993",
    "-0.5",
]
JSONS = ["1", '"a"', "[]", "{}", '{"a": 1}', '{"a": "x"}', '{"a": {"a": 1}}', "null", "NaN", "[1, 2]"]
SCHEMAS: list[dict[str, Any]] = [
    {},
    {"type": "object"},
    {"type": ["object", "array"], "required": ["a"]},
    {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    {"$ref": "#/$defs/x", "$defs": {"x": {"type": "array", "maxItems": 1}}},
    {"$schema": "http://json-schema.org/draft-04/schema#", "type": "number"},
]
DATES = ["2025-01-01", "2025-01-02", "2024-02-29", "2023-02-29", "2025/01/01", "1990-01-01", "5-1-1", "x"]


def cells(pool: list[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(pool))


words = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=3)
rows = st.lists(
    st.tuples(
        st.one_of(cells(TEXTS), words),
        cells(TEXTS),
        cells(NUMBERS),
        cells(NUMBERS),
        cells(DATES),
        cells(DATES),
    ),
    max_size=12,
)
text_columns = st.sampled_from(["a", "b", "n", "d"])
conditions = st.one_of(
    st.just({}),
    st.sampled_from(
        [
            "b == 'a'",
            "b != 'a'",
            "b in ['a', 'ñ', 'x\\'y']",
            "b not in ['a']",
            "b.notnull()",
            "b.isna() or a == 'b'",
            "not (b == 'a') and ~(a == 'b')",
            "(a == 'a') | (b == 'b')",
            "'a' == b",
            "a == b",
            "b < 'ab'",
            "b != 'q\"'",
            "a != b",
        ]
    ).map(lambda text: {"row_condition": text, "condition_parser": "pandas"}),
    st.just(
        {
            "row_condition": {
                "type": "and",
                "conditions": [
                    {"type": "comparison", "column": {"name": "b"}, "operator": "!=", "parameter": "a"},
                    {"type": "nullity", "column": {"name": "a"}, "is_null": False},
                ],
            }
        }
    ),
)
typed_conditions = st.one_of(
    conditions,
    st.sampled_from(["n > 1", "n != 1", "0 <= n < 2", "m in [1, 2.0]", "n == m", "d.notnull()"]).map(
        lambda text: {"row_condition": text, "condition_parser": "pandas"}
    ),
)
mostly = st.one_of(
    st.just({}), st.sampled_from([0, 0.5, 1 / 3, 2 / 3, 0.9, 1, 1.0]).map(lambda share: {"mostly": share})
)
bounds = st.sampled_from([-1, 0, 0.5, 1, 1.5, 2, 1000])
instants = st.sampled_from(["2024-02-29T00:00:00", "2025-01-01T00:00:00", {"$PARAMETER": "today"}])
strict = st.fixed_dictionaries({}, optional={"strict_min": st.booleans(), "strict_max": st.booleans()})
patterns = st.sampled_from(
    [
        r"^\d+$",
        r"^\w+$",
        r"^\s|\s$",
        r"^[^a]*$",
        r"(?!a)b",
        r"^.$",
        r"a|b$",
        r"\bb",
        r"(?i)Ñ",
        r"^[a-zñ]{1,2}$",
        "'",
    ]
)
value_sets = st.lists(st.one_of(st.sampled_from(TEXTS), st.sampled_from([1, 0.5, True])), max_size=4)


def within(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """At least one bound, in order, strict or not."""
    ordered = st.tuples(values, values).map(
        lambda two: sorted(two, key=str) if isinstance(two[0], str) else two
    )
    proper = ordered.filter(
        lambda two: isinstance(two[0], dict) or isinstance(two[1], dict) or two[0] <= two[1]
    )
    return st.tuples(
        st.one_of(
            values.map(lambda low: {"min_value": low}),
            values.map(lambda high: {"max_value": high}),
            proper.filter(lambda two: not isinstance(two[0], dict)).map(
                lambda two: {"min_value": two[0], "max_value": two[1]}
            ),
        ),
        strict,
    ).map(lambda two: two[0] | two[1])


def options(
    *parts: st.SearchStrategy[dict[str, Any]], **fixed: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return st.tuples(st.fixed_dictionaries(fixed), *parts).map(
        lambda all_parts: {key: value for part in all_parts for key, value in part.items()}
    )


lists = st.lists(st.sampled_from(["a", "b", "n"]), min_size=2, max_size=3, unique=True)
ignored = st.one_of(
    st.just({}),
    st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"]).map(
        lambda word: {"ignore_row_if": word}
    ),
)
ignored_pairs = st.one_of(
    st.just({}),
    st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"]).map(
        lambda word: {"ignore_row_if": word}
    ),
)
lengths = st.sampled_from([0, 1, 2, 3, 4])
shares = st.sampled_from([0, 0.25, 0.5, 2 / 3, 1])
words_set = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4)
end = st.one_of(st.none(), st.sampled_from([-1, 0, 1, 1.00005, 2, 10]))
in_order = options(
    typed_conditions,
    mostly,
    st.fixed_dictionaries({}, optional={"strictly": st.booleans()}),
    column=st.sampled_from(["n", "d"]),
)
C, M = "expect_column_", "expect_column_values_to_"
ASKED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "expect_column_to_exist": st.fixed_dictionaries({"column": st.sampled_from(["a", "zz"])}),
    f"{M}not_be_null": options(conditions, mostly, column=text_columns),
    f"{M}be_null": options(conditions, mostly, column=text_columns),
    f"{M}be_unique": options(conditions, mostly, column=text_columns),
    f"{M}be_in_set": options(conditions, mostly, column=text_columns, value_set=value_sets),
    f"{M}not_be_in_set": options(conditions, mostly, column=text_columns, value_set=value_sets),
    f"{M}match_regex": options(conditions, mostly, column=text_columns, regex=patterns),
    f"{M}not_match_regex": options(conditions, mostly, column=text_columns, regex=patterns),
    f"{M}be_between": st.one_of(
        options(typed_conditions, mostly, within(bounds), column=st.sampled_from(["n", "m"])),
        options(typed_conditions, mostly, within(instants), column=st.sampled_from(["d", "e"])),
    ),
    f"{C}pair_values_a_to_be_greater_than_b": options(
        typed_conditions,
        mostly,
        ignored_pairs,
        st.fixed_dictionaries({}, optional={"or_equal": st.booleans()}),
        st.sampled_from([{"column_A": "n", "column_B": "m"}, {"column_A": "d", "column_B": "e"}]),
    ),
    "expect_compound_columns_to_be_unique": options(conditions, mostly, ignored, column_list=lists),
    f"{C}pair_values_to_be_equal": options(
        conditions, mostly, ignored_pairs, column_A=st.just("a"), column_B=st.sampled_from(["b", "n"])
    ),
    # Without a row condition, on which GX raises: tests/unit/validation/test_plan.py.
    f"{C}pair_values_to_be_in_set": options(
        mostly,
        ignored_pairs,
        column_A=st.just("a"),
        column_B=st.just("b"),
        value_pairs_set=st.lists(
            st.lists(st.one_of(st.none(), st.sampled_from(TEXTS)), min_size=2, max_size=2), max_size=3
        ),
    ),
    "expect_select_column_values_to_be_unique_within_record": options(
        conditions, mostly, ignored, column_list=lists
    ),
    "expect_multicolumn_values_to_be_equal": options(conditions, mostly, ignored, column_list=lists),
    "expect_multicolumn_sum_to_equal": options(
        typed_conditions,
        mostly,
        ignored,
        column_list=st.just(["n", "m"]),
        sum_total=st.sampled_from([0, 1, 2.5, 3]),
    ),
    f"{C}value_lengths_to_be_between": options(conditions, mostly, within(lengths), column=text_columns),
    f"{C}value_lengths_to_equal": options(conditions, mostly, column=text_columns, value=lengths),
    f"{M}match_regex_list": options(
        conditions,
        mostly,
        st.fixed_dictionaries({}, optional={"match_on": st.sampled_from(["any", "all"])}),
        column=text_columns,
        regex_list=st.lists(patterns, min_size=1, max_size=3),
    ),
    f"{M}not_match_regex_list": options(
        conditions, mostly, column=text_columns, regex_list=st.lists(patterns, min_size=1, max_size=3)
    ),
    f"{M}match_strftime_format": options(
        conditions,
        mostly,
        column=st.sampled_from(["d", "a"]),
        strftime_format=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%Y"]),
    ),
    f"{M}be_json_parseable": options(conditions, mostly, column=text_columns),
    f"{M}be_dateutil_parseable": options(conditions, mostly, column=st.sampled_from(["a", "b", "d"])),
    f"{M}be_of_type": options(
        conditions,
        mostly,
        column=text_columns,
        type_=st.sampled_from(["str", "STR", "string_types", *sorted(OTHER)]),
    ),
    f"{C}type_to_be": options(
        column=text_columns, type_=st.sampled_from(["str", *sorted(OTHER - NO_PANDAS)])
    ),
    f"{M}not_be_outliers": options(
        typed_conditions,
        mostly,
        st.fixed_dictionaries(
            {},
            optional={
                "method": st.sampled_from(["iqr", "std"]),
                "multiplier": st.sampled_from([0, 0.3, 0.7, 1.5, 3]),
            },
        ),
        column=st.sampled_from(["n", "m"]),
    ),
    f"{M}be_increasing": in_order,
    f"{M}be_decreasing": in_order,
    f"{C}value_z_scores_to_be_less_than": options(
        typed_conditions,
        mostly,
        column=st.just("n"),
        threshold=st.sampled_from([0.3, 1.3, 3, -1.1]),
        double_sided=st.booleans(),
    ),
    **{
        f"{C}{what}_to_be_between": options(
            typed_conditions, within(bounds), column=st.sampled_from(["n", "m"])
        )
        for what in ("mean", "median", "sum", "stdev")
    },
    **{
        f"{C}{what}_to_be_between": st.one_of(
            options(typed_conditions, within(bounds), column=st.sampled_from(["n", "m"])),
            options(typed_conditions, within(instants), column=st.sampled_from(["d", "e"])),
        )
        for what in ("min", "max")
    },
    f"{C}quantile_values_to_be_between": options(
        typed_conditions,
        column=st.just("n"),
        quantile_ranges=st.lists(
            st.tuples(st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]), st.tuples(end, end)),
            min_size=1,
            max_size=3,
        ).map(
            lambda both: {
                "quantiles": [share for share, _ in both],
                "value_ranges": [list(limits) for _, limits in both],
            }
        ),
    ),
    f"{C}unique_value_count_to_be_between": options(conditions, within(lengths), column=text_columns),
    f"{C}proportion_of_unique_values_to_be_between": options(conditions, within(shares), column=text_columns),
    f"{C}proportion_of_non_null_values_to_be_between": options(
        conditions, within(shares), column=text_columns
    ),
    **{
        f"{C}distinct_values_to_{what}_set": options(
            conditions, column=st.sampled_from(["a", "b"]), value_set=words_set
        )
        for what in ("be_in", "contain", "equal")
    },
    f"{C}most_common_value_to_be_in_set": options(
        conditions,
        st.fixed_dictionaries({}, optional={"ties_okay": st.booleans()}),
        column=st.sampled_from(["a", "b"]),
        value_set=words_set,
    ),
    "expect_table_row_count_to_be_between": options(conditions, within(lengths)),
    "expect_table_row_count_to_equal": options(conditions, value=lengths),
    f"{M}have_no_outer_blanks": options(conditions, mostly, column=text_columns),
}
# Over a column of nothing but JSON: what is none makes GX raise (tests/unit/validation/test_plan_apart.py).
ASKED_OF_JSON = {
    f"{M}match_json_schema": options(
        conditions, mostly, column=st.just("a"), json_schema=st.sampled_from(SCHEMAS)
    )
}
# GX counts the column of row numbers, knows LIKE on SQL databases only, and takes no `str` of a list for the type of
# a text: tests/unit/validation/test_plan.py and test_plan_apart.py.
APART = {
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_table_columns_to_match_set",
    "expect_table_columns_to_match_ordered_list",
    "expect_column_values_to_match_like_pattern",
    "expect_column_values_to_match_like_pattern_list",
    "expect_column_values_to_not_match_like_pattern",
    "expect_column_values_to_not_match_like_pattern_list",
    "expect_column_values_to_be_in_type_list",
}


def test_every_registered_type_is_compared() -> None:
    from tests.properties import test_rows_parity, test_values_parity

    ours = set(test_rows_parity.OURS) | set(test_values_parity.OURS)
    assert set(ASKED) | set(ASKED_OF_JSON) | ours | APART == set(AGGREGATES) | set(ROWWISE)


questions = st.tuples(*(st.tuples(st.just(kind), kwargs) for kind, kwargs in ASKED.items()))


# Shrinking would ask Great Expectations for minutes; the message names the question and both answers.
@often(25, shrink=False)
@given(rows, questions)
def test_plan_and_great_expectations_agree(
    table: list[tuple[str | None, ...]], asked: tuple[Asked, ...]
) -> None:
    assert differences(asked, of_rows(table, asked)) == ""


json_rows = st.lists(st.tuples(cells(JSONS), cells(TEXTS), *[st.none()] * 4), max_size=12)
json_questions = st.tuples(*(st.tuples(st.just(kind), kwargs) for kind, kwargs in ASKED_OF_JSON.items()))


@often(25, shrink=False)
@given(json_rows, json_questions)
def test_plan_and_great_expectations_agree_on_json(
    table: list[tuple[str | None, ...]], asked: tuple[Asked, ...]
) -> None:
    assert differences(asked, of_rows(table, asked)) == ""
