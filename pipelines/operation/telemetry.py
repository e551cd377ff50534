"""A night as OpenTelemetry's spans and metrics, pushed to a collector when it is finished.

Belongs here: that form, through OpenTelemetry's SDK and its exporter for OTLP over HTTP, which make connections of
their own: to the collector that the operator names, nowhere else. Spans are made
afterwards of what each run has noted, so that a night with a thousand sources pays for them once and not at every step.
A stage's span begins when the one before ended: what a source waited for in between is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.operation import figures
from pipelines.operation.marks import Mark
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import Span

SECONDS = 10.0
# Spans that are pushed in one request: some hundred kilobytes.
AT_ONCE = 2_000
NANO = 1_000_000_000


def send(settings: Settings, note: NightNote, marks: Mapping[str, Mark]) -> None:
    """Push the night to the collector that the settings name; nothing when they name none.

    Raises `ModuleNotFoundError` without the extra `metrics`. A collector that does not answer is logged by the SDK.
    """
    if settings.otlp_endpoint is None:
        return
    base = settings.otlp_endpoint.rstrip("/")
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create(
        {"service.name": "veedor", "service.version": note.software.removeprefix("veedor ")}
    )
    _push_spans(f"{base}/v1/traces", resource, note, marks)
    _push_metrics(f"{base}/v1/metrics", resource, settings, note, marks)


def _push_spans(endpoint: str, resource: Resource, note: NightNote, marks: Mapping[str, Mark]) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExportResult

    exporter: Any = OTLPSpanExporter(endpoint=endpoint, timeout=SECONDS)

    class InPieces(SpanProcessor):
        """Pushes AT_ONCE spans at a time, and stops at the first piece that nobody takes."""

        def __init__(self) -> None:
            self.waiting: list[Any] = []
            self.taken = True

        def on_end(self, span: Any) -> None:
            self.waiting.append(span)
            if len(self.waiting) >= AT_ONCE:
                self.push()

        def push(self) -> None:
            spans, self.waiting = self.waiting, []
            if spans and self.taken:
                self.taken = exporter.export(spans) is SpanExportResult.SUCCESS

    pieces = InPieces()
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(pieces)
    tracer = provider.get_tracer("veedor")
    began = min(
        (it.started_on for it in marks.values() if it.started_on), default=note.began_on or note.ended_on
    )
    night = tracer.start_span(
        "night", start_time=_nano(began), attributes={"veedor.night": str(note.night), "veedor.due": note.due}
    )
    for mark in marks.values():
        _source(tracer, night, note, mark)
    night.end(_nano(note.ended_on))
    pieces.push()
    exporter.shutdown()


def _source(tracer: Any, night: Span, note: NightNote, mark: Mark) -> None:
    from opentelemetry.trace import StatusCode, set_span_in_context

    if mark.started_on is None or mark.finished_on is None:
        return
    span = tracer.start_span(
        "source",
        context=set_span_in_context(night),
        start_time=_nano(mark.started_on),
        attributes={
            "veedor.source": mark.source,
            "veedor.run": f"{note.night}/{mark.source}",
            "veedor.result": mark.result,
        },
    )
    if mark.result == "failure":
        span.set_status(StatusCode.ERROR, mark.reason)
    inside, at = set_span_in_context(span), _nano(mark.started_on)
    for stage in _in_order(mark.seconds):
        end = at + int(mark.seconds[stage] * NANO)
        tracer.start_span(
            stage, context=inside, start_time=at, attributes={"veedor.source": mark.source}
        ).end(end)
        at = end
    span.end(max(_nano(mark.finished_on), at))


def _push_metrics(
    endpoint: str, resource: Resource, settings: Settings, note: NightNote, marks: Mapping[str, Mark]
) -> None:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View

    # Read once and pushed once: a reader that exports by itself has a thread and a clock of its own.
    reader = InMemoryMetricReader()
    view = View(
        instrument_name=figures.STAGE_SECONDS, aggregation=ExplicitBucketHistogramAggregation(figures.BUCKETS)
    )
    provider = MeterProvider([reader], resource=resource, views=[view], shutdown_on_exit=False)
    meter = provider.get_meter("veedor")
    gauges: dict[str, Any] = {}
    for figure in figures.figures(note, figures.published(settings, note)):
        if figure.name not in gauges:
            gauges[figure.name] = meter.create_gauge(
                figure.name, unit=_unit(figure.name), description=figure.meaning
            )
        gauges[figure.name].set(figure.value, dict(figure.labels))
    stages = meter.create_histogram(figures.STAGE_SECONDS, "s", figures.STAGE_SECONDS_MEANING)
    for stage, seconds in figures.stage_seconds(marks.values()):
        stages.record(seconds, {"stage": stage})
    found = reader.get_metrics_data()
    exporter = OTLPMetricExporter(endpoint=endpoint, timeout=SECONDS)
    if found is not None:
        exporter.export(found)
    exporter.shutdown()
    provider.shutdown()


def _in_order(seconds: Mapping[str, float]) -> Sequence[str]:
    """The stages one after the other; what is a part of another one is not among them."""
    return [stage for stage in figures.STAGES if stage in seconds and stage != "compare"]


def _unit(name: str) -> str:
    return {"seconds": "s", "bytes": "By"}.get(name.rpartition("_")[2], "1")


def _nano(instant: datetime) -> int:
    return int(instant.timestamp() * NANO)
