"""Portal `arcgis`: an item of an ArcGIS Hub site, or of an ArcGIS portal, and the layers of its service.

Belongs here: asking for each declared item and its layers, what each kind of answer means, and which downloads hold
a whole layer. Does not belong here: reading a layer page by page, as a service's own query gives it.

`url` is a Hub site, asked through its Search API (OGC API - Records, the item in `properties`), or ends in
`/sharing/rest` and is a portal's own API (ArcGIS REST API, Item). `identifier` is the item's id, with `_<layer>`
for one layer of it, as Hub writes it in addresses. ArcGIS answers 200 for its refusals: the envelope decides,
`{"error": {"code", "messageCode", "message"}}`; the Search API explains a 4xx by `statusCode`.

Mapping after Hub's own DCAT-US feed: source -> dct:publisher, licenseInfo -> dct:license, tags -> dcat:keyword,
created -> dct:issued, the last edit of a layer's data -> dct:modified. Owners are user names and stay there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, faults
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, FaultKind, Publisher
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.values import epoch, objects, plain, texts
from pipelines.sources import Source, SourceDataset, SourceDistribution

Answer = Mapping[str, Any]

TITLE, LINE, TEXT, URL = 300, 500, 5000, 2000
MAX_LAYERS, MAX_KEYWORDS = 100, 50
SEARCH, SHARING = "/api/search/v1/collections/all/items", "/sharing/rest"
# Both serve every public item of ArcGIS Online, whichever site shows it.
ONLINE, ONLINE_HUB = "https://www.arcgis.com/sharing/rest", "https://hub.arcgis.com"
ONE_LAYER = re.compile(r"^([0-9a-f]{32})_([0-9]{1,6})$", re.IGNORECASE)
SERVICE = re.compile(r"^(https?://.+/(?:Feature|Map)Server)(?:/([0-9]{1,6}))?$", re.IGNORECASE)
TABLES = frozenset({"", "Feature Layer", "Table"})
# What Hub makes of a layer, by our name of the format; and the types of items that are files themselves.
EXPORTS = {"csv": "csv", "xlsx": "excel", "geojson": "geojson"}
FILES = {"CSV": "csv", "CSV Collection": "zip", "GeoJson": "geojson", "Microsoft Excel": "xlsx"}
FORMATS = {**{it: it for it in EXPORTS}, "excel": "xlsx", "json": "geojson", "xls": "xlsx"}
NO_LICENSE = frozenset({"", "custom", "none", "null", "other"})
# What keeps us from a service says nothing of the portal: it may run on any host.
ELSEWHERE = (FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT, FaultKind.TLS, FaultKind.UNSUPPORTED_ADDRESS)
# "Does not exist or is inaccessible", no access, not found, gone, invalid token, token required.
NOT_PUBLIC = frozenset({"CONT_0001", "401", "403", "404", "410", "498", "499"})


@dataclass(frozen=True)
class _Portal:
    """Where to ask for items, show them, keep files, and make whole layers into files ("" is nowhere)."""

    items: str
    pages: str
    files: str
    exports: str
    hub: bool


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared items as the portal has them (see `each_declared`)."""
    return each_declared(source, clock, lambda item: _dataset(source, item, http))


def _portal(base: str) -> _Portal:
    if not base.lower().endswith(SHARING):
        return _Portal(f"{base}{SEARCH}/", f"{base}/datasets/", ONLINE, base, hub=True)
    page = "/".join((base[: -len(SHARING)], "home", "item.html?id="))
    exports = ONLINE_HUB if f".{urlsplit(base).hostname}".endswith(".arcgis.com") else ""
    return _Portal(f"{base}/content/items/", page, base, exports, hub=False)


def _dataset(source: Source, declaration: SourceDataset, http: HttpClient) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own, portal = declared(source, declaration), _portal((source.url or "").rstrip("/"))
    name = declaration.identifier or declaration.id
    one_layer = ONE_LAYER.match(name)
    id_, layer = one_layer.groups() if one_layer else (name, None)
    item = _item(http, portal, id_)
    service = SERVICE.match(re.split(r"[?#]", printable(item.get("url"), URL))[0].rstrip("/"))
    if service:
        layers = _layers(http, service.group(1), layer or service.group(2))
        offers = [it for n, told in layers.items() for it in _exports(portal, own.key, id_, n, told)]
    else:
        offers = list(_files(portal, own.key, id_, item))
    distributions = tuple(_chosen(declaration, own.key, offers))
    edited = max((it.modified for it in distributions if it.modified), default=None)
    email = own.contact_point.email or first_address([item.get("orgContactEmail")])
    description = plain(item.get("description"), TEXT) or plain(item.get("snippet"), TEXT)
    return replace(
        own,
        title=printable(item.get("title"), TITLE) or own.title,
        publisher=Publisher(printable(item.get("source"), LINE) or own.publisher.name, own.publisher.country),
        contact_point=ContactPoint(own.contact_point.name, email),
        distributions=distributions,
        description=description or own.description,
        license=_license(item) or own.license,
        issued=epoch(item.get("created"), milliseconds=True),
        modified=edited or epoch(item.get("modified"), milliseconds=True),
        data_dictionary=f"{service[1]}/{layer or service[2] or 'layers'}?f=pjson" if service else None,
        landing_page=portal.pages + quote(name if portal.hub else id_, safe=""),
        keywords=texts(item.get("tags"), 100, MAX_KEYWORDS),
    )


def _item(http: HttpClient, portal: _Portal, id_: str) -> Answer:
    """The item as the portal gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    # The Search API refuses a question in which there is a parameter that it does not know.
    answer = _ask(http, portal.items + quote(id_, safe=""), {} if portal.hub else {"f": "json"})
    item = answer.get("properties") if portal.hub else answer
    if not isinstance(item, dict) or "title" not in item or "type" not in item:
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the portal answered without an item")
    return item


def _layers(http: HttpClient, service: str, layer: str | None) -> dict[str, Answer]:
    """The layers and tables by their numbers: `layer` alone when there is one to look at."""
    try:
        answer = _ask(http, f"{service}/{layer or 'layers'}", {"f": "json"})
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


def _exports(portal: _Portal, key: str, id_: str, number: str, layer: Answer) -> Iterator[Distribution]:
    """One layer as each kind of file that holds all of it. Raises `CatalogFault` when there is none."""
    if not portal.exports:
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE,
            "the portal gives this item's layers page by page only, and no file that holds all of one",
            "Publish the table as an item of type CSV as well, or open the item in ArcGIS Hub.",
        )
    edited = layer.get("editingInfo")
    dates = (edited.get("dataLastEditDate"), edited.get("lastEditDate")) if isinstance(edited, dict) else ()
    for format_, name in EXPORTS.items():
        yield Distribution(
            key=f"{key}/{format_}-{number}",
            title=printable(layer.get("name"), TITLE) or f"{format_}-{number}",
            download_url=f"{portal.exports}/api/download/v1/items/{quote(id_, safe='')}/{name}"
            f"?redirect=true&layers={number}",
            format=format_,
            modified=next((told for it in dates if (told := epoch(it, milliseconds=True))), None),
            portal_id=f"{id_}_{number}",
        )


def _files(portal: _Portal, key: str, id_: str, item: Answer) -> Iterator[Distribution]:
    """The item itself, when it is a file: kept by the portal, or only registered there with its address."""
    format_ = FILES.get(printable(item.get("type"), LINE))
    if format_:
        yield Distribution(
            key=f"{key}/{format_}",
            title=printable(item.get("name"), TITLE) or printable(item.get("title"), TITLE) or format_,
            download_url=printable(item.get("url"), URL)
            or f"{portal.files}/content/items/{quote(id_, safe='')}/data",
            format=format_,
            issued=epoch(item.get("created"), milliseconds=True),
            modified=epoch(item.get("modified"), milliseconds=True),
            portal_id=id_,
        )


def _chosen(item: SourceDataset, key: str, offers: list[Distribution]) -> Iterator[Distribution]:
    """Each declared distribution, by id, else the first of its format that is left; else one of each layer.

    One that the portal does not offer has no address, which fetching records as gone.
    """
    wanted = item.distributions
    offers = sorted(offers, key=lambda it: it.format or "")  # where no format is asked for, CSV is meant
    if not wanted:
        yield from (it for it in offers if it.format == offers[0].format)
    named = {one.id: next((it for it in offers if _fits(it, one)), None) for one in wanted if one.portal_id}
    left = [it for it in offers if it not in named.values()]
    for one in wanted:
        found = named[one.id] if one.portal_id else next((it for it in left if _fits(it, one)), None)
        left = [it for it in left if it is not found]
        missing = Distribution("", one.title or one.id, "", _format(one) or None, portal_id=one.portal_id)
        yield replace(found or missing, key=f"{key}/{one.id}")


def _fits(offer: Distribution, wanted: SourceDistribution) -> bool:
    """By format, and by id when one is declared: a layer's is `<item>_<layer>`, or its number alone."""
    id_ = offer.portal_id or ""
    return _format(wanted) in ("", offer.format) and wanted.portal_id in (None, id_, id_.rpartition("_")[2])


def _format(wanted: SourceDistribution) -> str:
    """The declared format; else what the id says, when it says one; else "", which is any."""
    text = (wanted.format or wanted.id).lower().strip(" .").rpartition("/")[2]
    return FORMATS.get(text, text if wanted.format else "")


def _license(item: Answer) -> str | None:
    """The licence that was picked from Hub's list, else the words that were written."""
    told = (printable(item.get("license"), LINE), plain(item.get("licenseInfo"), LINE))
    return next((it for it in told if it.lower() not in NO_LICENSE), None)


def _ask(http: HttpClient, url: str, params: Mapping[str, str]) -> Answer:
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
