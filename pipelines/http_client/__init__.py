"""The only door to the network: every request of Veedor is made here (HTTP semantics: RFC 9110).

Belongs here: identity, retry, pacing, deadlines, byte limits, redirects, the address guard, and the `FetchFault`
for everything that a server can do instead of answering. Does not belong here: what the bytes are (`snapshots`)
or what a portal's answer means (`portals`).
"""

from pipelines.http_client.client import Download, HttpClient, JsonResponse, Look, Reply
from pipelines.http_client.faults import StatusFault

__all__ = ["Download", "HttpClient", "JsonResponse", "Look", "Reply", "StatusFault"]
