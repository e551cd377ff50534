"""Portal `dcat_us`: a catalog in one file, the `data.json` of DCAT-US 1.1 (Project Open Data) and its dialects.

Belongs here: fetching the file, once for all datasets, and finding the declared ones in it. Does not belong here:
what an entry's fields mean (`values`, shared with `dkan`).

`url` is the file's address. `identifier` is the entry's `identifier`, letter by letter; an entry without one goes by
its title. Also read: a bare list of entries (version 1.0), and one entry where a list should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from pipelines.clock import Clock
from pipelines.errors import CatalogFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, FaultKind
from pipelines.portals import dictionaries, periodicity, values
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.sources import Source, SourceDataset

Entry = Mapping[str, Any]

# Catalogs of whole countries have some ten thousand entries in 50 MB; parsed they take several times that.
MAX_BYTES = 100_000_000
NAME = 1000


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the file has them (see `each_declared`).

    Raises `CatalogFault`, and `FetchFault` when there is no answer: then no dataset can be had.
    """
    entries = _entries(source, http)
    return each_declared(source, clock, lambda item: _dataset(source, item, _entry(item, entries)))


def _entries(source: Source, http: HttpClient) -> dict[str, Entry]:
    """The entries by identifier, the first where two have the same."""
    body = values.asked(http, source.url or "", "data.json", None, _is_catalog, max_bytes=MAX_BYTES)
    listed = values.records(body if isinstance(body, list) else body["dataset"])
    found = {name: it for it in reversed(listed) if (name := _name(it))}
    if not found:  # a portal that lost its database still answers; no publisher took everything away
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the catalog lists no dataset that has a name")
    return found


def _is_catalog(body: object) -> bool:
    return isinstance(body, list) or (isinstance(body, dict) and isinstance(body.get("dataset"), list | dict))


def _name(entry: Entry) -> str:
    given = values.named(entry.get("identifier"), ("@id", "@value"), NAME)
    return given or printable(entry.get("title"), NAME)


def _entry(item: SourceDataset, entries: Mapping[str, Entry]) -> Entry:
    name = printable(item.identifier or item.id, NAME)
    if name not in entries:
        raise values.gone(name, f"it is not among the {len(entries):,} datasets of the catalog")
    return entries[name]


def _dataset(source: Source, item: SourceDataset, entry: Entry) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    owner = own.contact_point
    periodic = own.accrual_periodicity or values.dcat_us_periodicity(entry)
    base = urljoin(source.url or "", ".").rstrip("/")
    return replace(
        values.dcat_us(own, entry),
        contact_point=ContactPoint(owner.name, owner.email or first_address(values.dcat_us_addresses(entry))),
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        data_dictionary=dictionaries.of_dcat_us(entry),
        distributions=values.dcat_us_files(item, own.key, entry, base),
    )
