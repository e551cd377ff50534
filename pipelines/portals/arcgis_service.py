"""What ArcGIS answers (ArcGIS REST API): its envelope of refusals, the layers of a service, where a layer's rows begin.

Belongs here: asking a server and what its refusals mean, and how a layer's rows are asked for. Does not belong here:
items and what they say (`arcgis`), or following the pages and the proof that all rows came (`snapshots.pages`).

ArcGIS answers 200 for its refusals: the envelope decides, `{"error": {"code", "messageCode", "message"}}`; the Search
API explains a 4xx by `statusCode`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, faults
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind
from pipelines.portals.values import objects
from pipelines.portals.walk import number

Answer = Mapping[str, Any]

LINE = 500
MAX_LAYERS = 100
TABLES = frozenset({"", "Feature Layer", "Table"})
# What keeps us from a service says nothing of the portal: it may run on any host.
ELSEWHERE = (FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT, FaultKind.TLS, FaultKind.UNSUPPORTED_ADDRESS)
# "Does not exist or is inaccessible", no access, not found, gone, invalid token, token required.
NOT_PUBLIC = frozenset({"CONT_0001", "401", "403", "404", "410", "498", "499"})


class Rows(NamedTuple):
    """Where the rows of a layer begin, the rule that leads from there to all of them, and the format of each."""

    url: str
    paging: str
    format: str


def rows(service: str, layer_number: str, about: Answer) -> Rows | None:
    """How all rows of a layer are had, after what it says of itself; None when it says that it answers no query.

    As GeoJSON where the layer knows it. Pages where it knows pages and has a key to order them by, so that they do
    not overlap; else batches of object ids.
    """
    able, capable = about.get("advancedQueryCapabilities"), about.get("capabilities")
    if isinstance(capable, str) and "query" not in capable.lower():
        return None
    formats = printable(about.get("supportedQueryFormats"), LINE).lower()
    form = {"f": "geojson"} if "geojson" in formats else {"f": "json", "returnGeometry": "false"}
    query = {"where": "1=1", "outFields": "*"}
    key = _object_id(about)
    paged = isinstance(able, dict) and able.get("supportsPagination") is True and key
    if paged:
        pages = {"resultOffset": "0", "resultRecordCount": str(number(about.get("maxRecordCount")) or 1000)}
        query |= {"orderByFields": key, **form, **pages}
    else:
        query |= form
    found = f"{service}/{layer_number}/query?{urlencode(query)}"
    return Rows(found, "arcgis" if paged else "arcgis_ids", "geojson" if len(form) == 1 else "json")


def _object_id(about: Answer) -> str:
    """The name of the field that holds the object id; "" when the layer keeps it to itself."""
    typed = (it.get("name") for it in objects(about.get("fields")) if it.get("type") == "esriFieldTypeOID")
    return printable(about.get("objectIdField") or next(typed, None), LINE)


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


def ask(http: HttpClient, url: str, params: Mapping[str, str]) -> Answer:
    """The object at `url`. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    try:
        answer = http.get_json(url, params)
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
