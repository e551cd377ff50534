"""The life of a request: turn, connection, redirects, answer, and the next try when it broke off.

Belongs here: the order of these. Does not belong here: what is asked for (`client`), or any of the rules that are
followed on the way (`hosts`, `connections`, `retries`, `throttling`, `firewalls`).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import urljoin

import requests
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from urllib3.exceptions import HTTPError

from pipelines import __version__
from pipelines.errors import FetchFault
from pipelines.http_client import bodies, causes, faults, links, pages
from pipelines.http_client.addresses import printable
from pipelines.http_client.connections import GuardedAdapter
from pipelines.http_client.credentials import Credentials, demand_discretion
from pipelines.http_client.firewalls import firewall
from pipelines.http_client.hosts import Hosts
from pipelines.http_client.retries import PATIENCE_SECONDS, Retries
from pipelines.http_client.throttling import asked_pause, used_up
from pipelines.http_client.visits import Visit
from pipelines.model import FaultKind
from pipelines.settings import Settings

T = TypeVar("T")

CONNECT_SECONDS = 15.0
STALL_SECONDS = 60.0
MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})


class Requester:
    """Makes visits, from several threads if need be."""

    def __init__(
        self,
        settings: Settings,
        hosts: Hosts,
        sleep: Callable[[float], None],
        verify: bool | str,
        now: Callable[[], float],
        jitter: Callable[[], float],
        credentials: Credentials,
    ) -> None:
        self._settings = settings
        self._hosts = hosts
        self._sleep = sleep
        self._verify = verify
        self._now = now
        self._jitter = jitter
        self._credentials = credentials
        contact = "".join(it for it in printable(settings.contact or "", 200) if " " <= it <= "~")
        self._agent = f"Veedor/{__version__}" + (f" (+{contact})" if contact else "")
        # No requests.Session: it would read redirected bodies whole, and take proxies and passwords from
        # the environment and from ~/.netrc.
        self._adapter = GuardedAdapter()
        # It tells the paths of addresses, and that of a webhook is a secret.
        logging.getLogger("urllib3").setLevel(logging.INFO)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def visit(
        self,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        consume: Callable[[requests.Response], T],
        *,
        seconds: float,
        params: Mapping[str, str] | None = None,
        retries: int | None = None,
        method: str = "GET",
        content: bytes | None = None,
        elsewhere: Callable[[requests.Response], str | None] = lambda _: None,
    ) -> T:
        """Ask, follow, consume, all within `seconds`; again when it broke off, with `headers` asked for anew.

        `elsewhere` names the address that an answer points to without being a redirect. `content` is sent as it is,
        to the address itself: no redirect is followed with it. Raises `FetchFault`.
        """
        seconds = min(seconds, self._settings.deadline_seconds)
        policy = Retries(self._settings.retries if retries is None else retries, self._jitter)
        with Visit(seconds, self._settings, self._sleep) as visit:
            while True:
                try:
                    with self._answer(method, url, headers(), params, visit, elsewhere, content) as response:
                        result = consume(response)
                    # A body without a length ends like a whole one when it is cut.
                    if visit.fault is not None:
                        raise visit.fault
                    return result
                except FetchFault as fault:
                    if visit.fault is not None and visit.fault is not fault:
                        raise visit.fault from fault
                    if visit.fault is not None:
                        raise
                    self._wait_or_raise(fault, policy, visit)

    def refused(self, response: requests.Response, head: bytes | None = None) -> faults.StatusFault:
        """The fault of an answer that is not what was asked for; `head` is its beginning, if it was read."""
        status, headers = response.status_code, response.headers
        if head is None:
            head = bodies.head(response.raw, pages.HEAD_BYTES) if status >= 400 else b""
        shield = firewall(headers, head if status >= 400 else b"")
        if status == 202 and shield is None:
            fault = faults.pending(status)
        elif status in (204, 205):
            fault = faults.empty(status)
        else:
            spent = status == 403 and used_up(headers, self._now()) is not None
            fault = faults.of_status(status, response.reason, firewall=shield, quota_used=spent)
        fault.retry_after = asked_pause(headers, head, self._now())
        return fault

    def _wait_or_raise(self, fault: FetchFault, policy: Retries, visit: Visit) -> None:
        wait = policy.wait(fault)
        asked, throttled = None, False
        if isinstance(fault, faults.StatusFault):
            throttled = fault.kind is FaultKind.THROTTLED
            asked = fault.retry_after if throttled or fault.status == 503 else None
        if wait is None or wait > visit.remaining():
            if throttled or asked is not None:
                pause = self._settings.cool_off_seconds if asked is None else asked
                self._hosts.leave_alone(visit.host, pause, fault.message)
            raise fault
        if asked is not None:
            self._hosts.delay(visit.host, wait)  # everybody waits, and we with them
        else:
            visit.pause(wait)

    @contextlib.contextmanager
    def _answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        visit: Visit,
        elsewhere: Callable[[requests.Response], str | None],
        content: bytes | None,
    ) -> Iterator[requests.Response]:
        """The answer at the end of all redirects, open while the `with` lasts."""
        cookies = RequestsCookieJar()  # some portals hand one out and redirect to where it is asked for
        visit.moved_to, for_good = None, True
        for _ in range(MAX_REDIRECTS + 1):
            request = _prepared(url, {"User-Agent": self._agent, **headers}, params, cookies, method, content)
            self._credentials.tell(request)
            with self._sent(request, visit) as response:
                redirected = response.status_code in REDIRECTS and content is None
                location = response.headers.get("Location") if redirected else elsewhere(response)
                if not location:
                    yield response
                    return
                extract_cookies_to_jar(cookies, response.request, response.raw)  # type: ignore[no-untyped-call]
                # Left unread: the body of a redirect is of no use and may have no end.
            with contextlib.suppress(UnicodeError):  # header bytes come as Latin-1; UTF-8 was meant
                location = location.encode("latin-1").decode("utf-8")
            try:
                url, params = urljoin(response.url, location.strip()), None
            except ValueError:
                raise faults.unsupported(location, "a redirect leads to no valid address") from None
            for_good = for_good and response.status_code in PERMANENT
            visit.moved_to = url if for_good else visit.moved_to
        raise faults.lost_in_redirects(MAX_REDIRECTS, url)

    @contextlib.contextmanager
    def _sent(self, request: requests.PreparedRequest, visit: Visit) -> Iterator[requests.Response]:
        visit.host = links.host_of(request.url or "")
        with contextlib.ExitStack() as held:
            with visit.stopped():
                held.enter_context(self._hosts.turn(visit.host, visit.seconds))
            response = self._send(request, visit)
            held.callback(response.close)
            demand_discretion(response)
            self._heed(response, visit.host)
            yield response

    def _send(self, request: requests.PreparedRequest, visit: Visit) -> requests.Response:
        while True:
            timeout = (min(CONNECT_SECONDS, max(visit.remaining(), 0.1)), STALL_SECONDS)
            visit.stale = False
            try:
                return self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify)
            except (requests.RequestException, HTTPError) as error:
                # What was sent may have been taken, though no answer came: it is not sent twice.
                if visit.stale and visit.fault is None and request.body is None:
                    continue  # on a new connection: of the server nothing is known yet
                raise causes.of_error(error) from error

    def _heed(self, response: requests.Response, host: str) -> None:
        """Leave the host alone when an answer that is no refusal says that our quota is used up with it."""
        if response.status_code < 400:
            asked = used_up(response.headers, self._now())
            if asked is not None and asked <= PATIENCE_SECONDS:
                self._hosts.delay(host, asked)
            elif asked is not None:
                self._hosts.leave_alone(host, asked, "the quota of requests is used up")


def address(url: str) -> str:
    """`url` in the one way to write it that is asked for; "" for what is no web address."""
    try:
        return _prepared(url, {}, None, RequestsCookieJar()).url or ""
    except FetchFault:
        return ""


def _prepared(
    url: str,
    headers: Mapping[str, str],
    params: Mapping[str, str] | None,
    cookies: RequestsCookieJar,
    method: str = "GET",
    content: bytes | None = None,
) -> requests.PreparedRequest:
    """The request for one hop. Raises `FetchFault` UNSUPPORTED_ADDRESS."""
    try:
        request = requests.Request(method, links.fetchable(url), params=params, cookies=cookies, data=content)
        request.headers = dict(headers)
        return request.prepare()
    except (ValueError, HTTPError) as error:
        raise faults.unsupported(url, "it is no valid address") from error
