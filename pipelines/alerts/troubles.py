"""Troubles: which channel is switched off, which address is not reached, and whether the operator was told.

    <data>/delivery/<id>.json          one file for each trouble that stands; who deletes it tries again
    <night>/_night/troubles/<id>.json  as it was when the operator was told of it
    <night>/_night/notices/<id>.json   the alert that tells it

Belongs here: the memory between two deliveries. Does not belong here: the words (`trouble_words`), or whether a failure
is for good (channels). A secret is never written: of a channel's settings a salted, slow hash is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged, DeliveryError
from pipelines.model import Trouble, TroubleKind

# A failure that may be our own network's is believed when it is seen again after so long, and nothing passed meanwhile.
BELIEVED_AFTER = timedelta(hours=1)


def standing(folder: Path, kind: TroubleKind, subject: str) -> Trouble | None:
    """The trouble of a channel or an address, None when there is none. What cannot be read is none."""
    try:
        return artifacts.read_value(folder / f"{_identity(kind, subject)}.json", Trouble)
    except (FileNotFoundError, ArtifactDamaged):
        return None


def all_standing(folder: Path) -> list[Trouble]:
    """Every trouble that stands, the oldest first."""
    found = []
    for path in folder.glob("[!.]*.json"):
        try:
            found.append(artifacts.read_value(path, Trouble))
        except (FileNotFoundError, ArtifactDamaged):
            continue
    return sorted(found, key=lambda it: (it.since, it.id))


def switched_off(folder: Path, channel: str, made_of: Sequence[str]) -> Trouble | None:
    """Why nothing is tried through a channel; None when it may be, as after a change of its settings."""
    trouble = standing(folder, TroubleKind.CHANNEL, channel)
    if trouble is None or not trouble.believed:
        return None
    if trouble.settings != _hash(made_of, bytes.fromhex(trouble.settings.partition(":")[0] or "00")):
        lift(folder, TroubleKind.CHANNEL, channel)
        return None
    return trouble


def met(
    folder: Path,
    kind: TroubleKind,
    subject: str,
    fault: DeliveryError,
    reason: str,
    now: datetime,
    made_of: Sequence[str] = (),
) -> Trouble | None:
    """Look at a failure that is for good. Gives the trouble when it is news for the operator, else None.

    The news is not kept here: whoever tells it keeps it afterwards with `remember`.
    """
    known = standing(folder, kind, subject)
    if known is not None and known.believed:
        return None
    if known is not None and not fault.sure and now - known.since < BELIEVED_AFTER:
        return None
    trouble = Trouble(
        id=_identity(kind, subject),
        kind=kind,
        subject=subject,
        since=known.since if known else now,
        failure=str(fault.failure),
        reason=reason,
        believed=fault.sure or known is not None,
        settings=_hash(made_of, os.urandom(16)) if kind is TroubleKind.CHANNEL else "",
    )
    if trouble.believed:
        return trouble
    remember(folder, trouble)
    return None


def remember(folder: Path, trouble: Trouble) -> None:
    """Keep a trouble. It is written after the notice about it, so that a kill between the two loses no notice."""
    artifacts.write_value(folder / f"{trouble.id}.json", trouble)


def lift(folder: Path, kind: TroubleKind, subject: str) -> bool:
    """Forget a trouble: something passed, settings changed, or the operator says so. Tells whether there was one."""
    path = folder / f"{_identity(kind, subject)}.json"
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def notice_id(trouble: Trouble) -> str:
    """The id of the alert that tells of it: another one when the same trouble begins anew."""
    text = f"notice|{trouble.id}|{trouble.since.isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _identity(kind: TroubleKind, subject: str) -> str:
    return f"{kind}-{hashlib.sha256(subject.lower().encode()).hexdigest()[:16]}"


def _hash(made_of: Sequence[str], salt: bytes) -> str:
    return _slow_hash(tuple(made_of), salt)


@cache
def _slow_hash(made_of: tuple[str, ...], salt: bytes) -> str:
    text = "\0".join(made_of).encode()
    return f"{salt.hex()}:{hashlib.scrypt(text, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()}"
