"""Describe: a transition gets its words, its examples and its column, in every language.

Belongs here: whether they come from the expectation that failed or from its kind. They are stored with the transition,
so that a message of a later night says what was true then. Does not belong here: the words (`words/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.alerts.families.columns import BETWEEN
from pipelines.alerts.kind_words import words_of
from pipelines.alerts.signs import COLUMNS, EXPECTATION, PERSONAL, SCORE
from pipelines.alerts.tonight import Seen
from pipelines.alerts.words import languages
from pipelines.model import ExpectationResult, Transition, TransitionKind
from pipelines.tables.column_changes import told


def described(it: Transition, seen: Mapping[str, Seen]) -> Transition:
    """The transition with its words; `seen` is the night by dataset."""
    place = seen.get(it.dataset)
    result = _result(it, place)
    if result is not None:
        shown = it.kind in (TransitionKind.OPENED, TransitionKind.WORSENED)
        return replace(
            it,
            summary=dict(result.title),
            advice=dict(result.advice),
            examples=result.examples if shown else (),
            column=result.column,
        )
    titles = {language: _title(it, language) for language in languages()}
    advice = {language: _advice(it, language, place) for language in languages()}
    return replace(it, summary=titles, advice=advice)


def _result(it: Transition, place: Seen | None) -> ExpectationResult | None:
    for prefix in (EXPECTATION, PERSONAL):
        if place is not None and it.condition.startswith(prefix):
            return place.results.get(it.condition.removeprefix(prefix))
    return None


def _title(it: Transition, language: str) -> str:
    """A score is told by its dimension's name; what became of it is said when it is told."""
    if it.condition.startswith(SCORE):
        name = it.condition.removeprefix(SCORE)
        return DIMENSIONS.get(name, {}).get(language, name)
    said = words_of(it.condition, it.kind, language, before=it.before, after=it.after)
    return said.titled(it.condition.partition(":")[2])


def _advice(it: Transition, language: str, place: Seen | None) -> str:
    said = words_of(it.condition, it.kind, language, before=it.before, after=it.after)
    advice = " ".join(part for part in (said.why, said.todo) if part)
    if it.condition != COLUMNS:
        return advice
    changes = told(place.night.columns, language) if place else ""
    names = changes or ", ".join(it.column.split(BETWEEN))
    return f"{advice} {CHANGED.get(language, CHANGED['en']).format(names)}" if names else advice


CHANGED: Mapping[str, str] = {
    "en": "Columns since the last version that could be read — {}.",
    "es": "Columnas desde la última versión que se pudo leer: {}.",
}
DIMENSIONS: Mapping[str, Mapping[str, str]] = {
    "availability": {"en": "availability", "es": "disponibilidad"},
    "timeliness": {"en": "timeliness", "es": "oportunidad"},
    "structure": {"en": "structure", "es": "estructura"},
    "openness": {"en": "openness", "es": "apertura"},
    "metadata": {"en": "metadata", "es": "metadatos"},
    "completeness": {"en": "completeness", "es": "completitud"},
    "validity": {"en": "validity", "es": "validez"},
    "uniqueness": {"en": "uniqueness", "es": "unicidad"},
    "consistency": {"en": "consistency", "es": "coherencia"},
}
