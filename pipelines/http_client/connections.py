"""What happens below a request: the address guard, the deadline and the retry policy, as urllib3 classes.

Belongs here: everything that must act at the moment of connecting or reading. Does not belong here: which
addresses are refused (`addresses`), or what is asked and in which order (`client`).

urllib3 makes its connections itself, so what they have to know of the call that they serve is handed to them by
a context variable, `VISIT`.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import InvalidHeader, MaxRetryError, NewConnectionError
from urllib3.util import connection as sockets

from pipelines.http_client import faults
from pipelines.http_client.addresses import refusal

BACKOFF_SECONDS = 0.5
# A server that asks to be left alone for longer is obeyed: it is not asked again tonight.
RETRY_AFTER_SECONDS = 120.0
RETRIED = frozenset({429, 500, 502, 503, 504})
MAX_ADDRESSES = 8


class Visit:
    """One call of the client. Its deadline is kept by a timer that cuts the connection.

    A server that drips one byte a minute never lets a read time out. The timer runs on the machine's own
    time, whatever clock the night was given. Use it in a `with`.
    """

    def __init__(self, seconds: float, allow_private: bool, sleep: Callable[[float], None]) -> None:
        self.seconds = seconds
        self.allow_private = allow_private
        self.expired = False
        self._sleep = sleep
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._token = VISIT.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.reads_from(None)  # by now the connection may serve another visit
        VISIT.reset(self._token)

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self._ends - time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the deadline."""
        self._sleep(max(min(seconds, self.remaining()), 0.0))

    def reads_from(self, connected: socket.socket | None) -> None:
        """Tell which socket is to be cut when time is up."""
        with self._lock:
            self._socket = connected
            if self.expired:
                self._cut()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not `SSLSocket.shutdown`: that takes the TLS layer away from the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


VISIT: ContextVar[Visit] = ContextVar("visit")


class _Answer(http.client.HTTPResponse):
    def begin(self) -> None:
        """Refuse an answer that announces two lengths: nobody can say where it ends (RFC 9112, 6.3)."""
        super().begin()
        announced = ",".join(self.headers.get_all("Content-Length", []))
        if len({it.strip() for it in announced.split(",")}) > 1:
            raise http.client.HTTPException("two different lengths are announced")


class GuardedConnection(HTTPConnection):
    """Connects only to addresses that `refusal` lets through.

    The address is judged that is connected to. To judge the name beforehand would not do: it may resolve
    to another address a moment later, and a redirect may lead anywhere.
    """

    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        visit = VISIT.get()
        if visit.expired:
            raise faults.too_slow(visit.seconds)
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NewConnectionError(self, "the host name cannot be resolved") from error
        except UnicodeError:
            raise faults.unsupported(self.host, "it is no valid host name") from None
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))[:MAX_ADDRESSES]
        refusals = {it: refusal(it, allow_private=visit.allow_private) for it in addresses}
        if all(refusals.values()):
            raise faults.forbidden(self.host, next(iter(refusals.values()), None))
        return self._connect([it for it, reason in refusals.items() if reason is None])

    def _connect(self, addresses: list[str]) -> socket.socket:
        failure: OSError | None = None
        for address in addresses:  # a host's IPv6 address may be dead while IPv4 works
            try:
                return sockets.create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
        raise NewConnectionError(self, "no connection can be made") from failure

    def getresponse(self) -> Any:
        """Wait for the answer, on a socket that the visit can cut."""
        VISIT.get().reads_from(self.sock)
        return super().getresponse()


class GuardedTlsConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTlsConnection


class GuardedAdapter(HTTPAdapter):
    """The transport of `requests`, on guarded connections. `retries` are further tries after the first."""

    def __init__(self, retries: int) -> None:
        policy = _Retry(retries, other=0, redirect=0, raise_on_status=False, status_forcelist=RETRIED)
        super().__init__(max_retries=policy)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have every connection made by a guarded class."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Retry(Retry):
    """urllib3's policy with the visit's sleep, its deadline, and no try earlier than the server asked for."""

    def increment(self, *args: Any, **kwargs: Any) -> Self:
        """Count a try; raises `MaxRetryError` when there is to be no other."""
        following = super().increment(*args, **kwargs)
        response: BaseHTTPResponse | None = kwargs.get("response")
        if response is not None:
            asked = self.get_retry_after(response) or 0.0
            if asked > min(RETRY_AFTER_SECONDS, VISIT.get().remaining()):
                raise MaxRetryError(kwargs["_pool"], "")
            response.close()  # or urllib3 would read all of it before it asks again
        return following

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds, from either form of the header; None when it means nothing."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the server asked, else twice as long each time."""
        asked = self.get_retry_after(response) if response is not None else None
        VISIT.get().pause(asked or BACKOFF_SECONDS * 2 ** len(self.history))
