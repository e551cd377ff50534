"""What readers report, on the pages: what is open and answered, nothing that is not public, and where to report."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.feedback import inbox
from pipelines.history import feedback, publish
from pipelines.settings import Settings
from pipelines.site.build import build
from pipelines.site.feedback import Where, where, words
from tests.unit.feedback.reports import event, item
from tests.unit.history import feedback_inbox
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
    (link,) = [
        it for it in Page(public / "en/dataset/federal/contratos.html").links() if "/feedback/new" in it
    ]
    assert link.startswith(f"{FORM}feedback/new?")
    assert parse_qs(urlsplit(link).query) == {"dataset": ["federal/contratos"], "language": ["en"]}
    silent = section(public, "es", "estatal/presupuesto")
    assert words("es")["none"] in silent


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
