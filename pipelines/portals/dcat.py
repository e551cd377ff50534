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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, Dataset, Fault, FaultKind
from pipelines.portals import answers, dcat_dataset, rdf
from pipelines.portals.dcat_dataset import NAME, Entry
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Page as PageOfWalk
from pipelines.portals.walk import Recognised, Walk, undeclared, whole
from pipelines.sources import Source, SourceDataset

# At the hundred datasets a page that is usual, half a million datasets.
MAX_PAGES = 5000
_HYDRA = "http://www.w3.org/ns/hydra/core#"
_NEXT = (f"{_HYDRA}next", f"{_HYDRA}nextPage")
# Only such an address is worth the download: a table of a gigabyte is no catalog.
_MAY_BE_RDF = re.compile(r"(^|/)[^./]*$|\.(rdf|xml|ttl|n3|nt|jsonld|json|owl)$", re.IGNORECASE)
_START = re.compile(r"(?<=[?&])startPosition=\d*", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """One page: the datasets in it, how many the catalog says it has, and where it says that it goes on."""

    url: str
    entries: tuple[Entry, ...]
    total: int | None
    next: str | None


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the catalog has them (see `each_declared`). No page after the last needed is asked.

    A dataset is GONE only when the whole catalog was seen; else it bears the fault that kept us from the rest.
    Raises `CatalogFault`, and `FetchFault` when there is no answer: then no dataset can be had.
    """
    wanted = {printable(item.identifier or item.id, NAME) for item in source.datasets}
    found: dict[str, tuple[Entry, str]] = {}

    def enough(page: Page) -> bool:
        for entry in page.entries:
            for name in wanted.intersection(entry.names):
                found.setdefault(name, (entry, page.url))
        return wanted <= found.keys()

    walked = _searched(source.url or "", http, enough)
    if not walked.names:  # a portal that lost its database still answers; no publisher took everything away
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the catalog describes no dataset")

    def ask(item: SourceDataset) -> Dataset:
        name = printable(item.identifier or item.id, NAME)
        if name in found:
            entry, base = found[name]
            return dcat_dataset.dataset(source, item, entry, base)
        if walked.complete:
            raise answers.gone(name, f"it is not among the {len(walked.names):,} datasets of the catalog")
        fault = walked.fault
        if fault is not None:
            raise CatalogFault(fault.kind, walked.reason, fault.advice, transient=fault.transient)
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE, f"it is not in what could be had of the catalog: {walked.reason}"
        )

    return each_declared(source, clock, ask)


@dataclass(frozen=True)
class _Search:
    """Which datasets were seen while looking for some, and whether these are all of the catalog, with the reason."""

    names: frozenset[str]
    complete: bool
    reason: str
    fault: Fault | None = None


def _searched(url: str, http: HttpClient, enough: Callable[[Page], bool]) -> _Search:
    """The pages of the catalog at `url` until `enough`. Raises when already the first cannot be had."""
    names: set[str] = set()
    total, count = None, 0
    fault, stopped = None, False
    try:
        for page in pages(url, http):
            names.update(entry.names[0] for entry in page.entries)
            total, count = total if page.total is None else page.total, count + 1
            if stopped := enough(page):
                break
    except PublisherFault as caught:
        if not count:
            raise
        fault = caught.fault
    seen = frozenset(names)
    if total is not None and len(seen) == total:  # whatever came after
        return _Search(seen, True, f"{total:,} distinct datasets, as many as are declared")
    if fault is not None:
        return _Search(seen, False, f"page {count + 1} cannot be had: {fault.message}", fault)
    if stopped:
        return _Search(seen, False, "no more pages were asked for")
    if total is None:
        return _Search(seen, True, "the last page leads to no other; no total is declared")
    return _Search(seen, False, f"{len(seen):,} distinct datasets, but {total:,} are declared")


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """Every dataset of the catalog at `url`. One document that leads to no other proves itself: it is the catalog."""

    told: list[int] = []

    def ask(cursor: str) -> PageOfWalk:
        page = _page(cursor, http)
        listed = [{"entry": entry, "base": page.url} for entry in page.entries]
        alone = cursor == url and page.next is None and page.total is None
        if alone:
            told[:] = [len({entry.names[0] for entry in page.entries})]
        elif page.total is not None or cursor == url:
            told[:] = [] if page.total is None else [page.total]
        total = told[0] if told else None  # often it stands on the first page only
        return PageOfWalk(listed, total, page.next)

    return whole(
        undeclared("dcat", url),
        clock,
        ask,
        lambda it: it["entry"].names[0],
        lambda source, item, it: dcat_dataset.dataset(source, item, it["entry"], it["base"]),
        url,
    )


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
            size = page.total if page.total is not None or page.next else len(page.entries)
            return Recognised(address, datasets=size)
    return None


def pages(url: str, http: HttpClient) -> Iterator[Page]:
    """The pages from `url` on, each address once. Raises `CatalogFault` when they lead in a circle or never end."""
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        if following in seen:
            raise CatalogFault(
                FaultKind.CATALOG_UNREADABLE,
                f"the pages of the catalog lead in a circle, to {printable(following, 200)} again",
                "Correct `hydra:next` of the last page: it must not be there.",
            )
        if len(seen) == MAX_PAGES:
            raise CatalogFault(FaultKind.CATALOG_UNREADABLE, f"the catalog has more than {MAX_PAGES:,} pages")
        seen.add(following)
        page = _page(following, http)
        yield page
        following = page.next


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
    total, following = document.total, _next(document, url, got.final_url)
    if total is None:
        total = _total(document)
    return Page(got.final_url, tuple(dcat_dataset.entries(document.graph)), total, following)


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
