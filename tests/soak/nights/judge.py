"""Whether the disturbed nights left what the undisturbed ones left.

Belongs here: comparing two histories table by table, and two mailboxes. Does not belong here: what was done to them.

Nothing is left out of the comparison: on the injected clock no column holds another time, and both installations know
their data by the same relative path. Of mails SMTP lets us demand only this: whoever is killed between the server's
250 and the note of it sends the same mail again, under the same Message-ID.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.soak.nights.processes import Processes
from tests.soak.nights.story import OPERATOR

SHOWN = 3


def differences(processes: Processes, one: str, other: str) -> list[str]:
    """What is not alike in the histories, outboxes and pages of two installations, with some rows."""
    theirs, ours = (processes.asked(it, "fingerprint") for it in (one, other))
    found = []
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) == ours.get(name):
            continue
        if name.startswith("data/"):
            found.append(f"{name}: {'differs' if name in theirs and name in ours else 'is only in one'}")
            continue
        rows = [set(processes.asked(it, "rows", relation=name)) for it in (one, other)]
        missing, surplus = sorted(rows[0] - rows[1]), sorted(rows[1] - rows[0])
        found.append(f"{name}: missing {missing[:SHOWN]}, surplus {surplus[:SHOWN]}")
    return found


def under_way(runs: Path, night: str) -> list[str]:
    """The alerts of a night whose mail was being sent when the process ended."""
    folder = runs / night / "_night" / "notifications"
    told: list[dict[str, Any]] = []
    for path in folder.glob("[!.]*.json"):
        told.append(json.loads(path.read_text(encoding="utf-8")))
    return [it["alert"] for it in told if it["state"] == "sending" and it["channel"] == "mail"]


def mails(
    expected: Iterable[tuple[str, str]], received: Iterable[tuple[str, str]], deaths: Counter[str]
) -> tuple[list[str], int]:
    """What is wrong with the mails that were `received`, and how many were repeated under their own Message-ID.

    `deaths`: how often a process ended while the mail of an alert was under way.
    """
    theirs, ours = Counter(expected), Counter(it for it in received if not _of_a_run(it))
    wrong = [f"{who} did not get {what}" for who, what in sorted(theirs.keys() - ours.keys())]
    wrong += [f"{who} got {what}, which nobody gets" for who, what in sorted(ours.keys() - theirs.keys())]
    wrong += [f"{who} got {what} twice undisturbed" for (who, what), count in theirs.items() if count > 1]
    repeated = 0
    for (who, what), count in ours.items():
        repeated += count - 1
        if count - 1 > deaths[what.strip("<>").partition("@")[0]]:
            wrong.append(f"{who} got {what} {count} times")
    return wrong, repeated


def runs_told(received: Iterable[tuple[str, str]]) -> tuple[list[str], int]:
    """What is wrong with the mails about failed runs, which only the operator gets, once each; and how many."""
    told = Counter(it for it in received if _of_a_run(it))
    wrong = [f"{who} heard of {what} {count} times" for (who, what), count in told.items() if count > 1]
    wrong += [f"{who} heard of {what}" for who, what in told if who != OPERATOR]
    return wrong, len(told)


def _of_a_run(mail: tuple[str, str]) -> bool:
    return mail[1].startswith("<run-")
