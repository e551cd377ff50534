"""What the site says to programs: JSON, schema.org, feeds, badges and sitemap, read back by others' readers."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.site import badge, feeds, machine, words
from pipelines.site.build import build
from tests.unit.site.conftest import Page, make_public
from tests.unit.site.test_site_sheets import DAYS, entry

ADDRESS = "https://calidad.example.org/sub/"
ATOM = "{http://www.w3.org/2005/Atom}"
SPOKEN = words.load("en")


@pytest.fixture(scope="module")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that knows its address."""
    public = make_public(tmp_path_factory.mktemp("addressed"))
    build(public, ADDRESS)
    return public


def xml(text: str) -> ElementTree.Element:
    """What the site itself wrote."""
    return ElementTree.fromstring(text)  # noqa: S314


def feed_of(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import feedparser

        return feedparser.parse(text)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_atom_feed_is_read_by_a_reader_and_keeps_the_rules(addressed: Path, language: str) -> None:
    text = (addressed / language / "incidents.atom").read_text(encoding="utf-8")
    found = feed_of(text)
    assert not found.bozo
    assert found.version == "atom10"
    assert found.entries
    assert found.feed.language == language
    assert all(it.link.startswith(f"{ADDRESS}{language}/") for it in found.entries)
    root = xml(text)
    for parent in (root, *root.iter(f"{ATOM}entry")):  # RFC 4287, 4.1.1 and 4.1.2
        for tag in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{tag}")) == 1
            assert parent.findtext(f"{ATOM}{tag}")
    ids = [it.findtext(f"{ATOM}id") for it in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_json_feed_says_the_same(addressed: Path, language: str) -> None:
    atom = feed_of((addressed / language / "incidents.atom").read_text(encoding="utf-8"))
    found = json.loads((addressed / language / "incidents.feed.json").read_text(encoding="utf-8"))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert [it["id"] for it in found["items"]] == [it.id for it in atom.entries]
    assert [it["title"] for it in found["items"]] == [it.title for it in atom.entries]
    assert all(urlsplit(it["url"]).scheme == "https" for it in found["items"])


@given(st.text(), st.text())
def test_a_feed_holds_any_text(title: str, text: str) -> None:
    item = feeds.Item(
        "urn:veedor:incident:1:opened", DAYS[0], feeds._plain(title), feeds._plain(text), "A", None
    )
    root = xml(feeds.atom([item], SPOKEN, ADDRESS, None))
    assert root.findtext(f"{ATOM}entry/{ATOM}title", "").split() == feeds._plain(title).split()
    assert json.loads(feeds.json_feed([item], SPOKEN, None))["items"][0]["content_text"] == feeds._plain(text)
    assert not set(feeds._plain(text)) & set("\u202e\u2066\x00\x0b\ufffe")


def test_every_page_s_json_is_json_and_names_its_pages(addressed: Path) -> None:
    paths = list((addressed / "json").rglob("*.json"))
    assert len(paths) > 40
    for path in paths:
        data = json.loads(path.read_text(encoding="utf-8"))
        for it in data.get("pages", {}).values():
            assert (addressed / it).is_file()
    data = json.loads((addressed / "json/dataset/federal/contratos.json").read_text(encoding="utf-8"))
    assert data["outcome"] == "failed"
    assert data["history"][-1]["last"] is None
    assert {it["dimension"] for it in data["scores"]} >= {"availability", "validity"}
    assert (addressed / data["badges"]["es"]).is_file()
    assert (addressed / data["linked_data"]).is_file()


def test_a_dataset_is_told_to_search_engines(addressed: Path) -> None:
    for language in words.LANGUAGES:
        text = (addressed / language / "dataset/estatal/presupuesto.html").read_text(encoding="utf-8")
        said = text.split('<script type="application/ld+json">', 1)[1].split("</script>", 1)[0]
        found = json.loads(said)
        assert found["@context"] == "https://schema.org"
        assert found["@type"] == "Dataset"
        assert 50 <= len(found["description"]) <= 5000  # what search engines ask for
        assert found["url"] == f"{ADDRESS}{language}/dataset/estatal/presupuesto.html"
        assert all(it["contentUrl"].startswith("http") for it in found["distribution"])
        assert None not in found.values()


def test_a_hostile_title_does_not_end_the_script(hostile_site: Path) -> None:
    text = (hostile_site / "es/dataset/federal/contratos.html").read_text(encoding="utf-8")
    said = text.split('<script type="application/ld+json">', 1)[1].split("</script>", 1)[0]
    assert "<" not in said
    assert json.loads(said)["name"] == "<script>alert(1)</script> {{ 7 * 7 }}"
    turned = (hostile_site / "json/dataset/federal/declaraciones.json").read_text(encoding="utf-8")
    assert not set(turned) & set("\u202e\u2066\x00")


def test_the_sitemap_names_every_page_in_each_language(addressed: Path) -> None:
    root = xml((addressed / "sitemap.xml").read_text(encoding="utf-8"))
    places = [it.text or "" for it in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    pages = {path.relative_to(addressed).as_posix() for path in addressed.rglob("*.html")} - {"index.html"}
    assert {it.removeprefix(ADDRESS) for it in places} == pages
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (addressed / "robots.txt").read_text(encoding="utf-8")
    first = next(root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}url"))
    assert {it.get("hreflang") for it in first if it.tag.endswith("link")} == set(words.LANGUAGES)


def test_a_sitemap_that_would_be_too_long_is_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MOST_ADDRESSES", 3)
    maps = machine.sitemaps(["es/a.html", "es/b.html"], ADDRESS)
    assert sorted(maps) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]
    assert all(xml(text) is not None for text in maps.values())
    assert f"{ADDRESS}sitemap-2.xml" in maps["sitemap.xml"]


def test_without_an_address_there_is_no_sitemap(site: Path) -> None:
    assert not (site / "sitemap.xml").exists()
    assert "Sitemap" not in (site / "robots.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("outcome", list(SPOKEN.texts["outcomes"]))
def test_a_badge_tells_the_outcome_in_words(outcome: str) -> None:
    text = badge.svg(entry("x", outcome), SPOKEN)
    root = xml(text)
    title = root.findtext("{http://www.w3.org/2000/svg}title")
    said = SPOKEN.texts["dataset_outcomes"].get(outcome, SPOKEN.texts["outcomes"][outcome])
    assert title == f"Veedor: {said} · content: 90.0"
    assert root.get("aria-label") == title
    assert "style" not in text
    assert "script" not in text


def test_a_page_shows_its_badge_and_its_downloads(addressed: Path) -> None:
    path = addressed / "es/dataset/federal/contratos.html"
    found = Page(path)
    (source,) = [attrs["src"] for tag, attrs in found.tags if tag == "img"]
    assert (path.parent / str(source)).resolve().is_file()
    targets = {(path.parent / link).resolve() for link in found.links() if "://" not in link}
    assert (addressed / "json/dataset/federal/contratos.json").resolve() in targets
