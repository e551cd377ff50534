"""The line of scores in characters: gaps, breaks, floors, widths; and the words above it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli import plot
from pipelines.cli.trend import changes_of_rules, said
from pipelines.site.chart import Point

FIRST = date(2026, 1, 1)


def points(*scores: float | None, rules: str = "") -> list[Point]:
    """A night for each score; `rules` has a letter for each, by default the same."""
    letters = rules or "a" * len(scores)
    return [(FIRST + timedelta(days=at), score, letters[at].strip()) for at, score in enumerate(scores)]


def plain(*scores: float | None, rules: str = "") -> list[str]:
    return plot.draw(points(*scores, rules=rules), 46, 5, plot.PLAIN)


def area(lines: list[str]) -> list[str]:
    return [line[plot.MARGIN :] for line in lines[:-2]]


def test_a_fall_goes_down_from_left_to_right() -> None:
    drawn = plain(100, 100, 0)
    assert area(drawn)[0].startswith("*" * 15)
    assert area(drawn)[-1].rstrip().endswith("*")
    assert drawn[0].startswith(" 100 +")
    assert drawn[4].startswith("   0 +")
    assert "2026-01-01" in drawn[-1]
    assert drawn[-1].endswith("2026-01-03")


def test_a_night_without_a_score_is_a_gap() -> None:
    joined, gapped = "".join(area(plain(95, 95, 95, 95))), "".join(area(plain(95, None, None, 95)))
    assert joined.count("*") == 40
    assert gapped.count("*") == 2


def test_a_change_of_rules_breaks_the_line() -> None:
    drawn = area(plain(95, 95, 95, 95, rules="aabb"))
    assert sum(":" in line for line in drawn) == 5 - 1 + 1
    assert not any("*" in line[15:24] for line in drawn)
    assert not any(":" in line for line in area(plain(95, None, 95, rules="a a")))


def test_the_axis_begins_below_the_lowest_score() -> None:
    assert plain(99, 92)[4].startswith("  90")
    assert plain(99, 20)[4].startswith("   0")


def test_braille_holds_eight_dots_a_character() -> None:
    drawn = plot.draw(points(100, 100), 46, 2)
    assert drawn[0] == " 100 ┤" + "⠉" * 40
    assert plot.draw(points(None), 46, 2)[0] == " 100 ┤"
    assert plot.draw([], 46) == []


@given(
    st.lists(
        st.tuples(st.none() | st.floats(0, 100), st.sampled_from(["a", "b", ""])), min_size=1, max_size=60
    ),
    st.integers(1, 200),
    st.sampled_from([plot.FINE, plot.PLAIN]),
)
def test_no_line_is_wider_than_was_asked(
    scores: list[tuple[float | None, str]], width: int, signs: plot.Signs
) -> None:
    given_points: list[Point] = [
        (FIRST + timedelta(days=at * at), score, rules) for at, (score, rules) in enumerate(scores)
    ]
    drawn = plot.draw(given_points, width, signs=signs)
    assert len(drawn) == 10
    assert max(map(len, drawn)) <= max(width, plot.NARROWEST)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (points(90), "90.0 on 2026-01-01"),
        (points(90, 85.5), "85.5 on 2026-01-02, -4.5 since 2026-01-01"),
        (points(90, 60, 90), "90.0 on 2026-01-03, unchanged since 2026-01-01, lowest 60.0 on 2026-01-02"),
        (points(90, None), "90.0 on 2026-01-01; 1 night without a score"),
        (points(90, 50, 60, rules="abb"), "60.0 on 2026-01-03, +10.0 since 2026-01-02"),
        (points(90, None, rules="ab"), "no score under the rules of today; 1 night without a score"),
        (points(None, None), "no score; 2 nights without a score"),
    ],
)
def test_the_words_compare_only_what_may_be_compared(line: list[Point], words: str) -> None:
    assert said(line) == words


def test_nights_without_rules_are_no_change_of_them() -> None:
    assert changes_of_rules(points(1, None, 1, 1, rules="a ab")) == [date(2026, 1, 4)]
