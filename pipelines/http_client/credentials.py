"""What some portals alone are told: the headers by which they know this installation, and that these stay secret.

Belongs here: to which addresses they go, and the refusal of an answer that repeats one, which would end in an
artifact or a message. Does not belong here: which portal knows us by what (that portal's file).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.http_client import faults, links
from pipelines.http_client.visits import VISIT

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


class Credentials:
    """Headers by the address of a portal: they go to the same scheme, host and port only, on every hop anew."""

    def __init__(self, headers: Mapping[str, Mapping[str, str]]) -> None:
        self._headers = {_origin(url): dict(own) for url, own in headers.items() if url}

    def known_at(self, url: str) -> bool:
        """Whether a prepared request for `url` bears any."""
        return _origin(url) in self._headers

    def tell(self, request: PreparedRequest) -> None:
        """Add the headers to a request, whose address has been prepared: how others are written is ambiguous."""
        own = self._headers.get(_origin(request.url or ""))
        if own:
            request.headers.update(own)
            VISIT.get().secrets |= {value.encode() for value in own.values()}


def demand_discretion(response: Response) -> None:
    """Raise `FetchFault` when the status line or a header of an answer repeats what was told in confidence."""
    secrets = VISIT.get().secrets
    if secrets:
        told = f"{response.reason} {list(response.raw.headers.items())}".encode("utf-8", "replace")
        if any(secret in told for secret in secrets):
            raise faults.indiscreet()


def discreet(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A body as it comes. Raises `FetchFault` before the piece that completes what was told in confidence."""
    secrets = VISIT.get().secrets
    if not secrets:
        yield from pieces
        return
    longest = max(map(len, secrets))
    tail = b""
    for piece in pieces:
        seen = tail + piece
        if any(secret in seen for secret in secrets):
            raise faults.indiscreet()
        tail = seen[-longest:]
        yield piece


def _origin(url: str) -> tuple[str, str]:
    try:
        return urlsplit(url).scheme.lower(), links.host_of(url)
    except (ValueError, KeyError):  # no web address
        return "", ""
