"""The words of each language: the same names, the same placeholders, all of them used and none missing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from pipelines.alerts.kind_words import words_of
from pipelines.alerts.reason_words import coded, reason_of
from pipelines.alerts.words import languages, words
from pipelines.model import TransitionKind

ALERTS = Path(__file__).resolve().parents[3] / "pipelines" / "alerts"
KINDS = (
    *("unreachable", "blocked", "moved", "unusable", "overdue", "stale", "columns", "rows", "rows_fewer"),
    *("rows_more", "rows_removed", "expectation", "score", "withdrawn", "personal", "contact"),
)
NAMED = ("expectation", "score", "personal")


def content(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ALERTS / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def flat(value: Any, name: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {
            key: text for part, each in value.items() for key, text in flat(each, f"{name}/{part}").items()
        }
    if isinstance(value, list):
        return {f"{name}/{at}": text for at, text in enumerate(value)}
    return {name: value}


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def test_spanish_and_english_are_there() -> None:
    assert {"es", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_each_language_has_the_same_words_with_the_same_places(language: str) -> None:
    own, model = flat(content(language)), flat(content("es"))
    assert set(own) == set(model)
    assert {name: places(text) for name, text in own.items()} == {
        name: places(text) for name, text in model.items()
    }
    assert not [name for name, text in own.items() if text != text.strip() and not text.startswith(" (")]


@pytest.mark.parametrize("language", languages())
def test_lists_in_one_text_have_as_many_parts(language: str) -> None:
    for name in ("sheet_headings", "sheet_row_headings"):
        assert words(language)[name].count("|") == words("es")[name].count("|")


@pytest.mark.parametrize("language", languages())
def test_nothing_is_left_untranslated(language: str) -> None:
    """Two languages agree in little more than signs."""
    if language == "es":
        return
    own, model = flat(content(language)), flat(content("es"))
    same = {name for name, text in own.items() if len(text) > 8 and model[name] == text}
    assert not same


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_what_became_of_it_why_it_matters_and_what_to_do(language: str, kind: str) -> None:
    found = words(language).kinds[kind]
    assert set(found) == {"opened", "worsened", "recovered", "closed", "why", "todo"}
    assert len({found[str(it)] for it in TransitionKind}) == 4
    for each in TransitionKind:
        assert ("{title}" in found[str(each)]) is (kind in NAMED)
        assert not found[str(each)].endswith(".")
    if kind != "expectation":
        assert found["why"].endswith(".")
        assert found["todo"].endswith(".")


def test_there_are_words_of_no_other_kind() -> None:
    assert set(content("es")["kinds"]) == set(KINDS)


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (*ALERTS.glob("*.py"), *ALERTS.glob("templates/*.j2"))
        if path.name != "trouble_words.py"  # which has words of its own
    )
    known = set(content("es")["message"])
    named = set(re.findall(r"(?:words|language|said)\[\"(\w+)\"\]", text))
    assert named <= known
    counted = set(re.findall(r"count\(\s*\"(\w+)\"", text))
    assert {f"{name}_{form}" for name in counted for form in ("one", "many")} <= known
    quoted = set(re.findall(r"\"(\w+)\"", text))
    made = tuple(re.findall(r"f\"(\w+)_\{", text)) + tuple(re.findall(r"\"(\w+)_\" ~", text))
    plain = {name.removesuffix("_one").removesuffix("_many").removesuffix("_datasets") for name in known}
    unused = {name for name in plain if name not in quoted and not name.startswith(made)}
    by_unit = {f"{unit}_{form}" for unit in ("percent", "points", "rows") for form in ("now", "change")}
    assert unused - by_unit - {"critical", "warning", "info"} == set()


def test_rows_are_told_by_where_they_went() -> None:
    def said(kind: TransitionKind, before: float, after: float) -> str:
        return words_of("rows", kind, "en", before=before, after=after).title

    assert said(TransitionKind.OPENED, 100, 1) == "The file suddenly lost many rows"
    assert said(TransitionKind.OPENED, 1, 100) == "The file suddenly has many more rows"
    assert said(TransitionKind.RECOVERED, 1, 100) == "The file has its missing rows back"
    assert words_of("rows", TransitionKind.OPENED, "en").title == "The number of rows changed suddenly"


def test_what_has_a_name_is_named_once() -> None:
    found = words_of("expectation:k", TransitionKind.OPENED, "es")
    assert found.titled("El importe") == "Ya no se cumple: El importe"
    assert found.titled(found.titled("El importe")) == "Ya no se cumple: El importe"
    assert words_of("stale", TransitionKind.OPENED, "es").titled("x").startswith("Cambió la fecha")


def test_a_condition_of_no_kind_is_a_fault_of_ours() -> None:
    with pytest.raises(LookupError):
        words_of("weather", TransitionKind.OPENED, "es")


def test_a_language_without_words_is_english() -> None:
    assert words("fr").language == "en"
    assert words_of("stale", TransitionKind.OPENED, "xx") == words_of("stale", TransitionKind.OPENED, "en")


def test_dates_are_written_as_people_do() -> None:
    assert words("es").date(date(2026, 3, 5)) == "5 de marzo de 2026"
    assert words("en").date(date(2026, 12, 31)) == "31 December 2026"


def test_a_reason_is_stored_as_a_code_and_told_in_each_language() -> None:
    stored = coded("portal", "datos|x.example\n", 5, 9)
    assert stored == "portal|datos x.example|5|9"
    assert reason_of(stored, "es").startswith("5 de los 9 conjuntos de datos de datos x.example")
    assert reason_of(stored, "en").startswith("5 of the 9 datasets")
    with pytest.raises(KeyError):
        coded("unheard")


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("9 of 10 datasets broke.", "9 of 10 datasets broke"),
        ("portal|cut off", "portal|cut off"),
        ("unheard|a|1|2", "unheard|a|1|2"),
        ("a\r\nb\u202ec", "a bc"),
        ("", ""),
    ],
)
def test_a_reason_of_no_known_code_is_told_as_it_stands(stored: str, told: str) -> None:
    assert reason_of(stored, "es") == told
