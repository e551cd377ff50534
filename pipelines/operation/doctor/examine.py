"""Looking at everything, one place after the other.

Belongs here: the order (what keeps nights from running comes first), and that one look that fails hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pipelines.errors import VeedorError
from pipelines.operation.doctor import dagster, delivery, feedback, history, machine, nights
from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import Status
from pipelines.settings import Settings
from pipelines.sources import Sources

Look = Callable[[Status, Settings], Iterable[Symptom]]
LOOKS: Sequence[Look] = (
    nights.symptoms,
    machine.symptoms,
    history.symptoms,
    dagster.symptoms,
    delivery.symptoms,
    feedback.symptoms,
)


def examine(found: Status, settings: Settings, rules: Callable[[Sources], None]) -> list[Symptom]:
    """Every symptom, the urgent ones first. `rules` raises `VeedorError` for what sources.yaml names in vain."""
    seen = list(_declared(found, settings, rules))
    for look in LOOKS:
        try:
            seen += look(found, settings)
        except OSError as error:
            seen.append(_unreadable(error))
    return sorted(seen, key=lambda it: not it.urgent)


def _declared(found: Status, settings: Settings, rules: Callable[[Sources], None]) -> Iterable[Symptom]:
    error = found.sources_error
    if found.sources is not None:
        try:
            rules(found.sources)
        except VeedorError as wrong:
            error = wrong
        if not found.sources.enabled:
            yield Symptom(
                "nothing_watched",
                f"{settings.sources} has no enabled source.",
                "No night looks at anything.",
                "Add one: `veedor sources add`, or set `enabled: true`.",
                urgent=False,
            )
    if error is not None:
        yield Symptom(
            "sources_unusable",
            f"{error.title}: {error.message}",
            "No night can begin until it is mended; what was declared before is not watched meanwhile.",
            error.advice,
        )


def _unreadable(error: OSError) -> Symptom:
    return Symptom(
        "unreadable",
        f"{error.filename or 'A file'} could not be looked at: {error.strerror or type(error).__name__}.",
        "What is wrong there is not known.",
        "Look at the disk and at permissions of the data folder.",
    )
