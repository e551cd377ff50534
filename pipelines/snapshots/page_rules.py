"""How each kind of API pages: what a page holds, where the next begins, how many records there are.

Belongs here: one `Rule` for each kind, by the name that a distribution's `paging` bears. Does not belong here:
asking for pages, or the proof that all are here (`pages`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pipelines.errors import FetchFault
from pipelines.model import FaultKind

# Object ids in one request: of twelve digits each, they still fit into an address.
BATCH = 100


@dataclass(frozen=True)
class Page:
    """One answer: its address, its JSON, the records in it, and how many the first page had."""

    url: str
    body: Mapping[str, Any]
    count: int
    size: int


@dataclass(frozen=True)
class Rule:
    """How one kind of API pages. `lists` are the fields that may hold a page's records, the first that does counts.

    `following` gives the next page's address, None after the last; `total` how many records there are, None when
    the API does not say; `name` what tells a record from any other, "" for one that has no name. `counted` turns
    the first page's address into the one that tells how many there are (`counts`), where pages do not tell it.
    `enumerated` makes of the first address those of all pages, where an API lists its records beforehand; it asks
    with the function that it is given.
    """

    lists: tuple[str, ...]
    following: Callable[[Page], str | None]
    total: Callable[[Mapping[str, Any]], int | None]
    name: Callable[[Any], str]
    counted: Callable[[str], str] | None = None
    enumerated: Callable[[str, Callable[[str], Any]], list[str]] | None = None


def not_whole(why: str) -> FetchFault:
    """The fault of an API of which only a part can be had."""
    return FetchFault(
        FaultKind.TRUNCATED,
        f"the API does not give all of its records: {why}",
        "Sort the pages by a key that does not change, and link each to the next.",
        transient=True,
    )


def with_query(url: str, **changes: object) -> str:
    """`url` with these parameters of its query set; one that is None is taken away."""
    parts = urlsplit(url)
    merged = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **changes}
    query = {it: str(to) for it, to in merged.items() if to is not None}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _joined(base: str, text: str) -> str:
    try:
        return urljoin(base, text)
    except ValueError:
        return text  # asking for it says what is wrong with it


def whole_number(value: Any) -> int | None:
    """A number that is whole and not negative, also when it is written as text; else None."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def _inside(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The object and those of its fields in which APIs put what they say of their pages."""
    named = (body.get(it) for it in ("links", "pagination", "paging", "meta", "page_info"))
    return [body, *(it for it in named if isinstance(it, dict))]


def _first(body: Mapping[str, Any], *names: str) -> Any:
    found = (held.get(name) for held in _inside(body) for name in names)
    return next((it for it in found if it not in (None, "", False)), None)


def _ocds_next(page: Page) -> str | None:
    """A link (OCDS 1.1 `links.next`, and what APIs write instead), else the next number of the address's own query."""
    links = page.body.get("links")
    listed = [it for it in links if isinstance(it, dict)] if isinstance(links, list) else []
    linked = next((it.get("href") for it in listed if it.get("rel") == "next"), None)
    linked = linked or _first(page.body, "next", "nextPage", "next_page", "next_page_url", "nextUrl")
    if isinstance(linked, dict):
        linked = linked.get("href") or linked.get("url")
    number = whole_number(linked)
    if number is None and isinstance(linked, str):
        return _joined(page.url, linked.strip()) if linked.strip() else None
    query = dict(parse_qsl(urlsplit(page.url).query))
    at = next(
        (it for it in ("page", "pageNumber", "offset", "skip") if whole_number(query.get(it)) is not None),
        None,
    )
    if number is not None:
        return with_query(page.url, **{at or "page": number})
    if at is None or page.count == 0:
        return None
    here = whole_number(query[at]) or 0
    last = whole_number(_first(page.body, "total_pages", "totalPages", "pages", "last_page", "lastPage"))
    if at.startswith("page"):
        more = here < last if last is not None else page.count >= page.size
        return with_query(page.url, **{at: here + 1}) if more else None
    return with_query(page.url, **{at: here + page.count}) if page.count >= page.size else None


def _ocds_total(body: Mapping[str, Any]) -> int | None:
    names = ["total", "totalItems", "total_items", "totalResults", "totalCount", "total_count"]
    return whole_number(_first(body, *names, *(["count"] if "next" in body else [])))


def _ocds_name(record: Any) -> str:
    """A release by its `ocid` and `id`, a record by its `ocid`, a package by its `uri`."""
    told = record if isinstance(record, dict) else {}
    named = [told.get(it) for it in ("ocid", "id", "uri")]
    return "\0".join(str(it) for it in named if isinstance(it, str | int))


def _arcgis_next(page: Page) -> str | None:
    """A layer's `/query` says only that there is more; the next page begins behind the rows that really came.

    Some servers do not even say that: after a page that is as full as it may be another is asked for.
    """
    query = dict(parse_qsl(urlsplit(page.url).query))
    held = [it for it in (page.body, page.body.get("properties")) if isinstance(it, dict)]
    told = [it["exceededTransferLimit"] for it in held if "exceededTransferLimit" in it]
    limit = whole_number(query.get("resultRecordCount"))
    if True not in told and (told or not limit or page.count < limit):
        return None
    if page.count == 0:
        raise not_whole("the layer says that there is more, and sends nothing")
    offset = whole_number(query.get("resultOffset")) or 0
    return with_query(page.url, resultOffset=offset + page.count)


def _arcgis_count(url: str) -> str:
    parts = urlsplit(url)
    where = dict(parse_qsl(parts.query)).get("where", "1=1")
    query = urlencode({"where": where, "returnCountOnly": "true", "f": "json"})
    return urlunsplit(parts._replace(query=query))


def _arcgis_batches(url: str, ask: Callable[[str], Any]) -> list[str]:
    """The rows of a layer that knows no pages, by their object ids, in the order of these."""
    told = ask(with_query(url, returnIdsOnly="true", f="json"))
    body = told if isinstance(told, dict) else {}
    listed = body.get("objectIds")
    if (not isinstance(listed, list) and listed is not None) or "objectIds" not in body:
        raise not_whole("it does not list their object ids")
    ids = sorted({it for one in listed or () if (it := whole_number(one)) is not None})
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    return [with_query(url, where=None, objectIds=",".join(map(str, batch))) for batch in batches]


RULES: Mapping[str, Rule] = {
    "arcgis": Rule(("features",), _arcgis_next, lambda _: None, lambda _: "", _arcgis_count),
    "arcgis_ids": Rule(
        ("features",), lambda _: None, lambda _: None, lambda _: "", _arcgis_count, _arcgis_batches
    ),
    "ocds": Rule(("releases", "records", "results", "data", "items"), _ocds_next, _ocds_total, _ocds_name),
}
