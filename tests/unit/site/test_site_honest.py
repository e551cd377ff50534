"""What a page must not suggest: an exemption, a fault that is none, a share of something else, a value it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.model import Outcome, ReadReport, Score, ValidationResult, Verdict
from pipelines.site.build import build
from pipelines.site.reasons import NO_LAYOUT, NO_SUITE
from tests.unit.site.conftest import make_public

Reader = Callable[[Path], Any]
NO_LAYOUT_KEY = "federal/proveedores-sancionados"
NO_SUITE_KEY = "federal/declaraciones"
CONTRACTS = "federal/contratos"


def change(run: Path) -> None:
    """No layout fits two datasets; contracts miss a third of their buyers; good scores are almost whole."""
    rewrite(run / artifacts.READS, ReadReport, _unlaid)
    rewrite(run / artifacts.VERDICTS, Verdict, _reasoned)
    rewrite(run / artifacts.VALIDATION_RESULTS, ValidationResult, _without_buyers)
    rewrite(run / artifacts.SCORES, Score, _almost_whole)


def rewrite(path: Path, kind: type[Any], mend: Callable[[Any], Any]) -> None:
    values = [mend(value) for value in artifacts.read_values(path, kind)]
    path.unlink()
    artifacts.write_values(path, values)


def _unlaid(report: ReadReport) -> ReadReport:
    unlaid = report.distribution.startswith((NO_LAYOUT_KEY, NO_SUITE_KEY))
    return replace(report, layout=None, roles={}, missing_roles=()) if unlaid else report


def _reasoned(verdict: Verdict) -> Verdict:
    reason = {NO_LAYOUT_KEY: NO_LAYOUT, NO_SUITE_KEY: NO_SUITE}.get(verdict.dataset)
    return replace(verdict, outcome=Outcome.NOT_APPLICABLE, reason=reason) if reason else verdict


def _not_run(verdict: Verdict) -> Verdict:
    return Verdict(verdict.dataset, Outcome.NOT_RUN, "our own fault, not the publisher's")


def _without_buyers(validation: ValidationResult) -> ValidationResult:
    return replace(
        validation,
        results=tuple(
            replace(
                item,
                outcome=Outcome.FAILED,
                reason="412 of 1236 rows do not meet it",
                element_count=1236,
                missing_count=412,
                unexpected_count=412,
                unexpected_percent=100 * 412 / 1236,
            )
            if item.key.endswith("buyer_id.present")
            else item
            for item in validation.results
        ),
    )


def _almost_whole(score: Score) -> Score:
    return replace(score, score=99.97) if score.score is not None and score.score > 95 else score


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = make_public(tmp_path_factory.mktemp("honest"), change=change)
    build(public)
    return public


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_fact_is_told_without_a_value(told: Path, site: Path, language: str) -> None:
    pages = [*(told / language).rglob("*.html"), *(site / language).rglob("*.html")]
    assert any("<dd>" in path.read_text(encoding="utf-8") for path in pages)
    for path in pages:
        assert not re.search(r"<dd>\s*(<bdi>\s*</bdi>)?\s*</dd>", path.read_text(encoding="utf-8")), path


def test_the_share_of_the_empty_is_of_all(told: Path, page: Reader) -> None:
    text = plain(page(told / "es" / "dataset" / f"{CONTRACTS}.html").text)
    assert "412 de 1 236 · 33.3 %" in text
    assert "412 de 824" not in text
    assert "rows do not meet it" not in text


def test_a_score_below_100_is_never_shown_as_100(told: Path) -> None:
    figures = {
        figure
        for path in told.rglob("*.html")
        for figure in re.findall(r'class="figure">([^<]+)<', path.read_text(encoding="utf-8"))
    }
    assert "99.9" in figures
    assert "100.0" not in figures


def test_a_dataset_without_rules_is_not_exempt(told: Path, page: Reader) -> None:
    for name in ("es/datasets.html", f"es/dataset/{NO_SUITE_KEY}.html"):
        text = page(told / name).text
        assert "Sin reglas aún" in text
        assert "Todavía no hay reglas para este tipo" in text
        assert "No aplica" not in text
    english = page(told / "en" / "datasets.html").text
    assert "No rules yet" in english
    assert "fit no known layout" in english
    assert "Not applicable" not in english
    contracts = page(told / "es" / "dataset" / f"{CONTRACTS}.html").text
    assert "No aplica" in contracts
    assert "El archivo no tiene columna para:" in contracts


def test_columns_are_called_unknown_only_where_there_are_rules(told: Path, page: Reader) -> None:
    assert "no reconocida" in page(told / "es" / "dataset" / f"{NO_LAYOUT_KEY}.html").text
    assert "no reconocida" not in page(told / "es" / "dataset" / f"{NO_SUITE_KEY}.html").text
    assert "no reconocida" not in page(told / "es" / "dataset" / f"{CONTRACTS}.html").text


def test_what_was_never_measured_has_no_line(told: Path, page: Reader) -> None:
    found = page(told / "es" / "dataset" / f"{NO_SUITE_KEY}.html")
    assert "Sin medir en estas noches: contenido" in plain(found.text)
    assert [
        attrs["class"] for tag, attrs in found.tags if tag == "svg" and "key" in (attrs.get("class") or "")
    ] == ["key access"]


def test_a_page_says_where_its_axis_starts(told: Path, page: Reader) -> None:
    path = told / "es" / "dataset" / f"{NO_SUITE_KEY}.html"
    scale = re.search(
        r'class="scale"[^>]*><span>100</span><span>(\d+)</span><span>(\d+)</span>', path.read_text("utf-8")
    )
    assert scale
    floor = int(scale[2])
    assert int(scale[1]) == (100 + floor) / 2
    assert (f"El eje empieza en {floor}, no en 0." in page(path).text) == (floor > 0)


def test_a_source_that_a_fault_of_ours_stopped_from_its_first_night_on(tmp_path: Path, page: Reader) -> None:
    """Nothing is known of its datasets, not even a title; the site is built all the same."""

    def stopped(run: Path) -> None:
        if run.name == "federal":
            for path in run.iterdir():
                if path.name not in (artifacts.INDEX, artifacts.DECLARATION, artifacts.VERDICTS):
                    path.unlink()
            rewrite(run / artifacts.VERDICTS, Verdict, _not_run)

    public = make_public(tmp_path, change=stopped)
    build(public)
    found = page(public / "en" / "dataset" / f"{CONTRACTS}.html")
    assert found.faults == []
    assert "Not evaluated" in found.text
