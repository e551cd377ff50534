"""The links by which a message can be answered, as its templates show them.

Belongs here: which answers are offered, and in which order. Making and reading the links is the matter of `answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.alerts.known import Known
from pipelines.alerts.words import Words

OFFERED = ("acknowledge", "dispute", "ask", "snooze", "mute")
# So many incidents in one link make an address that every mail program and server takes.
MOST_INCIDENTS = 40


@dataclass(frozen=True)
class Reply:
    """One answer: what is written on the link, and where it leads."""

    label: str
    url: str


def replies(incidents: Sequence[str], known: Known, words: Words) -> tuple[Reply, ...]:
    """The answers to some incidents; none when there is no address, or when they are too many for one."""
    if known.link is None or not incidents or len(incidents) > MOST_INCIDENTS:
        return ()
    return tuple(Reply(words[answer], known.link(answer, incidents)) for answer in OFFERED)
