"""Portal `arcgis`: an item of an ArcGIS Hub site, or of an ArcGIS portal, and the layers of its service.

Belongs here: asking for each declared item and its layers, or for all items, what they say, and which downloads hold
a whole layer. Does not belong here: what a refusal means, or how rows are asked for (`arcgis_service`).

`url` is a Hub site, asked through its Search API (OGC API - Records, the item in `properties`), or ends in
`/sharing/rest` and is a portal's own API (ArcGIS REST API, Item). `identifier` is the item's id, with `_<layer>`
for one layer of it, as Hub writes it in addresses; or the readable name that stands there (`<name>`, or
`<organisation>::<name>`), which Hub is asked for first.

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
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, FaultKind, Publisher
from pipelines.portals import answers
from pipelines.portals.arcgis_service import ask, layers, rows
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.files import slug
from pipelines.portals.values import epoch, objects, plain, texts
from pipelines.portals.walk import Recognised, Walk, by_offset, number, undeclared, whole
from pipelines.sources import Source, SourceDataset, SourceDistribution

Answer = Mapping[str, Any]

TITLE, LINE, TEXT, URL = 300, 500, 5000, 2000
MAX_KEYWORDS = 50
ROWS = 100
FEED = "/api/feed/dcat-us/1.1.json"
IN_FEED = re.compile(r"\bid=([0-9a-f]{32})&(?:amp;)?sublayer=([0-9]{1,6})")
INDEX = "/api/v3/datasets"
SEARCH, SHARING = "/api/search/v1/collections/all/items", "/sharing/rest"
# Both serve every public item of ArcGIS Online, whichever site shows it.
ONLINE, ONLINE_HUB = "https://www.arcgis.com/sharing/rest", "https://hub.arcgis.com"
AN_ID = re.compile(r"^[0-9a-f]{32}(_[0-9]{1,6})?$", re.IGNORECASE)
ONE_LAYER = re.compile(r"^([0-9a-f]{32})_([0-9]{1,6})$", re.IGNORECASE)
SERVICE = re.compile(r"^(https?://.+/(?:Feature|Map)Server)(?:/([0-9]{1,6}))?$", re.IGNORECASE)
# What Hub makes of a layer, by our name of the format; and the types of items that are files themselves.
EXPORTS = {"csv": "csv", "xlsx": "excel", "geojson": "geojson"}
FILES = {"CSV": "csv", "CSV Collection": "zip", "GeoJson": "geojson", "Microsoft Excel": "xlsx"}
FORMATS = {**{it: it for it in EXPORTS}, "excel": "xlsx", "json": "geojson", "xls": "xlsx"}
NO_LICENSE = frozenset({"", "custom", "none", "null", "other"})


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


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All items of a Hub site, or all public ones of a portal, without asking the service of each for its layers.

    A Hub site's own feed tells which layers an item has; an item that is not in it, and does not say itself which
    layer it is, has no distribution here.
    """
    source = undeclared("arcgis", url)
    portal = _portal(source.url or "")
    feed = _feed(http, source.url or "") if portal.hub else {}

    def hub(offset: int) -> tuple[list[Answer], object]:
        params = {"limit": str(ROWS), "startindex": str(offset + 1)}
        answer = ask(http, portal.items.rstrip("/"), params)
        return [_with_id(it) for it in _listed(answer, "features")], answer.get("numberMatched")

    def sharing(offset: int) -> tuple[list[Answer], object]:
        params = {"q": "access:public", "num": str(ROWS), "start": str(offset + 1), "f": "json"}
        answer = ask(http, f"{source.url}/search", {**params, "sortField": "created"})
        return _listed(answer, "results"), answer.get("total")

    def dataset(source: Source, item: SourceDataset, entry: Answer) -> Dataset:
        key = declared(source, item).key
        one_layer = ONE_LAYER.match(item.identifier or "")
        id_, layer = one_layer.groups() if one_layer else (item.identifier or "", None)
        service = _service(entry)
        numbers = [it for it in (layer, service and service.group(2)) if it][:1] or feed.get(id_, [])
        offers: list[Distribution] = [] if service else list(_files(portal, key, id_, entry))
        if service and portal.exports:
            named = {"name": entry["title"]}
            offers = [it for n in numbers for it in _exports(portal, key, id_, n, named)]
        return _described(source, item, portal, entry, offers)

    return whole(source, clock, by_offset(hub if portal.hub else sharing), _name, dataset)


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By Hub's Search API, else by what a portal says of itself at `/sharing/rest`."""
    for root in answers.roots(url, "/datasets", "/maps", "/api", "/sharing", "/home"):
        found = answers.objects_told(http, f"{root}{SEARCH}", {"limit": "1"})
        if "features" in found and "numberMatched" in found:
            return Recognised(root, datasets=number(found["numberMatched"]))
        about = answers.objects_told(http, f"{root}{SHARING}/portals/self", {"f": "json"})
        if "portalName" in about or "isPortal" in about:
            params = {"q": "access:public", "num": "1", "f": "json"}
            count = number(answers.objects_told(http, f"{root}{SHARING}/search", params).get("total"))
            title = printable(about.get("name") or about.get("portalName"), TITLE)
            return Recognised(f"{root}{SHARING}", title, count)
    return None


def _listed(answer: Answer, name: str) -> list[Answer]:
    if not isinstance(answer.get(name), list):
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the portal answered without a list of items")
    return objects(answer[name])


def _with_id(feature: Answer) -> Answer:
    properties = feature.get("properties")
    return {"id": feature.get("id"), **(properties if isinstance(properties, dict) else {})}


def _name(item: Answer) -> str:
    return printable(item.get("id"), 60) if "title" in item else ""


def _feed(http: HttpClient, base: str) -> dict[str, list[str]]:
    """The layers of each item that the site's DCAT-US feed lists: none when the feed cannot be had."""
    found: dict[str, list[str]] = {}
    try:
        feed = answers.objects_told(http, f"{base}{FEED}")
    except PublisherFault:  # the search is the catalog; the feed only helps out
        return found
    for entry in objects(feed.get("dataset")):
        match = IN_FEED.search(printable(entry.get("identifier"), 500))
        if match:
            found.setdefault(match.group(1), []).append(match.group(2))
    return found


def _dataset(source: Source, declaration: SourceDataset, http: HttpClient) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    portal = _portal((source.url or "").rstrip("/"))
    key = declared(source, declaration).key
    name = _id_of(http, source, portal, declaration.identifier or declaration.id)
    one_layer = ONE_LAYER.match(name)
    id_, layer = one_layer.groups() if one_layer else (name, None)
    item = _item(http, portal, id_)
    service = _service(item)
    if service:
        found = layers(http, service.group(1), layer or service.group(2))
        offers = [
            it for n, told in found.items() for it in _exports(portal, key, id_, n, told, service.group(1))
        ]
    else:
        offers = list(_files(portal, key, id_, item))
    return _described(source, declaration, portal, item, offers)


def _service(item: Answer) -> re.Match[str] | None:
    return SERVICE.match(re.split(r"[?#]", printable(item.get("url"), URL))[0].rstrip("/"))


def _described(
    source: Source, declaration: SourceDataset, portal: _Portal, item: Answer, offers: list[Distribution]
) -> Dataset:
    own = declared(source, declaration)
    name = declaration.identifier or declaration.id
    one_layer = ONE_LAYER.match(name)
    id_, layer = one_layer.groups() if one_layer else (name, None)
    service = _service(item)
    distributions = tuple(_chosen(declaration, own.key, offers))
    edited = max((it.modified for it in distributions if it.modified), default=None)
    email = own.contact_point.email or first_address([item.get("orgContactEmail")])
    description = plain(item.get("description"), TEXT) or plain(item.get("snippet"), TEXT)
    return replace(
        own,
        title=plain(item.get("title"), TITLE) or own.title,
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


def _id_of(http: HttpClient, source: Source, portal: _Portal, name: str) -> str:
    """The id behind a readable name of Hub's: as its index of names has it, else by a search; else the name itself.

    A search is believed when it finds one item of exactly that name, or of a title that is written so in addresses.
    """
    if not portal.hub or AN_ID.match(name):
        return name
    indexed = answers.objects_told(http, f"{(source.url or '').rstrip('/')}{INDEX}", {"filter[slug]": name})
    found = [id_ for it in objects(indexed.get("data")) if AN_ID.match(id_ := printable(it.get("id"), 60))]
    if len(found) == 1:
        return found[0]
    short = name.rpartition("::")[2]
    searched = answers.objects_told(
        http, portal.items.rstrip("/"), {"q": short.replace("-", " "), "limit": str(ROWS)}
    )
    listed = [_with_id(it) for it in objects(searched.get("features"))]
    named = [it for it in listed if printable(it.get("slug"), LINE) in (name, name.replace("::", "|"))]
    titled = [it for it in listed if slug(printable(it.get("title"), TITLE), LINE) == short]
    only = next((its[0] for its in (named, titled) if len(its) == 1), None)
    return _name(only) if only else name


def _item(http: HttpClient, portal: _Portal, id_: str) -> Answer:
    """The item as the portal gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    # The Search API refuses a question in which there is a parameter that it does not know.
    answer = ask(http, portal.items + quote(id_, safe=""), {} if portal.hub else {"f": "json"})
    item = answer.get("properties") if portal.hub else answer
    if not isinstance(item, dict) or "title" not in item or "type" not in item:
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the portal answered without an item")
    return item


def _exports(
    portal: _Portal, key: str, id_: str, number: str, layer: Answer, service: str = ""
) -> Iterator[Distribution]:
    """One layer as each kind of file that holds all of it; without a Hub, its pages, put together when fetched.

    Raises `CatalogFault` when it can be had in neither way.
    """
    edited = layer.get("editingInfo")
    dates = (edited.get("dataLastEditDate"), edited.get("lastEditDate")) if isinstance(edited, dict) else ()
    if not portal.exports:
        found = rows(service, number, layer)
        if found is None:
            raise CatalogFault(
                FaultKind.CATALOG_UNREADABLE,
                "there is no file that holds all of this item's layer, and its service answers no query",
                "Publish the table as an item of type CSV as well, or open the item in ArcGIS Hub.",
            )
        yield Distribution(
            key=f"{key}/{found.format}-{number}",
            title=printable(layer.get("name"), TITLE) or f"{found.format}-{number}",
            download_url=found.url,
            format=found.format,
            modified=next((told for it in dates if (told := epoch(it, milliseconds=True))), None),
            portal_id=f"{id_}_{number}",
            paging=found.paging,
        )
        return
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
