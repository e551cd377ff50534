"""Sensors: what is done when something happened. https://docs.dagster.io/guides/automate/sensors

Belongs here: telling the operator that a run failed, which is always a fault of ours or of the machine, through
the same channels as alerts. Owners are never written to from here.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections.abc import Mapping, Sequence
from html import escape

import dagster as dg

from pipelines import logs
from pipelines.alerts.message import Message, clean
from pipelines.clock import Clock
from pipelines.defs.executors import IN_PROCESS
from pipelines.defs.jobs import NIGHT
from pipelines.defs.partitions import night_of_run
from pipelines.errors import ConfigurationError
from pipelines.model import ContactPoint
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tonight import night_of

RUN_FAILURE = "run_failure"
# Set by Dagster on a failed run that its daemon starts anew.
WILL_RETRY_TAG = "dagster/will_retry"
LONGEST_ERROR = 1000


def run_failure_sensor(settings: Settings, sources: Sources) -> dg.SensorDefinition:
    """Write to the operator about each failed run: to the outbox, and by mail when there is a mail server.

    Of a night of several machines the dead-man's switch hears here; one that is one process tells it by itself
    (`resources`). Nothing is told of a run that is started anew by itself: whoever is told can do nothing that is not
    being done.
    A mail that cannot be delivered fails the sensor's tick, where the operator sees it; the file is there.
    """

    @dg.run_failure_sensor(
        name=RUN_FAILURE,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the operator which run failed and what to do.",
    )
    def told(context: dg.RunFailureSensorContext, clock: dg.ResourceParam[Clock]) -> None:
        from pipelines.alerts.channels import registry
        from pipelines.alerts.channels.letter import Letter
        from pipelines.http_client import HttpClient
        from pipelines.operation import closing

        run, now = context.dagster_run, clock.now()
        if run.tags.get(WILL_RETRY_TAG) == "true":
            return
        try:
            night = night_of_run(run.tags, sources, now)
        except ConfigurationError:  # somebody typed the tag, and this is why the run failed
            night = night_of(now, sources)
        if settings.executor != IN_PROCESS and run.job_name == NIGHT:
            with HttpClient(settings, clock) as http:
                closing.broken_off(night, f"run {run.run_id[:8]}", sources.language, settings, clock, http)
        message = run_failure_message(
            run_id=run.run_id,
            job=run.job_name,
            night=str(night),
            errors=_errors(context),
            language=sources.language,
        )
        operator = ContactPoint("Veedor", settings.operator)
        channels = registry.always(settings)
        for name in ("file", "mail") if settings.operator and settings.mail_url else ("file",):
            channels[name].deliver(Letter(message, operator, now))

    return told


def run_failure_message(
    *, run_id: str, job: str, night: str, errors: Sequence[tuple[str, str]], language: str
) -> Message:
    """What the operator reads. `errors` are (step, error); `language` is es or en. The same run, the same text."""
    words = WORDS[language]
    lines = [
        words["what"].format(night=night, run_id=clean(run_id), job=clean(job)),
        "",
        *(f"- {clean(step)}: {clean(logs.without_secrets(error), LONGEST_ERROR)}" for step, error in errors),
        "",
        words["kept"],
        "",
        words["todo"],
        *(
            f"{number}. {step}"
            for number, step in enumerate(words["steps"].format(night=night).split("\n"), 1)
        ),
        "",
    ]
    text = "\n".join(lines)
    return Message(
        id=f"run-{clean(run_id)}",
        night=night,
        subject=words["subject"].format(night=night),
        text=text,
        html=f'<!doctype html>\n<html lang="{language}"><body><pre style="white-space: pre-wrap">'
        f"{escape(text)}</pre></body></html>\n",
    )


def _errors(context: dg.RunFailureSensorContext) -> list[tuple[str, str]]:
    """(step, error) of each step that failed, else of the run itself; without stack traces, the screen has them."""
    found = []
    for event in context.get_step_failure_events():
        data = event.step_failure_data
        error = data.error
        if data.user_failure_data is not None and data.user_failure_data.description:
            said = data.user_failure_data.description
        elif error is not None:
            said = (error.cause or error).message  # the error itself is Dagster's wrapping
        else:
            said = event.message or "?"
        found.append((event.step_key or "?", said))
    return found or [(context.dagster_run.job_name, _of_run(context))]


def _of_run(context: dg.RunFailureSensorContext) -> str:
    """A run can fail before its first step (sources.yaml was spoilt) or without one (its process died)."""
    error = context.failure_event.job_failure_data.error
    return context.failure_event.message or "?" if error is None else (error.cause or error).message


WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "subject": "Veedor: la noche del {night} no terminó bien",
        "what": "La ejecución {run_id} (trabajo «{job}») de la noche del {night} falló:",
        "kept": "Lo terminado se conserva. A los responsables de los datos no se les avisa de esta falla, "
        "porque no es suya.",
        "todo": "Qué hacer:",
        "steps": "Lea el error de arriba; si nombra un archivo o un ajuste, corríjalo.\n"
        "Revise el espacio en disco y la conexión de la máquina.\n"
        "Inicie otra vez el trabajo «night» completo, o ejecute: veedor run --night {night}",
    },
    "en": {
        "subject": "Veedor: the night of {night} did not end well",
        "what": "Run {run_id} (job “{job}”) of the night of {night} failed:",
        "kept": "What was finished is kept. The owners of the data are not told of this fault, because it is not "
        "theirs.",
        "todo": "What to do:",
        "steps": "Read the error above; if it names a file or a setting, correct it.\n"
        "Look at the machine's disk space and connection.\n"
        "Start the whole job “night” again, or run: veedor run --night {night}",
    },
}
