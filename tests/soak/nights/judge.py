"""Whether the disturbed nights left what the undisturbed ones left.

Belongs here: comparing two histories table by table, and two mailboxes. Does not belong here: what was done to them.

Of the history only `schema_migration` is left out, which says by the machine's clock when a table was changed: on the
injected clock no other column holds another time, and both installations know their data by the same relative path. Of
mails SMTP lets us demand only this: whoever is killed between the server's 250 and the note of it sends the same mail
again, under the same Message-ID.
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
# Who got it, and its Message-ID.
Mail = tuple[str, str]


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


def under_way(runs: Path, since: float) -> list[str]:
    """The alerts, of whatever night, whose mail was being sent when a process ended that began at `since`."""
    told: list[dict[str, Any]] = []
    for path in runs.glob("*/_night/notifications/[!.]*.json"):
        if path.stat().st_mtime >= since:
            told.append(json.loads(path.read_text(encoding="utf-8")))
    return [it["alert"] for it in told if it["state"] == "sending" and it["channel"] == "mail"]


def repeated(
    before: Iterable[Mail], tonight: Iterable[Mail], deaths: Counter[str], kills: int
) -> tuple[list[str], int]:
    """Which mails that came `tonight` came once before without an excuse; and how many had one.

    An excuse is a death with the mail of that alert under way, which is used up by it; or, where several processes are
    at work and the next one may have taken the mail up before anybody could look, one of `kills`.
    """
    seen, wrong, excused = set(before), [], 0
    for mail in tonight:
        if mail in seen and not _of_a_run(mail):
            alert = mail[1].strip("<>").partition("@")[0]
            if deaths[alert]:
                deaths[alert] -= 1
                excused += 1
            elif kills:
                kills -= 1
                excused += 1
            else:
                wrong.append(f"{mail[0]} got {mail[1]} twice")
        seen.add(mail)
    return wrong, excused


def mails(expected: Iterable[Mail], received: Iterable[Mail]) -> list[str]:
    """What is wrong with the mails that were `received`, however often."""
    theirs, ours = Counter(expected), {it for it in received if not _of_a_run(it)}
    wrong = [f"{who} did not get {what}" for who, what in sorted(theirs.keys() - ours)]
    wrong += [f"{who} got {what}, which nobody gets" for who, what in sorted(ours - theirs.keys())]
    return wrong + [
        f"{who} got {what} twice undisturbed" for (who, what), count in theirs.items() if count > 1
    ]


def runs_told(received: Iterable[Mail]) -> tuple[list[str], int]:
    """What is wrong with the mails about failed runs, which only the operator gets, once each; and how many."""
    told = Counter(it for it in received if _of_a_run(it))
    wrong = [f"{who} heard of {what} {count} times" for (who, what), count in told.items() if count > 1]
    wrong += [f"{who} heard of {what}" for who, what in told if who != OPERATOR]
    return wrong, len(told)


def _of_a_run(mail: Mail) -> bool:
    return mail[1].startswith("<run-")
