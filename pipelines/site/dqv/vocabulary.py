"""The vocabulary: what every number means, as dqv:Metric, dqv:Dimension and dqv:Category, in English and Spanish.

Belongs here: metrics under each version that was ever measured, scores and scales, our few properties, outcomes, and
the guide's datasets. Does not belong here: any measurement. Whatever a dataset's file refers to under `v:` is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines import __version__
from pipelines.measurement.metrics import METRICS
from pipelines.model import Outcome, Severity
from pipelines.site.dqv import mqa, names
from pipelines.site.dqv.document import Document
from pipelines.site.dqv.measurements import UNITS, WHOLE, scale_metric, score_metric
from pipelines.site.pages import CATEGORIES, DIMENSIONS, SCALES
from pipelines.site.words import Words

Node = dict[str, Any]
Row = Mapping[str, Any]
ALL = "all"
# Each dimension's category, as `pages.DIMENSIONS` has them in order.
OF_ACCESS = DIMENSIONS[:5]
# A property of ours and what its values are.
PROPERTIES = {
    "rules": "rdfs:Literal",
    "known": "xsd:double",
    "most": "xsd:double",
    "outcome": "skos:Concept",
    "severity": "skos:Concept",
    "unknownMetric": "dqv:Metric",
    "publishedAddress": "rdfs:Literal",
}


def document(
    it: names.Names,
    words: Mapping[str, Words],
    metrics: Sequence[tuple[str, str]],
    scales: Sequence[Row],
    guide: Sequence[Row],
) -> Document:
    """`metrics` and `scales` are those that were ever measured, `guide` the guide's datasets."""
    texts = _Texts(words)
    nodes = [
        {
            "@id": it.file(names.METRICS),
            "@type": "owl:Ontology",
            "title": texts.of("vocabulary"),
            "description": texts.of("vocabulary_definition"),
            "version": __version__,
        },
        *_categories(texts),
        *_metrics(texts, metrics),
        *_scores(texts),
        *_scales(texts, scales),
        *_mqa(),
        *_properties(texts, it.file(names.METRICS)),
        *_concepts(texts, guide),
    ]
    return Document(it.prefixes(), nodes)


class _Texts:
    """The words under `dqv` in `text/<language>.json`, and names of the site, by language."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self.words = words

    def of(self, key: str, **values: str | dict[str, str]) -> dict[str, str]:
        """A sentence in each language; a value may differ by language."""
        return {
            language: str(one.texts["dqv"][key]).format(
                **{name: it[language] if isinstance(it, dict) else it for name, it in values.items()}
            )
            for language, one in self.words.items()
        }

    def name(self, kind: str, key: str) -> dict[str, str]:
        return {language: one.name(kind, key) for language, one in self.words.items()}


def _categories(texts: _Texts) -> Iterator[Node]:
    for category in CATEGORIES:
        name = texts.name("categories", category)
        yield {
            "@id": f"v:{category}",
            "@type": "dqv:Category",
            "prefLabel": name,
            "definition": texts.name("category_questions", category),
        }
        yield _dimension(f"v:{category}.{ALL}", f"v:{category}", texts.of("whole", name=name))
    for key in DIMENSIONS:
        category = "access" if key in OF_ACCESS else "content"
        definition = {language: one.texts["dqv"]["dimensions"][key] for language, one in texts.words.items()}
        yield _dimension(f"v:{key}", f"v:{category}", texts.name("dimensions", key), definition)


def _dimension(
    id: str, category: str, label: dict[str, str], definition: dict[str, str] | None = None, same: str = ""
) -> Node:
    return {
        "@id": id,
        "@type": "dqv:Dimension",
        "inCategory": category,
        "prefLabel": label,
        "definition": definition,
        "exactMatch": same,
    }


def _metrics(texts: _Texts, seen: Sequence[tuple[str, str]]) -> Iterator[Node]:
    """Every metric of now, and those of the past by what is known of them: id and version."""
    resembled: dict[str, list[str]] = {}
    for item, metric in _ITEMS.items():
        resembled.setdefault(metric, []).append(f"pv:{mqa.CLOSE[item][0]}")
    now = {(it.id, it.version) for it in METRICS.values()}
    for key in sorted({id.partition(".")[0] for id, _ in seen} - set(DIMENSIONS)):
        yield {"@id": f"v:{names.local(key)}", "@type": "dqv:Dimension", "prefLabel": {"en": key, "es": key}}
    for id, version in sorted(now | set(seen)):
        metric = METRICS.get(id)
        unit = metric.unit if metric else "share"
        current = (id, version) in now
        earlier = texts.of("earlier", id=id, version=version)
        yield {
            "@id": names.metric(id, version),
            "@type": "dqv:Metric",
            "inDimension": f"v:{names.local(id.partition('.')[0])}",
            "identifier": id,
            "version": version,
            "prefLabel": metric.title if metric else {"en": id, "es": id},
            "definition": metric.definition if metric and current else earlier,
            "expectedDataType": "xsd:integer" if unit in WHOLE else "xsd:double",
            "unitMeasure": UNITS.get(unit),
            "closeMatch": sorted(resembled.get(id, ())) if current else None,
            "deprecated": None if current else True,
        }


# Items of the MQA scale that a metric of ours answers.
_ITEMS = {
    "access_url": "availability.reachable",
    "download_answers": "availability.reachable",
    "non_proprietary": "openness.non_proprietary",
    "machine_readable": "openness.machine_readable",
}


def _scores(texts: _Texts) -> Iterator[Node]:
    for category in CATEGORIES:
        yield _score(
            texts, f"{category}.{ALL}", score_metric(category, category), texts.name("categories", category)
        )
    for key in DIMENSIONS:
        yield _score(texts, key, score_metric("", key), texts.name("dimensions", key))


def _score(texts: _Texts, dimension: str, id: str, name: dict[str, str]) -> Node:
    return {
        "@id": id,
        "@type": "dqv:Metric",
        "inDimension": f"v:{dimension}",
        "prefLabel": texts.of("score", name=name),
        "definition": texts.of("score_definition"),
        "expectedDataType": "xsd:double",
    }


def _scales(texts: _Texts, seen: Sequence[Row]) -> Iterator[Node]:
    for scale in dict.fromkeys([*SCALES, *(row["scale"] for row in seen)]):
        name = texts.name("scales", scale)
        yield {"@id": f"v:{names.local('scale', scale)}", "@type": "dqv:Category", "prefLabel": name}
        parts = {row["part"]: _title(row) for row in seen if row["scale"] == scale and row["part"]}
        for part, label in {"": texts.of("whole", name=name), **parts}.items():
            same = f"pv:{part}" if scale == mqa.SCALE and part in mqa.DIMENSIONS else ""
            dimension = f"v:{names.local('scale', scale, part or ALL)}"
            yield _dimension(dimension, f"v:{names.local('scale', scale)}", label, same=same)
    for row in seen:
        scale, part, rules = row["scale"], row["part"], f"scales {row['rules_version']}"
        name = texts.name("scales", scale)
        close = f"pv:{f'{part}Scoring' if part else 'scoring'}" if scale == mqa.SCALE else ""
        yield {
            "@id": scale_metric(scale, part, rules),
            "@type": "dqv:Metric",
            "inDimension": f"v:{names.local('scale', scale, part or ALL)}",
            "version": row["rules_version"],
            "prefLabel": texts.of("points", name=_title(row) if part else name),
            "definition": texts.of("points_definition", name=name),
            "expectedDataType": "xsd:double",
            "closeMatch": close,
        }


def _title(row: Row) -> dict[str, str]:
    return {language: row[f"title_{language}"] or row["part"] for language in ("en", "es")}


def _mqa() -> Iterator[Node]:
    """The metrics of others that are measured here by their own definition, as their vocabulary has them."""
    for metric, dimension in mqa.MEASURED.items():
        yield {
            "@id": f"pv:{metric}",
            "@type": "dqv:Metric",
            "inDimension": f"pv:{dimension}",
            "expectedDataType": "xsd:boolean",
            "isDefinedBy": "https://piveau.eu/ns/voc",
        }
    for dimension in mqa.DIMENSIONS:
        yield {
            "@id": f"pv:{dimension}",
            "@type": "dqv:Dimension",
            "inCategory": f"v:{names.local('scale', mqa.SCALE)}",
        }


def _properties(texts: _Texts, vocabulary: str) -> Iterator[Node]:
    for key, range_ in PROPERTIES.items():
        said = {language: one.texts["dqv"]["properties"][key] for language, one in texts.words.items()}
        yield {
            "@id": f"v:{key}",
            "@type": "rdf:Property",
            "label": {"en": key},
            "comment": said,
            "range": range_,
            "isDefinedBy": vocabulary,
        }


def _concepts(texts: _Texts, guide: Sequence[Row]) -> Iterator[Node]:
    for kind, scheme, keys in (("outcome", "outcomes", Outcome), ("severity", "severities", Severity)):
        yield _scheme(f"v:{scheme}", texts.of(scheme))
        for key in keys:
            label = texts.name(scheme, key.value)
            yield _concept(f"v:{names.local(kind, key.value)}", f"v:{scheme}", label, key.value)
    yield _scheme("v:guide", texts.of("guide"))
    for row in guide:
        label = {language: row[f"title_{language}"] for language in ("en", "es")}
        yield _concept(
            f"v:{names.local('guide', row['guide_dataset'])}", "v:guide", label, str(row["number"])
        )


def _scheme(id: str, title: dict[str, str]) -> Node:
    return {"@id": id, "@type": "skos:ConceptScheme", "title": title}


def _concept(id: str, scheme: str, label: dict[str, str], notation: str) -> Node:
    return {"@id": id, "@type": "skos:Concept", "inScheme": scheme, "prefLabel": label, "notation": notation}
