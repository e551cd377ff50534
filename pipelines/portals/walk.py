"""Walking a whole catalog, page by page, with proof that the end was reached (paging as portals do it).

Belongs here: the one loop over pages, its guards, and what proves that all was seen. Does not belong here: how a
page is asked for, or what an entry means (the portal's own file).

Proof is one of two. Where a total is declared: as many distinct entries as that, on every page of one walk. Where the
API's standard makes the total optional and links its pages (hydra), and none is declared: every page was had, and the
last leads to no other. An API that always tells a total, and suddenly does not, proves nothing. An entry without any
name is no dataset: it is counted and told; on the only page of a catalog it stands for itself, and the catalog is
whole but for it; on one of many nobody can tell it from the same entry seen twice.

What is not proven is not complete, and says why: a catalog is never silently a part of itself. A walk that does not
prove itself is walked once more, because catalogs are edited while they are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from pipelines.clock import Clock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset, Fault
from pipelines.portals.direct import declared, declared_catalog
from pipelines.portals.files import slug
from pipelines.sources import Owner, Source, SourceDataset, SourcePublisher

Entry = Mapping[str, Any]

# At the hundred datasets a page that is usual, half a million datasets.
MAX_PAGES = 5000
# So many pages in a row without anything new, and the portal will not come to an end.
PATIENCE = 3
# Kinds whose `url` is that of a document or endpoint, letter by letter, and not of a place below which an API is.
AN_ADDRESS = frozenset({"dcat", "dcat_us", "ocds_api", "direct"})
# The longest id of a dataset in sources.yaml.
MAX_ID = 63


@dataclass(frozen=True)
class Page:
    """One page. `total` is as the portal wrote it; `next` is what to ask with for the next page, None at the end.

    `linked`: by the API's standard a page without a link is the last, and a total may be told on any page or none.
    """

    entries: Sequence[Entry]
    total: object
    next: str | None = None
    linked: bool = False


@dataclass(frozen=True)
class Gathered:
    """What came of the pages. `total` is what is declared, None when that is no number; `fault` cut it short."""

    entries: Mapping[str, Entry]
    total: int | None
    pages: int
    complete: bool
    reason: str
    fault: Fault | None = None


@dataclass(frozen=True)
class Walk:
    """A whole catalog, or as much of it as could be had: `complete` only when proven, `reason` says how or why not.

    `total` is the number of datasets that the portal declares, None when it declares none; `distinct` is the number
    that was seen. `fault` is what cut the walk short.
    """

    catalog: Catalog
    total: int | None
    distinct: int
    pages: int
    complete: bool
    reason: str
    fault: Fault | None = None


@dataclass(frozen=True)
class Recognised:
    """A portal behind an address: its API's root (`url` of sources.yaml), its title ("" unknown), its size."""

    url: str
    title: str = ""
    datasets: int | None = None


@dataclass(frozen=True)
class Portal:
    """A kind of portal: three functions.

    `catalog` asks for the declared datasets; `walk` for all of them; `recognise` whether a portal of this kind
    answers behind an address, None when not. All raise `PublisherFault` when there is no answer.
    """

    catalog: Callable[[Source, HttpClient, Clock], Catalog]
    walk: Callable[[str, HttpClient, Clock], Walk]
    recognise: Callable[[str, HttpClient], Recognised | None]


Ask = Callable[[str], Page]


def whole(
    source: Source,
    clock: Clock,
    ask: Ask,
    name_of: Callable[[Entry], str],
    dataset: Callable[[Source, SourceDataset, Entry], Dataset],
    start: str = "0",
) -> Walk:
    """Every dataset of the portal: `ask` gives a page, `name_of` an entry's identifier, `dataset` the dataset.

    Raises `PublisherFault` when already the first page cannot be had. A dataset that cannot be made of its entry
    bears the fault.
    """
    found = gathered(ask, name_of, start)
    ids: set[str] = set()
    datasets = []
    for name, entry in found.entries.items():
        item = SourceDataset.model_construct(id=_id(name, ids), identifier=name)
        try:
            datasets.append(dataset(source, item, entry))
        except PublisherFault as caught:
            datasets.append(replace(declared(source, item), fault=caught.fault))
    catalog = replace(declared_catalog(source, clock), datasets=tuple(datasets), fault=found.fault)
    return Walk(
        catalog, found.total, len(found.entries), found.pages, found.complete, found.reason, found.fault
    )


def undeclared(kind: str, url: str) -> Source:
    """A source of which nothing but its address is known: it names no publisher and no owner."""
    host = slug(urlsplit(url).netloc.rpartition("@")[2])
    return Source.model_construct(
        id=host,
        portal=kind,
        url=url if kind in AN_ADDRESS else url.rstrip("/"),
        publisher=SourcePublisher.model_construct(name="", country=None),
        owner=Owner.model_construct(name="", email=None),
        datasets=(),
    )


def _id(name: str, taken: set[str]) -> str:
    """An id for sources.yaml made of a portal's own: never the same twice, whatever it is."""
    wanted = candidate = slug(name, MAX_ID) or "dataset"
    number = 2
    while candidate in taken:
        ending = f"-{number}"
        candidate, number = wanted[: MAX_ID - len(ending)] + ending, number + 1
    taken.add(candidate)
    return candidate


def by_offset(ask: Callable[[int], tuple[Sequence[Entry], object]]) -> Ask:
    """Pages that are asked for by how many entries come before: on by as many as came, for pages are clipped.

    The end is an empty page at or after the declared total, so that a total that is too small is found out. After
    an empty page before it, the walk goes on behind it.
    """
    size = 1

    def page(cursor: str) -> Page:
        nonlocal size
        offset = int(cursor)
        entries, total = ask(offset)
        size = max(size, len(entries))
        more = bool(entries) or offset < (number(total) or 0)
        return Page(entries, total, str(offset + (len(entries) or size)) if more else None)

    return page


def gathered(
    ask: Ask,
    name_of: Callable[[Entry], str],
    start: str = "0",
    enough: Callable[[], bool] = lambda: False,
) -> Gathered:
    """All distinct entries, by name. Walks twice when the first walk proves nothing, and a second might.

    After a page that is `enough` no other is asked for. Raises `PublisherFault` when already the first page cannot
    be had.
    """
    first = _walked(ask, name_of, start, enough)
    if first.complete or first.fault is not None or first.total is None or enough():
        return first
    try:
        second = _walked(ask, name_of, start, enough)
    except PublisherFault:
        return first
    if second.complete:
        return replace(second, reason=f"{second.reason}, in a second walk: {first.reason} in the first")
    best = max(second, first, key=lambda it: len(it.entries))
    return replace(best, reason=f"{best.reason}, in two walks")


@dataclass
class _Seen:
    entries: dict[str, Entry] = field(default_factory=dict)
    totals: list[int | None] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    nameless: int = 0
    linked: bool = False

    @property
    def reached(self) -> bool:
        return bool(self.totals) and self.totals[-1] == len(self.entries)


def _walked(ask: Ask, name_of: Callable[[Entry], str], start: str, enough: Callable[[], bool]) -> Gathered:
    seen = _Seen()
    stopped, fault, stale = "", None, 0
    cursor: str | None = start
    while cursor is not None:
        if cursor in seen.asked:
            stopped = "the pages lead in a circle"
            break
        if len(seen.asked) == MAX_PAGES:
            stopped = f"there are more than {MAX_PAGES:,} pages"
            break
        try:
            page = ask(cursor)
        except PublisherFault as caught:
            if not seen.asked:
                raise
            fault = caught.fault
            break
        seen.asked.add(cursor)
        known = len(seen.entries)
        _take(seen, page, name_of)
        stale = stale + 1 if len(seen.entries) == known else 0
        if stale and seen.reached:
            break
        if page.next is not None and enough():
            stopped = "no more pages were asked for"
            break
        if stale == PATIENCE:
            stopped = f"{PATIENCE} pages in a row brought nothing new"
            break
        cursor = page.next
    return _judged(seen, stopped, fault)


def _take(seen: _Seen, page: Page, name_of: Callable[[Entry], str]) -> None:
    seen.linked = page.linked
    total = number(page.total)
    if total is not None or not page.linked:  # linked pages often tell it on the first only
        seen.totals.append(total)
    for entry in page.entries:
        name = name_of(entry)
        if name:
            seen.entries.setdefault(name, entry)
        else:
            seen.nameless += 1


def _judged(seen: _Seen, stopped: str, fault: Fault | None) -> Gathered:
    total, distinct = seen.totals[-1] if seen.totals else None, len(seen.entries)
    changed = len(set(seen.totals)) > 1
    result = Gathered(seen.entries, total, len(seen.asked), complete=False, reason="")
    both = f"{distinct:,} distinct of {total:,} declared" if total is not None else f"{distinct:,} distinct"
    nameless = f"{seen.nameless:,} without any name cannot be a dataset" if seen.nameless else ""
    counted = distinct + (seen.nameless if len(seen.asked) == 1 else 0)
    if (
        total == counted and not changed and (not seen.nameless or len(seen.asked) == 1)
    ):  # whatever came after
        return replace(result, complete=True, reason="; ".join(it for it in (both, nameless) if it))
    if fault is not None:
        return replace(
            result, reason=f"{both}; page {len(seen.asked) + 1} cannot be had: {fault.message}", fault=fault
        )
    if seen.linked and total is None and not stopped and not changed and not nameless:
        ended = "the last page leads to no other, and no total is declared"
        return replace(result, complete=True, reason=f"{both}; {ended}")
    why = [
        stopped,
        "no total is declared that could prove more" if total is None else "",
        "the total changed on the way" if changed else "",
        nameless,
    ]
    return replace(result, reason="; ".join([both, *(it for it in why if it)]))


def number(total: object) -> int | None:
    """A declared total: a whole number that is not negative, also when it is written as text; else None."""
    if isinstance(total, int) and not isinstance(total, bool):
        return total if total >= 0 else None
    return int(total) if isinstance(total, str) and re.fullmatch(r"[0-9]{1,9}", total) else None
