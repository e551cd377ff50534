"""What ArcGIS answers (ArcGIS REST API): its envelope of refusals, the layers of a service, the rows of a layer.

Belongs here: asking a server and what its refusals mean, and a layer's table read whole with proof of its count.
Does not belong here: items and what they say (`arcgis`).

ArcGIS answers 200 for its refusals: the envelope decides, `{"error": {"code", "messageCode", "message"}}`; the Search
API explains a 4xx by `statusCode`. A layer gives `maxRecordCount` rows at a time and says so only by
`exceededTransferLimit`, which some servers leave out: that all came is proven by `returnCountOnly`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, faults
from pipelines.http_client.addresses import printable
from pipelines.model import Fault, FaultKind
from pipelines.portals.values import objects
from pipelines.portals.walk import Page, by_offset, gathered, number

Answer = Mapping[str, Any]

LINE = 500
MAX_LAYERS = 100
MAX_BYTES = 200_000_000
# Object ids in one request: of twelve digits each, they still fit into an address.
BATCH = 100
TABLES = frozenset({"", "Feature Layer", "Table"})
# What keeps us from a service says nothing of the portal: it may run on any host.
ELSEWHERE = (FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT, FaultKind.TLS, FaultKind.UNSUPPORTED_ADDRESS)
# "Does not exist or is inaccessible", no access, not found, gone, invalid token, token required.
NOT_PUBLIC = frozenset({"CONT_0001", "401", "403", "404", "410", "498", "499"})


@dataclass(frozen=True)
class Layer:
    """The table of a layer: its fields' names, and its rows.

    `total` is the number of rows that the server counts; `complete` only when as many distinct ones came, without a
    change of that number on the way; `reason` says how that was proven, or why not; `fault` cut it short.
    """

    name: str
    fields: tuple[str, ...]
    rows: tuple[Answer, ...]
    total: int | None
    complete: bool
    reason: str
    fault: Fault | None = None


def layer(url: str, http: HttpClient) -> Layer:
    """The whole table behind the address of a layer (`.../FeatureServer/0`), geometry left out.

    Pages where the layer knows pages, ordered by object id, else batches of object ids. Raises `CatalogFault`, and
    `FetchFault` when there is no answer.
    """
    about = ask(http, url, {"f": "json"})
    fields = objects(about.get("fields"))
    if "name" not in about or not fields:
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the address is not that of a layer with a table")
    typed = (it.get("name") for it in fields if it.get("type") == "esriFieldTypeOID")
    key = printable(about.get("objectIdField") or next(typed, None), LINE) or "OBJECTID"
    able = about.get("advancedQueryCapabilities")
    paged = isinstance(able, dict) and able.get("supportsPagination") is True
    limit = number(about.get("maxRecordCount")) or 1000
    question = {"where": "1=1", "f": "json"}
    whole = {**question, "outFields": "*", "returnGeometry": "false"}

    def count() -> object:
        return ask(http, f"{url}/query", {**question, "returnCountOnly": "true"}).get("count")

    def rows(params: Mapping[str, str]) -> list[Answer]:
        features = objects(ask(http, f"{url}/query", params, MAX_BYTES).get("features"))
        return [it for feature in features if isinstance(it := feature.get("attributes"), dict)]

    def by_pages(offset: int) -> tuple[list[Answer], object]:
        params = {"orderByFields": key, "resultOffset": str(offset), "resultRecordCount": str(limit)}
        return rows({**whole, **params}), count()

    ids: list[str] = []

    def by_ids(cursor: str) -> Page:
        start = int(cursor)
        if not start:
            told = ask(http, f"{url}/query", {**question, "returnIdsOnly": "true"}, MAX_BYTES).get(
                "objectIds"
            )
            ids[:] = sorted(_digits(told), key=int)
        batch = ids[start : start + BATCH]
        asked = {name: value for name, value in whole.items() if name != "where"}
        entries = rows({**asked, "objectIds": ",".join(batch)}) if batch else []
        following = start + BATCH
        return Page(entries, count(), str(following) if following < len(ids) else None)

    found = gathered(by_offset(by_pages) if paged else by_ids, lambda it: _row(it, key))
    names = tuple(text for it in fields if (text := printable(it.get("name"), LINE)))
    table = tuple(found.entries.values())
    name = printable(about.get("name"), LINE)
    return Layer(name, names, table, found.total, found.complete, found.reason, found.fault)


def _row(row: Answer, key: str) -> str:
    """The object id; where a layer keeps it to itself, the row's own content, so that equal rows count once."""
    return printable(row.get(key), 40) or json.dumps(row, sort_keys=True)


def _digits(told: object) -> Iterator[str]:
    for it in told if isinstance(told, list) else ():
        text = printable(it, 20)
        if text.isascii() and text.isdigit():
            yield text


def first_page(service: str, layer_number: str, about: Answer) -> str | None:
    """The address of a layer's first page of rows as GeoJSON, ordered by object id, so that pages do not overlap.

    None when `about`, what the layer says of itself, knows no pages, no GeoJSON, or no key to order by.
    """
    able = about.get("advancedQueryCapabilities")
    formats = printable(about.get("supportedQueryFormats"), LINE).lower()
    typed = (it.get("name") for it in objects(about.get("fields")) if it.get("type") == "esriFieldTypeOID")
    key = printable(about.get("objectIdField") or next(typed, None), LINE)
    if not (
        isinstance(able, dict) and able.get("supportsPagination") is True and "geojson" in formats and key
    ):
        return None
    limit = number(about.get("maxRecordCount")) or 1000
    query = {"where": "1=1", "outFields": "*", "orderByFields": key, "f": "geojson"}
    pages = {"resultOffset": "0", "resultRecordCount": str(limit)}
    return f"{service}/{layer_number}/query?{urlencode({**query, **pages})}"


def layers(http: HttpClient, service: str, layer: str | None) -> dict[str, Answer]:
    """The layers and tables by their numbers: `layer` alone when there is one to look at."""
    try:
        answer = ask(http, f"{service}/{layer or 'layers'}", {"f": "json"})
    except PublisherFault as caught:
        if caught.kind not in ELSEWHERE:
            raise
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE,
            f"the service of the item cannot be asked: {caught.message}",
            "Open the item's service address in a browser; if it moved, correct it in the item.",
            transient=caught.fault.transient,
        ) from caught
    found = [*objects(answer.get("layers")), *objects(answer.get("tables"))][:MAX_LAYERS]
    listed = {layer: answer} if layer else {printable(it.get("id"), 20): it for it in found}
    if not listed or not all("name" in it and re.fullmatch("[0-9]{1,6}", key) for key, it in listed.items()):
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the service of the item answered without a layer")
    return {key: it for key, it in listed.items() if printable(it.get("type"), LINE) in TABLES}


def ask(http: HttpClient, url: str, params: Mapping[str, str], max_bytes: int = 50_000_000) -> Answer:
    """The object at `url`. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    try:
        answer = http.get_json(url, params, max_bytes=max_bytes)
    except PublisherFault as caught:
        if caught.kind is not FaultKind.GONE:  # the API itself is gone: of an item it says so in JSON
            raise
        said = f"there is no ArcGIS API at this address: {caught.message}"
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, said) from caught
    body = answer.body
    if not isinstance(body, dict) or isinstance(body.get("error"), dict) or answer.status not in (200, 203):
        raise _refused(body, answer.status)
    return body


def _refused(body: object, status: int) -> PublisherFault:
    told: Answer = body if isinstance(body, dict) else {"message": body}
    envelope = told.get("error")
    error: Answer = envelope if isinstance(envelope, dict) else told
    code = printable(error.get("code"), 20) if error is envelope else str(status)
    said = printable(error.get("message"), 200) or "no reason given"
    gone = status in (404, 410) and "statusCode" in told
    if error is envelope:
        gone = bool(NOT_PUBLIC & {code, printable(error.get("messageCode"), 20)}) or said == "Invalid URL"
    if gone:
        return CatalogFault(
            FaultKind.GONE,
            f"the item or its layer does not exist, or is not public: {said}",
            "Share the item with everyone; if it only got another id, correct `identifier` in sources.yaml.",
        )
    code = code or str(status)
    if re.fullmatch("401|403|429|5[0-9][0-9]", code):
        return faults.of_status(int(code))
    seen = f"the portal answered {code} without what was asked for: {said}"
    return CatalogFault(FaultKind.CATALOG_UNREADABLE, seen, transient=status == 202)
