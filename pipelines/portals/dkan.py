"""Portal `dkan`: the metastore of DKAN 2, a DCAT-US 1.1 entry for each dataset.

Belongs here: asking for each declared dataset, and undoing DKAN's references. Does not belong here: what an entry's
fields mean (`values`, shared with `dcat_us`). Files are taken from where DKAN says they are, `downloadURL`: the
datastore's own query gives at most 500 rows at a time.

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
from pipelines.model import Catalog, ContactPoint, Dataset
from pipelines.portals import dictionaries, periodicity, values
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.sources import Source, SourceDataset

Entry = Mapping[str, Any]


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the portal has them (see `each_declared`)."""
    return each_declared(source, clock, lambda item: _dataset(source, item, _asked(source, item, http)))


def _asked(source: Source, item: SourceDataset, http: HttpClient) -> Entry:
    """The entry, its references undone. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name = item.identifier or item.id
    url = f"{(source.url or '').rstrip('/')}/api/1/metastore/schemas/dataset/items/{quote(name, safe='')}"
    params = {"show-reference-ids": "true"}
    found: Entry = values.asked(http, url, "DKAN metastore", name, _is_entry, params)
    return {field: _undone(value) for field, value in found.items()}


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
    told = values.dcat_us(own, entry)
    owner = own.contact_point
    periodic = own.accrual_periodicity or values.dcat_us_periodicity(entry)
    return replace(
        told,
        contact_point=ContactPoint(owner.name, owner.email or first_address(values.dcat_us_addresses(entry))),
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        data_dictionary=dictionaries.of_dcat_us(entry),
        landing_page=told.landing_page or f"{base}/dataset/{quote(item.identifier or item.id, safe='')}",
        distributions=values.dcat_us_files(item, own.key, entry, base),
    )
