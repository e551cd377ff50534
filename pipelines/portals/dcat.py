"""Portal `dcat`: a catalog in RDF (DCAT-AP and its profiles) as RDF/XML, Turtle or JSON-LD, in one page or many.

Belongs here: fetching page after page, and finding the declared datasets in them. Does not belong here: reading RDF
(`rdf`), what a dataset's properties mean (`dcat_dataset`).

`url` is the address of the catalog's first page. `identifier` is the dataset's `dct:identifier` or its own address
(its node's IRI). Pages are followed as hydra links them (`next`, or `nextPage` of the older PagedCollection, as an
address or as text), or as a CSW service counts its records. Each page is a graph of its own: blank nodes of two
pages may have the same name.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, Dataset, FaultKind
from pipelines.portals import answers, dcat_dataset, rdf
from pipelines.portals.dcat_dataset import NAME, Entry
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Page, Recognised, Walk, gathered, number, undeclared, whole
from pipelines.sources import Source, SourceDataset

# An entry of a page and the address against which its own are resolved.
Listed = Mapping[str, Any]

_HYDRA = "http://www.w3.org/ns/hydra/core#"
_NEXT = (f"{_HYDRA}next", f"{_HYDRA}nextPage")
# Only such an address is worth the download: a table of a gigabyte is no catalog.
_MAY_BE_RDF = re.compile(r"(^|/)[^./]*$|\.(rdf|xml|ttl|n3|nt|jsonld|json|owl)$", re.IGNORECASE)
_START = re.compile(r"(?<=[?&])startPosition=\d*", re.IGNORECASE)


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the catalog has them (see `each_declared`). No page after the last needed is asked.

    A dataset is GONE only when the whole catalog was seen; else it bears the fault that kept us from the rest.
    Raises `CatalogFault`, and `FetchFault` when there is no answer: then no dataset can be had.
    """
    wanted = {printable(item.identifier or item.id, NAME) for item in source.datasets}
    found: dict[str, Listed] = {}

    def ask(cursor: str) -> Page:
        page = _page(cursor, http)
        for listed in page.entries:
            for name in wanted.intersection(listed["entry"].names):
                found.setdefault(name, listed)
        return page

    walked = gathered(ask, _name, source.url or "", lambda: wanted <= found.keys())
    if not walked.entries:  # a portal that lost its database still answers; no publisher took everything away
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the catalog describes no dataset")

    def one(item: SourceDataset) -> Dataset:
        name = printable(item.identifier or item.id, NAME)
        if name in found:
            return _dataset(source, item, found[name])
        if walked.complete:
            raise answers.gone(name, f"it is not among the {len(walked.entries):,} datasets of the catalog")
        fault = walked.fault
        if fault is not None:
            raise CatalogFault(fault.kind, walked.reason, fault.advice, transient=fault.transient)
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE,
            f"it is not in what could be had of the catalog: {walked.reason}",
            "Link each page of the catalog to the next, the last to none, and declare the true total.",
        )

    return each_declared(source, clock, one)


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """Every dataset of the catalog at `url`."""
    return whole(undeclared("dcat", url), clock, lambda it: _page(it, http), _name, _dataset, url)


def _name(listed: Listed) -> str:
    entry: Entry = listed["entry"]
    return entry.names[0]


def _dataset(source: Source, item: SourceDataset, listed: Listed) -> Dataset:
    return dcat_dataset.dataset(source, item, listed["entry"], listed["base"])


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the document at the address itself, unless it ends like a file of data, else at the usual places."""
    roots = answers.roots(url, "/dataset/", "/datasets/", "/catalog/")
    usual = [f"{root}/{name}" for root in roots for name in ("catalog.rdf", "catalog.ttl", "catalog.jsonld")]
    itself = [url] if _MAY_BE_RDF.search(urlsplit(url).path) else []
    for address in dict.fromkeys([*itself, *usual]):
        try:
            page = _page(address, http)
        except PublisherFault as caught:
            if caught.kind in answers.UNHEARD:
                raise
            continue
        if page.entries:
            size = number(page.total)
            return Recognised(address, datasets=len(page.entries) if size is None and not page.next else size)
    return None


def _page(url: str, http: HttpClient) -> Page:
    with tempfile.TemporaryDirectory(prefix="veedor-") as folder:
        file = Path(folder) / "page"
        try:
            got = http.download(url, file)
        except PublisherFault as caught:
            if caught.kind is FaultKind.GONE:  # it is the address that is wrong, not a dataset that is gone
                raise CatalogFault(
                    FaultKind.CATALOG_UNREADABLE, f"there is no catalog at this address: {caught.message}"
                ) from caught
            raise
        with file.open("rb") as handle:
            body = handle.read(rdf.MAX_BYTES + 1)
    document = rdf.read(body, got.final_url)
    total = _total(document) if document.total is None else document.total
    listed = [{"entry": it, "base": got.final_url} for it in dcat_dataset.entries(document.graph)]
    following = _next(document, url, got.final_url)
    if not listed and total is None and following is None and not _is_catalog(document):
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the document is RDF without a catalog or a dataset")
    return Page(listed, total, following, linked=True)


def _is_catalog(document: rdf.Document) -> bool:
    from rdflib import DCAT, RDF

    return (None, RDF.type, DCAT.Catalog) in document.graph


def _next(document: rdf.Document, url: str, base: str) -> str | None:
    if document.next_record:
        if _START.search(url):
            return _START.sub(f"startPosition={document.next_record}", url)
        return f"{url}{'&' if urlsplit(url).query else '?'}startPosition={document.next_record}"
    linked = sorted({_joined(base, text.strip()) for text in _hydra(document, *_NEXT) if text.strip()})
    return linked[0] if linked else None


def _joined(base: str, text: str) -> str:
    try:
        return urljoin(base, text)
    except ValueError:
        return text  # asking for it says what is wrong with it


def _total(document: rdf.Document) -> int | None:
    numbers = [int(it) for it in _hydra(document, f"{_HYDRA}totalItems") if re.fullmatch(r"[0-9]{1,9}", it)]
    return max(numbers, default=None)


def _hydra(document: rdf.Document, *properties: str) -> list[str]:
    from rdflib import URIRef

    return [str(it) for name in properties for it in document.graph.objects(None, URIRef(name))]
