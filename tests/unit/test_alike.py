"""Expressions that ask the same of several columns are asked once, and answer what they would have answered apart."""

from __future__ import annotations

import pytest

from pipelines import duck
from pipelines.alike import IT, alike, shape_of


def answers(expressions: list[str], *, once: bool) -> list[tuple[object, ...]]:
    shared = alike(expressions if once else ())
    asked = ", ".join(shared.said(it) for it in expressions)
    with duck.connect() as connection:
        connection.execute(
            """CREATE TABLE t AS SELECT * FROM (VALUES
            ('a', ' b', NULL, 'it''s', 1), (NULL, 'b', 'c"d', '', 2), ('x', 'x', 'x', 'x', NULL))
            v(a, b, "c ""c", "veedor:it", n)"""
        )
        return connection.execute(f"SELECT {asked} FROM {shared.source('t')}").fetchall()


@pytest.mark.parametrize(
    "question",
    [
        "trim({})",
        "CASE WHEN {} IS NOT NULL AND length({}) > 1 THEN true ELSE false END",
        "regexp_matches({}, '\"a\"|^x$')",
        "coalesce({}, 'it''s \"a\"')",
        "{} IN ('a', 'x')",
    ],
)
def test_what_is_asked_of_several_columns_stands_once(question: str) -> None:
    asked = [question.format(*[name] * 2) for name in ('"a"', '"b"', '"c ""c"', '"veedor:it"')]
    shared = alike(asked)
    assert len(shared.lists) == 1
    assert set(shared.words) == set(asked)
    assert answers(asked, once=True) == answers(asked, once=False)


def test_what_stands_alone_or_asks_of_two_columns_stays() -> None:
    asked = ['trim("a")', 'trim("b")', '"a" || "b"', '"b" || "a"', "1", "'\"a\"'", '"a"', '"b"', '"n"']
    assert alike(asked).words == {}
    assert alike(asked).source("t") == "t"
    assert answers(asked, once=True) == answers(asked, once=False)


def test_columns_that_hold_no_text_are_not_mixed_with_those_that_do() -> None:
    asked = [f'coalesce("{name}", NULL)' for name in "abn"]
    assert alike(asked, {'"n"'}).words == {}
    assert set(alike([*asked, 'coalesce("c ""c", NULL)'], {'"n"'}).words) == {
        *asked[:2],
        'coalesce("c ""c", NULL)',
    }


def test_a_name_within_a_text_is_no_column() -> None:
    assert shape_of('"a" = \'"b"\'') == (f"{IT} = '\"b\"'", '"a"')
    assert shape_of("'\"b\"'") is None
