"""Fetching: one visit to one distribution, and its record (`Snapshot`), whatever the server does.

Belongs here: asking only for what changed, judging what came, keeping it. Does not belong here: requests, or
when a distribution is visited.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.clock import Clock
from pipelines.errors import FetchFault, PublisherFault
from pipelines.http_client import HttpClient, StatusFault
from pipelines.model import Distribution, FaultKind, Snapshot
from pipelines.snapshots import pages
from pipelines.snapshots.export import short_of
from pipelines.snapshots.page_rules import RULES
from pipelines.snapshots.store import Store
from pipelines.snapshots.validators import due, judged, sendable
from pipelines.snapshots.whole import cut_off, cut_record, page_where_data_was_promised

# An address that a portal no longer serves, or not to us: another of its APIs may have the same file.
REFUSALS = frozenset(
    {FaultKind.BLOCKED, FaultKind.GONE, FaultKind.HTML_INSTEAD, FaultKind.NOT_WHAT_WAS_PROMISED}
)


def fetch(
    distribution: Distribution, http: HttpClient, store: Store, previous: Snapshot | None, clock: Clock
) -> Snapshot:
    """Visit `distribution`. Never raises `PublisherFault`: what kept us from the bytes is in `fault`.

    `previous` is the last visit that brought bytes; the server is asked whether they changed only if they
    are still in the store. A snapshot with a fault has no `sha256`, since what came is not the data; a web
    page that came instead is kept in the store all the same, and the message names it. Where the address is
    refused, the distribution's other one is asked, and is then `url`.
    """
    found = _fetch(distribution, http, store, previous, clock)
    if distribution.alternative_url and found.fault is not None and found.fault.kind in REFUSALS:
        elsewhere = replace(distribution, download_url=distribution.alternative_url, alternative_url=None)
        second = _fetch(elsewhere, http, store, previous, clock)
        if second.fault is None or second.fault.kind not in REFUSALS:
            return second
    return found


def _fetch(
    distribution: Distribution, http: HttpClient, store: Store, previous: Snapshot | None, clock: Clock
) -> Snapshot:
    visit = Snapshot(distribution.key, distribution.download_url, visited_on=clock.now())
    started = clock.seconds()
    try:
        return replace(
            _visit(distribution, http, store, previous, visit, clock), seconds=clock.seconds() - started
        )
    except PublisherFault as caught:
        status = caught.status if isinstance(caught, StatusFault) else None
        return replace(visit, http_status=status, fault=caught.fault, seconds=clock.seconds() - started)


def _visit(
    distribution: Distribution,
    http: HttpClient,
    store: Store,
    previous: Snapshot | None,
    visit: Snapshot,
    clock: Clock,
) -> Snapshot:
    if not distribution.download_url:
        raise FetchFault(
            FaultKind.GONE,
            "the portal lists no such file in this dataset",
            "Publish the file again; if it bears another id or format now, correct sources.yaml.",
        )
    known = previous if previous is not None and _still_here(previous, visit.url, store) else None
    temporary = store.incoming()
    try:
        if distribution.paging:  # an API's pages have no validators as a whole
            got = pages.download(visit.url, RULES[distribution.paging], http, temporary, clock)
        else:
            got = http.download(
                visit.url,
                temporary,
                etag=sendable(known, "etag"),
                last_modified=sendable(known, "last_modified"),
            )
        tested = known is not None and got.sha256 is None and due(known)
        if tested:  # "unchanged" is only the server's word: see the bytes
            got = http.download(visit.url, temporary)
        answered = replace(visit, http_status=got.status, final_url=got.final_url, moved_to=got.moved_to)
        if known is not None and got.sha256 is None:
            confirmed = replace(
                answered,
                sha256=known.sha256,
                bytes=known.bytes,
                changed=False,
                etag=got.etag or known.etag,
                last_modified=got.last_modified or known.last_modified,
                media_type=known.media_type,
                file_name=known.file_name,
                unverified=known.unverified + 1,
            )
            return replace(confirmed, validators=judged(known, confirmed))
        sha256 = got.sha256 or ""
        arrived = replace(
            answered,
            bytes=got.bytes,
            etag=got.etag,
            last_modified=got.last_modified,
            media_type=got.media_type,
            file_name=got.file_name,
        )
        page = page_where_data_was_promised(temporary, distribution.format)
        if page is not None:
            store.adopt(temporary, sha256)
            kept = replace(page.fault, message=f"{page.fault.message} (kept as {sha256[:12]})")
            return replace(arrived, fault=kept, evidence=sha256)
        cut = cut_off(temporary)
        if cut is None and got.doubtful:
            cut = cut_record(temporary)
        if cut is None and distribution.count_url:
            cut = short_of(temporary, distribution.count_url, http)
        if cut is not None:
            return replace(arrived, fault=cut.fault)
        store.adopt(temporary, sha256)
        changed = None if previous is None else previous.sha256 != sha256
        whole = replace(arrived, sha256=sha256, changed=changed)
        refuted = tested and changed is True
        return replace(whole, validators=judged(previous, whole, refuted=refuted))
    finally:
        temporary.unlink(missing_ok=True)


def _still_here(previous: Snapshot, url: str, store: Store) -> bool:
    """Whether a 304 would do: validators belong to one address, and bytes may have been cleared away."""
    if previous.sha256 is None or previous.url != url:
        return False
    return store.size(previous.sha256) == previous.bytes
