"""Portal `dkan`: the metastore of DKAN 2, a DCAT-US 1.1 entry for each dataset.

Belongs here: asking for each declared dataset, or for all, and undoing DKAN's references. Does not belong here: what
an entry's fields mean (`dcat_us_entry`, shared with `dcat_us`). Files are taken from where DKAN says they are,
`downloadURL`: the datastore's own query gives at most 500 rows at a time.

`identifier` is the dataset's UUID. Asked with `show-reference-ids`, DKAN gives what it stores apart (publisher,
keywords, distributions) as `{"identifier", "data"}`: a distribution's `identifier` is its `portal_id`. DKAN makes a
new one whenever a distribution's description changes, so choosing by format lasts longer. DKAN 1 speaks CKAN's
API: `portal: ckan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipelines.clock import Clock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset
from pipelines.portals import answers, dcat_us_entry, values
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Page, Recognised, Walk, number, undeclared, whole
from pipelines.sources import Source, SourceDataset

Entry = Mapping[str, Any]

API = "DKAN metastore"
ITEMS = "/api/1/metastore/schemas/dataset/items"
MAX_BYTES = 200_000_000


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the portal has them (see `each_declared`)."""
    return each_declared(source, clock, lambda item: _dataset(source, item, _asked(source, item, http)))


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All public datasets, which the metastore gives at once; the search index says how many there should be."""
    source = undeclared("dkan", url)

    def ask(_: str) -> Page:
        params = {"show-reference-ids": "true"}
        items = answers.asked(http, f"{source.url}{ITEMS}", API, None, _is_list, params, max_bytes=MAX_BYTES)
        search = answers.objects_told(http, f"{source.url}/api/1/search", {"page-size": "1"})
        return Page([_plain(it) for it in values.objects(items)], search.get("total", len(items)))

    return whole(source, clock, ask, _name, _dataset)


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the metastore's list of schemas."""
    for root in answers.roots(url, "/dataset/", "/api/", "/data.json/"):
        if "dataset" in answers.objects_told(http, f"{root}/api/1/metastore/schemas"):
            search = answers.objects_told(http, f"{root}/api/1/search", {"page-size": "1"})
            return Recognised(root, datasets=number(search.get("total")))
    return None


def _is_list(body: object) -> bool:
    return isinstance(body, list)


def _name(entry: Entry) -> str:
    return values.named(entry.get("identifier"), ("identifier", "@id"), 200)


def _plain(entry: Entry) -> Entry:
    return {field: _undone(value) for field, value in entry.items()}


def _asked(source: Source, item: SourceDataset, http: HttpClient) -> Entry:
    """The entry, its references undone. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name = item.identifier or item.id
    url = f"{(source.url or '').rstrip('/')}{ITEMS}/{quote(name, safe='')}"
    params = {"show-reference-ids": "true"}
    found: Entry = answers.asked(http, url, API, name, _is_entry, params)
    return _plain(found)


def _is_entry(body: object) -> bool:
    return isinstance(body, dict) and "title" in body and ("identifier" in body or "distribution" in body)


def _undone(value: object) -> object:
    """What a reference, or each of a list of them, refers to; an object keeps its reference's identifier."""
    if isinstance(value, list):
        return [_undone(it) for it in value if not isinstance(it, list)]
    if not (isinstance(value, dict) and {"identifier", "data"} <= value.keys()):
        return value
    data = value["data"]
    return {**data, "identifier": value["identifier"]} if isinstance(data, dict) else data


def _dataset(source: Source, item: SourceDataset, entry: Entry) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    base = (source.url or "").rstrip("/")
    told = dcat_us_entry.dataset(own, item, entry, base)
    page = f"{base}/dataset/{quote(item.identifier or item.id, safe='')}"
    return replace(told, landing_page=told.landing_page or page)
