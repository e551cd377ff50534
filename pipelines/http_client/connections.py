"""What happens below a request: the address guard at the moment of connecting, as urllib3 classes.

Belongs here: connecting, to which of a host's addresses, and refusing an answer that no parser should guess at.
Does not belong here: which addresses are refused (`addresses`), when a visit is over (`visits`), or what is asked
and in which order (`client`).
"""

from __future__ import annotations

import http.client
import socket
from itertools import chain, zip_longest
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import connection as sockets

from pipelines.http_client import faults
from pipelines.http_client.addresses import refusal
from pipelines.http_client.visits import VISIT

MAX_ADDRESSES = 8


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
    used = False

    def _new_conn(self) -> socket.socket:
        visit, self.used = VISIT.get(), False
        if visit.fault is not None:
            raise visit.fault
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NewConnectionError(self, "the host name cannot be resolved") from error
        except UnicodeError:
            raise faults.unsupported(self.host, "it is no valid host name") from None
        addresses = _by_turns([str(item[4][0]) for item in found])[:MAX_ADDRESSES]
        allowed = visit.settings.allow_private_addresses
        refusals = {it: refusal(it, allow_private=allowed) for it in addresses}
        if all(refusals.values()):
            raise faults.forbidden(self.host, next(iter(refusals.values()), None))
        return self._connect([it for it, reason in refusals.items() if reason is None])

    def _connect(self, addresses: list[str]) -> socket.socket:
        failure: OSError | None = None
        for address in addresses:
            try:
                return sockets.create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
        raise NewConnectionError(self, "no connection can be made") from failure

    def getresponse(self) -> Any:
        """Wait for the answer, on a socket that the visit can cut."""
        visit = VISIT.get()
        visit.reads_from(self.sock)
        try:
            answer = super().getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            visit.stale = self.used  # it had been kept open, and was closed when nobody looked
            raise
        self.used = True
        return answer


class GuardedTlsConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTlsConnection


class GuardedAdapter(HTTPAdapter):
    """The transport of `requests`, on guarded connections. It asks once: `retries` decides on more."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have every connection made by a guarded class."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def _by_turns(addresses: list[str]) -> list[str]:
    """Each address once, IPv6 and IPv4 by turns (RFC 8305, 4): all of a host's IPv6 may be dead while IPv4 works."""
    distinct = list(dict.fromkeys(addresses))
    first = ":" in distinct[0] if distinct else False
    ones = [it for it in distinct if (":" in it) is first]
    others = [it for it in distinct if (":" in it) is not first]
    return [it for it in chain.from_iterable(zip_longest(ones, others)) if it is not None]
