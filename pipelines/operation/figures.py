"""The figures of a finished night, for programs that watch programs.

Belongs here: names, units and meanings, in Prometheus' conventions (https://prometheus.io/docs/practices/naming/): base
units, and no figure whose number of labels grows with what is watched. Does not belong here: how they are given on
(`metrics`, `telemetry`). The history has everything about a single dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.errors import VeedorError
from pipelines.history.asking import columns_and_rows
from pipelines.operation.marks import Mark
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings

RESULTS = ("success", "partial", "failure")
STAGES = ("discover", "fetch", "read", "validate", "visit", "compare", "measure")
# From an unchanged file to a download at its deadline, in seconds.
BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0, 1800.0)
STAGE_SECONDS = "veedor_stage_seconds"
STAGE_SECONDS_MEANING = "Wall time of the stages of the newest finished night, each source's counted once."


@dataclass(frozen=True)
class Figure:
    """One number. `labels` tell those of one `name` apart."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """What the published history adds: datasets by outcome, and the bytes of the files of a night."""

    datasets: Mapping[str, int]
    files_bytes: int
    changed_bytes: int


def published(settings: Settings, note: NightNote) -> Published | None:
    """Ask the published history; None when it cannot be asked, which is no reason to have no figures at all."""
    try:
        _, outcomes = columns_and_rows(OUTCOMES, public=settings.public)
        _, sizes = columns_and_rows(SIZES, [note.night], public=settings.public)
    except VeedorError:
        return None
    counts = {str(outcome): int(str(count)) for outcome, count in outcomes}
    return Published(counts, int(str(sizes[0][0])), int(str(sizes[0][1])))


def figures(note: NightNote, history: Published | None) -> Iterator[Figure]:
    """Every single number of a night."""
    yield Figure("veedor_build_info", "Always 1; the version is a label.", 1, {"version": note.software})
    yield Figure(
        "veedor_last_night_timestamp_seconds",
        "When the newest finished night ended, in seconds since 1970.",
        note.ended_on.timestamp(),
    )
    if note.began_on is not None:
        yield Figure(
            "veedor_night_duration_seconds",
            "From the first answer of a portal to the end of the newest finished night.",
            max((note.ended_on - note.began_on).total_seconds(), 0.0),
        )
    yield Figure("veedor_sources_due", "Sources that the night had to visit.", note.due)
    for result in dict.fromkeys((*RESULTS, *note.results)):
        yield Figure(
            "veedor_sources",
            "Sources by what came of their night; failure is a fault of ours.",
            note.results.get(result, 0),
            {"result": result},
        )
    for state, count in (("told", note.alerts - note.held), ("held", note.held)):
        yield Figure("veedor_alerts", "Alerts of the night, told or held.", count, {"state": state})
    yield Figure(
        "veedor_undelivered_messages", "Messages of the night whose last attempt failed.", note.undelivered
    )
    yield from _of_disk(note)
    if history is not None:
        for outcome, count in sorted(history.datasets.items()):
            yield Figure(
                "veedor_datasets",
                "Datasets by the outcome of their newest night.",
                count,
                {"outcome": outcome},
            )
        yield Figure("veedor_files_bytes", "Bytes of the files that were published.", history.files_bytes)
        yield Figure("veedor_changed_files_bytes", "Bytes of those that had changed.", history.changed_bytes)


def stage_seconds(marks: Iterable[Mark]) -> Iterator[tuple[str, float]]:
    """(stage, seconds) of every source of the night."""
    for mark in marks:
        for stage, seconds in mark.seconds.items():
            if stage in STAGES:
                yield stage, seconds


def _of_disk(note: NightNote) -> Iterator[Figure]:
    if note.disk is None:
        return
    yield Figure("veedor_disk_free_bytes", "Free room on the disk of the data folder.", note.disk.free)
    yield Figure("veedor_disk_total_bytes", "Size of that disk.", note.disk.total)
    for part, size in sorted(note.disk.parts.items()):
        yield Figure("veedor_disk_used_bytes", "What a part of the data folder takes.", size, {"part": part})


OUTCOMES = "select outcome, count(*) from latest_verdict group by outcome"
SIZES = """
select coalesce(sum(bytes), 0), coalesce(sum(bytes) filter (where changed is distinct from false), 0)
from availability where night = ?
"""
