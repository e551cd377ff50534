"""How many records an API counts, whatever its words: what a download is held against.

Belongs here: asking for the number. Does not belong here: what is made of it (`pages`, `rows`).
"""

from __future__ import annotations

from typing import Any

from pipelines.http_client import HttpClient
from pipelines.snapshots.page_rules import whole_number


def told(url: str, http: HttpClient) -> int | None:
    """The number in the API's answer, None when there is none in it.

    ArcGIS: `{"count": 7}`; Socrata: `[{"count": "7"}]`; CKAN: `{"success": true, "result": {"total": 7}}`. Raises
    `FetchFault` when there is no answer.
    """
    answer = http.get_json(url)
    body: Any = answer.body
    if answer.status not in (200, 203):
        return None
    if isinstance(body, list) and len(body) == 1:
        (body,) = body
    if isinstance(body, dict) and isinstance(body.get("result"), dict):
        body = body["result"]
    if not isinstance(body, dict):
        return None
    return whole_number(body["count"] if "count" in body else body.get("total"))
