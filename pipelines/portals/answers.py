"""What a portal's API answers, and what it means when it does not answer (RFC 9110 statuses, and envelopes).

Belongs here: one request for JSON, and the `CatalogFault` of everything that an API says instead. Does not belong
here: what stands in an answer (that portal's file, `values`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, JsonResponse, faults
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind
from pipelines.portals.values import first

# The server was not heard, or did not hear us: nothing is known of what is there.
UNHEARD = frozenset(
    {
        FaultKind.NOT_REACHABLE,
        FaultKind.TIMED_OUT,
        FaultKind.TLS,
        FaultKind.BLOCKED,
        FaultKind.THROTTLED,
        FaultKind.UNSUPPORTED_ADDRESS,
    }
)


def asked(
    http: HttpClient,
    url: str,
    api: str,
    name: str | None,
    accepts: Callable[[object], bool],
    params: Mapping[str, str] | None = None,
    max_bytes: int = 50_000_000,
    says_gone: Callable[[JsonResponse], bool] = lambda _: False,
) -> Any:
    """The body of the answer that `accepts` knows for one. `api` is what is asked, `name` the dataset.

    `says_gone` knows the API's own ways to say that the dataset is not there, or not public.

    Raises `CatalogFault` for everything that an API says instead, whatever its status: GONE only when it says
    so of a dataset itself, in JSON; with None for `name`, never. Raises `FetchFault` when there is no answer.
    """
    try:
        answer = http.get_json(url, params, max_bytes=max_bytes)
    except PublisherFault as caught:
        if caught.kind is FaultKind.GONE:  # a page says 404: it is the address that is wrong
            raise CatalogFault(
                FaultKind.CATALOG_UNREADABLE, f"there is no {api} at this address: {caught.message}"
            ) from caught
        raise
    if answer.status in (200, 203) and accepts(answer.body):
        return answer.body
    raise _refusal(answer, api, name, says_gone(answer))


def _refusal(answer: JsonResponse, api: str, name: str | None, is_gone: bool) -> CatalogFault:
    body = answer.body if isinstance(answer.body, dict) else {"message": answer.body}
    body = {**body, **body["error"]} if isinstance(body.get("error"), dict) else body
    said = first(body, ("message", "error", "detail"), 200) or "no reason given"
    codes = [answer.status, *(it for it in (body.get("status"), body.get("code")) if isinstance(it, int))]
    code = next((it for it in codes if 400 <= it < 600), answer.status)
    if name is not None and is_gone:
        return gone(name, f"the portal says ({code}): {said}")
    if code in (401, 403, 451):
        message = f"the portal refuses us ({code}): {said}"
        return CatalogFault(FaultKind.BLOCKED, message, faults.OPERATOR)
    if code == 429:
        message = f"the portal says that we ask too often: {said}"
        return CatalogFault(FaultKind.THROTTLED, message, faults.LATER, transient=True)
    if name is not None and code in (404, 410) and isinstance(answer.body, dict) and "message" in body:
        return gone(name, f"the portal says ({code}): {said}")
    if code == 202:
        message = "the portal answered 202 Accepted: it has yet to make its answer"
        return CatalogFault(FaultKind.CATALOG_UNREADABLE, message, faults.LATER, transient=True)
    message = f"the answer ({answer.status}) is not that of a {api}: {said}"
    return CatalogFault(FaultKind.CATALOG_UNREADABLE, message, transient=code >= 500)


def gone(name: str, why: str) -> CatalogFault:
    """The fault of a dataset that the portal no longer has."""
    return CatalogFault(
        FaultKind.GONE,
        f"the dataset {printable(name, 100)!r} is gone: {why}",
        "Publish the dataset again; if it only got another name, correct `identifier` in sources.yaml.",
    )


def told(http: HttpClient, url: str, params: Mapping[str, str] | None = None) -> Any:
    """The JSON that is at `url`, or None when there is none: for finding out what kind of portal answers.

    Raises `FetchFault` when the server does not answer at all, refuses us, or wants us to slow down.
    """
    try:
        answer = http.get_json(url, params)
    except PublisherFault as caught:
        if caught.kind in UNHEARD:
            raise
        return None
    return answer.body if answer.status in (200, 203) else None


def objects_told(http: HttpClient, url: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """What is `told`, when it is an object; else an empty one."""
    body = told(http, url, params)
    return body if isinstance(body, dict) else {}


def roots(url: str, *marks: str) -> list[str]:
    """Where a portal's API may begin, for an address inside the portal: before the first mark, and at the host.

    `https://x.example/data/dataset/abc` with the mark `/dataset/` may belong to a portal at
    `https://x.example/data`, and to one at `https://x.example`.
    """
    try:
        parts = urlsplit(url.strip())
        host = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return []
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return []
    path = f"{parts.path.rstrip('/')}/"
    cut = min((at for mark in marks if (at := path.find(f"{mark.rstrip('/')}/")) >= 0), default=None)
    prefix = path if cut is None else path[:cut]
    return list(dict.fromkeys([f"{host}{prefix.rstrip('/')}", host]))
