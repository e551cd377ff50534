"""The client: identity, pacing, redirects, and the two things that are asked for, JSON and files.

Belongs here: the order of a request's life. Does not belong here: connecting (`connections`), reading
(`bodies`), or the words for what went wrong (`faults`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from urllib3.exceptions import HTTPError

from pipelines import __version__
from pipelines.clock import Clock
from pipelines.errors import FetchFault
from pipelines.http_client import bodies, faults, pages
from pipelines.http_client.addresses import printable
from pipelines.http_client.connections import BACKOFF_SECONDS, GuardedAdapter, Visit
from pipelines.model import FaultKind
from pipelines.settings import Settings

T = TypeVar("T")

CONNECT_SECONDS = 15.0
STALL_SECONDS = 60.0
CATALOG_SECONDS = 120.0
MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class JsonResponse:
    """A portal's answer: a success, or a refusal (4xx) that is explained in JSON. `url` is where it came from."""

    status: int
    body: Any
    url: str


@dataclass(frozen=True)
class Download:
    """What a download brought. On 304 there are no bytes and no `sha256`. `seconds` is wall time."""

    status: int
    bytes: int
    sha256: str | None
    etag: str | None
    last_modified: str | None
    media_type: str | None
    file_name: str | None
    final_url: str
    seconds: float


class HttpClient:
    """Makes a night's requests, from several threads if need be. Close it, or use it in a `with`.

    `ca_bundle` is a PEM file of the certificate authorities to trust in place of the usual ones.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
        ca_bundle: Path | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._verify: bool | str = str(ca_bundle) if ca_bundle else True
        contact = "".join(it for it in printable(settings.contact or "", 200) if " " <= it <= "~")
        self._agent = f"Veedor/{__version__}" + (f" (+{contact})" if contact else "")
        self._retries = max(settings.retries, 0)
        # No requests.Session: it would read redirected bodies whole, and take proxies and passwords from
        # the environment and from ~/.netrc.
        self._adapter = GuardedAdapter(self._retries)
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def get_json(
        self, url: str, params: Mapping[str, str] | None = None, *, max_bytes: int = 50_000_000
    ) -> JsonResponse:
        """GET an API's answer. A 4xx with a JSON body is an answer too: CKAN explains its refusals in one.

        Raises `FetchFault`: as `download` does, HTML_INSTEAD for a page, CATALOG_UNREADABLE for no JSON.
        """

        def consume(response: requests.Response) -> JsonResponse:
            status, reason = response.status_code, response.reason
            if status == 429 or not (status < 300 or 400 <= status < 500):
                raise faults.of_status(status, reason)
            body = b"".join(bodies.pieces(response.raw, max_bytes))
            try:
                return JsonResponse(status, json.loads(body), response.url)
            except (ValueError, RecursionError):
                if status >= 400:
                    raise faults.of_status(status, reason) from None
                if pages.is_page(body[: pages.HEAD_BYTES]):
                    raise pages.page_instead(body[: pages.HEAD_BYTES], "JSON") from None
                raise faults.not_json() from None

        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        return self._visit(url, headers, params, CATALOG_SECONDS, consume)

    def download(
        self,
        url: str,
        destination: Path,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Download:
        """GET `url` into the file `destination`; with the validators of an earlier visit, a 304 may come.

        What is written is the file as published: content coding is undone, archives are left alone. Raises
        `FetchFault` when no whole body of at most `settings.max_bytes` came before the deadline, and leaves
        `destination` unfinished. A full disk is an `OSError`: a fault of ours.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in validators.items() if value}
        started = self._clock.seconds()

        def consume(response: requests.Response) -> Download:
            size, sha256 = 0, None
            if not (response.status_code == 304 and conditions):
                faults.demand_body(response.status_code, response.reason)
                size, sha256 = self._save(response, destination)
            return Download(
                status=response.status_code,
                bytes=size,
                sha256=sha256,
                etag=bodies.etag(response.headers),
                last_modified=bodies.last_modified(response.headers),
                media_type=bodies.media_type(response.headers),
                file_name=bodies.file_name(response.headers, response.url),
                final_url=printable(response.url, 2000),
                seconds=self._clock.seconds() - started,
            )

        # A file is wanted as it was published, so no coding is offered.
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", **conditions}
        return self._visit(url, headers, None, self._settings.deadline_seconds, consume)

    def _save(self, response: requests.Response, destination: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        with destination.open("wb") as handle:
            for piece in bodies.pieces(response.raw, self._settings.max_bytes):
                handle.write(piece)
                digest.update(piece)
                size += len(piece)
        if size == 0:
            raise faults.empty(response.status_code)
        return size, digest.hexdigest()

    def _visit(
        self,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        seconds: float,
        consume: Callable[[requests.Response], T],
    ) -> T:
        """Ask, follow, consume, all before the deadline; again from the start when the body was cut off."""
        seconds = min(seconds, self._settings.deadline_seconds)
        attempt = 0
        with Visit(seconds, self._settings.allow_private_addresses, self._sleep) as visit:
            while True:
                try:
                    with contextlib.closing(self._follow(url, headers, params, visit)) as response:
                        result = consume(response)
                    if visit.expired:  # a body without a length ends like a whole one when it is cut
                        raise faults.too_slow(seconds)
                    return result
                except FetchFault as fault:
                    if visit.expired:
                        raise faults.too_slow(seconds) from fault
                    if fault.kind is not FaultKind.TRUNCATED or attempt == self._retries:
                        raise
                attempt += 1
                visit.pause(BACKOFF_SECONDS * 2**attempt)

    def _follow(
        self, url: str, headers: Mapping[str, str], params: Mapping[str, str] | None, visit: Visit
    ) -> requests.Response:
        cookies = RequestsCookieJar()  # some portals hand one out and redirect to where it is asked for
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(_prepared(url, headers, params, cookies, self._agent), visit)
            location = response.headers.get("Location")
            if response.status_code not in REDIRECTS or not location:
                return response
            extract_cookies_to_jar(cookies, response.request, response.raw)  # type: ignore[no-untyped-call]
            response.close()  # unread: its body is of no use and may have no end
            with contextlib.suppress(UnicodeError):  # header bytes come as Latin-1; UTF-8 was meant
                location = location.encode("latin-1").decode("utf-8")
            try:
                url, params = urljoin(response.url, location.strip()), None
            except ValueError:
                raise faults.unsupported(location, "a redirect leads to no valid address") from None
        raise faults.lost_in_redirects(MAX_REDIRECTS, url)

    def _ask(self, request: requests.PreparedRequest, visit: Visit) -> requests.Response:
        self._pace(urlsplit(request.url or "").netloc)
        timeout = (min(CONNECT_SECONDS, max(visit.remaining(), 0.1)), STALL_SECONDS)
        try:
            return self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify)
        except (requests.RequestException, HTTPError) as error:
            raise faults.of_error(error) from error

    def _pace(self, host: str) -> None:
        """Leave `host_pause_seconds` between two requests to one host, whichever threads make them."""
        with self._lock:
            known = self._hosts.setdefault(host, _Host())
        with known.turn:
            now = self._clock.seconds()
            if known.last is not None and now - known.last < self._settings.host_pause_seconds:
                self._sleep(self._settings.host_pause_seconds - (now - known.last))
            known.last = self._clock.seconds()


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    last: float | None = None


def _prepared(
    url: str,
    headers: Mapping[str, str],
    params: Mapping[str, str] | None,
    cookies: RequestsCookieJar,
    agent: str,
) -> requests.PreparedRequest:
    """The request for one hop. Raises `FetchFault` UNSUPPORTED_ADDRESS."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise faults.unsupported(url, "only http:// and https:// can be fetched")
        request = requests.Request("GET", url.strip(), params=params, cookies=cookies)
        request.headers = {"User-Agent": agent, **headers}
        return request.prepare()
    except (ValueError, HTTPError) as error:
        raise faults.unsupported(url, "it is no valid address") from error
