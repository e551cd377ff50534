"""What readers report, on the pages: what is open and answered, nothing that is not public, and where to report."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.feedback import inbox, written
from pipelines.history import feedback, publish
from pipelines.settings import Settings
from pipelines.site.build import build
from pipelines.site.feedback import LONGEST, MARKUP, ROOM, Where, where, words
from tests.unit.feedback.reports import event, item
from tests.unit.history import feedback_inbox, run_folders
from tests.unit.site.conftest import Page, make_public

FORM = "https://datos.example.org/veedor/"
HARM = '<script>x</script> {{ 7*7 }} \u202egnp.exe\u2066 " onmouseover="x'


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("reported")
    made = make_public(data)
    feedback_inbox.write(data / "runs")
    inbox.receive(
        data / "runs", item("harm", text=HARM, column=HARM, row=HARM[:50], evidence="javascript:alert(1)")
    )
    inbox.add(data / "runs", event("accepted", 0.5, "harm"))
    inbox.add(data / "runs", event("answered", 0.6, "harm", text=HARM))
    feedback.record_feedback(data / "history.duckdb", data / "runs")
    publish.publish(data / "history.duckdb", made)
    build(made, where=Where(serve_url=FORM))
    return made


def section(public: Path, language: str, dataset: str) -> str:
    text = (public / language / "dataset" / f"{dataset}.html").read_text(encoding="utf-8")
    return text.partition('<section class="feedback"')[2].partition("</section>")[0]


def test_open_and_answered_items_stand_with_their_state(public: Path) -> None:
    spanish, english = section(public, "es", "estatal/padron"), section(public, "en", "estatal/padron")
    assert "respondido en 10 días" in spanish
    assert "Se corrige hoy." in spanish
    assert "answered in 10 days" in english
    assert "https://example.org/" in spanish
    late = section(public, "es", "estatal/obra")
    assert "plazo vencido" in late
    assert "Sin respuesta: 1. Vencidos: 1. Respondidos: 0." in late
    contracts = section(public, "en", "federal/contratos")
    assert "answer by" in contracts
    assert "Its text was erased on" in contracts
    assert "Without an answer: 1. Overdue: 0. Answered: 1." in contracts, "what was erased does not count"


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_that_is_not_public_and_nothing_hostile(public: Path, language: str) -> None:
    for path in public.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for word in (feedback_inbox.UNMODERATED, feedback_inbox.REJECTED, feedback_inbox.ERASED, "lectora@"):
            assert word not in text, path
    text = section(public, language, "federal/contratos")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert 'href="javascript:' not in text
    assert not set("\u202e\u2066") & set(text)
    page = Page(public / language / "dataset/federal/contratos.html")
    assert page.faults == []
    assert not [tag for tag, of in page.tags if "onmouseover" in of]


def test_a_page_leads_to_the_form(public: Path) -> None:
    page = Page(public / "en/dataset/federal/contratos.html")
    links = [it for it in page.links() if "/feedback/new" in it]
    assert all(link.startswith(f"{FORM}feedback/new?") for link in links)
    assert parse_qs(urlsplit(links[0]).query) == {"dataset": ["federal/contratos"], "language": ["en"]}
    silent = section(public, "es", "estatal/presupuesto")
    assert words("es")["none"] in silent


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_failed_expectation_and_each_column_leads_to_the_form_filled_in(
    public: Path, language: str
) -> None:
    text = (public / language / "dataset/federal/contratos.html").read_text(encoding="utf-8")
    rules = text.partition("<!--part expectations ")[2].partition("<!--/part expectations-->")[0]
    files = text.partition("<!--part files ")[2].partition("<!--/part files-->")[0]
    asked = [
        parse_qs(urlsplit(html.unescape(it)).query)
        for it in re.findall(r'href="([^"]*feedback/new[^"]*)"', rules)
    ]
    common = {"dataset": ["federal/contratos"], "language": [language]}
    file = ["federal/contratos/2025"]
    assert len(asked) == rules.count('<article class="expectation failed"') == 4
    assert {**common, "distribution": file, "column": ["Importe (MXN)"]} in asked
    named = re.findall(r'href="([^"]*feedback/new[^"]*)"[^>]*><bdi>([^<]*)</bdi>', files)
    assert [name for _, name in named] == 2 * list(run_folders.COLUMNS.values())
    assert parse_qs(urlsplit(html.unescape(named[0][0])).query) == {
        **common,
        "distribution": file,
        "column": ["Clave de la dependencia"],
    }
    passed = (public / language / "dataset/federal/proveedores-sancionados.html").read_text(encoding="utf-8")
    assert words(language)["report_here"] in text
    assert words(language)["report_here"] not in passed


def test_only_a_form_takes_a_column(tmp_path: Path) -> None:
    public = make_public(tmp_path)
    build(public, where=Where(mail="datos@example.org"))
    text = (public / "es/dataset/federal/contratos.html").read_text(encoding="utf-8")
    assert words("es")["report_here"] not in text
    assert 'class="columns"' not in text
    build(public, where=Where(serve_url=FORM))
    assert words("es")["report_here"] in (public / "es/dataset/federal/contratos.html").read_text("utf-8")
    build(public, where=Where(serve_url="https://otra.example.org/"))
    assert FORM not in (public / "es/dataset/federal/contratos.html").read_text("utf-8")


def test_a_form_is_given_no_more_than_it_takes() -> None:
    assert written.LONGEST["column"] == LONGEST <= written.LONGEST["distribution"]
    place = Where(serve_url=FORM)
    for long in ("x" * 201, "列" * 100):
        asked = parse_qs(urlsplit(str(place.form("a/b", "es", "a/b/c", long))).query)
        assert asked == {"dataset": ["a/b"], "language": ["es"], "distribution": ["a/b/c"]}
    harm = str(place.form("a/b", "es", "", '"><script>&column=x#y'))
    assert not set(urlsplit(harm).query) & set('"<>#')
    assert Where(issues_url="https://github.com/o/r/issues/new").form("a/b", "es", "", "x") is None


def test_columns_take_a_bounded_part_of_a_page() -> None:
    table = {
        "distribution": "a/b/c",
        "table_name": "t",
        "columns": ["", " ", "x", "x", *map(str, range(9_000))],
    }
    files = [{"tables": [table, {**table, "table_name": "u"}]}, {"tables": [{**table, "columns": None}]}]
    found = Where(serve_url=FORM).columns("a/b", "es", files)
    assert list(found) == [("a/b/c", "t")]
    names = [name for name, _ in found["a/b/c", "t"]]
    assert names[:3] == ["x", "0", "1"]
    assert sum(len(MARKUP) + len(name) + len(it) for name, it in found["a/b/c", "t"]) <= ROOM
    assert Where(mail="datos@example.org").columns("a/b", "es", files) == {}


def test_without_a_server_an_issue_or_a_mail_is_begun() -> None:
    issue = Where(issues_url="https://github.com/org/repository/issues/new").address("a/b", 'T & "x"', "en")
    assert parse_qs(urlsplit(str(issue)).query)["title"] == ['Fault in “T & "x"”']
    mail = Where(mail="datos+x@example.org").address("a/b", "T\r\nBcc: z@example.org", "es")
    assert str(mail).startswith("mailto:datos%2Bx@example.org?subject=Falla%20en%20")
    assert "\r" not in str(mail)
    assert Where().address("a/b", "T", "es") is None
    assert where(Settings(contact="https://example.org/contacto")) == Where()
    assert where(Settings(contact="datos@example.org")).mail == "datos@example.org"


def test_without_anywhere_to_report_silence_has_no_section(tmp_path: Path) -> None:
    public = make_public(tmp_path)
    build(public)
    assert section(public, "es", "federal/contratos") == ""


def test_words_are_the_same_in_both_languages() -> None:
    spanish, english = words("es"), words("en")
    assert spanish.keys() == english.keys()
    assert spanish["kinds"].keys() == english["kinds"].keys()
    for key in spanish.keys() - {"kinds"}:
        assert spanish[key].count("{") == english[key].count("{")
