"""Which addresses of a source are visited on a night, and what is known of each afterwards.

Belongs here: the addresses of each dataset (its own pages, and a sample of the links that its files publish), whose
turn it is within the night's limit, and telling a dead address from one of which nothing is known. Does not belong
here: the visit itself (`snapshots.page_visit`), choosing cells (`tables.published_links`), or artifacts (`stages`).

An address that answered is not asked again for some days. Of those that are left, pages of datasets come before links
in cells, and what was never asked before what was asked long ago, so that a limit only makes it take more nights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipelines.http_client.links import host_of
from pipelines.measurement.evidence import OUT_OF_REACH, TURNED_AWAY
from pipelines.model import Catalog, Dataset, PagePurpose, PageVisit, ReadReport, Snapshot
from pipelines.reading import hint_of, layouts_of, snapshot_worked
from pipelines.sources import Source
from pipelines.tables.published_links import may_be_followed, sample
from pipelines.tables.table import Hint, Opened
from pipelines.tools import Tools

Key = tuple[object, ...]
# A server that gave no answer so often tonight is not asked for more of its pages.
SILENT_AFTER = 2
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Wanted:
    """An address that a dataset leads to: what is recorded of it, and what is asked for."""

    visit: PageVisit
    url: str


@dataclass(frozen=True)
class Past:
    """What is known before the first visit.

    `same_rules` are the visits of the last night under the same rules and declaration, `earlier` what each earlier
    night knew, the newest first (`past_runs.previous_pages`), `tonight` the visits of this night before it was
    interrupted.
    """

    same_rules: Sequence[PageVisit]
    earlier: Iterable[Sequence[PageVisit]]
    tonight: Mapping[Key, PageVisit]

    def newest(self, addresses: Iterable[Key]) -> dict[Key, PageVisit]:
        """The newest visit to each of these on any earlier night; nights are read until all are known."""
        left, found = set(addresses), dict[Key, PageVisit]()
        nights = iter(self.earlier)
        while left and (visits := next(nights, None)) is not None:
            for visit in visits:
                at = key(visit)
                if at in left:
                    left.discard(at)
                    if visit.asked_on is not None:
                        found[at] = visit
        return found


def key(visit: PageVisit) -> Key:
    """What makes two visits the same: the address; where that is not kept, the cell of these bytes."""
    if visit.address is not None:
        return (visit.address,)
    return (visit.distribution, visit.table, visit.role, visit.sha256, visit.row)


def pages_of(
    source: Source,
    catalog: Catalog,
    snapshots: Sequence[Snapshot],
    reads: Sequence[ReadReport],
    past: Past,
    ask: Callable[[Wanted], PageVisit],
    tools: Tools,
) -> list[PageVisit]:
    """The night of a source: every address of its datasets with what is known of it. `ask` visits one."""
    now, limits = catalog.discovered_on, tools.settings
    if not limits.page_visits:
        return []
    arrived = {it.distribution: it for it in snapshots}
    addresses = list(wanted(source, catalog, arrived, reads, past.same_rules, tools))
    newest = past.newest(key(it.visit) for it in addresses)
    found = visit_all(
        addresses, newest, past.tonight, ask, now, most=limits.page_visits, days=limits.page_days
    )
    tonight = (it for it in found.values() if it.asked_on is not None and it.asked_on >= now)
    answered = anybody_answered(catalog, snapshots, tonight)
    known = {at: judged(it, newest.get(at), now, somebody_answered=answered) for at, it in found.items()}
    return [_placed(known.get(key(it.visit)), it.visit) for it in addresses]


def wanted(
    source: Source,
    catalog: Catalog,
    arrived: Mapping[str, Snapshot],
    reads: Sequence[ReadReport],
    before: Iterable[PageVisit],
    tools: Tools,
) -> Iterator[Wanted]:
    """Every address of the source's datasets; `arrived` are the snapshots by distribution.

    `before` are the visits of a night under the same rules. Those of unchanged bytes are taken over, so that a large
    file is not read again for them, unless some were not kept and are due.
    """
    known: dict[tuple[str | None, str | None], list[PageVisit]] = {}
    for visit in before:
        if visit.purpose is PagePurpose.CELL:
            known.setdefault((visit.distribution, visit.sha256), []).append(visit)
    for dataset in catalog.datasets:
        yield from _pages(dataset)
        keys = {file.key for file in dataset.distributions}
        for report in reads:
            if report.distribution in keys and report.layout is not None:
                same = known.get((report.distribution, report.sha256), [])
                if same and all(it.address is not None or _fresh(it, catalog, tools) for it in same):
                    yield from (Wanted(_placed(None, it), it.address or "") for it in same)
                else:
                    hint = hint_of(catalog, arrived[report.distribution])
                    yield from _cells(source, dataset, report, hint, tools)


def visit_all(
    wanted: Sequence[Wanted],
    earlier: Mapping[Key, PageVisit],
    done: Mapping[Key, PageVisit],
    ask: Callable[[Wanted], PageVisit],
    now: datetime,
    *,
    most: int,
    days: float,
) -> dict[Key, PageVisit]:
    """What is known of each address: of an earlier night, of this night before it was interrupted, or asked now.

    `done` are the visits before the interruption. `most` bounds what is asked tonight; what answered within `days` is
    not asked.
    """
    distinct: dict[Key, Wanted] = {}
    for it in wanted:
        distinct.setdefault(key(it.visit), it)
    due = [
        at
        for at, it in distinct.items()
        if it.url and at not in done and not _recent(earlier.get(at), now, days)
    ]
    turns = {at: place for place, at in enumerate(due)}

    def turn(at: Key) -> tuple[bool, datetime, int]:
        last = earlier[at].asked_on if at in earlier else None
        return distinct[at].visit.purpose is PagePurpose.CELL, last or NEVER, turns[at]

    found = {**{at: earlier[at] for at in distinct if at in earlier}, **done}
    silent: Counter[str] = Counter()
    for at, visit in done.items():
        if at in distinct:
            silent[_host(distinct[at].url)] += _out_of_reach(visit)
    left = most - len(done)
    for at in sorted(due, key=turn):
        host = _host(distinct[at].url)
        if left <= 0 or silent[host] >= SILENT_AFTER:
            continue
        found[at] = ask(distinct[at])
        silent[host] += _out_of_reach(found[at])
        left -= 1
    return found


def judged(
    visit: PageVisit, earlier: PageVisit | None, now: datetime, *, somebody_answered: bool
) -> PageVisit:
    """`visit` with whether it answers. One of an earlier night stays as it was judged then.

    No answer at all, on one night, may be our own network; and while nobody answered, it says nothing however often.
    """
    if visit.asked_on is None or visit.asked_on < now:
        return visit
    nights = earlier.silent_nights if earlier else 0
    if not _out_of_reach(visit):
        turned_away = visit.fault is not None and visit.fault.kind in TURNED_AWAY
        return replace(visit, answers=None if turned_away else visit.fault is None, silent_nights=0)
    nights += somebody_answered
    return replace(visit, answers=False if somebody_answered and nights > 1 else None, silent_nights=nights)


def anybody_answered(catalog: Catalog, snapshots: Iterable[Snapshot], visits: Iterable[PageVisit]) -> bool:
    """Whether there was a network tonight: the portal, a file or a page answered, whatever it said."""
    portal = catalog.portal != "direct" and catalog.fault is None
    statuses = [*(it.http_status for it in snapshots), *(it.http_status for it in visits)]
    return portal or any(status is not None for status in statuses)


def _placed(known: PageVisit | None, at: PageVisit) -> PageVisit:
    """What is known of an address, as that of the place `at`, where it stands tonight; bare when nothing is known."""
    place = PageVisit(
        at.dataset,
        at.purpose,
        at.address,
        distribution=at.distribution,
        table=at.table,
        role=at.role,
        row=at.row,
        sha256=at.sha256,
    )
    if known is None:
        return place
    return replace(
        place,
        answers=known.answers,
        asked_on=known.asked_on,
        http_status=known.http_status,
        final_url=known.final_url,
        fault=known.fault,
        silent_nights=known.silent_nights,
    )


def _pages(dataset: Dataset) -> Iterator[Wanted]:
    for purpose, address in (
        (PagePurpose.LANDING_PAGE, dataset.landing_page),
        (PagePurpose.CONTACT_PAGE, dataset.contact_point.url),
        (PagePurpose.DATA_DICTIONARY, dataset.data_dictionary),
        (PagePurpose.LICENSE, dataset.license),
    ):
        if address and may_be_followed(address):
            yield Wanted(PageVisit(dataset.key, purpose, address), address)


def _cells(source: Source, dataset: Dataset, report: ReadReport, hint: Hint, tools: Tools) -> list[Wanted]:
    suite = tools.suites.get(dataset.guide_dataset or "")
    if suite is None:
        return []
    columns = {
        role: report.roles[role]
        for role, declared in suite.roles.items()
        if declared.type == "url" and role in report.roles
    }
    if not columns:
        return []
    layout = next((it for it in layouts_of(source, dataset, tools) if it.name == report.layout), None)
    personal = {role for role in columns if suite.roles[role].personal}
    personal |= set(layout.personal) & set(columns) if layout else set(columns)

    def work(content: Opened) -> dict[str, list[tuple[int, str]]]:
        table = next(
            it
            for it in content.tables
            if (it.report.table, it.report.member) == (report.table, report.member)
        )
        return sample(table, columns)

    found = snapshot_worked(hint, tools, work)
    return [
        Wanted(
            PageVisit(
                dataset.key,
                PagePurpose.CELL,
                None if role in personal else address,
                distribution=report.distribution,
                table=report.table,
                role=role,
                row=row,
                sha256=report.sha256,
            ),
            address,
        )
        for role, cells in found.items()
        for row, address in cells
    ]


def _fresh(visit: PageVisit, catalog: Catalog, tools: Tools) -> bool:
    return _recent(visit, catalog.discovered_on, tools.settings.page_days)


def _recent(visit: PageVisit | None, now: datetime, days: float) -> bool:
    """Whether it answered within the last `days`."""
    if visit is None or visit.asked_on is None or visit.fault is not None:
        return False
    return now - visit.asked_on < timedelta(days=days)


def _out_of_reach(visit: PageVisit) -> bool:
    return visit.fault is not None and visit.fault.kind in OUT_OF_REACH


def _host(url: str) -> str:
    return host_of(url) if url else ""
