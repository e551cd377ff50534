"""Concepts and properties of our own: outcomes, severities, the guide's datasets, and the few terms no standard has.

Belongs here: their names and words. Does not belong here: metrics (`vocabulary`, `scores`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.model import Outcome, Severity
from pipelines.site.dqv import names
from pipelines.site.dqv.texts import Texts

Node = dict[str, Any]
Row = Mapping[str, Any]
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


def properties(texts: Texts, vocabulary: str) -> Iterator[Node]:
    """Our properties; `vocabulary` is the IRI of the file that defines them."""
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


def concepts(texts: Texts, guide: Sequence[Row]) -> Iterator[Node]:
    """Our concepts, in three schemes; `guide` are the guide's datasets."""
    for kind, scheme, keys in (("outcome", "outcomes", Outcome), ("severity", "severities", Severity)):
        yield _scheme(f"v:{scheme}", texts.of(scheme))
        for key in keys:
            label = texts.name(scheme, key.value)
            yield _concept(f"v:{names.local(kind, key.value)}", f"v:{scheme}", label, key.value)
    yield _scheme("v:guide", texts.of("guide"))
    for row in guide:
        label = {language: row[f"title_{language}"] for language in ("en", "es")}
        number = "" if row["number"] is None else str(row["number"])
        yield _concept(f"v:{names.local('guide', row['guide_dataset'])}", "v:guide", label, number)


def _scheme(id: str, title: dict[str, str]) -> Node:
    return {"@id": id, "@type": "skos:ConceptScheme", "title": title}


def _concept(id: str, scheme: str, label: dict[str, str], notation: str) -> Node:
    return {"@id": id, "@type": "skos:Concept", "inScheme": scheme, "prefLabel": label, "notation": notation}
