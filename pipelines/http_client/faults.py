"""What a server can do instead of answering, as `FetchFault`s that say what was seen and what to do.

Belongs here: the words, and which fault is transient (the same request may succeed tomorrow). Does not belong
here: any request, or what an exception of a library stands for (`causes`).
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from pipelines.errors import FetchFault
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind

OPERATOR = "Ask the portal to let Veedor's requests through; the user agent says who is asking."
PUBLISHER = "Open the address in a browser and tell the publisher what you see."
LATER = "Nothing to do today: it is asked again on the next night."


class StatusFault(FetchFault):
    """A `FetchFault` that came as an HTTP answer: `status` is its code.

    `retry_after` is for how many seconds the server asked to be left alone, None when it did not; `pending`
    is true when it is still making what was asked for.
    """

    def __init__(
        self,
        status: int,
        kind: FaultKind,
        message: str,
        advice: str,
        *,
        transient: bool,
        pending: bool = False,
    ) -> None:
        super().__init__(kind, message, advice, transient=transient)
        self.status = status
        self.pending = pending
        self.retry_after: float | None = None


def of_status(
    status: int, reason: object = "", *, firewall: str | None = None, quota_used: bool = False
) -> StatusFault:
    """The fault that a status other than a successful one stands for.

    `firewall` is the name of the product that answered in place of the server, when it gave itself away;
    `quota_used` is true when the answer says that no request is left to us (GitHub says so with 403).
    """
    phrase = next((item.phrase for item in HTTPStatus if item == status), printable(reason, 80))
    seen = f"the server answered {status} {phrase}".rstrip()
    if status == 429 or quota_used:
        return StatusFault(
            status, FaultKind.THROTTLED, f"{seen}: we ask too often for it", LATER, transient=True
        )
    if firewall:
        message = f"{seen}: a firewall ({firewall}) refuses us"
        return StatusFault(status, FaultKind.BLOCKED, message, OPERATOR, transient=False)
    if status in (401, 403, 451):
        return StatusFault(status, FaultKind.BLOCKED, f"{seen}: it refuses us", OPERATOR, transient=False)
    if status in (404, 410):
        return StatusFault(
            status, FaultKind.GONE, f"{seen}: there is no such file", PUBLISHER, transient=False
        )
    if status == 408:
        return StatusFault(status, FaultKind.TIMED_OUT, seen, LATER, transient=True)
    if status >= 500:
        return StatusFault(
            status, FaultKind.HTTP_STATUS, f"{seen}: it is in trouble itself", LATER, transient=True
        )
    return StatusFault(status, FaultKind.HTTP_STATUS, seen, PUBLISHER, transient=False)


def pending(status: int, said: str = "") -> StatusFault:
    """A file that is still being made. `said` is what the portal tells of it."""
    message = f"the server answered {status}{said or ' Accepted'}: it has yet to make the file"
    advice = "Publish the address of a finished file, not of an export that is made on request."
    kind = FaultKind.NOT_WHAT_WAS_PROMISED
    return StatusFault(status, kind, message, advice, transient=True, pending=True)


def not_made(status: int, said: str) -> StatusFault:
    """A portal that was to make a file and could not."""
    message = f"the portal could not make the file: {printable(said, 200)}"
    advice = "Publish the address of a finished file, or mend the export in the portal."
    return StatusFault(status, FaultKind.NOT_WHAT_WAS_PROMISED, message, advice, transient=False)


def empty(status: int) -> StatusFault:
    """An answer without a single byte."""
    advice = "Publish the file again: the address works, the file is empty."
    return StatusFault(
        status, FaultKind.EMPTY, f"the server answered {status} with no content", advice, transient=False
    )


def not_json() -> FetchFault:
    """An API's successful answer that cannot be parsed."""
    return FetchFault(FaultKind.CATALOG_UNREADABLE, "the answer is not valid JSON")


def too_large(limit: int, declared: int | None = None) -> FetchFault:
    """More bytes than this installation takes."""
    size = f"{declared:,} bytes are announced" if declared else "more bytes came than that"
    return FetchFault(
        FaultKind.TOO_LARGE,
        f"at most {limit:,} bytes are taken: {size}",
        "Publish it in smaller files; VEEDOR_MAX_BYTES is the limit of a download.",
    )


def too_slow(seconds: float) -> FetchFault:
    """The deadline of the whole request has passed."""
    return FetchFault(FaultKind.TIMED_OUT, f"not finished within {seconds:,g} seconds", LATER, transient=True)


def too_little(size: int, seconds: float) -> FetchFault:
    """A body that comes so slowly that it would keep us for ever."""
    message = f"too slow: {size:,} bytes came in {seconds:,.0f} seconds"
    return FetchFault(FaultKind.TIMED_OUT, message, LATER, transient=True)


def left_alone(host: str, until: datetime, reason: str) -> FetchFault:
    """A host that asked us to slow down, and is not asked for some time."""
    message = f"{printable(host, 100)} is left alone until {until:%Y-%m-%d %H:%M} UTC: {reason}"
    return FetchFault(FaultKind.THROTTLED, message, LATER, transient=True)


def crowded(host: str) -> FetchFault:
    """A host where our own earlier requests did not end in time."""
    message = (
        f"so many of our own requests to {printable(host, 100)} are under way that none was left for this"
    )
    return FetchFault(FaultKind.THROTTLED, message, LATER, transient=True)


def disallowed(host: str) -> FetchFault:
    """A file that a host does not want programs to ask for."""
    message = f"robots.txt of {printable(host, 100)} asks programs to leave this address alone"
    advice = (
        "Ask the portal to allow the user agent Veedor in its robots.txt; with its leave, name an address "
        "of this host in sources.yaml."
    )
    return FetchFault(FaultKind.BLOCKED, message, advice)


def lost_in_redirects(hops: int, url: str) -> FetchFault:
    """A chain of redirects that does not end."""
    message = f"more than {hops} redirects, the last to {printable(url, 200)}"
    return FetchFault(FaultKind.HTTP_STATUS, message, PUBLISHER)


def unsupported(url: str, reason: str) -> FetchFault:
    """An address that we do not follow."""
    return FetchFault(
        FaultKind.UNSUPPORTED_ADDRESS,
        f"{reason}: {printable(url, 200) or 'an empty address'}",
        "Publish the file at an http:// or https:// address.",
    )


def forbidden(host: str, reason: str | None) -> FetchFault:
    """A host that leads to where we must not go."""
    return FetchFault(
        FaultKind.UNSUPPORTED_ADDRESS,
        f"{printable(host, 100)} leads to an address that is not asked ({reason or 'none at all'})",
        "Publish the file on the public internet; for an intranet, set VEEDOR_ALLOW_PRIVATE_ADDRESSES=1.",
    )


def indiscreet() -> FetchFault:
    """An answer that repeats the token by which a portal knows us."""
    return FetchFault(
        FaultKind.BLOCKED,
        "the answer repeats the token by which the portal knows us, and is not kept",
        "Tell the portal that it shows tokens. Without VEEDOR_SOCRATA_APP_TOKEN it is asked as anybody asks.",
    )


def unasked_coding(coding: str) -> FetchFault:
    """A content coding that was not offered in Accept-Encoding."""
    message = f"the body is compressed as {coding}, which was not asked for"
    return FetchFault(FaultKind.NOT_WHAT_WAS_PROMISED, message, "Honour Accept-Encoding on the server.")


def cut_short(reason: str) -> FetchFault:
    """A body that ends before its end."""
    return FetchFault(FaultKind.TRUNCATED, f"the file arrived cut off: {reason}", PUBLISHER, transient=True)


def damaged_gzip(error: Exception) -> FetchFault:
    """A gzip stream that cannot be undone."""
    message = f"the compressed file is damaged: {printable(str(error), 100)}"
    return FetchFault(FaultKind.BROKEN_FILE, message, "Compress and publish the file again.")
