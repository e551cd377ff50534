"""The figures of a night as a file for Prometheus (node_exporter's textfile collector).

Belongs here: that form, through prometheus_client. Does not belong here: which figures there are (`figures`).
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.operation import figures
from pipelines.operation.marks import Mark
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings


def write(settings: Settings, note: NightNote, marks: Mapping[str, Mark]) -> None:
    """Write the file that VEEDOR_METRICS_FILE names, whole or not at all; nothing when it names none.

    Raises `ModuleNotFoundError` without the extra `metrics`, and `OSError`.
    """
    if settings.metrics_file is None:
        return
    from prometheus_client import CollectorRegistry, Gauge, Histogram, write_to_textfile

    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for figure in figures.figures(note, figures.published(settings, note)):
        if figure.name not in gauges:
            gauges[figure.name] = Gauge(figure.name, figure.meaning, tuple(figure.labels), registry=registry)
        gauge = gauges[figure.name]
        (gauge.labels(**figure.labels) if figure.labels else gauge).set(figure.value)
    stages = Histogram(
        figures.STAGE_SECONDS,
        figures.STAGE_SECONDS_MEANING,
        ("stage",),
        buckets=figures.BUCKETS,
        registry=registry,
    )
    for stage, seconds in figures.stage_seconds(marks.values()):
        stages.labels(stage=stage).observe(seconds)
    settings.metrics_file.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(settings.metrics_file), registry)
