"""Symptoms of nights: late, left unfinished, stopped by faults of ours, a switch that was not reached.

Belongs here: what `status` knows, judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.late import sentence
from pipelines.operation.nights import State
from pipelines.operation.status import Status
from pipelines.settings import Settings

NAMED = 5


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What the nights show."""
    yield from _late(found, settings)
    newest = next((it for it in found.nights if it.state is not State.NOT_BEGUN), None)
    if newest is None:
        return
    if newest.state is State.UNFINISHED:
        yield Symptom(
            "night_unfinished",
            f"The night of {newest.night} is not finished ({newest.through} sources are through), and nobody is at "
            "work on it.",
            "Its process was killed, the machine restarted, or it stopped for want of room. No alert of it went out.",
            f"Run it again: `veedor run --night {newest.night}`. What is finished is kept.",
        )
    if newest.failures:
        named = ", ".join(source for source, _ in sorted(newest.failures)[:NAMED])
        more = f" and {len(newest.failures) - NAMED} more" if len(newest.failures) > NAMED else ""
        yield Symptom(
            "sources_stopped",
            f"A fault of ours stopped {_counted(len(newest.failures), 'source')} on {newest.night}: {named}{more}.",
            "Their datasets are `not_run`: nothing is known of that night, and no owner was told.",
            f"Read failure.log in {settings.runs / str(newest.night)}/<source>/, mend the cause, and run the night "
            f"again: `veedor run --night {newest.night}`.",
        )
    if newest.ping.startswith("not"):
        yield Symptom(
            "ping_not_sent",
            f"The dead-man's switch did not hear of the night of {newest.night}: {newest.ping}.",
            "It will raise an alarm although the night went well.",
            "Look at VEEDOR_PING_URL and the network; a service on a private address needs "
            "VEEDOR_ALLOW_PRIVATE_ADDRESSES=1.",
        )


def _late(found: Status, settings: Settings) -> Iterator[Symptom]:
    if not found.missed:
        return
    if found.at_work and len(found.missed) == 1:
        yield Symptom(
            "night_takes_long",
            f"The night of {found.missed[0].night} is still at work {settings.late_hours:g} hours after it was "
            "due.",
            "It may be slow, or stand still.",
            "Look at `veedor status` for what is slow; raise VEEDOR_LATE_HOURS if nights take that long.",
            urgent=False,
        )
        return
    busy = " Somebody is at work on one now." if found.at_work else ""
    yield Symptom(
        "night_late",
        sentence(found.missed, found.last_finished, ZoneInfo(found.time_zone)) + busy,
        "Nobody watches the data meanwhile; what was published in between cannot be looked at later.",
        "Is the schedule on (cron, a timer, or Dagster's daemon)? Run tonight now: `veedor run`.",
    )


def _counted(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count:,} {name}s"
