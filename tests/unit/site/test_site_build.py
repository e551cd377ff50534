"""The built site: complete, self-contained, honest about what is not known, harmless whatever was published."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts, duck
from pipelines.errors import HistoryMissing
from pipelines.history import publish, record
from pipelines.site.build import build
from pipelines.site.untrusted import http_link
from tests.unit.history import run_folders

Reader = Callable[[Path], Any]
ROOT_FILES = {"index.html", "style.css", "sql.css", "icon.svg", "quality.duckdb", "robots.txt"}


def test_there_is_a_page_per_dataset_and_language_and_nothing_else(site: Path) -> None:
    datasets = {
        f"{language}/dataset/{source}/{name}.html"
        for language in ("es", "en")
        for source, found in run_folders.DATASETS.items()
        for name, _, _ in found
    }
    linked = {
        f"dqv/{path}.{suffix}"
        for suffix in ("ttl", "jsonld")
        for path in (
            "catalog",
            "metrics",
            *(f"dataset/{source}/{it[0]}" for source, found in run_folders.DATASETS.items() for it in found),
        )
    }
    lists = ("index", "datasets", "publishers", "incidents", "method")
    sheets = {f"{language}/{name}.html" for language in ("es", "en") for name in (*lists, "sql")}
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert datasets | linked | sheets | ROOT_FILES <= files
    kinds = r"(guide/\w+|publisher/mx-[\w-]+|brief/(country/mx|publisher/mx-[\w-]+))"
    others = {path for path in files if re.fullmatch(rf"(es|en)/{kinds}\.html", path)}
    others |= {path for path in files if re.fullmatch(rf"json/({kinds}|{'|'.join(lists)})\.json", path)}
    others |= {f"json/{path[3:-5]}.json" for path in datasets}
    others |= {path.replace("/dataset/", "/badge/").replace(".html", ".svg") for path in datasets}
    others |= {f"{language}/dataset/federal/contratos.xlsx" for language in ("es", "en")}
    others |= {f"{language}/incidents.{kind}" for language in ("es", "en") for kind in ("atom", "feed.json")}
    assert files - datasets - linked - sheets - others == ROOT_FILES


def test_pages_are_well_formed_and_every_inner_link_leads_somewhere(site: Path, page: Reader) -> None:
    for path in site.rglob("*.html"):
        found = page(path)
        assert found.faults == [], path
        assert found.open == [], path
        ids = {attrs["id"] for _, attrs in found.tags if "id" in attrs}
        for link in found.links():
            if link.startswith("#"):
                assert link[1:] in ids, (path, link)
            elif not link.startswith("https://"):
                assert (path.parent / link).resolve().is_file(), (path, link)


def test_a_page_names_the_linked_data_that_says_the_same(site: Path, page: Reader) -> None:
    for path in site.rglob("*.html"):
        found = page(path)
        kinds = {
            attrs["type"]: (path.parent / attrs["href"]).resolve().relative_to(site.resolve()).as_posix()
            for tag, attrs in found.tags
            if tag == "link" and attrs["rel"] == "alternate" and "type" in attrs
        }
        about = f"dataset/{path.parent.name}/{path.stem}" if "dataset" in path.parts else "catalog"
        assert kinds["text/turtle"] == f"dqv/{about}.ttl"
        assert kinds["application/ld+json"] == f"dqv/{about}.jsonld"


def test_pages_ask_nobody_for_anything(site: Path, page: Reader) -> None:
    for path in site.rglob("*.html"):
        found = page(path)
        tags = {tag for tag, _ in found.tags}
        assert not tags & {"iframe", "object", "embed", "form", "style"}
        assert all(attrs == {"type": "application/ld+json"} for tag, attrs in found.tags if tag == "script")
        assert not any("//" in str(attrs["src"]) for tag, attrs in found.tags if tag == "img")
        assert not any(name.startswith("on") or name == "style" for _, attrs in found.tags for name in attrs)
        sheets = [
            attrs["href"] for tag, attrs in found.tags if tag == "link" and attrs["rel"] == "stylesheet"
        ]
        assert len(sheets) == 1 + (path.name == "sql.html")
        assert not any("//" in sheet for sheet in sheets)
    style = (site / "style.css").read_text(encoding="utf-8")
    assert "@import" not in style
    assert "url(" not in style


def test_the_root_is_the_spanish_index(site: Path, page: Reader) -> None:
    assert page(site / "index.html").text == page(site / "es" / "index.html").text
    assert ("html", {"lang": "es"}) in page(site / "index.html").tags


def test_the_index_lists_what_needs_a_hand_first(site: Path, page: Reader) -> None:
    rows = page(site / "es" / "datasets.html").text
    order = [
        "Contratos celebrados",
        "Presupuesto de egresos",
        "Obra pública",
        "Padrón",
        "Declaraciones",
        "sancionados",
    ]
    assert sorted(order, key=rows.index) == order
    assert "No cumple" in rows
    assert "▼ −1.7" in rows


def test_what_is_not_known_is_called_unknown(site: Path, page: Reader) -> None:
    found = page(site / "es" / "dataset" / "federal" / "declaraciones.html")
    assert "desconocido" in found.text
    classes = {attrs.get("class") for _, attrs in found.tags}
    assert "outcome not_applicable" in classes
    assert "outcome passed" not in classes
    assert "outcome passed" in {attrs.get("class") for _, attrs in page(site / "index.html").tags}
    english = page(site / "en" / "dataset" / "estatal" / "padron.html").text
    assert "Refused" in english
    assert "whether other people can have the data is not known" in english
    assert "unknown" in english


def test_a_failed_expectation_tells_counts_column_examples_and_advice(site: Path, page: Reader) -> None:
    text = page(site / "es" / "dataset" / "federal" / "contratos.html").text
    for words in ("Los importes son números", "Importe (MXN)", "1.234,56", "48\u202f199", "***"):
        assert words in text
    assert run_folders.ADVICE["es"] in text
    assert run_folders.ADVICE["en"] not in text
    assert (
        "Amounts are no longer numbers." in page(site / "en" / "dataset" / "federal" / "contratos.html").text
    )


def test_facts_and_versions_are_shown(site: Path, page: Reader) -> None:
    text = page(site / "en" / "dataset" / "estatal" / "presupuesto.html").text
    for words in (
        "cp1252",
        "1\u202f310",
        "budget 1.0.0",
        "weights 2",
        "CC-BY-4.0",
        "ends on",
    ):
        assert words in text


def test_what_to_mend_first_and_other_scales_are_shown(site: Path, page: Reader) -> None:
    spanish = page(site / "es" / "dataset" / "federal" / "contratos.html").text
    for words in (
        "Qué corregir primero",
        "Los importes son números",
        "+10.3 puntos en contenido (+31 en validez)",
        "Publíquelo en UTF-8.",
        "Evaluación de México de 2019",
        "0.50 de 5; se conocen 0.50",
        "desconocido (de 1)",
    ):
        assert words in " ".join(spanish.split()), words
    english = " ".join(page(site / "en" / "dataset" / "federal" / "contratos.html").text.split())
    assert english.index("Amounts are numbers") < english.index("UTF-8 encoding")
    assert "+10.3 points in content" in english


def test_no_personal_address_is_anywhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert run_folders.ADDRESS not in path.read_text(encoding="utf-8")


def test_a_hostile_title_is_only_text(hostile_site: Path, page: Reader) -> None:
    for path in hostile_site.rglob("*.html"):
        found = page(path)
        assert found.faults == []
        assert all(attrs == {"type": "application/ld+json"} for tag, attrs in found.tags if tag == "script")
        assert not any("onmouseover" in attrs for _, attrs in found.tags)
        assert not set(found.text) & set("\u202e\u2066\x00")
    text = page(hostile_site / "es" / "datasets.html").text
    assert "<script>alert(1)</script> {{ 7 * 7 }}" in text
    assert "contratos\ufffdgnp.exe\ufffd \ufffdfin" in text


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://datos.example.org/a.csv?x=1&y=2", True),
        ("http://datos.example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.org/x", False),
        ("https://user:password@example.org/", False),
        ("https://[broken", False),
        ("https://example.org/\u202egnp.exe", False),
        ("file:///etc/passwd", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, linked: bool) -> None:
    assert http_link(url) == (url if linked else None)


def test_building_again_gives_the_same_bytes_and_removes_what_is_gone(
    published: Path, tmp_path: Path
) -> None:
    public = Path(shutil.copytree(published, tmp_path / "public"))
    build(public)
    first = {path: path.read_bytes() for path in public.rglob("*.html")}
    gone = public / "es" / "dataset" / "federal" / "retirado.html"
    gone.write_text("old", encoding="utf-8")
    leftover = public / ".site-dead"
    leftover.mkdir()
    assert build(public) == public / "index.html"
    assert {path: path.read_bytes() for path in public.rglob("*.html")} == first
    assert not gone.exists()
    assert [path.name for path in public.iterdir() if path.name.startswith(".")] == []


def test_a_dataset_whose_portal_was_left_out_of_a_night_is_marked(tmp_path: Path, page: Reader) -> None:
    history = tmp_path / "history.duckdb"
    for folder in run_folders.write(tmp_path / "runs"):
        if folder.name == "federal" or (folder.name == "estatal" and folder.parent.name == "2026-02-26"):
            record.record_run(history, folder)
    publish.publish(history, tmp_path / "public")
    build(tmp_path / "public")
    text = page(tmp_path / "public" / "es" / "dataset" / "estatal" / "obra.html").text
    assert "26 feb 2026" in text
    assert "no evaluado desde entonces" in text
    assert "Sin cambio desde el 26 feb 2026." in text


def test_an_empty_history_gives_an_index_that_says_so(tmp_path: Path, page: Reader) -> None:
    publish.publish(tmp_path / "history.duckdb", tmp_path / "public")
    build(tmp_path / "public")
    assert "Aún no se ha evaluado ningún conjunto" in page(tmp_path / "public" / "index.html").text


def test_without_a_published_history_nothing_is_built(tmp_path: Path) -> None:
    with pytest.raises(HistoryMissing):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_site_built_over_the_night_before_is_the_site_built_from_nothing(tmp_path: Path) -> None:
    public, fresh = tmp_path / "public", tmp_path / "fresh"
    folders = run_folders.write(tmp_path / "runs")
    nights = sorted({folder.parent.name for folder in folders})
    taken_over = 0
    for night in nights:
        for folder in (it for it in folders if it.parent.name == night):
            if folder.name == artifacts.NIGHT_FOLDER:
                record.record_alerts(tmp_path / "history.duckdb", folder)
            else:
                record.record_run(tmp_path / "history.duckdb", folder)
        publish.publish(tmp_path / "history.duckdb", public)
        fresh.mkdir()
        shutil.copy(public / publish.QUALITY, fresh)
        before = {path: path.read_text(encoding="utf-8") for path in public.rglob("dataset/**/*.html")}
        build(public)
        build(fresh)
        standing = {
            path.relative_to(public / "es").with_suffix("").as_posix()
            for path, text in before.items()
            if path.is_relative_to(public / "es") and path.read_text(encoding="utf-8") == text
        }
        for path in (it for it in fresh.rglob("*") if it.is_file() and it.name != publish.QUALITY):
            linked = path.relative_to(fresh).with_suffix("").as_posix()
            if linked.startswith("dqv/") and linked.removeprefix("dqv/") in standing:
                continue  # of an older night, a week old at most
            assert (public / path.relative_to(fresh)).read_bytes() == path.read_bytes(), path
        for path, text in before.items():
            stamps = re.findall("<!--part .*?-->", path.read_text(encoding="utf-8"))
            taken_over += sum(stamp in text for stamp in stamps)
        shutil.rmtree(fresh)
    assert taken_over > 0


def test_another_view_makes_pages_anew(site: Path, tmp_path: Path) -> None:
    """Software that was updated may say the same rows in other words."""
    public = Path(shutil.copytree(site, tmp_path / "public"))
    path = next(it for it in public.rglob("en/dataset/**/*.html") if b"What to mend first" in it.read_bytes())
    view = "SELECT view_name, sql FROM duckdb_views() WHERE view_name = 'latest_fix'"
    with duck.connect(public / publish.QUALITY) as connection:
        ((name, sql),) = connection.execute(view).fetchall()
        connection.execute(f"DROP VIEW {name}")
        connection.execute(sql.replace("f.title_en", "upper(f.title_en) AS title_en"))
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.copy(public / publish.QUALITY, fresh)
    build(public)
    build(fresh)
    assert path.read_bytes() == (fresh / path.relative_to(public)).read_bytes()


@pytest.mark.slow
def test_a_page_that_was_cut_off_or_written_over_is_made_whole(site: Path, tmp_path: Path) -> None:
    public = Path(shutil.copytree(site, tmp_path / "public"))
    path = next(public.rglob("en/dataset/**/*.html"))
    whole = path.read_bytes()
    places = [found.end() for found in re.finditer(rb"<!--/?part ", whole)]
    # After a loss of power a page may have holes, with all its comments in place.
    holes = [
        whole[: it.start()] + bytes(len(it[0])) + whole[it.end() :]
        for it in re.finditer(rb"<h2>.*?</h2>", whole)
    ]
    assert holes
    for content in (b"", b"\xff\xfe", b"<!--part -->", *(whole[:place] for place in places), *holes):
        path.write_bytes(content)
        build(public)
        assert path.read_bytes() == whole
