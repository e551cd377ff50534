"""Reasons: every sentence that a verdict can give is told in Spanish; what is not known stays in English."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipelines.measurement.evidence import Evidence
from pipelines.measurement.measure import measure
from pipelines.measurement.metadata import PROFILES, SINGLE
from pipelines.measurement.score import load_weights
from pipelines.measurement.verdict import verdict
from pipelines.model import ColumnChange, ColumnChangeKind, Outcome, Severity
from pipelines.settings import packaged_expectations
from pipelines.site import reasons, words
from tests.unit.measurement.evidence_of import NOW, dataset, evidence, read, result, validation

CHANGED = (
    ColumnChange(ColumnChangeKind.RENAMED, "importe", "monto"),
    ColumnChange(ColumnChangeKind.RETYPED, "fecha", "fecha", "date dmy", "text"),
    ColumnChange(ColumnChangeKind.DROPPED, "rfc"),
)
WEIGHTS = load_weights(packaged_expectations())
ES, EN = words.load("es"), words.load("en")
FAILED = result(Outcome.FAILED, 2.0, key="s.amount.number", reason="3 of 1200 rows do not meet it")
WARNING = replace(FAILED, severity=Severity.WARNING)
ABSENT = replace(FAILED, unexpected_percent=None, reason="the file has no column for award_date")


def of(*results: Any) -> Evidence:
    return evidence(validations=(validation(*results),))


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (evidence(has_suite=False, validations=()), "Todavía no hay reglas para este tipo"),
        (evidence(validations=()), "no corresponden a ninguna disposición conocida"),
        (
            evidence(reads=(read(layout=None, column_changes=CHANGED),), validations=()),
            "ninguna disposición conocida de este tipo de conjunto. Desde la última copia: renombradas: importe a"
            " monto; de otro tipo: fecha (date dmy a text); suprimidas: rfc.",
        ),
        (evidence(snapshots=(), reads=(), validations=()), "sin ningún archivo"),
        (evidence(validations=(replace(validation(result()), rows=0),)), "s/d/csv tiene encabezado, pero"),
        (evidence(reads=(read(share_read=0.973, lost=3),)), "Se pudo leer el 97.3 % de s/d/csv."),
        (of(result()), "Se cumplieron todas las expectativas."),
        (of(result(), WARNING), "Cumple, con 1 advertencia."),
        (of(WARNING, WARNING), "Cumple, con 2 advertencias."),
        (of(FAILED), "La crítica: Los importes son números. 3 de 1\u202f200 filas no cumplen."),
        (of(FAILED, ABSENT), "El archivo no tiene columna para: Fecha de otorgamiento."),
        (
            of(
                result(
                    Outcome.ERROR, None, key="s.amount.number", reason="it could not be evaluated (KeyError)"
                )
            ),
            "Los importes son números: No se pudo evaluar (KeyError).",
        ),
    ],
)
def test_every_sentence_of_a_verdict_is_told_in_spanish(judged: Evidence, said: str) -> None:
    reason = verdict(judged).reason
    text, language = reasons.told(ES, reason, {"s.amount.number": "Los importes son números"})
    assert said in text
    assert language == "es"
    assert reasons.told(EN, reason)[1] == "en"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "the file has no column for ocid (optional)",
            "El archivo no tiene columna para: Identificador OCID.",
        ),
        (
            "the file has no column for a_new_role, ocid (core)",
            "columna para: a new role, Identificador OCID.",
        ),
        ("there is no row to look at", "No hay ninguna fila que revisar."),
        ("observed 0.3", "Se observó: 0.3"),
        ("as of 2026-01-05, expected every 7 days", "Datos del 5 ene 2026; se espera un cambio cada 7 días."),
        ("as of 2026-01-05, expected every day", "Datos del 5 ene 2026; se espera un cambio cada día."),
        ("only pdf, xls", "Solo pdf, xls."),
        ("the licence is other-closed", "La licencia es other-closed."),
        (
            "1500 of 3000 records fewer than before",
            "Hay 1\u202f500 registros menos que antes, de 3\u202f000.",
        ),
        (
            "30 of 1200 rows do not meet it; at least 99% of the values should meet it",
            "deben cumplir al menos 99 % de los valores",
        ),
        ("it could not be evaluated (see the log)", "it could not be evaluated (see the log)"),
    ],
)
def test_the_reason_of_a_result_is_told_in_spanish(reason: str, said: str) -> None:
    assert said in reasons.told(ES, reason)[0]


def test_what_is_not_known_stays_as_it_was_and_says_so() -> None:
    assert reasons.told(ES, "the server answered {0} %s") == ("the server answered {0} %s", "en")
    unknown_within = "1 critical expectation failed, worst a.b: something new"
    assert reasons.told(ES, unknown_within) == (unknown_within, "en")
    assert reasons.told(ES, "observed {count} {0}") == ("Se observó: {count} {0}", "es")
    assert reasons.told(ES, None) == ("", "es")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"license": None, "license_open": None},
        {"license": "cerrada", "license_open": False, "accrual_periodicity_days": 1.0},
    ],
)
def test_the_reasons_of_measurements_are_told_in_spanish(spoiled: dict[str, Any]) -> None:
    """Whatever a family says of a dataset in disorder; the words of servers and readers stay as they were."""
    read_badly = read(encoding="cp1252", columns=("a", "", "b c"), ragged=3, share_read=0.9, lost=4)
    spoilt = evidence(
        dataset=dataset(**spoiled), reads=(read_badly,), last_change={"s/d/csv": NOW - timedelta(days=99)}
    )
    found = {it.reason for it in measure(spoilt, WEIGHTS.severities) if it.reason}
    assert len(found) > 5
    assert [it for it in found if reasons.told(ES, it)[1] != "es"] == []


def test_columns_are_called_as_their_suite_does() -> None:
    missing = "the file has no column for status, budget_line_id"
    assert reasons.told(ES, missing, suite="of_their_own")[0] == (
        "El archivo no tiene columna para: Situación, Clave presupuestaria."
    )
    assert "Estatus del contrato" in reasons.told(ES, missing, suite="contracts_register")[0]
    worst = f"1 critical expectation failed, worst budgets.budget_line_id.exists: {missing}"
    assert "Clave presupuestaria" in reasons.told(ES, worst)[0]


def test_every_property_of_metadata_has_a_word() -> None:
    asked = {name for of, _ in PROFILES.values() for name in of}
    asked |= {f"file.{name}" for _, of in PROFILES.values() for name in of} | set(SINGLE.values())
    for one in (ES, EN):
        assert set(one.texts["properties"]) == asked


def test_every_sentence_has_words_and_every_words_a_sentence() -> None:
    plain = {"rows_failing_plain", "not_evaluated_plain"}
    for one in (ES, EN):
        assert set(one.texts["reasons"]) == set(reasons._SENTENCES) | plain
