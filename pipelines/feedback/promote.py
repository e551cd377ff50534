"""Promote: from one reader's report to an expectation that finds every such fault from then on.

Belongs here: the draft, in GX's own JSON with the `meta` of our suites, and its words in both languages. It is a draft:
the operator sets its bounds, adds it to a suite of his and raises the suite's version. Does not belong here: which role
a column has (the caller knows the layouts), judging a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.model import FeedbackKind, FeedbackReport
from pipelines.validation.suites import Suite

# By the type of a role: the expectation type, its arguments besides the column, its dimension, its principle.
Kind = tuple[str, dict[str, Any], str, str]
PRESENT: Kind = ("expect_column_values_to_not_be_null", {}, "completeness", "P2")
EXISTS: Kind = ("expect_column_to_exist", {}, "completeness", "P2")
ERRORS: Mapping[str, Kind] = {
    "number": ("expect_column_values_to_be_between", {"min_value": 0}, "validity", "P2"),
    "date": (
        *("expect_column_values_to_be_between", {"min_value": "1990-01-01", "max_value": "2100-01-01"}),
        *("validity", "P2"),
    ),
    "identifier": ("expect_column_values_to_be_unique", {}, "uniqueness", "P4"),
    "url": ("expect_column_values_to_match_regex", {"regex": r"^https?://[^\s]+$"}, "validity", "P3"),
    "text": ("expect_column_values_to_not_be_placeholders", {}, "completeness", "P2"),
    "code": ("expect_column_values_to_not_be_placeholders", {}, "completeness", "P2"),
}
ENDINGS = {
    "expect_column_values_to_not_be_null": "present",
    "expect_column_to_exist": "exists",
    "expect_column_values_to_be_between": "plausible",
    "expect_column_values_to_be_unique": "unique",
    "expect_column_values_to_match_regex": "well_formed",
    "expect_column_values_to_not_be_placeholders": "no_placeholders",
}
WORDS: Mapping[str, tuple[str, str, str, str]] = {  # title and advice, in English and in Spanish
    "present": (
        "{title} is present",
        "{title} está presente",
        "Some rows have no value here, as a reader reported. Fill it in from the document that the row is about.",
        "Hay filas sin este valor, como reportó una persona usuaria. Captúrelo a partir del documento del que trata "
        "la fila.",
    ),
    "exists": (
        "There is a column for {title}",
        "Hay una columna para {title}",
        "The file has no such column, as a reader reported. Publish it again with the column.",
        "El archivo no tiene esta columna, como reportó una persona usuaria. Publíquelo de nuevo con la columna.",
    ),
    "plausible": (
        "{title} is plausible",
        "{title} es verosímil",
        "Some values are out of the range that is plausible, as a reader reported. Compare these rows with the "
        "documents and correct them.",
        "Hay valores fuera del intervalo verosímil, como reportó una persona usuaria. Compare estas filas con los "
        "documentos y corríjalas.",
    ),
    "unique": (
        "{title} appears once",
        "{title} aparece una sola vez",
        "The same value stands in more than one row, as a reader reported. Keep the row that is in force.",
        "El mismo valor está en más de una fila, como reportó una persona usuaria. Conserve la fila vigente.",
    ),
    "well_formed": (
        "{title} is well formed",
        "{title} está bien formado",
        "Some values are not of the form that they should have, as a reader reported. Correct them.",
        "Hay valores que no tienen la forma debida, como reportó una persona usuaria. Corríjalos.",
    ),
    "no_placeholders": (
        "{title} holds no placeholder",
        "{title} no tiene valores de relleno",
        "Some values only fill the cell, as a reader reported. Write the value, or leave the cell empty.",
        "Hay valores que solo rellenan la celda, como reportó una persona usuaria. Escriba el valor o deje la celda "
        "vacía.",
    ),
}


def draft(report: FeedbackReport, suite: Suite, role: str, *, found: bool = True) -> dict[str, Any]:
    """An expectation about `role` that would have found what was reported; `found`: the file has a column for it.

    Raises `ConfigurationError` for a report that no expectation can answer, and for an unknown role.
    """
    item = report.item
    if role not in suite.roles:
        known = ", ".join(sorted(suite.roles))
        raise ConfigurationError(
            f"the suite {suite.name} has no role {role!r}.", f"Give one with --role: {known}."
        )
    if item.kind is FeedbackKind.MISSING:
        kind, arguments, dimension, principle = PRESENT if found else EXISTS
    elif item.kind is FeedbackKind.ERROR:
        kind, arguments, dimension, principle = ERRORS[suite.roles[role].type] if found else EXISTS
    else:
        raise ConfigurationError(
            f"the report says {item.kind}, which no expectation about a column can answer.",
            "Only reports of an error or of something missing become expectations.",
        )
    ending = ENDINGS[kind]
    title, titulo, advice, consejo = WORDS[ending]
    names = suite.roles[role].title
    return {
        "type": kind,
        "severity": "warning",
        "kwargs": {"column": role, **arguments},
        "meta": {
            "key": _key(f"{suite.guide_dataset}.{role}.{ending}", suite, item.id),
            "role": [role],
            "dimension": dimension,
            "principle": principle,
            "since": suite.version,
            "basis": {"source": f"reported by a reader on {item.night} (feedback {item.id})", "rule": "ours"},
            "title": {
                "en": title.format(title=names.get("en", role)),
                "es": titulo.format(title=names.get("es", role)),
            },
            "advice": {"en": advice, "es": consejo},
        },
    }


def _key(wanted: str, suite: Suite, key: str) -> str:
    """A key that no expectation of the suite has."""
    return f"{wanted}_{key[:6]}" if wanted in {it.key for it in suite.expectations} else wanted
