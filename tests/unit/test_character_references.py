"""Numeric character references: what HTML means by them, whatever their length."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.character_references import bounded, unescape


@given(st.text(alphabet="&#x0189aA;é ", max_size=60))
def test_what_python_can_count_is_as_html_has_it(text):
    assert unescape(text) == html.unescape(text)
    assert bounded(text) == text


@pytest.mark.parametrize("text", ["&#" + "9" * 5_000 + ";", "&#" + "9" * 5_000, "&#" + "0" * 5_000 + ";"])
def test_what_it_refuses_is_no_character(text):
    assert unescape(f"a{text}b") == "a\ufffdb"
