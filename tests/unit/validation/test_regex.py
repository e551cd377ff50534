"""Python's regular expressions keep their meaning in DuckDB."""

from __future__ import annotations

import re
import string
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import duck
from pipelines.validation.regex import ASCII_ONLY, translate

TRANSLATED = [
    r"^\d{4}-\d{2}-\d{2}$",
    r"^-?\d+(\.\d+)?$",
    r"^\s|\s$",
    r"^[A-Z&Ñ]{3,4}\d{2}(0[1-9]|1[0-2])[0-9A]$",
    r"@(gmail|hotmail)\.",
    r"^(?:a|b)+?c*$",
    r"[^\]\-x]\.",
    r"a\Z",
    r"\bword\b",
]
LEFT_TO_PYTHON = [
    r"(?!a)b",
    r"(?i)a",
    r"(a)\1",
    r"a$\n",
    r"(a$|b)c",
    r"[\D]",
    r"a{,3}",
    r"a{1001}",
    r"a++",
    r"\x41",
    "a{b}",
]


@pytest.mark.parametrize("pattern", TRANSLATED)
def test_what_both_mean_alike_is_translated(pattern: str) -> None:
    assert translate(pattern) is not None


@pytest.mark.parametrize("pattern", LEFT_TO_PYTHON)
def test_what_is_not_certain_is_left_to_python(pattern: str) -> None:
    assert translate(pattern) is None


def test_every_pattern_of_the_suites_is_translated() -> None:
    from pipelines.settings import packaged_expectations
    from pipelines.validation.suites import load_suites

    patterns = [
        item.kwargs["regex"]
        for suite in load_suites(packaged_expectations()).values()
        for item in suite.expectations
        if "regex" in item.kwargs
    ]
    assert patterns
    assert all(translate(pattern) is not None for pattern in patterns)


shared = cache(duck.connect)
pieces = st.sampled_from(
    [*"abñ0_- .$^|()[]", r"\d", r"\w", r"\s", r"\S", r"\D", r"\W", r"\.", r"\n", r"\b", "[a-c]", "[^a\\d]", "[\\w-]",
     "+", "*", "?", "{2}", "{1,2}", "*?", "(?:", "\\Z", "\\A"]
)  # fmt: skip
letters = st.sampled_from([*"abcñÑ0_-. $^()[]\n\t\u00a0\u2028", "٣", "ﬁ", "²", "Ⅷ", "\x1c", "\x85", "🤦"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(pieces, max_size=7).map("".join),
    st.lists(st.text(letters | st.sampled_from(string.printable), max_size=6), max_size=8),
)
@pytest.mark.filterwarnings("ignore::FutureWarning")  # sets that Python may read otherwise one day
def test_a_translation_matches_what_python_matches(pattern: str, texts: list[str]) -> None:
    try:
        searched = re.compile(pattern)
    except re.error:
        return
    translated = translate(pattern)
    if translated is None:
        return
    if ASCII_ONLY.search(pattern):
        texts = [text for text in texts if text.isascii()]
    query = "SELECT regexp_matches(t, ?) FROM (SELECT unnest(?::VARCHAR[]) AS t)"
    found = shared().execute(query, [translated, texts]).fetchall()
    assert [row[0] for row in found] == [searched.search(text) is not None for text in texts]
