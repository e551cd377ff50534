"""Paths to records, as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.record_path import MAX_STEPS, steps, written


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("data", ("data",)),
        ("data.items", ("data", "items")),
        (".data.items[]", ("data", "items")),
        ("$.data.items[*]", ("data", "items")),
        ("releases[].awards", ("releases", "awards")),
        ("[].awards", ("awards",)),
        ('data."total.2026".año fiscal', ("data", "total.2026", "año fiscal")),
        ('"di\\"cho"', ('di"cho',)),
        ("/data/items", ("data", "items")),
        ("/data/a.b/c~1d~0e", ("data", "a.b", "c/d~e")),
        ("@attr.ns:name", ("@attr", "ns:name")),
    ],
)
def test_what_a_path_names(text, keys):
    assert steps(text) == keys


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "/",
        "$",
        "[]",
        "a..b",
        "a.",
        "/a//b",
        'a."b',
        'a"b"',
        "a[0]",
        '"\\x"',
        ".".join("a" * (MAX_STEPS + 1)),
    ],
)
def test_what_is_no_path(text):
    with pytest.raises(ValueError, match="is not a path to records"):
        steps(text)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5))
def test_any_keys_can_be_written_and_read_back(keys):
    assert steps(written(keys)) == tuple(keys)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_none(text):
    with suppress(ValueError):
        assert all(steps(text))
