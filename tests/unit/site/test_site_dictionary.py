"""The data dictionary in Spanish: all that is published has its text, and the text says what the English one says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.history import database, dictionary, publish
from pipelines.public_licenses import PUBLIC_LICENSES
from pipelines.site import words
from pipelines.site.build import build

SPANISH = words.load("es").dictionary
# What no translation changes: numbers, names with _ or a sign within, acronyms, placeholders, keys of JSON.
EXACT = re.compile(
    r'\d+|\w+(?:[_./:-]<?\w+>?)*[_./:]<?\w+>?(?:[/]\w+)*|\b[A-Z][A-Z]+\b|\b\w+-[A-Z]\w+|\bETag\b|"\w+"'
)
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database in which nothing was recorded yet: its relations are those of every other."""
    folder = tmp_path_factory.mktemp("dictionary")
    with database.writing(folder / "history.duckdb"):
        pass
    publish.publish(folder / "history.duckdb", folder / "public")
    dictionary.write(folder / "public", next(iter(PUBLIC_LICENSES)))
    return folder / "public"


@pytest.fixture(scope="module")
def relations(public: Path) -> list[dict[str, Any]]:
    package = dictionary.describe(public, next(iter(PUBLIC_LICENSES)))
    found: list[dict[str, Any]] = package["resources"][0]["veedor:relations"]
    return found


@pytest.fixture(scope="module")
def english(relations: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By kind and key of a Spanish text, the English texts that it stands for. What has none in English adds none."""
    found = defaultdict(set)
    for relation in relations:
        found[f"relations {relation['name']}"].add(relation["description"])
        for field in relation["fields"]:
            own = f"{relation['name']}.{field['name']}"
            key = own if own in SPANISH["columns"] else field["name"]
            found[f"columns {key}"] |= {field["description"]} - {""}
    return dict(found)


SPANISH_TEXTS = {f"{kind} {key}": text for kind, texts in SPANISH.items() for key, text in texts.items()}


def values(text: str) -> set[str]:
    """The values that `text` lists: single words in lower case between commas, with at most a remark behind each.

    Why something is NULL is told in prose.
    """
    plain = re.sub(r" *\([^)]*\)|NULL[^.;]*", "", text)
    lists = (re.split(r",? or |, ", clause.strip(" .")) for clause in re.split(r"[.;:] ", plain))
    word = re.compile(r"[a-z_]+")
    return {it for found in lists if len(found) > 1 and all(map(word.fullmatch, found)) for it in found}


def test_all_that_is_published_has_a_text_and_nothing_else(english: dict[str, set[str]]) -> None:
    assert set(SPANISH) == {"relations", "columns"}
    assert set(SPANISH_TEXTS) == set(english)


def test_a_text_stands_for_one_meaning(english: dict[str, set[str]]) -> None:
    """Where a relation has an English text of its own for a column, it has a Spanish one: `relation.column`."""
    assert {key: texts for key, texts in english.items() if len(texts) != 1} == {}


def test_a_text_is_a_sentence_in_another_language(english: dict[str, set[str]]) -> None:
    for key, text in SPANISH_TEXTS.items():
        assert text not in english[key], key
        assert text.endswith("."), key
        assert text.count("`") % 2 == 0, key
        assert text.count("(") == text.count(")"), key


def test_numbers_and_code_are_the_same_in_both(english: dict[str, set[str]]) -> None:
    for key, text in SPANISH_TEXTS.items():
        (original,) = english[key]
        assert set(EXACT.findall(original)) - set(EXACT.findall(text)) == set(), key
        assert {it for it in CODE.findall(text) if it not in original} == set(), key
        if key.startswith("columns"):
            assert values(original) <= set(CODE.findall(text)), key


@pytest.mark.parametrize(
    ("text", "exact", "listed"),
    [
        ("passed, failed or error; of a dataset also not_run.", {"not_run"}, {"passed", "failed", "error"}),
        ("How: by_key (whole rows), same or other.", {"by_key"}, {"by_key", "same", "other"}),
        ("Of 30 (dct:rights), expectation:<key> in sources.yaml; NULL: unknown.",
         {"30", "dct:rights", "expectation:<key>", "sources.yaml", "NULL"}, set()),
        ("When it was told; NULL: none, or erased.", {"NULL"}, set()),
        ("A sheet, a member of an archive: night/source.", {"night/source"}, set()),
    ],
)  # fmt: skip
def test_what_must_not_change_is_found(text: str, exact: set[str], listed: set[str]) -> None:
    assert set(EXACT.findall(text)) == exact
    assert values(text) == listed


def test_each_page_of_the_data_is_in_its_language(
    public: Path, relations: list[dict[str, Any]], page: Callable[[Path], Any]
) -> None:
    build(public)
    spanish, english = (page(public / language / "data.html") for language in ("es", "en"))
    for found in (spanish, english):
        assert found.faults == found.open == []
        assert not any("lang" in attrs for tag, attrs in found.tags if tag in ("span", "tbody", "td"))
    shown = [it for it in relations if not it["name"].endswith("_rows")]
    assert len(shown) > 50
    for relation in shown:
        assert relation["description"] in english.text
        assert relation["description"] not in spanish.text
        assert SPANISH["relations"][relation["name"]].replace("`", "") in spanish.text
        for field in relation["fields"]:
            assert field["description"] in english.text
    assert "nothing has changed) or not_compared." in english.text
    assert ("code", {}) in spanish.tags
    assert "`" not in spanish.text + english.text


def test_what_has_no_text_of_its_own_stays_as_the_database_says_it() -> None:
    for one in map(words.load, words.LANGUAGES):
        assert one.meaning("Of another version.", "no_such_view") == "Of another version."
        assert one.meaning("Of another version.", "no_such_view", "no_such_column") == "Of another version."
    one = words.load("es")
    assert one.meaning("", "run", "rules") == SPANISH["columns"]["run.rules"]
    assert one.meaning("", "score", "rules") == SPANISH["columns"]["rules"]
