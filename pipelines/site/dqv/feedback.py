"""Feedback as linked data: what readers reported (dqv:UserQualityFeedback) and what was answered (oa:replying).

Belongs here: which property tells what. It is read from the published history, so that nothing can be in it that is not
public. A report is in the language of its reader; a person is never named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.history import asking
from pipelines.model import FeedbackKind, FeedbackState
from pipelines.site.dqv import authority
from pipelines.site.dqv.document import Document
from pipelines.site.dqv.names import Names, local
from pipelines.site.untrusted import http_iri

Node = dict[str, Any]

# Web Annotation's own motivations, beside that of every quality annotation.
MOTIVATIONS = {FeedbackKind.QUESTION: "oa:questioning"}

WANTED = """
FROM feedback_history WHERE $dataset::VARCHAR IS NULL OR dataset = $dataset ORDER BY dataset, accepted_on, feedback
"""


def document(public: Path, it: Names, dataset: str | None = None) -> Document:
    """All that was reported, of one dataset or of all. Raises `HistoryMissing` and `QueryError`."""
    with asking.opened(public) as connection:
        columns, rows = asking.ask(connection, WANTED, {"dataset": dataset})
    return Document(it.prefixes(), list(nodes([dict(zip(columns, row, strict=True)) for row in rows], it)))


def nodes(reports: list[Node], it: Names) -> Iterator[Node]:
    """The nodes of some reports, each with its answer."""
    by_dataset: dict[str, list[str]] = {}
    for row in reports:
        name = _name(row, it)
        by_dataset.setdefault(row["dataset"], []).append(name)
        motivations = ["dqv:qualityAssessment", MOTIVATIONS.get(row["feedback_kind"], "oa:commenting")]
        yield {
            "@id": name,
            "@type": "dqv:UserQualityFeedback",
            "identifier": row["feedback"],
            "hasTarget": it.dataset(row["dataset"]),
            "motivatedBy": motivations,
            "created": _instant(row["received_on"]),
            "accepted": _instant(row["accepted_on"]),
            "hasBody": _said(row["said"], row["language"]),
            "source": http_iri(row["shown_by"]),
            "label": " · ".join(row[part] for part in ("col", "row_named") if row[part]),
            "withdrawn": _instant(row["erased_on"])
            if row["feedback_state"] == FeedbackState.ERASED
            else None,
        }
        if row["answer"]:
            yield {
                "@id": f"{name}-answer",
                "@type": "oa:Annotation",
                "hasTarget": name,
                "motivatedBy": "oa:replying",
                "created": _instant(row["answered_on"]),
                "hasBody": [{"@type": "oa:TextualBody", "text": row["answer"]}],
            }
    for dataset, names in by_dataset.items():
        yield {"@id": it.dataset(dataset), "hasQualityAnnotation": names}


def _name(row: Node, it: Names) -> str:
    return f"{it.document(row['dataset'])}#{local('feedback', row['feedback'])}"


def _said(text: str | None, language: str | None) -> list[Node]:
    if not text:
        return []
    said = {language: text} if language else text
    return [{"@type": "oa:TextualBody", "text": said, "language": authority.language(language)}]


def _instant(stored: Any) -> str | None:
    return None if stored is None else f"{stored.isoformat(timespec='seconds')}Z"
