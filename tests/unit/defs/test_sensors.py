"""What the operator reads when a run fails, and that it reaches the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy

import dagster as dg
import pytest

from pipelines.clock import FixedClock
from pipelines.defs.sensors import run_failure_message, run_failure_sensor
from pipelines.demo import story
from pipelines.errors import SourcesError
from pipelines.operation import notes
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tonight import night_of
from tests import receivers
from tests.receivers import Receiver

SOURCES = parse(story.sources("http://127.0.0.1:9"))
RUN = "0f5fde7d-dc41-451e-959e-c9ccf72053c3"


@pytest.mark.parametrize(
    ("language", "subject", "do"),
    [
        ("es", "Veedor: la noche del 2026-03-02 no terminó bien", "veedor run --night 2026-03-02"),
        ("en", "Veedor: the night of 2026-03-02 did not end well", "veedor run --night 2026-03-02"),
    ],
)
def test_it_says_which_run_why_and_what_to_do(language: str, subject: str, do: str) -> None:
    message = run_failure_message(
        run_id=RUN,
        job="night",
        night="2026-03-02",
        errors=[("reads", "OSError: [Errno 28] No space left on device")],
        language=language,
    )
    assert message.subject == subject
    assert RUN in message.text
    assert "- reads: OSError: [Errno 28] No space left on device" in message.text
    assert do in message.text
    assert message.id == f"run-{RUN}"


def test_an_error_that_quotes_published_text_is_harmless() -> None:
    hostile = "bad cell '<script>alert(1)</script>\u202e\r\nBcc: everybody@example.org'" + "x" * 100_000
    message = run_failure_message(
        run_id=RUN, job="night", night="2026-03-02", errors=[("reads", hostile)], language="en"
    )
    assert "<script>" not in message.html
    assert "\u202e" not in message.text
    assert "\nBcc:" not in message.text
    assert len(message.text) < 3000


def test_an_error_that_quotes_a_secret_tells_it_to_nobody() -> None:
    """An exception is not a line of the log; what it says is mailed all the same."""
    error = "ConnectionError: sftp://me:hunter2-of-mine@files.example.org refused"
    message = run_failure_message(
        run_id=RUN, job="night", night="2026-03-02", errors=[("reads", error)], language="en"
    )
    assert "sftp://***@files.example.org refused" in message.text
    assert "hunter2" not in message.text + message.html


def failed_run(
    instance: dg.DagsterInstance,
    clock: FixedClock,
    settings: Settings,
    fault: Exception,
    *,
    init: bool = False,
    again: bool = False,
    night_tag: str = "2026-03-01",
) -> str:
    """Run a job that fails with `fault`, let the sensor look at it as the daemon would; gives the run's id."""

    @dg.resource
    def tonight(_: dg.InitResourceContext) -> None:
        if init:
            raise fault

    @dg.op(required_resource_keys={"tonight"})
    def breaks() -> None:
        raise fault

    @dg.job(tags={"veedor/night": night_tag}, resource_defs={"tonight": tonight})
    def night() -> None:
        breaks()

    done = night.execute_in_process(instance=instance, raise_on_error=False)
    instance.add_run_tags(done.run_id, {"dagster/will_retry": str(again).lower()})
    run = instance.get_run_by_id(done.run_id)
    assert run is not None
    sensor = run_failure_sensor(settings, SOURCES)
    (failure,) = (event for event in done.all_events if event.event_type_value == "PIPELINE_FAILURE")
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failure",
        dagster_instance=instance,
        dagster_run=run,
        dagster_event=failure,
        resources={"clock": clock},
    )
    assert isinstance(sensor, dg.RunStatusSensorDefinition)
    sensor(context.for_run_failure())
    return done.run_id


@pytest.mark.parametrize(
    ("fault", "init", "line"),
    [
        (
            dg.Failure("demo-compras: KeyError: 'supplier'"),
            False,
            "- breaks: demo-compras: KeyError: 'supplier'",
        ),
        (OSError(28, "No space left"), False, "- breaks: OSError: [Errno 28] No space left"),
        (
            SourcesError("no dataset 'x'", file="s.yaml"),
            True,
            "pipelines.errors.SourcesError: s.yaml: no dataset",
        ),
    ],
)
def test_a_failed_run_leaves_one_message_in_the_outbox(
    fault: Exception, init: bool, line: str, settings: Settings, clock: FixedClock
) -> None:
    installation = replace(settings, operator="operador@dependencia.example")
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = failed_run(instance, clock, installation, fault, init=init)
    (path,) = settings.outbox.iterdir()
    assert path.name == f"2026-03-01-run-{run_id}.eml"
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "Veedor <operador@dependencia.example>"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert line in text
    assert "Stack Trace" not in text
    assert ".py" not in text


def test_nothing_is_told_of_a_run_that_is_started_anew(settings: Settings, clock: FixedClock) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        failed_run(instance, clock, settings, OSError(28, "No space left"), again=True)
    assert not settings.outbox.exists()


def test_a_tag_that_is_no_night_keeps_nobody_from_being_told(settings: Settings, clock: FixedClock) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        failed_run(instance, clock, settings, OSError(28, "No space left"), night_tag="yesterday")
    (path,) = settings.outbox.iterdir()
    assert path.name.startswith(f"{night_of(clock.now(), SOURCES)}-run-")


@pytest.mark.parametrize(
    ("executor", "night", "heard"),
    [
        ("celery", "2026-03-01", ["/uuid/fail"]),
        ("in_process", "2026-03-01", []),  # its process has told it
        ("celery", "2026-02-20", []),  # a later night is finished
    ],
)
def test_the_switch_hears_of_a_night_of_several_machines(
    settings: Settings, clock: FixedClock, executor: str, night: str, heard: list[str]
) -> None:
    switch = Receiver(answer=lambda _: (200, {}, b"OK"))
    notes.write(settings.operations, NightNote(date(2026, 2, 21), None, clock.now(), 1, {}))
    with receivers.running(switch) as url, dg.DagsterInstance.ephemeral() as instance:
        told = replace(settings, executor=executor, ping_url=f"{url}/uuid")
        failed_run(instance, clock, told, OSError(28, "No space left"), night_tag=night)
    assert [it.path for it in switch.requests] == heard
