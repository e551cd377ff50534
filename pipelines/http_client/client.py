"""The client: identity and what is asked for: JSON, files, and whether an address answers at all.

Belongs here: what is asked, and what each kind of answer means. Does not belong here: the life of a request
(`requesting`), reading (`bodies`, `arrivals`), or the words for what went wrong (`faults`).

No file is ever asked for with HEAD: servers that give the file were seen to answer it with 400, 403, 405, 500 and 503,
or not at all. Whether a file changed is asked with the GET that brings it. Where only an answer is wanted, HEAD spares
the server, and a GET whose body is left unread has the last word.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import requests

from pipelines.clock import Clock
from pipelines.errors import FetchFault
from pipelines.http_client import bodies, exports, faults, links, pages
from pipelines.http_client.addresses import printable
from pipelines.http_client.arrivals import Arrival
from pipelines.http_client.credentials import Credentials
from pipelines.http_client.firewalls import firewall
from pipelines.http_client.hosts import Hosts
from pipelines.http_client.requesting import Requester, address
from pipelines.http_client.robots import MAX_BYTES, Robots
from pipelines.http_client.visits import VISIT
from pipelines.model import FaultKind
from pipelines.settings import Settings

CATALOG_SECONDS = 120.0
ROBOTS_SECONDS = 15.0
LOOK_SECONDS = 30.0
# What a GET would not change: no other answer is to be had, or we are to stay away.
FINAL = frozenset({FaultKind.THROTTLED, FaultKind.TLS, FaultKind.UNSUPPORTED_ADDRESS})


@dataclass(frozen=True)
class JsonResponse:
    """A portal's answer: a success, or a refusal (4xx) that is explained in JSON. `url` is where it came from."""

    status: int
    body: Any
    url: str


@dataclass(frozen=True)
class Download:
    """What a download brought. On 304 there are no bytes and no `sha256`. `seconds` is wall time.

    `moved_to` is the address to which the server sent us for good (301, 308), None when it did not. `doubtful` is
    true when nothing said where the body ends, and its last line has no end.
    """

    status: int
    bytes: int
    sha256: str | None
    etag: str | None
    last_modified: str | None
    media_type: str | None
    file_name: str | None
    final_url: str
    seconds: float
    moved_to: str | None = None
    doubtful: bool = False


@dataclass(frozen=True)
class Look:
    """An address that answers: with which status, and where redirects led."""

    status: int
    final_url: str


@dataclass(frozen=True)
class Reply:
    """What a server says to what it was sent, whatever the status. `body` is its beginning.

    `retry_after` is for how many seconds it wants to be left alone; `throttled` says that this is why it refuses.
    """

    status: int
    body: bytes
    retry_after: float | None = None
    throttled: bool = False


class HttpClient:
    """Makes a night's requests, from several threads if need be. Close it, or use it in a `with`.

    `ca_bundle` is a PEM file of the certificate authorities to trust in place of the usual ones. `named` are
    the addresses that `sources.yaml` names, to whose hosts `robots.txt` does not apply. `now` is the machine's
    time in seconds since 1970, which pauses and cool-off go by, whatever `clock` the night was given; `jitter`
    gives numbers from 0 to 1. `credentials` are headers by the address of the portal that alone is told them.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
        ca_bundle: Path | None = None,
        named: Collection[str] = (),
        now: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        credentials: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._clock = clock
        hosts = Hosts(
            settings.hosts,
            pause=settings.host_pause_seconds,
            at_once=settings.host_concurrency,
            now=now,
            sleep=sleep,
        )
        self._credentials = Credentials({address(it): headers for it, headers in credentials.items()})
        self._requester = Requester(
            settings, hosts, sleep, str(ca_bundle) if ca_bundle else True, now, jitter, self._credentials
        )
        self._robots = Robots(hosts, {links.host_of(it) for it in named}, self._robots_text, now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._requester.close()

    def known_at(self, url: str) -> bool:
        """Whether a request for `url` would bear credentials."""
        return self._credentials.known_at(address(url))

    def get_json(
        self, url: str, params: Mapping[str, str] | None = None, *, max_bytes: int = 50_000_000
    ) -> JsonResponse:
        """GET an API's answer. A 4xx with a JSON body is an answer too: CKAN explains its refusals in one.

        A 202 is asked for again, and is the answer only if it remains one.

        Raises `FetchFault`: as `download` does, HTML_INSTEAD for a page, CATALOG_UNREADABLE for no JSON.
        """

        latest: JsonResponse | None = None

        def consume(response: requests.Response) -> JsonResponse:
            nonlocal latest
            status = response.status_code
            if status == 429 or not (status < 300 or 400 <= status < 500):
                raise self._requester.refused(response)
            body = b"".join(bodies.pieces(response.raw, max_bytes))
            try:
                latest = JsonResponse(status, json.loads(body), response.url)
            except (ValueError, RecursionError):
                head = body[: pages.HEAD_BYTES]
                if status >= 400 or status == 202:
                    raise self._requester.refused(response, head) from None
                if pages.is_page(head):
                    raise pages.instead(head, "JSON") or pages.page_instead(head, "JSON") from None
                raise faults.not_json() from None
            if status == 202:
                raise self._requester.refused(response, b"")
            return latest

        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        try:
            return self._requester.visit(
                url, lambda: headers, consume, seconds=CATALOG_SECONDS, params=params
            )
        except faults.StatusFault as fault:
            if fault.pending and latest is not None:  # it had all the time that there is
                return latest
            raise

    def download(
        self,
        url: str,
        destination: Path,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Download:
        """GET `url` into the file `destination`; with the validators of an earlier visit, a 304 may come.

        What is written is the file as published: content coding is undone, archives are left alone; a body that
        broke off is taken up where it did. Raises `FetchFault` when no whole body of at most
        `settings.max_bytes` came before the deadline, and leaves `destination` unfinished. A full disk is an
        `OSError`: a fault of ours.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in validators.items() if value}
        started = self._clock.seconds()
        arrival = Arrival(destination, self._settings.max_bytes)
        asked: dict[str, str] = {}
        doubted: str | None = None

        def headers() -> Mapping[str, str]:
            nonlocal asked
            asked = arrival.wanted()
            # A file is wanted as it was published, so no coding is offered.
            return {"Accept": "*/*", "Accept-Encoding": "identity", **(asked or conditions)}

        def consume(response: requests.Response) -> Download:
            nonlocal doubted
            status = response.status_code
            unchanged = status == 304 and bool(conditions) and not asked
            if not unchanged:
                if status == 416 and asked:
                    raise arrival.refused("its rest is no longer there")
                if not (status in (200, 203) or (status == 206 and asked)):
                    raise self._requester.refused(response)
                arrival.take(status, response.raw)
                if arrival.size == 0:
                    raise faults.empty(status)
                # Cut or not, only another download can tell: what comes twice alike is what is published.
                if arrival.is_doubtful and self._settings.retries and arrival.sha256 != doubted:
                    doubted = arrival.sha256
                    raise arrival.refused("nothing says where it ends, and its last line has no end")
            described = response.headers if unchanged else arrival.headers
            return Download(
                status=200 if status == 206 else status,
                bytes=0 if unchanged else arrival.size,
                sha256=None if unchanged else arrival.sha256,
                etag=bodies.etag(described),
                last_modified=bodies.last_modified(described),
                media_type=bodies.media_type(described),
                file_name=bodies.file_name(described, response.url),
                final_url=printable(response.url, 2000),
                seconds=self._clock.seconds() - started,
                moved_to=printable(VISIT.get().moved_to, 2000) or None,
                doubtful=not unchanged and arrival.is_doubtful,
            )

        url = links.direct(links.fetchable(url))
        self._robots.demand(url)
        return self._requester.visit(
            url,
            headers,
            consume,
            seconds=self._settings.deadline_seconds,
            elsewhere=exports.result_of,
        )

    def send(
        self,
        url: str,
        content: bytes,
        headers: Mapping[str, str],
        *,
        method: str = "POST",
        seconds: float,
        max_bytes: int = 0,
        retries: int = 0,
    ) -> Reply:
        """Send `content` to `url`: no redirect is followed. Any answer is a reply.

        It is sent once, unless `retries` says that it may come twice: then again when no answer came.

        With no content (`b""`) and GET, an API is asked in the same way. Of a success's body up to `max_bytes` are
        taken; with 0 it is left unread. Raises `FetchFault` when no answer came, or more of it.
        """

        def consume(response: requests.Response) -> Reply:
            status = response.status_code
            if status < 300:
                return Reply(status, b"".join(bodies.pieces(response.raw, max_bytes)) if max_bytes else b"")
            body = bodies.head(response.raw, pages.HEAD_BYTES)
            fault = self._requester.refused(response, body)
            return Reply(status, body, fault.retry_after, fault.kind is FaultKind.THROTTLED)

        wanted = {"Accept-Encoding": "identity", **headers}
        return self._requester.visit(
            url, lambda: wanted, consume, seconds=seconds, retries=retries, method=method, content=content
        )

    def look(self, url: str) -> Look:
        """Whether `url` answers anybody who follows it: HEAD, and where that brings no success, the beginning of a GET.

        Both have LOOK_SECONDS in all. Raises `FetchFault`: as `download` does, BLOCKED also for a firewall's page and
        NOT_WHAT_WAS_PROMISED for an error that is told with a status of success.
        """
        url = links.fetchable(url)
        self._robots.demand(url)
        started = time.monotonic()
        try:
            return self._looked(url, "HEAD", LOOK_SECONDS / 2, retries=0)
        except FetchFault as fault:
            if fault.kind in FINAL:
                raise
        left = LOOK_SECONDS - (time.monotonic() - started)
        return self._looked(url, "GET", max(left, LOOK_SECONDS / 2), retries=min(1, self._settings.retries))

    def _looked(self, url: str, method: str, seconds: float, *, retries: int) -> Look:
        def consume(response: requests.Response) -> Look:
            status = response.status_code
            head = None if method == "GET" else b""
            if not 200 <= status < 300 or status in (204, 205) or firewall(response.headers, b""):
                raise self._requester.refused(response, head)
            if method == "GET":
                beginning = bodies.beginning(response.raw, pages.HEAD_BYTES)
                if beginning == b"":
                    raise faults.empty(status)
                if fault := pages.instead(beginning or b"", "html"):
                    raise fault
            return Look(status, printable(response.url, 2000))

        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        return self._requester.visit(
            url, lambda: headers, consume, seconds=seconds, retries=retries, method=method
        )

    def _robots_text(self, url: str) -> str | None:
        def consume(response: requests.Response) -> str:
            if response.status_code != 200:
                return ""
            return b"".join(bodies.pieces(response.raw, MAX_BYTES)).decode("utf-8", "replace")

        headers = {"Accept": "text/plain", "Accept-Encoding": "identity"}
        try:
            return self._requester.visit(url, lambda: headers, consume, seconds=ROBOTS_SECONDS, retries=0)
        except FetchFault as fault:
            # Whoever cannot be asked has said nothing; a host that is left alone may yet say it.
            return None if fault.kind is FaultKind.THROTTLED else ""
