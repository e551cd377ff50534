"""A dataset's file: description, measurements, annotations and the run that they come from, for one night.

Belongs here: putting the parts of one dataset together, and naming the file as dqv:QualityMetadata, which groups them.
Does not belong here: the parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.site.dqv import describe, judgements, measurements, names
from pipelines.site.dqv.document import Document
from pipelines.site.dqv.facts import Facts
from pipelines.site.words import Words

Node = dict[str, Any]


def document(facts: Facts, it: names.Names, words: Mapping[str, Words]) -> Document:
    """Everything about one dataset's night."""
    key = facts.verdict["dataset"]
    files = _files(facts)
    measured = list(measurements.of_night(facts, words))
    judged = list(judgements.of_night(facts, words))
    described = describe.dataset(facts.described, facts.verdict, files, "d:dataset")
    subjects = {node["@id"]: node for node in (described, *files)}
    for node in (*measured, *judged):
        on = node.get("computedOn") or node["hasTarget"]
        # What was measured of a file that is not described any more still has to be about something.
        subject = subjects.setdefault(on, {"@id": on, "@type": "prov:Entity"})
        has = "hasQualityMeasurement" if "computedOn" in node else "hasQualityAnnotation"
        subject.setdefault(has, []).append(node["@id"])
    described["hasQualityMetadata"] = it.document(key)
    return Document(
        it.prefixes(key), [*subjects.values(), *_provenance(facts, it.document(key)), *measured, *judged]
    )


def _files(facts: Facts) -> list[Node]:
    """Every file that the portal describes or that was visited."""
    described = {row["distribution"]: row for row in facts.distributions}
    keys = list(dict.fromkeys((*described, *facts.snapshots)))
    return [
        describe.file(described.get(key, {}), facts.snapshots.get(key, {}), facts.described) for key in keys
    ]


def _provenance(facts: Facts, document: str) -> list[Node]:
    """The file itself, the run that found all of it, and the software that ran."""
    run, night = facts.run, facts.verdict["night"]
    software = f"c:{names.local('software', *str(run.get('software', 'veedor')).split())}"
    finished = _instant(run.get("finished_on"))
    return [
        {
            "@id": document,
            "@type": "dqv:QualityMetadata",
            "primaryTopic": "d:dataset",
            "night": night.isoformat(),
            "generatedAtTime": finished,
            "wasGeneratedBy": names.run(night, facts.verdict["source"]),
        },
        {
            "@id": names.run(night, facts.verdict["source"]),
            "@type": "prov:Activity",
            "identifier": run.get("run_id"),
            "startedAtTime": _instant(run.get("started_on")),
            "endedAtTime": finished,
            "rules": run.get("rules"),
            "wasAssociatedWith": software,
        },
        {"@id": software, "@type": "prov:SoftwareAgent", "name": run.get("software") or "veedor"},
    ]


def _instant(instant: datetime | None) -> str | None:
    """The history's instants are UTC."""
    return None if instant is None else f"{instant.isoformat()}Z"
