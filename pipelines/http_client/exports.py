"""Files that a portal makes when they are asked for: how ArcGIS Hub tells how far it is.

    GET <hub>/api/download/v1/items/<item>/<format>?redirect=false&layers=0
    {"status": "Completed", "resultUrl": "https://..."}       also Pending, ExportingData, Failed (with status 200)

Belongs here: what such an answer means, so that it is never taken for the file. Does not belong here: asking again
(`retries`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines.http_client import bodies, faults
from pipelines.http_client.addresses import printable

if TYPE_CHECKING:
    from requests import Response

HUB = "/api/download/v1/items/"
MADE = frozenset({"Completed", "CompletedWithErrors"})
UNDER_WAY = frozenset(
    {"Pending", "InProgress", "Processing", "ExportingData", "PagingData", "ConvertingData"}
)
MAX_BYTES = 1_000_000


def result_of(response: Response) -> str | None:
    """Where the file is that Hub made; None when `response` does not speak of one.

    Raises `StatusFault`: 202 while it is being made, NOT_WHAT_WAS_PROMISED when it cannot be.
    """
    status = response.status_code
    if status not in (200, 202) or HUB not in urlsplit(response.url).path:
        return None
    if bodies.media_type(response.headers) != "application/json":
        return None
    body = b"".join(bodies.pieces(response.raw, MAX_BYTES))
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    said = printable(told.get("status"), 40) if isinstance(told, dict) else ""
    if said in MADE and isinstance(told.get("resultUrl"), str):
        return str(told["resultUrl"])
    if status == 202 or said in UNDER_WAY:
        raise faults.pending(status, f" with the status {said}" if said else "")
    seen = printable(told.get("message"), 200) if isinstance(told, dict) else ""
    raise faults.not_made(status, seen or said or "no reason given")
