"""Portal `dcat_us`: a catalog in one file, the `data.json` of DCAT-US 1.1 (Project Open Data) and its dialects.

Belongs here: fetching the file, once for all datasets, and finding the declared ones in it. Does not belong here:
what an entry's fields mean (`dcat_us_entry`, shared with `dkan`).

`url` is the file's address. `identifier` is the entry's `identifier`, letter by letter; an entry without one goes by
its title; a `landingPage` that only one entry has does too. Also read: a bare list of entries (version 1.0), one
entry where a list should be, and the catalogs, series and services of version 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from pipelines.clock import Clock
from pipelines.errors import CatalogFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, Dataset, FaultKind
from pipelines.portals import answers, dcat_us_entry, values
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Ask, Page, Recognised, Walk, undeclared, whole
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


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All entries of the file, also those that share an identifier; one without that and a title goes by its place.

    A file that is one whole JSON document proves itself: it declares as many entries as are written in it.
    """
    source = undeclared("dcat_us", url)

    def ask(_: str) -> Page:
        body = answers.asked(http, url, "data.json", None, dcat_us_entry.is_catalog, max_bytes=MAX_BYTES)
        entries = dcat_us_entry.entries(body)
        return Page(entries, len(entries))

    return whole(source, clock, _one_name_each(ask), _known_as, _dataset)


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the file at the address itself, else by the one where Project Open Data wants it to be."""
    roots = [f"{it}/data.json" for it in answers.roots(url, "/data.json/")]
    for address in dict.fromkeys([url, *roots]):
        body = answers.told(http, address)
        if dcat_us_entry.is_catalog(body):
            listed = dcat_us_entry.entries(body)
            title = values.plain(body.get("title"), values.TITLE) if isinstance(body, dict) else ""
            if any(_name(it) and ("distribution" in it or "publisher" in it) for it in listed):
                return Recognised(address, title, len(listed))
    return None


KNOWN_AS = "veedor:name"


def _one_name_each(ask: Ask) -> Ask:
    """The page with a name for each entry that no other has: its own, counted where it is not the first."""

    def page(cursor: str) -> Page:
        found = ask(cursor)
        count: Counter[str] = Counter()
        named = []
        for place, entry in enumerate(found.entries, 1):
            name = _name(entry) or (f"#{place}" if entry else "")
            count[name] += 1
            named.append(
                {**entry, KNOWN_AS: name if count[name] == 1 or not name else f"{name} ({count[name]})"}
            )
        return replace(found, entries=named)

    return page


def _known_as(entry: Entry) -> str:
    return str(entry[KNOWN_AS])


def _entries(source: Source, http: HttpClient) -> dict[str, Entry]:
    """The entries by identifier, the first where two have the same, and by a landing page that only one has."""
    body = answers.asked(
        http, source.url or "", "data.json", None, dcat_us_entry.is_catalog, max_bytes=MAX_BYTES
    )
    listed = dcat_us_entry.entries(body)
    found = {name: it for it in reversed(listed) if (name := _name(it))}
    if not found:  # a portal that lost its database still answers; no publisher took everything away
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the catalog lists no dataset that has a name")
    pages = [printable(it.get("landingPage"), NAME) for it in listed]
    times = Counter(pages)
    own = {page: it for page, it in zip(pages, listed, strict=True) if page and times[page] == 1}
    return {**own, **found}


def _name(entry: Entry) -> str:
    given = values.named(entry.get("identifier"), ("@id", "@value"), NAME)
    return given or printable(entry.get("title"), NAME)


def _entry(item: SourceDataset, entries: Mapping[str, Entry]) -> Entry:
    name = printable(item.identifier or item.id, NAME)
    if name not in entries:
        count = len({id(it) for it in entries.values()})
        raise answers.gone(name, f"it is not among the {count:,} datasets of the catalog")
    return entries[name]


def _dataset(source: Source, item: SourceDataset, entry: Entry) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    base = urljoin(source.url or "", ".").rstrip("/")
    return dcat_us_entry.dataset(own, item, entry, base)
