"""Detect: tonight against the dataset's own past gives transitions. Pure functions, no files, no mail.

Belongs here: when a condition of a dataset begins or ends. Rules: only changes of state count; nothing is
compared across versions of a suite or of weights; a first night never alerts; an outage needs a second night
to be believed, while a verdict about bytes in hand is proof; an effect below the minimum is noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from pipelines.model import (
    ColumnChange,
    Dataset,
    ExpectationResult,
    Outcome,
    Score,
    Severity,
    Transition,
    TransitionKind,
    ValidationResult,
)
from pipelines.tables.column_changes import told

# Percentage points of failing values. Below this a change is noise; a worsening must be this large to be told again.
MINIMUM_EFFECT = 1.0
MUCH_WORSE = 10.0
# Points of a dimension's score: a drop this large opens, a return this close to the old level recovers.
SCORE_DROP = 5.0
SCORE_RECOVERY = 2.0
NIGHTS_IN_BASELINE = 7
UNREACHABLE = "unreachable"
UNUSABLE = "unusable"


@dataclass(frozen=True)
class Tonight:
    """One dataset's night as detection sees it. `reachable` is None when it could not be known.

    `usable`: every file that should be a table is one, of a known layout, with at least one record; None when
    nothing arrived or there is no suite to say what it should be. `changed` are columns that are not what they were.
    """

    dataset: Dataset
    validations: tuple[ValidationResult, ...]
    scores: tuple[Score, ...]
    reachable: bool | None
    usable: bool | None = None
    changed: tuple[ColumnChange, ...] = ()


@dataclass(frozen=True)
class Before:
    """The last outcome of one expectation of one dataset. `level` and `best` are percentages of failing values."""

    rules: str
    outcome: str
    level: float
    best: float


@dataclass(frozen=True)
class Past:
    """What history says of all earlier nights that were judged.

    `outcomes` by (dataset, expectation key); `scores` by (dataset, dimension), newest first, as (score, rules);
    `reachable` by dataset, newest first; `open` by (dataset, condition). `held` are conditions that opened
    while alerts were held: their owners still have to be told, unless they have recovered by now.
    """

    outcomes: Mapping[tuple[str, str], Before] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], list[tuple[float, str]]] = field(default_factory=dict)
    reachable: Mapping[str, list[bool | None]] = field(default_factory=dict)
    open: Mapping[tuple[str, str], Transition] = field(default_factory=dict)
    held: frozenset[tuple[str, str]] = frozenset()


def detect(tonight: Iterable[Tonight], past: Past, night: date) -> list[Transition]:
    """All transitions of the night, ordered by dataset and severity."""
    found = [
        transition
        for item in tonight
        for family in (_expectations, _scores, _reachability, _usability)
        for transition in family(item, past, night)
    ]
    order = list(Severity)
    return sorted(found, key=lambda t: (t.dataset, t.kind, order.index(t.severity), t.condition))


def _expectations(item: Tonight, past: Past, night: date) -> Iterator[Transition]:
    rules = " | ".join(sorted({f"{v.suite} {v.suite_version} {v.layout or ''}" for v in item.validations}))
    for result in _worst_of_files(item.validations):
        key, condition = (item.dataset.key, result.key), f"expectation:{result.key}"
        place = (item.dataset.key, condition)
        before, after = past.outcomes.get(key), _level(result)
        opened = past.open.get(place)
        if opened is not None and opened.rules != rules:
            opened = None  # told under other rules: neither mended nor worse, a new beginning
        if after is None or result.severity is Severity.INFO:
            continue
        if opened is not None and _mended(result, after, opened):
            yield _transition(
                item, condition, TransitionKind.RECOVERED, night, opened.after, after, rules, result,
                since=opened.since,
            )  # fmt: skip
        elif opened is not None and after - (opened.after or 0.0) >= MUCH_WORSE:
            yield _transition(
                item, condition, TransitionKind.OPENED, night, opened.after, after, rules, result,
                since=opened.since,
            )  # fmt: skip
        elif (
            opened is None
            and before is not None
            and before.rules == rules
            and result.outcome is Outcome.FAILED
            and (_broke(before, after) or place in past.held)
        ):
            yield _transition(
                item, condition, TransitionKind.OPENED, night, before.best, after, rules, result
            )


def _worst_of_files(validations: Iterable[ValidationResult]) -> list[ExpectationResult]:
    """One result an expectation: a dataset's files stand or fall together, and the worst speaks for them."""
    worst: dict[str, ExpectationResult] = {}
    for validation in validations:
        for result in validation.results:
            known = worst.get(result.key)
            if known is None or _rank(result) > _rank(known):
                worst[result.key] = result
    return list(worst.values())


def _rank(result: ExpectationResult) -> tuple[bool, bool, float]:
    level = _level(result)
    return (level is not None, result.outcome is Outcome.FAILED, level or 0.0)


def _level(result: ExpectationResult) -> float | None:
    """Percent of values that fail; without a percentage all or none; None when nothing was found out."""
    if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
        return None
    if result.unexpected_percent is not None:
        return result.unexpected_percent
    return 100.0 if result.outcome is Outcome.FAILED else 0.0


def _broke(before: Before, after: float) -> bool:
    """A pass that fails by more than noise, or a failure that is much worse than it was at its best lately."""
    if before.outcome == Outcome.PASSED and after - before.level >= MINIMUM_EFFECT:
        return True
    return after - before.best >= MUCH_WORSE


def _mended(result: ExpectationResult, after: float, opened: Transition) -> bool:
    return result.outcome is Outcome.PASSED or after <= (opened.before or 0.0) + MINIMUM_EFFECT / 2


def _scores(item: Tonight, past: Past, night: date) -> Iterator[Transition]:
    for score in item.scores:
        # Access is told as `unreachable`, which waits for a second night; its score drops on the first.
        if score.score is None or score.category != "content" or score.dimension == score.category:
            continue
        condition = f"score:{score.dimension}"
        opened = past.open.get((item.dataset.key, condition))
        if opened is not None and opened.rules == score.rules:
            if score.score >= (opened.before or 0.0) - SCORE_RECOVERY:
                yield _transition(
                    item, condition, TransitionKind.RECOVERED, night, opened.after, score.score, score.rules,
                    since=opened.since, dimension=score.dimension,
                )  # fmt: skip
            continue
        comparable = [
            value
            for value, rules in past.scores.get((item.dataset.key, score.dimension), [])
            if rules == score.rules
        ][:NIGHTS_IN_BASELINE]
        if comparable and median(comparable) - score.score >= SCORE_DROP:
            yield _transition(
                item,
                condition,
                TransitionKind.OPENED,
                night,
                median(comparable),
                score.score,
                score.rules,
                dimension=score.dimension,
            )


def _reachability(item: Tonight, past: Past, night: date) -> Iterator[Transition]:
    earlier = [state for state in past.reachable.get(item.dataset.key, []) if state is not None]
    opened = past.open.get((item.dataset.key, UNREACHABLE))
    if opened is not None and item.reachable:
        yield _transition(
            item, UNREACHABLE, TransitionKind.RECOVERED, night, 0.0, 1.0, "availability", since=opened.since
        )
    elif opened is None and item.reachable is False and earlier[:1] == [False] and any(earlier):
        yield _transition(item, UNREACHABLE, TransitionKind.OPENED, night, 1.0, 0.0, "availability")


def _usability(item: Tonight, past: Past, night: date) -> Iterator[Transition]:
    """A file that was validated before and is no table any more, of no known layout, or without a record."""
    opened = past.open.get((item.dataset.key, UNUSABLE))
    if opened is not None and item.usable:
        yield _transition(
            item, UNUSABLE, TransitionKind.RECOVERED, night, 0.0, 1.0, "structure", since=opened.since
        )
    elif (
        opened is None
        and item.usable is False
        and any(dataset == item.dataset.key for dataset, _ in past.outcomes)
    ):
        yield _transition(item, UNUSABLE, TransitionKind.OPENED, night, 1.0, 0.0, "structure")


DIMENSION_NAMES = {
    "availability": {"en": "availability", "es": "disponibilidad"},
    "timeliness": {"en": "timeliness", "es": "oportunidad"},
    "structure": {"en": "structure", "es": "estructura"},
    "completeness": {"en": "completeness", "es": "completitud"},
    "validity": {"en": "validity", "es": "validez"},
    "uniqueness": {"en": "uniqueness", "es": "unicidad"},
    "consistency": {"en": "consistency", "es": "coherencia"},
}


def _transition(
    item: Tonight,
    condition: str,
    kind: TransitionKind,
    night: date,
    before: float | None,
    after: float | None,
    rules: str,
    result: ExpectationResult | None = None,
    *,
    since: date | None = None,
    dimension: str | None = None,
) -> Transition:
    identity = f"{item.dataset.key}|{condition}|{kind}|{night.isoformat()}"
    if result is not None:
        summary, advice = dict(result.title), dict(result.advice)
    elif dimension is not None:
        summary, advice = DIMENSION_NAMES[dimension], {}
    else:
        broken, mended, advice = WORDS[condition]
        summary = broken if kind is TransitionKind.OPENED else mended
        if condition == UNUSABLE and item.changed:
            advice = {
                language: f"{text} {CHANGED[language].format(told(item.changed, language))}"
                for language, text in advice.items()
            }
    return Transition(
        id=hashlib.sha256(identity.encode()).hexdigest()[:20],
        dataset=item.dataset.key,
        condition=condition,
        kind=kind,
        night=night,
        since=since or night,
        before=before,
        after=after,
        rules=rules,
        severity=result.severity if result else Severity.CRITICAL if dimension is None else Severity.WARNING,
        summary=summary,
        advice=advice,
        examples=result.examples if result is not None and kind is TransitionKind.OPENED else (),
        column=result.column if result is not None else "",
    )


CHANGED = {
    "en": "Columns since the last version that could be read — {}.",
    "es": "Columnas desde la última versión que se pudo leer: {}.",
}
# What is said of a condition when it opens and when it recovers, and what to do about it.
WORDS: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    UNREACHABLE: (
        {"en": "The file cannot be downloaded", "es": "El archivo no se puede descargar"},
        {"en": "The file can be downloaded again", "es": "El archivo se puede descargar de nuevo"},
        {
            "en": "Open the download address in a browser outside your network. If the file moved, restore the "
            "old address or redirect it, because programs and links out there still use it.",
            "es": "Abra la dirección de descarga en un navegador fuera de su red. Si el archivo cambió de lugar, "
            "restablezca la dirección anterior o rediríjala, porque hay programas y enlaces que aún la usan.",
        },
    ),
    UNUSABLE: (
        {
            "en": "The file is no longer the table that it was",
            "es": "El archivo ya no es la tabla que era",
        },
        {"en": "The file can be used again", "es": "El archivo se puede usar de nuevo"},
        {
            "en": "The file arrived, but it cannot be read, has no records, or its columns have other names. Open "
            "it as a user would, compare it with the last good version, and publish it again with the same columns.",
            "es": "El archivo llegó, pero no se puede leer, no tiene registros o sus columnas tienen otros nombres. "
            "Ábralo como lo haría quien lo usa, compárelo con la última versión correcta y publíquelo de nuevo con "
            "las mismas columnas.",
        },
    ),
}
