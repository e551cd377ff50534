"""Limits: how often anybody, and all together, may send something.

Belongs here: counting within a window of time, in bounded memory. It is of this process, which is the only one of a
server (`run`): after a restart everybody begins anew. Does not belong here: how long what is sent may be (`bodies`,
`feedback.written`).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

MOST_CLIENTS = 20_000


@dataclass
class Limits:
    """`per_client` and `everybody` may send so often within `seconds`; who is refused has not sent."""

    per_client: int = 10
    everybody: int = 300
    seconds: float = 600.0
    _sent: deque[float] = field(default_factory=deque, repr=False)
    _by_client: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict, repr=False)

    def take(self, client: str, now: float) -> bool:
        """Whether `client` may send now; if so, it has. `now` is in seconds of a clock that does not go back."""
        own = self._by_client.setdefault(client, deque())
        self._by_client.move_to_end(client)
        while len(self._by_client) > MOST_CLIENTS:
            self._by_client.popitem(last=False)
        for times in (own, self._sent):
            while times and times[0] <= now - self.seconds:
                times.popleft()
        if len(own) >= self.per_client or len(self._sent) >= self.everybody:
            return False
        own.append(now)
        self._sent.append(now)
        return True


def client_of(host: str | None) -> str:
    """Who sends: an address of IPv4, or the network that one household has of IPv6."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((address, 64), strict=False))
    return str(address)
