"""The figures of a night, as Prometheus reads them and as an OpenTelemetry collector gets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from pipelines import duck
from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.operation import closing, figures
from tests import receivers
from tests.receivers import Receiver
from tests.unit.operation.installation import Installation

NIGHT = date(2026, 3, 2)
SECONDS = {"discover": 0.01, "fetch": 1.5, "measure": 0.3, "compare": 0.1}


@pytest.fixture
def night(installation: Installation) -> Installation:
    """Three sources, one of them stopped, and what was published of them."""
    for name, result in (("a", "success"), ("b", "partial"), ("c", "failure")):
        installation.run(NIGHT, name, result, seconds={} if name == "c" else SECONDS)
    installation.tell(NIGHT, "pending", "pending", "held")
    installation.notify(NIGHT, "one", 1, "failed")
    installation.settings.public.mkdir(parents=True)
    connection = duck.connect(installation.settings.public / "quality.duckdb")
    connection.execute(
        "create table latest_verdict as select * from (values ('passed'), ('passed'), ('failed')) t(outcome)"
    )
    connection.execute(
        "create table availability as select date '2026-03-02' as night, b::bigint as bytes, c as changed"
        " from (values (1000, false), (200, true), (30, null)) t(b, c)"
    )
    connection.close()
    return installation


def closed(installation: Installation, clock: FixedClock, **settings: object) -> None:
    chosen = replace(installation.settings, **settings)  # type: ignore[arg-type]
    with HttpClient(chosen, clock) as http:
        closing.closed(NIGHT, ["a", "b", "c"], "en", chosen, clock, http)


def samples(path: Path) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    assert all(family.documentation for family in families)
    return {
        (it.name, tuple(sorted(it.labels.items()))): it.value for family in families for it in family.samples
    }


def test_prometheus_reads_the_file(night: Installation, clock: FixedClock, tmp_path: Path) -> None:
    file = tmp_path / "textfile" / "veedor.prom"
    closed(night, clock, metrics_file=file)
    found = samples(file)
    assert found["veedor_last_night_timestamp_seconds", ()] == clock.now().timestamp()
    assert found["veedor_night_duration_seconds", ()] == 6 * 3600
    assert found["veedor_sources_due", ()] == 3
    assert found["veedor_sources", (("result", "failure"),)] == 1
    assert found["veedor_alerts", (("state", "held"),)] == 1
    assert found["veedor_alerts", (("state", "told"),)] == 2
    assert found["veedor_undelivered_messages", ()] == 1
    assert found["veedor_datasets", (("outcome", "passed"),)] == 2
    assert (found["veedor_files_bytes", ()], found["veedor_changed_files_bytes", ()]) == (1230, 230)
    assert found["veedor_stage_seconds_count", (("stage", "fetch"),)] == 2
    assert found["veedor_stage_seconds_sum", (("stage", "fetch"),)] == 3.0
    assert found["veedor_stage_seconds_bucket", (("le", "2.0"), ("stage", "fetch"))] == 2
    assert found["veedor_disk_free_bytes", ()] > 0
    assert ("veedor_disk_used_bytes", (("part", "runs"),)) in found
    assert [it.name for it in file.parent.iterdir()] == ["veedor.prom"]


def test_without_anything_published_the_other_figures_are_there(
    installation: Installation, clock: FixedClock, tmp_path: Path
) -> None:
    installation.run(NIGHT, "a")
    closed(installation, clock, metrics_file=tmp_path / "veedor.prom")
    found = samples(tmp_path / "veedor.prom")
    assert ("veedor_sources", (("result", "success"),)) in found
    assert not [name for name, _ in found if name == "veedor_datasets"]


def test_a_file_that_cannot_be_written_fails_no_night(
    night: Installation, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    closed(night, clock, metrics_file=tmp_path / "file" / "veedor.prom")
    assert "metrics file could not be made" in caplog.text
    assert (night.settings.operations / "2026-03-02.json").exists()


def test_every_figure_is_named_as_prometheus_wants_and_documented(night: Installation) -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "operate.md").read_text(encoding="utf-8")
    note = night.finish(NIGHT)
    names = {it.name for it in figures.figures(note, figures.published(night.settings, note))}
    for name in {*names, figures.STAGE_SECONDS}:
        assert name.startswith("veedor_")
        assert not name.endswith("_total"), "none of them is a counter"
        assert f"`{name}" in text


@pytest.fixture
def collector() -> Iterator[tuple[Receiver, str]]:
    found = Receiver(answer=lambda _: (200, {"Content-Type": "application/x-protobuf"}, b""))
    with receivers.running(found) as url:
        yield found, url


def decoded(request: receivers.Request) -> bytes:
    import gzip

    return (
        gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
    )


def test_a_collector_gets_spans_and_metrics(
    night: Installation, clock: FixedClock, collector: tuple[Receiver, str]
) -> None:
    found, url = collector
    closed(night, clock, otlp_endpoint=f"{url}/")
    assert {it.path for it in found.requests} == {"/v1/traces", "/v1/metrics"}
    spans = []
    for request in found.requests:
        if request.path == "/v1/traces":
            traced = ExportTraceServiceRequest.FromString(decoded(request))
            spans += [
                span for it in traced.resource_spans for scope in it.scope_spans for span in scope.spans
            ]
    by_id = {it.span_id: it for it in spans}
    (root,) = [it for it in spans if it.name == "night"]
    assert sorted(it.name for it in spans) == sorted(
        ["night", "source", "source", "source", *(["discover", "fetch", "measure"] * 2)]
    )
    for span in spans:
        assert span.trace_id == root.trace_id
        assert span.end_time_unix_nano >= span.start_time_unix_nano
        if span.name == "source":
            assert span.parent_span_id == root.span_id
        elif span.name != "night":
            assert by_id[span.parent_span_id].name == "source"
    metrics = ExportMetricsServiceRequest.FromString(
        decoded(next(it for it in found.requests if it.path == "/v1/metrics"))
    )
    named = {
        metric.name: metric
        for it in metrics.resource_metrics
        for scope in it.scope_metrics
        for metric in scope.metrics
    }
    assert named["veedor_night_duration_seconds"].gauge.data_points[0].as_double == 6 * 3600
    assert named["veedor_night_duration_seconds"].unit == "s"
    stages = {
        point.attributes[0].value.string_value: point.count
        for point in named[figures.STAGE_SECONDS].histogram.data_points
    }
    assert stages == {"discover": 2, "fetch": 2, "measure": 2, "compare": 2}


def test_a_collector_that_is_not_there_fails_no_night(night: Installation, clock: FixedClock) -> None:
    with receivers.running(Receiver(answer=lambda _: (400, {}, b"no"))) as url:
        closed(night, clock, otlp_endpoint=url)
    assert (night.settings.operations / "2026-03-02.json").exists()
