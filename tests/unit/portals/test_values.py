"""Values as portals write them: HTML for text, and instants as numbers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pipelines.portals.values import epoch, objects, plain, texts


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Los <b>c</b>ontratos&nbsp;2025</p><p>Fin</p>", "Los contratos 2025 Fin"),
        ("uno<br/>dos<LI>tres", "uno dos tres"),
        ('<DIV STYLE="text-align:Left;"><P><SPAN>Plazas</SPAN></P></DIV>', "Plazas"),
        ("1 < 2 y 3 > 2", "1 < 2 y 3 > 2"),
        ("<script>if (a<b) x('<p>')</script>visto<style>p{}</style>", "visto"),
        ("<script>sin fin", ""),
        ("a<!-- <p>no</p> > -->b", "ab"),
        ("a<!-- sin fin", "a"),
        ("&lt;b&gt;", "<b>"),
        ("A\u202e\x00\r\nB", "A B"),
        ("sin marcas", "sin marcas"),
        (7, "7"),
        (None, ""),
        (["<p>"], ""),
    ],
)
def test_html_as_text(html: Any, text: str) -> None:
    assert plain(html, 500) == text


@pytest.mark.parametrize(
    "piece", ["<", "<a", "<a ", "<!--", "-->", "<script>", "<!--x-->", "&", "&amp;", "<p>"]
)
def test_hostile_mark_up_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    assert len(plain(piece * 1_000_000, 500)) <= 500
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (1671554653, "2022-12-20T16:44:13+00:00"),
        (1671554653.5, "2022-12-20T16:44:13.500000+00:00"),
        ("1671554653", "2022-12-20T16:44:13+00:00"),
        *((it, None) for it in (0, -1, True, None, [], "ayer", "", 10**30, 10**400)),
        *((it, None) for it in (float("nan"), float("inf"), "nan", "1e999")),
    ],
)
def test_seconds_since_1970(value: Any, instant: str | None) -> None:
    assert epoch(value) == instant


def test_milliseconds_since_1970() -> None:
    assert epoch(1785589536398, milliseconds=True) == "2026-08-01T13:05:36.398000+00:00"
    assert epoch(1785589536398) is None


def test_what_is_not_of_a_lists_kind_is_left_out() -> None:
    assert texts(["a", "", None, "b\x00", [], "c"], 10, 5) == ("a", "b")
    assert texts("abc", 10, 5) == ()
    assert objects([{"a": 1}, None, [], "x"]) == [{"a": 1}]
    assert objects({"a": 1}) == []
