"""Scores and the scales of others as metrics: what 0 to 100, or so many points, mean.

Belongs here: their definitions, with the dimensions and categories in which they stand. Does not belong here: metrics
that are measured (`vocabulary`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.site.dqv import mqa, names
from pipelines.site.dqv.measurements import scale_metric, score_metric
from pipelines.site.dqv.texts import Texts
from pipelines.site.page import CATEGORIES, DIMENSIONS, SCALES

Node = dict[str, Any]
Row = Mapping[str, Any]
# The dimension of a number about a whole category.
ALL = "all"


def of_categories(texts: Texts) -> Iterator[Node]:
    """The score of each category and of each dimension."""
    for category in CATEGORIES:
        yield _score(
            texts, f"{category}.{ALL}", score_metric(category, category), texts.name("categories", category)
        )
    for key in DIMENSIONS:
        yield _score(texts, key, score_metric("", key), texts.name("dimensions", key))


def _score(texts: Texts, place: str, id: str, name: dict[str, str]) -> Node:
    return {
        "@id": id,
        "@type": "dqv:Metric",
        "inDimension": f"v:{place}",
        "prefLabel": texts.of("score", name=name),
        "definition": texts.of("score_definition"),
        "expectedDataType": "xsd:double",
    }


def of_scales(texts: Texts, seen: Sequence[Row]) -> Iterator[Node]:
    """The points of each scale and of its parts, under each version of `seen`."""
    for scale in dict.fromkeys([*SCALES, *(row["scale"] for row in seen)]):
        name = texts.name("scales", scale)
        yield {"@id": f"v:{names.local('scale', scale)}", "@type": "dqv:Category", "prefLabel": name}
        parts = {row["part"]: _title(row) for row in seen if row["scale"] == scale and row["part"]}
        for part, label in {"": texts.of("whole", name=name), **parts}.items():
            same = f"pv:{part}" if scale == mqa.SCALE and part in mqa.DIMENSIONS else ""
            id = f"v:{names.local('scale', scale, part or ALL)}"
            yield dimension(id, f"v:{names.local('scale', scale)}", label, same=same)
    for row in seen:
        scale, part, rules = row["scale"], row["part"], f"scales {row['rules_version']}"
        name = texts.name("scales", scale)
        close = scale == mqa.SCALE and part in ("", *mqa.DIMENSIONS)
        yield {
            "@id": scale_metric(scale, part, rules),
            "@type": "dqv:Metric",
            "inDimension": f"v:{names.local('scale', scale, part or ALL)}",
            "version": row["rules_version"],
            "prefLabel": texts.of("points", name=_title(row) if part else name),
            "definition": texts.of("points_definition", name=name),
            "expectedDataType": "xsd:double",
            "closeMatch": f"pv:{f'{part}Scoring' if part else 'scoring'}" if close else None,
        }


def _title(row: Row) -> dict[str, str]:
    return {language: row[f"title_{language}"] or row["part"] for language in ("en", "es")}


def dimension(
    id: str, category: str, label: dict[str, str], definition: dict[str, str] | None = None, same: str = ""
) -> Node:
    """dqv:Dimension; `same` is another's dimension that means the same."""
    return {
        "@id": id,
        "@type": "dqv:Dimension",
        "inCategory": category,
        "prefLabel": label,
        "definition": definition,
        "exactMatch": same,
    }
