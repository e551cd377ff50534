"""Validators that lie: which of a server's ETag and Last-Modified may be sent back to it, and when it is tested.

Belongs here: what two visits prove about a validator (RFC 9110, section 8.8), and how that is remembered. It is
kept in each `Snapshot` and follows from the visits before it alone, so that a night run again gives the same.
Does not belong here: requests.

A validator is noise when twice in a row it was another for the same bytes (servers behind a balancer; a
Last-Modified that is the time of the request). It lies when it stayed the same for other bytes, or when a server
says on its strength that nothing has changed, and other bytes come a moment later without it. Either is never
sent again for that distribution: the file is fetched whole. Strictly, a weak ETag may stay the same for bytes
that mean the same; results are about bytes, so here it counts as a lie.
"""

from __future__ import annotations

import zlib

from pipelines.model import Doubt, Snapshot

NAMES = ("etag", "last_modified")
# After so many answers of "unchanged" in a row, and up to twice as many so that not all files of a portal fall
# due on one night, the answer is tested by fetching the file whole.
VERIFY_EVERY = 14


def sendable(known: Snapshot | None, name: str) -> str | None:
    """The validator `name` of an earlier visit, if it may be sent."""
    if known is None or known.validators.get(name) in (Doubt.NOISE, Doubt.LIED):
        return None
    value: str | None = getattr(known, name)
    return value


def due(known: Snapshot) -> bool:
    """Whether the server's next "unchanged" is to be tested."""
    extra = zlib.crc32(known.distribution.encode()) % VERIFY_EVERY
    return known.unverified + 1 >= VERIFY_EVERY + extra


def judged(before: Snapshot | None, now: Snapshot, *, refuted: bool = False) -> dict[str, Doubt]:
    """What is known of each validator after the visit `now`, which brought or confirmed bytes.

    `refuted`: the server had said "unchanged" to the validators of `before`, and sent other bytes without them.
    """
    if before is None:
        return {}
    found = dict(before.validators)
    for name in NAMES:
        was, is_now = getattr(before, name), getattr(now, name)
        known = found.get(name)
        if known in (Doubt.NOISE, Doubt.LIED):
            continue
        if refuted and was is not None:
            found[name] = Doubt.LIED
        elif was is None or is_now is None or before.url != now.url:
            continue  # nothing to compare
        elif before.sha256 == now.sha256 and _differ(was, is_now):
            found[name] = Doubt.NOISE if known else Doubt.ONCE
        elif before.sha256 == now.sha256:
            found.pop(name, None)
        elif not _differ(was, is_now):
            found[name] = Doubt.LIED
    return found


def _differ(one: str, other: str) -> bool:
    """The weak comparison of RFC 9110, 8.8.3.2: compression in between makes a strong ETag weak."""
    return one.removeprefix("W/") != other.removeprefix("W/")
