"""Python predicates in batches: the same answers as value by value, and asked as seldom as can be."""

from __future__ import annotations

from collections import Counter

import pyarrow
from hypothesis import given
from hypothesis import strategies as st

from pipelines import duck
from pipelines.validation import batches
from pipelines.validation.batches import by_distinct
from pipelines.validation.plans.placeholders import KINDS, SAYS_SOMETHING, no_placeholder


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "ab", "", "ñ" * 300])), max_size=12),
        max_size=6,
    )
)
def test_the_answers_are_those_of_the_predicate(given_batches: list[list[str | None]]) -> None:
    judged = by_distinct(lambda text: "a" in text)
    for values in given_batches:
        expected = [None if value is None else "a" in value for value in values]
        assert judged(pyarrow.array(values, pyarrow.string())).to_pylist() == expected
        assert judged(pyarrow.chunked_array([values], pyarrow.string())).to_pylist() == expected


def test_a_value_is_asked_about_once_while_values_repeat() -> None:
    asked: Counter[str] = Counter()

    def test(text: str) -> bool:
        asked[text] += 1
        return text < "5"

    connection = duck.connect()
    try:
        rows = (
            "FROM (SELECT CASE WHEN range % 11 < 10 THEN (range % 11)::VARCHAR END AS v FROM range(110000))"
        )
        with duck.calling(connection, {"judged": (by_distinct(test), "BOOLEAN")}):
            found = connection.execute(
                f"SELECT count_if(judged(v)), count_if(NOT judged(v)), count(*) {rows}"
            ).fetchall()
        assert found == [(50_000, 50_000, 110_000)]
    finally:
        connection.close()
    # Two threads may ask about one value at the same time; values are not asked about once a batch.
    assert set(asked) == {str(number) for number in range(10)}
    assert max(asked.values()) <= 4


def test_what_is_surely_true_is_not_asked() -> None:
    asked: list[str] = []
    judged = by_distinct(lambda text: bool(asked.append(text)), surely="(?s)^x.*y$")
    assert judged(pyarrow.array(["x1y", "x\ny", "z", None])).to_pylist() == [True, True, False, None]
    assert asked == ["z"]


@given(st.from_regex(SAYS_SOMETHING), st.sampled_from(sorted(KINDS)))
def test_what_surely_says_something_is_no_placeholder(text: str, kind: str) -> None:
    assert no_placeholder(text, kind)


def test_what_is_remembered_is_bounded() -> None:
    asked: list[str] = []
    judged = by_distinct(lambda text: bool(asked.append(text)))
    long = "x" * (batches.LONGEST + 1)
    for _ in range(2):
        judged(pyarrow.array([long, long]))
    assert asked == [long, long]
