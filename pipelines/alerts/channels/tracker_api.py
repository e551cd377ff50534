"""Asking an issue tracker over HTTP: JSON to and fro, pages of a list, and what a refusal means.

Belongs here: what GitHub's and GitLab's APIs share. Does not belong here: their addresses and fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pipelines.alerts.channels import http_answers
from pipelines.errors import DeliveryError, FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import DeliveryFailure

# A repository that moved, a token that is not let in or sees nothing: none of it mends itself.
SURE = frozenset({301, 302, 307, 308, 401, 403, 404, 410})
PAGE = 100
MOST_PAGES = 50
PAGE_BYTES = 20_000_000


@dataclass(frozen=True)
class Api:
    """One repository's part of an API. `headers` bear the token."""

    base: str
    http: HttpClient = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def ask(self, path: str, **query: str) -> Any:
        """GET. Raises `DeliveryError`."""
        return self._answer("GET", f"{path}?{urlencode(query)}" if query else path, b"")

    def tell(self, path: str, value: Mapping[str, object], *, method: str = "POST") -> Any:
        """POST, PATCH or PUT `value` as JSON, once. Raises `DeliveryError`."""
        return self._answer(method, path, json.dumps(value).encode())

    def pages(self, path: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Every entry of a list, page after page."""
        for number in range(1, MOST_PAGES + 1):
            page = self.ask(path, **query, per_page=str(PAGE), page=str(number))
            if not isinstance(page, list):
                raise DeliveryError("the tracker's answer is no list", whole=True)
            yield from (it for it in page if isinstance(it, dict))
            if len(page) < PAGE:
                return
        message = (
            f"there are more than {MOST_PAGES * PAGE:,} open issues or comments: too many to look through"
        )
        raise DeliveryError(message, DeliveryFailure.REFUSED)

    def _answer(self, method: str, path: str, content: bytes) -> Any:
        headers = {**self.headers, **({"Content-Type": "application/json"} if content else {})}
        try:
            reply = self.http.send(
                f"{self.base}{path}",
                content,
                headers,
                method=method,
                seconds=http_answers.SECONDS,
                max_bytes=PAGE_BYTES,
            )
        except FetchFault as fault:
            raise http_answers.no_answer(fault) from None
        if not 200 <= reply.status < 300:
            raise http_answers.refusal(reply, sure=SURE)
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise DeliveryError("the tracker's answer is no JSON", whole=True) from None


def demanded(entry: Any, read: Callable[[Any], Any]) -> Any:
    """What `read` takes from an answer. Raises `DeliveryError` when it is not there."""
    try:
        return read(entry)
    except (KeyError, TypeError, ValueError):
        raise DeliveryError("the tracker's answer lacks what it should hold", whole=True) from None
