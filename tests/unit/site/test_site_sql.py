"""The page of SQL without a browser: its questions, and the files that it needs or does without."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.history.asking import columns_and_rows
from pipelines.site import engine
from pipelines.site.build import build
from pipelines.site.sheets.sql import Question, questions

Reader = Callable[[Path], Any]
LANGUAGES = ("es", "en")


@pytest.fixture
def public(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "public"))


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An engine's files, as `make engine` leaves them, with other bytes."""
    folder = tmp_path / "engine"
    folder.mkdir()
    for name in engine.FILES:
        (folder / name).write_bytes(b"\x1f\x8b\xff" + name.encode())
    monkeypatch.setattr(engine, "MADE", folder)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_engine_the_questions_are_there_and_no_script(
    site: Path, page: Reader, language: str
) -> None:
    found = page(site / language / "sql.html")
    assert not any(tag in ("script", "textarea", "button") for tag, _ in found.tags)
    assert all(it.titles[language] in found.text for it in questions())
    assert "veedor sql" in found.text
    policy = next(attrs["content"] for tag, attrs in found.tags if "Security" in str(attrs.get("http-equiv")))
    assert "script-src" not in policy
    assert not (site / "engine").exists()
    assert not (site / "sql").exists()


def test_with_an_engine_it_is_copied_and_only_this_page_has_a_script(
    public: Path, made: Path, page: Reader
) -> None:
    build(public)
    for name in engine.FILES:
        assert (public / "engine" / name).read_bytes() == (made / name).read_bytes()
    for path in public.rglob("*.html"):
        scripts = [attrs for tag, attrs in page(path).tags if tag == "script" and "src" in attrs]
        policy = "'wasm-unsafe-eval'" in path.read_text(encoding="utf-8")
        assert bool(scripts) == policy == (path.name == "sql.html")
        assert all((path.parent / str(it["src"])).resolve().is_file() for it in scripts)


def test_half_an_engine_is_none_and_one_that_is_gone_goes_from_the_site(
    public: Path, made: Path, page: Reader
) -> None:
    build(public)
    (made / engine.WASM).unlink()
    build(public)
    assert engine.weight() is None
    assert not any((public / "engine").iterdir())
    assert not any(tag == "script" for tag, _ in page(public / "es/sql.html").tags)


def test_an_engine_that_is_there_already_is_not_written_again(public: Path, made: Path) -> None:
    build(public)
    first = (public / "engine" / engine.WASM).stat()
    build(public)
    assert (public / "engine" / engine.WASM).stat().st_ino == first.st_ino
    # Of the same length, and all the same another.
    (made / engine.WASM).write_bytes((made / engine.WASM).read_bytes().swapcase())
    build(public)
    assert (public / "engine" / engine.WASM).read_bytes() == (made / engine.WASM).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("at", range(20))
def test_every_question_is_answered(published: Path, at: int, language: str) -> None:
    sql = questions()[at].asked(language, "federal/contratos", "MX")
    columns, _ = columns_and_rows(sql, public=published)
    other = {"es": "_en", "en": "_es"}[language]
    assert not any(name.endswith(other) for name in columns)


def test_questions_have_two_titles_and_end_nowhere_else() -> None:
    assert len(questions()) == 20
    for it in questions():
        assert it.titles["en"].endswith("?")
        assert re.fullmatch(r"¿.+\?|Cuál.+", it.titles["es"])
        assert ";" not in re.sub(r"'[^']*'", "", it.sql)


def test_a_question_is_about_what_the_site_holds() -> None:
    sql = "select title_en from x where dataset = 'demo-compras/contratos' and country = 'MX' and _english"
    asked = Question({}, sql).asked("es", "o'brien/x", "PE")
    assert asked == "select title_es from x where dataset = 'o''brien/x' and country = 'PE' and _english"
    assert Question({}, sql).asked("en") == sql
