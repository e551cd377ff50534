"""Portal `socrata`: the views of Socrata (Tyler Data & Insights), one dataset each.

Belongs here: asking for each declared view, or for all of a portal, which of its fields means what, and which of its
downloads holds all of it. Does not belong here: what a refusal means in general (`answers`), or which file becomes
which distribution (`files`). Rows are never asked for, only how many there are: SODA gives a thousand at a time.

`identifier` is the view's id, four characters, a hyphen and four more. Asked is `/api/views/<id>.json`, because only
there it says whether a view holds rows, a file or links; where that cannot be had, `/api/views/metadata/v1/<id>`,
and then it is taken to hold rows. A dataset that was made private is refused as `permission_denied`: it is gone.

An operator's app token goes along to the portals of sources.yaml. It opens SODA3 (`/api/v3/views/<id>`), whose export
is taken where a portal refuses the older one; without a token SODA3 is not asked.

Mapping after Socrata's own DCAT-US: attribution -> dct:publisher, tags -> dcat:keyword, createdAt -> dct:issued,
rowsUpdatedAt (of the data, before viewLastModified, of the description) -> dct:modified. Fields that each portal
adds for itself (`custom_fields`) tell contact point and accrual periodicity. Owners are user names and stay there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from pipelines.clock import Clock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient, JsonResponse
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, FaultKind, Publisher
from pipelines.portals import answers, dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.values import LINE, TEXT, TITLE
from pipelines.portals.walk import Page, Recognised, Walk, number, undeclared, whole
from pipelines.settings import Settings
from pipelines.sources import Source, SourceDataset, Sources

View = Mapping[str, Any]

API = "Socrata API"
# Codes with which Socrata itself says that there is no such view, or that the public may not see it.
NOT_PUBLIC = frozenset({"not_found", "permission_denied"})
TOKEN = "X-App-Token"  # noqa: S105 - the header's name
COUNT = "count(*) AS total"
# The whole of a view as each kind of file; the first is taken where none is declared.
EXPORTS = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xml": "text/xml",
}
# Types of view, as the catalogue names them, that hold no rows of their own.
NO_ROWS = frozenset(
    {"api", "calendar", "chart", "federated_href", "file", "form", "href", "link", "measure", "story"}
)
# What the catalogue gives in one page, and in all, by offset.
ROWS, MOST, START = 1000, 10_000, "0"
MAX_CUSTOM_FIELDS = 500
# What portals call their own fields, without accents, spaces and signs: Colombia's, New York's (city and state).
FREQUENCY = ("frecuenciadeactualizacion", "updatefrequency", "postingfrequency", "frequency", "frecuencia")
PUBLISHER = ("nombredelaentidad", "publisher", "agency")
MAIL = re.compile("mail|correo")
EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})$")


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared views as the portal has them (see `each_declared`)."""
    known = http.known_at(source.url or "")
    return each_declared(
        source, clock, lambda item: _dataset(source, item, _asked(source, item, http), known)
    )


def credentials(settings: Settings, sources: Sources) -> dict[str, dict[str, str]]:
    """The operator's app token as a header, by the address of each Socrata portal; never over plain http.

    An installation that may visit private addresses may tell it there without encryption.
    """
    token = settings.socrata_app_token
    urls = [it.url for it in sources.sources if it.portal == "socrata" and it.url]
    safe = [it for it in urls if settings.allow_private_addresses or it.lower().startswith("https://")]
    return {it: {TOKEN: token} for it in safe} if token else {}


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All views of the portal's own, by id. Beyond ten thousand the catalogue goes on after the last id alone."""
    source = undeclared("socrata", url)
    host = urlsplit(url).hostname or ""
    seen = 0

    def ask(cursor: str) -> Page:
        nonlocal seen
        seen = 0 if cursor == START else seen
        params = {"domains": host, "search_context": host, "limit": str(ROWS), "order": "dataset_id"}
        if cursor.isdigit():
            params["offset"] = cursor
        else:
            params = {**params, "scroll_id": cursor}
            del params["order"]  # this one it goes by anyway, and refuses any other
        body = answers.asked(http, f"{source.url}/api/catalog/v1", API, None, _is_catalogue, params)
        views = [_listed(it) for it in values.objects(body["results"])]
        seen += len(views)
        following = str(seen) if seen + ROWS <= MOST else printable(views[-1].get("id"), 20) if views else ""
        more = bool(views) and bool(following)
        return Page(views, body.get("resultSetSize"), following if more else None)

    return whole(source, clock, ask, lambda it: printable(it.get("id"), 20), _dataset, START)


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the catalogue, which every Socrata portal answers for itself."""
    for root in answers.roots(url)[-1:]:
        host = urlsplit(root).hostname or ""
        params = {"domains": host, "search_context": host, "limit": "0"}
        body = answers.told(http, f"{root}/api/catalog/v1", params)
        if _is_catalogue(body):
            return Recognised(root, datasets=number(body.get("resultSetSize")))
    return None


def _is_catalogue(body: object) -> bool:
    return isinstance(body, dict) and isinstance(body.get("results"), list) and "resultSetSize" in body


def _listed(result: View) -> View:
    """A result of the catalogue as a view: the same things under other names."""
    parts: dict[str, View] = {}
    for name in ("resource", "classification", "metadata"):
        part = result.get(name)
        parts[name] = part if isinstance(part, dict) else {}
    about, classed = parts["resource"], parts["classification"]
    fields = values.objects(classed.get("domain_metadata"))
    tags = classed.get("domain_tags")
    return {
        **{
            name: about.get(name)
            for name in ("id", "name", "description", "attribution", "createdAt", "type")
        },
        "tags": tags if isinstance(tags, list) else classed.get("tags"),
        "license": parts["metadata"].get("license"),
        "dataUpdatedAt": about.get("data_updated_at") or about.get("updatedAt"),
        "webUri": result.get("permalink") or result.get("link"),
        "customFields": {
            "": {printable(it.get("key"), 200).partition("_")[2]: it.get("value") for it in fields}
        },
    }


def _asked(source: Source, item: SourceDataset, http: HttpClient) -> View:
    """The view as Socrata gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name = item.identifier or item.id
    base, id_ = (source.url or "").rstrip("/"), quote(name, safe="")
    view: View
    try:
        view = answers.asked(http, f"{base}/api/views/{id_}.json", API, name, _is_view, says_gone=_says_gone)
    except PublisherFault as caught:
        if caught.kind is not FaultKind.CATALOG_UNREADABLE:
            raise
        url = f"{base}/api/views/metadata/v1/{id_}"
        view = answers.asked(http, url, API, name, _is_view, says_gone=_says_gone)
    return view


def _is_view(body: object) -> bool:
    return isinstance(body, dict) and "id" in body and ("name" in body or "columns" in body)


def _says_gone(answer: JsonResponse) -> bool:
    """What Socrata itself says of the view. A token that it does not know is refused in the same words."""
    body = answer.body
    if not isinstance(body, dict) or "app_token" in printable(body.get("message"), 500):
        return False
    return "error" in body and printable(body.get("code"), 40) in NOT_PUBLIC


def _dataset(source: Source, item: SourceDataset, view: View, known: bool = False) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own, custom = declared(source, item), _custom_fields(view)
    page = f"{(source.url or '').rstrip('/')}/d/{quote(item.identifier or item.id, safe='')}"
    publisher = values.plain(view.get("attribution"), LINE) or values.first(custom, PUBLISHER)
    periodic = own.accrual_periodicity or values.first(custom, FREQUENCY) or None
    license_ = values.license_of(view.get("license")) or values.license_of(view.get("licenseId"))
    issued, modified = _dates(view)
    listed, beside = _files(source, item, view, known)
    return replace(
        own,
        title=values.plain(view.get("name"), TITLE) or own.title,
        description=values.plain(view.get("description"), TEXT) or own.description,
        publisher=Publisher(publisher or own.publisher.name, own.publisher.country),
        contact_point=_contact_point(own.contact_point, view, custom),
        license=license_ or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=issued,
        modified=modified,
        data_dictionary=dictionaries.of_socrata(view, (source.url or "").rstrip("/")),
        landing_page=values.web_page(view.get("webUri")) or page,
        keywords=values.texts(view.get("tags"), 100, values.MAX_KEYWORDS),
        distributions=files.distributions(item, own.key, listed, beside),
    )


def _contact_point(owner: ContactPoint, view: View, custom: Mapping[str, str]) -> ContactPoint:
    """The declared owner; only when it has no address, the portal's."""
    private = view.get("privateMetadata")
    given = [private.get("contactEmail")] if isinstance(private, dict) else []
    given += [text for label, text in custom.items() if MAIL.search(label)]
    return ContactPoint(owner.name, owner.email or first_address(given))


def _custom_fields(view: View) -> dict[str, str]:
    """The texts of the fields that the portal added, by label without accents, spaces and signs."""
    metadata = view.get("metadata")
    told = metadata.get("custom_fields") if isinstance(metadata, dict) else None
    told = told or view.get("customFields")
    groups = values.objects(list(told.values()) if isinstance(told, dict) else None)
    found: dict[str, str] = {}
    for label, value in islice((it for group in groups for it in group.items()), MAX_CUSTOM_FIELDS):
        text = values.plain(value, LINE)
        if text:
            found.setdefault(_letters(label), text)
    return found


def _letters(label: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", label[:200]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", ascii_.lower())


def _dates(view: View) -> tuple[str | None, str | None]:
    """When the view was issued, and when its data were last modified."""
    modified = ("rowsUpdatedAt", "dataUpdatedAt", "viewLastModified", "updatedAt")
    return _first_instant(view, ("createdAt", "publicationDate")), _first_instant(view, modified)


def _first_instant(view: View, names: tuple[str, ...]) -> str | None:
    """The first that is an instant: seconds since 1970 in a view, ISO 8601 in its metadata."""
    told = (view.get(name) for name in names)
    instants = (values.instant(it) if isinstance(it, str) else values.epoch(it) for it in told)
    return next((it for it in instants if it), None)


def _files(
    source: Source, item: SourceDataset, view: View, known: bool
) -> tuple[list[Distribution], list[Distribution]]:
    """The distributions, and those beside them that are taken only when they are declared.

    `known` is whether the portal is told an app token: only then does SODA3 answer.
    """
    base, id_ = (source.url or "").rstrip("/"), quote(item.identifier or item.id, safe="")
    url, soda3 = f"{base}/api/views/{id_}", f"{base}/api/v3/views/{id_}"
    issued, modified = _dates(view)
    if printable(view.get("blobId"), 100):
        return [replace(_blob(view, url), issued=issued, modified=modified)], []
    if view.get("viewType") == "href":  # files elsewhere: the portal's dates are not theirs
        return list(_links(view, base)), []
    if printable(view.get("type"), 20) in NO_ROWS:  # the catalogue says so, but not where they are
        return [], []
    title = values.plain(view.get("name"), TITLE)
    exports = [
        Distribution(
            key="",
            title=title,
            download_url=f"{url}/rows.{format_}?accessType=DOWNLOAD",
            format=format_,
            media_type=media_type,
            issued=issued,
            modified=modified,
            portal_id=format_,
        )
        for format_, media_type in EXPORTS.items()
    ]
    count = f"{base}/resource/{id_}.json?{urlencode({'$select': COUNT})}"
    csv = replace(exports[0], count_url=count)
    if known:
        count = f"{soda3}/query.json?{urlencode({'query': f'SELECT {COUNT}'})}"
        csv = replace(csv, alternative_url=f"{soda3}/export.csv?accessType=DOWNLOAD", count_url=count)
    return [csv], exports[1:]


def _blob(view: View, url: str) -> Distribution:
    """The one file that was uploaded as it is."""
    id_, name = printable(view.get("blobId"), 100), printable(view.get("blobFilename"), TITLE)
    extension = EXTENSION.search(name)
    media_type = printable(view.get("blobMimeType"), 100).lower()
    return Distribution(
        key="",
        title=name or values.plain(view.get("name"), TITLE),
        download_url=f"{url}/files/{quote(id_, safe='')}?download=true&filename={quote(name, safe='')}",
        format=files.format_of(extension.group(1) if extension else None, media_type),
        media_type=media_type or None,
        byte_size=values.size(view.get("blobFileSize")),
        portal_id=id_,
    )


def _links(view: View, base: str) -> Iterator[Distribution]:
    """The files elsewhere that a view of links leads to, by format: `additionalAccessPoints` repeats the others."""
    metadata = view.get("metadata")
    told: View = metadata if isinstance(metadata, dict) else {}
    points = values.objects(told.get("additionalAccessPoints")) or [{"urls": told.get("accessPoints")}]
    for point in points[: files.MAX_FILES]:
        urls = point.get("urls")
        for format_, address in list(urls.items())[:20] if isinstance(urls, dict) else ():
            yield Distribution(
                key="",
                title=values.plain(point.get("title"), TITLE),
                download_url=values.address(address, base),
                format=files.format_of(format_),
            )
