"""Portal `opendatasoft`: the Explore API, version 2.1, of Opendatasoft (Huwise).

Belongs here: asking for each declared dataset, or for all, which of its metadata means what, and which of its exports
holds all of it. Does not belong here: what a refusal means in general (`answers`), or which file becomes which
distribution (`files`).

Records are never asked for: the API gives a hundred at a time, and ten thousand in all. `/exports/csv` has no such
cap. It is asked for without parameters, and is then separated by `;`, begins with a byte order mark, joins the
values of a list by `,`, and heads its columns by the names of the fields, which stay when their labels change; the
order of its rows is promised by nobody. An Excel export ends where a sheet of Excel does.

Mapping after Opendatasoft's metadata templates, `default` and `dcat`: publisher -> dct:publisher, license_url or
license -> dct:license, keyword -> dcat:keyword, contact_email -> dcat:contactPoint, accrualperiodicity ->
dct:accrualPeriodicity, issued or created -> dct:issued; modified -> dct:modified (but see `_modified`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipelines.clock import Clock
from pipelines.http_client import HttpClient, JsonResponse
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import answers, dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.values import LINE, TEXT, TITLE
from pipelines.portals.walk import Entry, Page, Recognised, Walk, number, undeclared, whole
from pipelines.sources import Source, SourceDataset

Answer = Mapping[str, Any]

API = "Opendatasoft API"
# What the catalog gives at a time, and in all; an export of the catalog is not limited.
ROWS, MOST, EXPORT, MAX_EXPORT = 100, 10_000, "export", 200_000_000
# The whole of a dataset as each kind of file; the first is taken where none is declared.
EXPORTS = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Files that were uploaded beside the records, or instead of them: the field, which is also the word in addresses.
UPLOADS = ("alternative_exports", "attachments")


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the portal has them (see `each_declared`)."""
    return each_declared(source, clock, lambda item: _dataset(source, item, _asked(source, item, http)))


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All datasets by id, a hundred at a time; a catalog of more than ten thousand as one export."""
    source = undeclared("opendatasoft", url)
    root = f"{source.url}/api/explore/v2.1/catalog"
    total: object = None

    def ask(cursor: str) -> Page:
        nonlocal total
        if cursor == EXPORT:
            params = {"order_by": "dataset_id"}
            body = answers.asked(
                http, f"{root}/exports/json", API, None, _is_list, params, max_bytes=MAX_EXPORT
            )
            return Page([_nested(it) for it in values.objects(body)], total)
        params = {"limit": str(ROWS), "offset": cursor, "order_by": "dataset_id"}
        body = answers.asked(http, f"{root}/datasets", API, None, _is_catalog, params)
        entries: list[Entry] = values.objects(body["results"])
        total, offset = body.get("total_count"), int(cursor)
        if (number(total) or 0) > MOST:
            return Page(entries, total, EXPORT)
        following = offset + (len(entries) or ROWS)
        more = (bool(entries) or offset < (number(total) or 0)) and following + ROWS <= MOST
        return Page(entries, total, str(following) if more else None)

    return whole(source, clock, ask, lambda it: values.first(it, ("dataset_id",), 200), _dataset)


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the catalog of the Explore API, which tells how many datasets there are but no title of its own."""
    for root in answers.roots(url, "/explore/", "/api/"):
        body = answers.told(http, f"{root}/api/explore/v2.1/catalog/datasets", {"limit": "0"})
        if _is_catalog(body):
            return Recognised(root, datasets=number(body.get("total_count")))
    return None


def _is_catalog(body: object) -> bool:
    return isinstance(body, dict) and "total_count" in body and isinstance(body.get("results"), list)


def _is_list(body: object) -> bool:
    return isinstance(body, list)


def _nested(told: Answer) -> Answer:
    """A dataset of an export as the catalog has it: some exports write `default.title` for `metas.default.title`."""
    if isinstance(told.get("metas"), dict):
        return told
    metas: dict[str, dict[str, Any]] = {}
    for name, value in told.items():
        template, dot, field = name.removeprefix("metas.").partition(".")
        if dot:
            metas.setdefault(template, {})[field] = value
    return {**told, "dataset_id": told.get("dataset_id") or told.get("datasetid"), "metas": metas}


def _address(source: Source, item: SourceDataset) -> str:
    name = quote(item.identifier or item.id, safe="")
    return f"{(source.url or '').rstrip('/')}/api/explore/v2.1/catalog/datasets/{name}"


def _asked(source: Source, item: SourceDataset, http: HttpClient) -> Answer:
    """The dataset as the portal gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name, url = item.identifier or item.id, _address(source, item)
    told: Answer = answers.asked(http, url, API, name, _is_dataset, says_gone=_says_gone)
    return told


def _is_dataset(body: object) -> bool:
    return isinstance(body, dict) and "dataset_id" in body and isinstance(body.get("metas"), dict)


def _says_gone(answer: JsonResponse) -> bool:
    """Not found, in the envelope of this API or of the one before. Private datasets are not found either."""
    known = isinstance(answer.body, dict) and {"error_code", "errorcode"} & answer.body.keys()
    return answer.status in (404, 410) and bool(known)


def _dataset(source: Source, item: SourceDataset, told: Answer) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    default, dcat = _template(told, "default"), _template(told, "dcat")
    periodic = own.accrual_periodicity or printable(dcat.get("accrualperiodicity"), LINE) or None
    license_ = values.license_of(default.get("license_url")) or values.license_of(default.get("license"))
    publisher = values.plain(default.get("publisher"), LINE) or own.publisher.name
    page = f"{(source.url or '').rstrip('/')}/explore/dataset/{quote(item.identifier or item.id, safe='')}/"
    keywords = default.get("keyword")
    listed, beside = _files(source, item, told)
    return replace(
        own,
        title=values.plain(default.get("title"), TITLE) or own.title,
        description=values.plain(default.get("description"), TEXT) or own.description,
        publisher=Publisher(publisher, own.publisher.country),
        contact_point=ContactPoint(
            own.contact_point.name, own.contact_point.email or first_address([dcat.get("contact_email")])
        ),
        license=license_ or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=_issued(told),
        modified=_modified(default),
        data_dictionary=dictionaries.of_opendatasoft(told, _address(source, item)),
        landing_page=page,
        keywords=values.texts(
            keywords if isinstance(keywords, list) else [keywords], 100, values.MAX_KEYWORDS
        ),
        distributions=files.distributions(item, own.key, listed, beside),
    )


def _template(told: Answer, name: str) -> Answer:
    """The metadata of one template; none when the portal does not use it."""
    metas = told.get("metas")
    template = metas.get(name) if isinstance(metas, dict) else None
    return template if isinstance(template, dict) else {}


def _issued(told: Answer) -> str | None:
    dcat = _template(told, "dcat")
    return values.instant(dcat.get("issued")) or values.instant(dcat.get("created"))


def _modified(default: Answer) -> str | None:
    """When the data were last modified, as far as the portal knows.

    `modified` follows the data, the metadata, both or neither, as two flags say. Where it follows neither it was
    set by hand, and is the publisher's word; `data_processed` also grows when a harvester finds nothing new, so
    it only helps out: where `modified` follows both, the earlier of the two is nearer to the data.
    """
    told, processed = values.instant(default.get("modified")), values.instant(default.get("data_processed"))
    if default.get("modified_updates_on_metadata_change") is not True:
        return told or processed
    if default.get("modified_updates_on_data_change") is True:
        return min((it for it in (told, processed) if it), default=None)
    return processed or told


def _files(
    source: Source, item: SourceDataset, told: Answer
) -> tuple[list[Distribution], list[Distribution]]:
    """The distributions, and those beside them that are taken only when they are declared."""
    url = _address(source, item)
    uploads = [it for field in UPLOADS for it in _uploads(told, field, url)]
    if told.get("has_records") is False or told.get("data_visible") is False:
        return uploads, []
    exports = [
        Distribution(
            key="",
            title=values.plain(_template(told, "default").get("title"), TITLE),
            download_url=f"{url}/exports/{format_}",
            format=format_,
            media_type=media_type,
            issued=_issued(told),
            modified=_modified(_template(told, "default")),
            portal_id=format_,
        )
        for format_, media_type in EXPORTS.items()
    ]
    return exports[:1], [*exports[1:], *uploads]


def _uploads(told: Answer, field: str, url: str) -> Iterator[Distribution]:
    """Uploaded files. Their `url` is the portal's own matter (`odsfile://`): they are had by their id."""
    for file in values.objects(told.get(field))[: files.MAX_FILES]:
        id_ = printable(file.get("id"), 200)
        if id_:
            yield Distribution(
                key="",
                title=values.plain(file.get("title"), TITLE),
                download_url=f"{url}/{field}/{quote(id_, safe='')}",
                format=files.format_of(None, file.get("mimetype")),
                media_type=printable(file.get("mimetype"), 100).lower() or None,
                portal_id=id_,
            )
