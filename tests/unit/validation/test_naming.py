"""Names without their legal form: looked for from the end, and found where the pattern finds it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.validation import naming

# The words of the forms, with what looks like them, and marks between.
WORDS = sorted(
    {*re.findall("[a-z]+", naming.FORM), "acme", "de", "sapi", "sa", "srl", "S.A.", "R.L.", "Ñandú", "42"}
)


def by_pattern(text: str) -> str:
    words = re.sub(r"[\W_]+", " ", naming._plain(text)).split()
    return re.sub(naming.FORM, r"\1", " ".join(words))


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_a_name_is_what_the_pattern_says(text: str) -> None:
    assert naming.name(text) == by_pattern(text)


@pytest.mark.parametrize(
    "form",
    [
        "S. de R. L. M. I. de Capital Variable",
        "S. en R. L. I. P. de capital variable",
        "Sociedad Anónima Promotora de Inversión de Capital Variable",
        "Sociedad de Responsabilidad Limitada de capital variable",
        "S. A. P. I. de C. V.",
        "SA",
    ],
)
def test_the_longest_forms_are_found(form: str) -> None:
    assert naming.name(f"Obras del Norte {form}") == "obras del norte"
    assert len(re.findall(r"\w+", form)) <= naming.LONGEST_FORM


@given(st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from("ΣσςİıßÅ\u0301\u0488\u20dd\u05b0東")))
def test_marks_and_capitals_go_letter_by_letter(text: str) -> None:
    lower = "".join(letter.lower() for letter in text)
    assert naming._plain(text) == naming._plain(lower)
    assert not re.search("[\u0300-\u036f\u0488\u20dd\u05b0]", naming._plain(text))
