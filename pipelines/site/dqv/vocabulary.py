"""The vocabulary: what every number means, as dqv:Metric, dqv:Dimension and dqv:Category, in English and Spanish.

Belongs here: the whole file, its dimensions, and metrics under each version that was ever measured. Does not belong
here: any measurement. Whatever a dataset's file refers to under `v:` is defined in this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines import __version__
from pipelines.measurement.metrics import METRICS
from pipelines.site.dqv import concepts, mqa, names, scores
from pipelines.site.dqv.document import Document
from pipelines.site.dqv.measurements import UNITS, WHOLE
from pipelines.site.dqv.scores import ALL, dimension
from pipelines.site.dqv.texts import Texts
from pipelines.site.page import CATEGORIES, DIMENSIONS
from pipelines.site.words import Words

Node = dict[str, Any]
Row = Mapping[str, Any]
# Each dimension's category, as `pages.DIMENSIONS` has them in order.
OF_ACCESS = DIMENSIONS[:5]


def document(
    it: names.Names,
    words: Mapping[str, Words],
    metrics: Sequence[tuple[str, str]],
    scales: Sequence[Row],
    guide: Sequence[Row],
) -> Document:
    """`metrics` and `scales` are those that were ever measured, `guide` the guide's datasets."""
    texts = Texts(words)
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
        *scores.of_categories(texts),
        *scores.of_scales(texts, scales),
        *_mqa(),
        *concepts.properties(texts, it.file(names.METRICS)),
        *concepts.concepts(texts, guide),
    ]
    return Document(it.prefixes(), nodes)


def _categories(texts: Texts) -> Iterator[Node]:
    for category in CATEGORIES:
        name = texts.name("categories", category)
        yield {
            "@id": f"v:{category}",
            "@type": "dqv:Category",
            "prefLabel": name,
            "definition": texts.name("category_questions", category),
        }
        yield dimension(f"v:{category}.{ALL}", f"v:{category}", texts.of("whole", name=name))
    for key in DIMENSIONS:
        category = "access" if key in OF_ACCESS else "content"
        definition = {language: one.texts["dqv"]["dimensions"][key] for language, one in texts.words.items()}
        yield dimension(f"v:{key}", f"v:{category}", texts.name("dimensions", key), definition)


def _metrics(texts: Texts, seen: Sequence[tuple[str, str]]) -> Iterator[Node]:
    """Every metric of now, and those of the past by what is known of them: id and version."""
    resembled: dict[str, list[str]] = {}
    for item, answer in _ITEMS.items():
        resembled.setdefault(answer, []).append(f"pv:{mqa.CLOSE[item][0]}")
    now = {(it.id, it.version) for it in METRICS.values()}
    for key in sorted({id.partition(".")[0] for id, _ in now | set(seen)} - set(DIMENSIONS)):
        own = {"coverage": texts.of("coverage"), "feedback": ANSWERS}
        label = own.get(key, {"en": key, "es": key})
        yield {"@id": f"v:{names.local(key)}", "@type": "dqv:Dimension", "prefLabel": label}
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


ANSWERS = {"en": "Answers to readers", "es": "Respuestas a las personas usuarias"}
# Items of the MQA scale that a metric of ours answers.
_ITEMS = {
    "access_url": "availability.reachable",
    "download_answers": "availability.reachable",
    "non_proprietary": "openness.non_proprietary",
    "machine_readable": "openness.machine_readable",
}


def _mqa() -> Iterator[Node]:
    """The metrics of others that are measured here by their own definition, as their vocabulary has them."""
    for metric, place in mqa.MEASURED.items():
        yield {
            "@id": f"pv:{metric}",
            "@type": "dqv:Metric",
            "inDimension": f"pv:{place}",
            "expectedDataType": "xsd:boolean",
            "isDefinedBy": "https://piveau.eu/ns/voc",
        }
    for place in mqa.DIMENSIONS:
        yield {
            "@id": f"pv:{place}",
            "@type": "dqv:Dimension",
            "inCategory": f"v:{names.local('scale', mqa.SCALE)}",
        }
