"""Words, numbers, paths and lines: the small parts of the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines.cli import console
from pipelines.model import FaultKind, Outcome, Severity
from pipelines.site import chart, pages, words
from pipelines.site.stretches import stretches

DAYS = [date(2026, 3, day) for day in range(1, 6)]


def keys(value: Any, path: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {path}
    return {found for key, inner in value.items() for found in keys(inner, f"{path}/{key}")}


def test_both_languages_have_the_same_words() -> None:
    spanish, english = (words.load(language).texts for language in words.LANGUAGES)
    assert keys(spanish) == keys(english)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_outcome_fault_and_severity_has_a_word(language: str) -> None:
    texts = words.load(language).texts
    assert set(texts["outcomes"]) == set(texts["sentences"]) == {item.value for item in Outcome}
    assert set(texts["faults"]) == {item.value for item in FaultKind}
    assert set(texts["severities"]) == {item.value for item in Severity}
    assert set(texts["dimensions"]) == set(pages.DIMENSIONS)
    assert len(texts["months"]) == 12


def test_every_outcome_has_a_shape_of_its_own_and_a_place() -> None:
    shapes = (words.TEXTS.parent / "templates" / "parts.html.j2").read_text(encoding="utf-8")
    drawn = {item.value: shapes.split(f'id="o-{item}"', 1)[1].split("</symbol>", 1)[0] for item in Outcome}
    assert len(set(drawn.values())) == len(Outcome)
    assert set(pages.OUTCOME_ORDER) == set(Outcome)


def test_numbers() -> None:
    one = words.load("es")
    assert one.number(None) == "desconocido"
    assert one.number(1_234_567) == "1\u202f234\u202f567"
    assert one.number(-2.5, 1) == "−2.5"
    assert one.percent(0.0) == "0.00\u202f%"
    assert one.percent(0.0004) == "<\u202f0.01\u202f%"
    assert one.percent(99.97) == "99.97\u202f%"
    assert one.percent(99.999) == ">\u202f99.99\u202f%"
    assert one.percent(100.0) == "100.0\u202f%"
    assert one.bytes(999) == "999 B"
    assert one.bytes(1_204_300) == "1.2 MB"
    assert one.bytes(5 * 10**15) == "5\u202f000\u202f000.0 GB"
    assert one.change(0.04) == "= sin cambio"
    assert one.change(2.0) == "▲ +2.0"
    assert one.day(date(2026, 3, 2)) == "2 mar 2026"
    assert one.name("dimensions", "new_kind") == "new kind"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((100.0, "100.0"), (99.97, "99.9"), (99.9999, "99.9"), (99.94, "99.9")),
        *((0.0, "0.0"), (0.04, "0.1"), (0.06, "0.1"), (94.55, "94.5")),
    ],
)
def test_only_a_whole_score_is_100_and_only_nothing_is_0(value: float, shown: str) -> None:
    assert words.load("es").score(value) == shown
    assert console.score(value).strip() == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (99.997, "99.99"),
        (100.0, "100"),
        (0.0004, "0.0004"),
        (0.0, "0"),
        (-0.25, "-0.25"),
        (1234.5, "1,234.5"),
    ],
)
def test_the_terminal_rounds_nothing_up_to_100_or_down_to_0(value: float, shown: str) -> None:
    assert console.cell(value) == shown


def test_published_instants_are_written_as_dates_and_the_rest_as_published() -> None:
    one = words.load("es")
    assert one.given_day("Fri, 06 Mar 2026 03:00:00 GMT") == "6 mar 2026"
    assert one.given_day("2026-03-06T03:00:00+00:00") == "6 mar 2026"
    assert one.given_day("2026-03-06") == "6 mar 2026"
    for text in ("ayer", "Fri, 99 Mar 2026 03:00:00 GMT", "Fri, 06 Mar 99999999999 03:00:00 GMT", "<b>"):
        assert one.given_day(text) == text
    assert one.given_day(None) is None


@pytest.mark.parametrize(
    ("days", "declared", "shown"),
    [
        (1.0, "R/P1D", "diaria"),
        (30.4375, "R/P1M", "mensual"),
        (91.3125, "R/P3M", "trimestral"),
        (365.25, "anual", "anual"),
        (10.0, "R/P10D", "cada 10 días"),
        (None, "irregular", "irregular"),
        (None, None, None),
    ],
)
def test_a_period_is_told_in_words(days: float | None, declared: str | None, shown: str | None) -> None:
    assert words.load("es").period(days, declared) == shown


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("cc-by", "cc-by (licencia abierta)"),
        ("CC BY-NC 4.0", "CC BY-NC 4.0 (no es una licencia abierta)"),
        ("other-open", "other-open (no consta que sea una licencia abierta)"),
        ("Solo para escuelas", "Solo para escuelas (no consta que sea una licencia abierta)"),
        ("", ""),
        (None, None),
    ],
)
def test_a_licence_is_called_open_only_when_it_is_known_to_be(
    declared: str | None, shown: str | None
) -> None:
    assert words.load("es").licence(declared) == shown


def test_every_period_that_is_named_has_words() -> None:
    for language in words.LANGUAGES:
        assert {key for _, _, key in words._PERIODS} | {"days"} == set(words.load(language).texts["periods"])


def test_a_text_missing_in_one_language_is_given_in_the_other_and_said_so() -> None:
    assert words.load("es").own({"advice_en": "Mend it.", "advice_es": None}, "advice") == ("Mend it.", "en")
    assert words.load("es").own({"advice_en": None, "advice_es": None}, "advice") == ("", "es")


@pytest.mark.parametrize(
    ("key", "path"),
    [("federal/contratos", "dataset/federal/contratos.html"), ("a.b/c_d-1", "dataset/a.b/c_d-1.html")],
)
def test_a_plain_key_is_its_path(key: str, path: str) -> None:
    assert pages.safe_path(key) == path


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "federal/..", "federal/a/b", "ñ/á", "/", "a/\x00", "x/" + "y" * 300]
)
def test_any_other_key_stays_within_the_folder(key: str) -> None:
    path = pages.safe_path(key)
    assert ".." not in path
    assert path.isascii()
    assert path.count("/") == 2
    assert len(path) < 150


def test_a_line_is_broken_by_the_unknown_and_by_a_change_of_rules() -> None:
    scores = [80.0, 90.0, None, 70.0, 60.0]
    rules = ["r1", "r1", "", "r1", "r2"]
    found = chart.line(list(zip(DAYS, scores, rules, strict=True)), DAYS[0], DAYS[-1])
    assert found.path == "M0.0 20.0L250.0 10.0M750.0 30.0M1000.0 40.0"
    assert found.dots.count("M") == 4
    assert found.breaks == (1000.0,)


@pytest.mark.parametrize(
    ("scores", "floor"),
    [
        ([99.8, 94.5], 90),
        ([90.0], 80),
        ([92.8, None, 60.0], 50),
        ([50.0], 0),
        ([0.0], 0),
        ([None], 0),
        ([], 0),
    ],
)
def test_the_axis_starts_at_a_round_number_below_every_score(scores: list[float | None], floor: int) -> None:
    assert chart.floor_below(scores) == floor


def test_a_line_is_drawn_from_where_the_axis_starts() -> None:
    points = [(DAYS[0], 100.0, "r"), (DAYS[1], 95.0, "r"), (DAYS[2], 90.0, "r")]
    assert chart.line(points, DAYS[0], DAYS[2], 90).path == "M0.0 0.0L500.0 50.0L1000.0 100.0"


@pytest.mark.parametrize(
    ("type_", "elements", "missing", "of"),
    [
        ("expect_column_values_to_not_be_null", 1236, 412, 1236),
        ("expect_column_values_to_match_regex", 1248, 48, 1200),
        ("expect_column_values_to_match_regex", 1248, None, 1248),
        ("expect_column_to_exist", None, None, None),
    ],
)
def test_a_count_stands_beside_what_its_share_is_of(
    type_: str, elements: int | None, missing: int | None, of: int | None
) -> None:
    row = {"type": type_, "element_count": elements, "missing_count": missing}
    assert pages.judged(row) == of


def test_what_fails_most_comes_first_within_a_severity() -> None:
    def row(key: str, severity: str, percent: float | None) -> dict[str, Any]:
        return {
            **{"key": key, "severity": severity, "unexpected_percent": percent},
            **{"outcome": "failed", "distribution": "d"},
        }

    rows = [row("a", "critical", 0.1), row("b", "critical", 33.3), row("c", "warning", 90.0)]
    rows += [row("gone", "critical", None)]
    assert [item["key"] for item in sorted(rows, key=pages._urgency)] == ["gone", "b", "a", "c"]


def test_a_single_night_stands_in_the_middle() -> None:
    assert chart.line([(DAYS[0], 100.0, "r")], DAYS[0], DAYS[0]).path == "M500.0 0.0"


def test_scores_are_not_compared_over_a_change_of_rules_or_an_unknown_night() -> None:
    scores = [(90.0, "r1"), (80.0, "r1"), (70.0, "r2"), (None, None), (60.0, "r2")]
    nights = stretches(
        {
            **{
                "first": day,
                "last": day,
                "nights": 1,
                "outcome": "passed",
                "access": None,
                "access_rules": None,
            },
            **{"content": score, "content_rules": rules},
        }
        for day, (score, rules) in zip(DAYS, scores, strict=True)
    )
    found = [
        pages._category(*pages._newest_two(nights[: at + 1], day), "content") for at, day in enumerate(DAYS)
    ]
    assert [item.change for item in found] == [None, -10.0, None, None, None]
    assert [item.rules_changed for item in found] == [False, False, True, False, False]
    assert [item.score for item in found] == [90.0, 80.0, 70.0, None, 60.0]
