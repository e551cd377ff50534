"""Measurements: the numbers of one night as dqv:QualityMeasurement, and what has none as dqv:QualityAnnotation.

Belongs here: metrics, scores, scales of others and the MQA's own metrics, and the unknown. A measurement always has a
value: what was due but not known is told by an annotation that names the metric and the reason, so that nobody adds it
up as 0. Does not belong here: verdicts and expectations (`judgements`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pipelines.measurement.metrics import METRICS
from pipelines.site.dqv import mqa, names
from pipelines.site.dqv.facts import Facts
from pipelines.site.reasons import told
from pipelines.site.words import Words, load

Node = dict[str, Any]
Row = Mapping[str, Any]

# Whole numbers, and the units that QUDT has a name for.
WHOLE = ("bytes", "rows", "count")
UNITS = {"days": "unit:DAY", "seconds": "unit:SEC", "bytes": "unit:BYTE"}


def of_night(facts: Facts, words: Mapping[str, Words]) -> Iterator[Node]:
    """Every measurement of the night, then the annotations about what is not known."""
    common = _Common(facts)
    unknown: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for row in facts.measurements:
        metric, on = names.metric(row["metric"], row["metric_version"]), _target(row)
        if _known(row["value"]):
            unit = METRICS[row["metric"]].unit if row["metric"] in METRICS else "share"
            yield {
                **common.measurement(metric, on),
                **_valued(row["value"], unit),
                "unitMeasure": UNITS.get(unit),
                "comment": sentences(row["reason"], words),
            }
        else:
            said = sentences(row["reason"], words) or _own("unknown_measurement", words)
            unknown.setdefault((on, tuple(said.items())), []).append(metric)
    for row in facts.scores:
        metric = score_metric(row["category"], row["dimension"])
        if _known(row["score"]):
            lost = {language: row[f"explanation_{language}"] or "" for language in ("en", "es")}
            yield {
                **common.measurement(metric, "d:dataset"),
                "value": repr(float(row["score"])),
                "rules": row["rules"],
                "comment": {language: text for language, text in lost.items() if text},
            }
        else:
            said = _own("unknown_score", words)
            unknown.setdefault(("d:dataset", tuple(said.items())), []).append(metric)
    for row in facts.scales:
        if row["item"]:
            continue
        metric = scale_metric(row["scale"], row["part"], row["rules"])
        if _known(row["points"]):
            yield {
                **common.measurement(metric, "d:dataset"),
                "value": repr(float(row["points"])),
                "known": repr(float(row["known"])),
                "most": repr(float(row["most"])),
                "rules": row["rules"],
            }
        else:
            said = _own("unknown_points", words)
            unknown.setdefault(("d:dataset", tuple(said.items())), []).append(metric)
    for metric, on, answer in mqa.flags(facts.scales, facts.distributions):
        yield {**common.measurement(metric, on), "flag": answer}
    for (on, reasons), metrics in unknown.items():
        yield {
            **common.annotation("unknown", on, *metrics),
            "unknownMetric": metrics,
            "hasBody": body(dict(reasons)),
        }


class _Common:
    """What all measurements and annotations of one night say: when, and in which run."""

    def __init__(self, facts: Facts) -> None:
        night, source = facts.verdict["night"], facts.verdict["source"]
        self.night, self.run = night, names.run(night, source)

    def measurement(self, metric: str, on: str) -> Node:
        return {
            "@id": f"d:{names.local(self.night, metric.replace(':', '-'), on.partition(':')[2])}",
            "@type": "dqv:QualityMeasurement",
            "isMeasurementOf": metric,
            "computedOn": on,
            "night": self.night.isoformat(),
            "wasGeneratedBy": self.run,
        }

    def annotation(self, kind: str, on: str, *about: str) -> Node:
        about_it = (it.replace(":", "-") for it in about)
        return {
            "@id": f"d:{names.local(self.night, kind, *about_it, on.partition(':')[2])}",
            "@type": "dqv:QualityAnnotation",
            "hasTarget": on,
            "motivatedBy": "dqv:qualityAssessment",
            "night": self.night.isoformat(),
            "wasGeneratedBy": self.run,
        }


def common(facts: Facts) -> _Common:
    """What all nodes of the night say."""
    return _Common(facts)


def body(texts: Mapping[str, str]) -> list[Node]:
    """oa:TextualBody, one for each language."""
    return [
        {"@type": "oa:TextualBody", "text": {language: text}, "language": LANGUAGES.get(language)}
        for language, text in texts.items()
        if text
    ]


def sentences(reason: str | None, words: Mapping[str, Words]) -> dict[str, str]:
    """A recorded sentence in the languages in which it is known; in English as it was recorded, if in no other."""
    return dict(_sentences(reason, tuple(words))) if reason else {}


@lru_cache(maxsize=1 << 14)  # the same few hundred sentences are told of thousands of datasets
def _sentences(reason: str, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = {language: told(load(language), reason) for language in languages}
    known = {language: text for language, (text, of) in found.items() if of == language}
    return tuple((known or {"en": reason}).items())


def _own(key: str, words: Mapping[str, Words]) -> dict[str, str]:
    return {language: str(one.texts["dqv"][key]) for language, one in words.items()}


def score_metric(category: str, dimension: str) -> str:
    """The metric of a dimension's score; of a category's, when the two are the same."""
    return f"v:{names.local('score', dimension if dimension != category else f'{category}.all')}"


def scale_metric(scale: str, part: str, rules: str) -> str:
    """The metric of a part of a scale, or of the whole, under the version of the scales that `rules` begin with."""
    return f"v:{names.local('scale', scale, part or 'all', f'v{scales_version(rules)}')}"


def scales_version(rules: str) -> str:
    """`rules` of a row of a scale begin with "scales 1,"."""
    return rules.partition(",")[0].removeprefix("scales ")


def _target(row: Row) -> str:
    return names.target(row["computed_on"], row["dataset"])


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _valued(value: float, unit: str) -> Node:
    if unit in WHOLE and value == int(value):
        return {"number": int(value)}
    return {"value": repr(float(value))}


LANGUAGES = {
    "en": "http://publications.europa.eu/resource/authority/language/ENG",
    "es": "http://publications.europa.eu/resource/authority/language/SPA",
}
