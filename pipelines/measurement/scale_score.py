"""A dataset on a scale of others: points for each item, part and the whole, and what they rest on.

Belongs here: one rule for all scales. An item that nobody can answer has no points, and `known` tells how many could be
got by what is known: "3.2 of 4 that are known, of 5" never reads as 5. Does not belong here: any scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from pipelines.measurement.evidence import Evidence
from pipelines.measurement.expectations import share_of
from pipelines.measurement.expectations import told as told_by
from pipelines.measurement.metrics import METRICS
from pipelines.measurement.openness import DOCUMENTS, OPEN, PROPRIETARY, family
from pipelines.measurement.published import told, told_of_files
from pipelines.measurement.scale import Item, Part, Scale, Scales, Title
from pipelines.model import EvidenceKind, ExpectationResult, QualityMeasurement, ScaleScore

# dct:accessRights: the European vocabulary's terms, and DCAT-US's levels.
ACCESS_RIGHTS = (
    "public",
    "restricted",
    "non-public",
    "non_public",
    "restricted public",
    "confidential",
    "sensitive",
)
UNKNOWN, MEASURED, ATTESTED = EvidenceKind.UNKNOWN, EvidenceKind.MEASURED, EvidenceKind.ATTESTED


def scale_scores(
    evidence: Evidence,
    measurements: Sequence[QualityMeasurement],
    scales: Scales,
    severities: Mapping[str, float],
    suite: str | None,
) -> list[ScaleScore]:
    """Every scale, part and item for one dataset; `suite` names the suite and its version behind the content."""
    scored = _Scored(evidence, measurements, severities)
    return [row for scale in scales.scales for row in _of_scale(scale, scored, scales.version, suite)]


class _Got(NamedTuple):
    """What was got of `most`, not rounded yet."""

    points: float | None
    known: float
    most: float
    evidence: EvidenceKind


class _Scored:
    """What answers items, for one dataset."""

    def __init__(
        self,
        evidence: Evidence,
        measurements: Sequence[QualityMeasurement],
        severities: Mapping[str, float],
    ) -> None:
        self.evidence = evidence
        self.said = [told_by(it.results, severities) for it in evidence.validations]
        self.values: dict[str, list[float]] = {}
        for it in measurements:
            if it.dataset == evidence.dataset.key and it.value is not None:
                self.values.setdefault(it.metric, []).append(it.value)

    def share(self, item: Item) -> float | None:
        """How far an item is met, in [0, 1]; None: unknown."""
        if item.metric is not None:
            found = self.values.get(item.metric, [])
            return None if not found else max(found) if item.best else fmean(found)
        if item.property is not None:
            return _number(told(item.property, self.evidence))
        if item.file is not None:
            share = told_of_files(item.file, self.evidence)
            return _number(share > 0) if item.best and share is not None else share
        if item.vocabulary is not None:
            return _number(self._in_vocabulary(item.vocabulary))
        if item.attested is not None:
            return _number(self.evidence.dataset.attested.get(item.attested))
        if item.principle is not None:
            return self._of_suite(lambda it: it.principle == item.principle)
        if item.type is not None:
            return self._of_suite(lambda it: it.type == item.type)
        return None

    def _in_vocabulary(self, name: str) -> bool | None:
        dataset = self.evidence.dataset
        if name == "license":
            given = told("license", self.evidence)
            return given and dataset.license_id is not None
        if name == "access_rights":
            given = told("access_rights", self.evidence)
            said = (dataset.access_rights or "").rstrip("/").rpartition("/")[2].casefold()
            return given and said in ACCESS_RIGHTS
        share = told_of_files("download_url", self.evidence)
        known = OPEN | PROPRIETARY | DOCUMENTS
        return None if share is None else any(family(it.format) in known for it in dataset.distributions)

    def _of_suite(self, wanted: Callable[[ExpectationResult], bool]) -> float | None:
        shares = [share_of([it for it in said if wanted(it.result)]) for said in self.said]
        known = [share for share in shares if share is not None]
        return fmean(known) if known else None


def _named(title: Title) -> dict[str, str]:
    return {"en": title.en, "es": title.es}


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _of_scale(scale: Scale, scored: _Scored, version: str, suite: str | None) -> Iterator[ScaleScore]:
    rules = _rules(scale, version, suite)

    def row(part: str, item: str, got: _Got, metric: str | None, title: dict[str, str]) -> ScaleScore:
        # Rounded once, behind all sums: three thirds are one.
        return ScaleScore(
            dataset=scored.evidence.dataset.key,
            scale=scale.key,
            part=part,
            item=item,
            points=None if got.points is None else round(got.points, 4),
            known=round(got.known, 4),
            most=round(got.most, 4),
            evidence=got.evidence,
            metric=metric,
            rules=rules,
            title=title,
        )

    parts = []
    for part in scale.parts:
        items = _of_items(part, scored)
        for item, got in zip(part.items, items, strict=True):
            yield row(part.key, item.key, got, item.metric, _named(item.title))
        parts.append(_sum(items, part.most))
        yield row(part.key, "", parts[-1], None, _named(part.title))
    if scale.total:
        whole = _sum(parts, sum(part.most for part in scale.parts))
        yield row("", "", whole, None, _graded(scale, parts))


def _of_items(part: Part, scored: _Scored) -> list[_Got]:
    whole = sum(item.points for item in part.items)
    found = []
    for item in part.items:
        most = part.most * item.points / whole
        share = scored.share(item)
        if share is None:
            found.append(_Got(None, 0.0, most, UNKNOWN))
        else:
            kind = ATTESTED if item.attested is not None else MEASURED
            found.append(_Got(share * most, most, most, kind))
    return found


def _sum(found: Sequence[_Got], most: float) -> _Got:
    points = [it.points for it in found if it.points is not None]
    kinds = {it.evidence for it in found if it.points is not None}
    mixed = kinds.pop() if len(kinds) == 1 else EvidenceKind.MIXED if kinds else UNKNOWN
    return _Got(sum(points) if points else None, sum(it.known for it in found), most, mixed)


def _graded(scale: Scale, parts: Sequence[_Got]) -> dict[str, str]:
    """The scale's name, with the word for what was got of it: by what is known, so that it may be too low."""
    title = _named(scale.title)
    known = [it.points for it in parts if it.points is not None]
    grade = next((it.title for it in scale.grades if known and sum(known) >= it.least), None)
    return title if grade is None else {name: f"{title[name]}: {getattr(grade, name)}" for name in title}


def _rules(scale: Scale, version: str, suite: str | None) -> str:
    asked = [item.metric for part in scale.parts for item in part.items if item.metric is not None]
    versions = "".join(METRICS[name].version for name in asked)
    return f"scales {version}, metrics {versions}" + (f", {suite}" if suite else "")
