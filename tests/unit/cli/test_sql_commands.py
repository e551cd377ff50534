"""Where one statement ends, which command is meant, and what is offered to whoever types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli import sql_commands, sql_shell, sql_words
from pipelines.errors import QueryError

NAMES = sql_words.Names(
    {
        "score_history": {"night": "date", "score": "double", "dataset": "varchar"},
        "latest_score": {"night": "date", "explanation_en": "varchar"},
        "verdict": {"outcome": "varchar"},
    }
)


@pytest.mark.parametrize(
    ("text", "ended", "rest"),
    [
        ("select 1", [], "select 1"),
        ("select 1;", ["select 1"], ""),
        ("select 1; select 2; ", ["select 1", "select 2"], ""),
        ("select ';' as \";\"", [], "select ';' as \";\""),
        ("select 'it''s;'; -- ;", ["select 'it''s;'"], ""),
        ("select /* ; */ 1;\n", ["select /* ; */ 1"], ""),
        ("select $$;$$;", ["select $$;$$"], ""),
        ("select 'open;", [], "select 'open;"),
        ("select 1 /* open;", [], "select 1 /* open;"),
        (";;  ;", [], ""),
        ("';'; x", ["';'"], " x"),
    ],
)
def test_a_semicolon_ends_a_statement_unless_it_is_quoted(text: str, ended: list[str], rest: str) -> None:
    assert sql_commands.statements(text) == (ended, rest)


@given(st.text(alphabet="ab';\"-/*$\n \\", max_size=40))
def test_any_text_can_be_split_and_nothing_is_invented(text: str) -> None:
    ended, rest = sql_commands.statements(text)
    assert all(item in text for item in ended)
    assert text.endswith(rest)
    assert isinstance(sql_shell.ready(text), bool)


def test_enter_asks_only_what_is_complete() -> None:
    assert [sql_shell.ready(text) for text in ("", r"\views", "select 1;", "select 1", "select ';")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_commands_and_their_short_forms() -> None:
    assert sql_commands.command(r"\d score_history;") == ("\\describe", "score_history")
    assert sql_commands.command(r'\DESCRIBE "score"') == ("\\describe", "score")
    assert sql_commands.command(r"\d") == ("\\views", "")
    assert sql_commands.command(r" \q ") == ("\\quit", "")
    assert sql_commands.command("select 1") is None
    with pytest.raises(QueryError, match="no command"):
        sql_commands.as_sql(r"\drop score")


def test_a_name_is_a_parameter_and_no_sql() -> None:
    sql, params = sql_commands.as_sql(r"\describe x' or 1=1 --")
    assert "or 1=1" not in sql
    assert params == {"name": "x' or 1=1 --"}


def offered(before: str, after: str = "") -> list[str]:
    return [offer.text for offer in sql_words.offers(before + after, before, NAMES)]


def test_after_from_and_join_stand_views() -> None:
    assert offered("select * from ") == ["score_history", "latest_score", "verdict"]
    assert offered("from sc") == ["score_history", "latest_score"]
    assert offered("from score_history h join ver") == ["verdict"]
    assert offered("from score_history, ver") == ["verdict"]
    assert offered("\\d la") == ["latest_score"]
    assert offered("\\vi") == ["\\views"]


def test_columns_are_those_of_the_views_that_are_named() -> None:
    assert offered("select expl", " from latest_score") == ["explanation_en", "explain"]
    assert offered("select s.", " from score_history s") == ["night", "score", "dataset"]
    assert offered("select nothing.", " from score_history s") == []
    assert "outcome" not in offered("select ou", " from score_history")
    assert "outcome" in offered("select ou")
    assert "where" in offered("from score_history wh")
    assert offered("select ") == []


@given(st.text(max_size=30))
def test_completion_never_stands_in_the_way(text: str) -> None:
    for offer in sql_words.offers(text, text, NAMES):
        assert 0 <= offer.length <= len(text)
