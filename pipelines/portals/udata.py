"""Portal `udata`: the API of the portals that run udata (data.gouv.fr and its kin).

Belongs here: asking for each declared dataset, or for all, and which of udata's fields means what. Does not belong
here: what a refusal means (`answers`), or which file becomes which distribution (`files`).

Mapping after udata's own DCAT: created_at -> dct:issued, last_update -> dct:modified (of the files; last_modified
is of the description), organization -> dct:publisher, contact_points -> dcat:contactPoint, frequency ->
dct:accrualPeriodicity, tags -> dcat:keyword, resources -> dcat:distribution. Owners that are persons stay at the
portal. `identifier` is a dataset's id, which stays, or its slug, which may not.

Version 1 of the API tells all in one answer. Version 2 gives a dataset's files page by page with their number: it is
asked where version 1 has no answer, and where it lists so many files that its list has to be proven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, FaultKind, Publisher
from pipelines.portals import answers, dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address, first_page
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.values import LINE, TEXT, TITLE
from pipelines.portals.walk import Entry, Page, Recognised, Walk, gathered, number, undeclared, whole
from pipelines.sources import Source, SourceDataset

Answer = Mapping[str, Any]

# What udata's own vocabulary adds to those that `periodicity` knows, in days. "Several times a day" is one day.
FREQUENCIES = {
    **{"oneMinute": 1 / 1440, "fiveMinutes": 5 / 1440, "tenMinutes": 10 / 1440},
    **{"fifteenMinutes": 15 / 1440, "thirtyMinutes": 30 / 1440, "12hours": 1 / 2, "twelveHours": 1 / 2},
    **{"fourTimesADay": 1 / 4, "threeTimesADay": 1 / 3, "semidaily": 1 / 2, "severalTimesADay": 1.0},
    **{"fiveTimesAWeek": 7 / 5, "fourTimesAWeek": 7 / 4},
}
API = "udata API"
ROWS = 100
# From so many files on, the list of version 1 is held against the number that version 2 tells.
MANY = 100
# What version 1 says when it is gone, or the dataset too large for it. A dataset that is gone is asked for twice.
NO_ANSWER = frozenset(
    {
        FaultKind.CATALOG_UNREADABLE,
        FaultKind.GONE,
        FaultKind.TOO_LARGE,
        FaultKind.TIMED_OUT,
        FaultKind.TRUNCATED,
    }
)
# Types of resource that are no data: taken only where sources.yaml names them.
BESIDE = frozenset({"documentation", "api", "code"})
RESOURCE_ID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the portal has them (see `each_declared`)."""
    return each_declared(source, clock, lambda item: _dataset(source, item, _asked(source, item, http)))


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All public datasets, the oldest first, for new ones come last then."""
    source = undeclared("udata", url)

    def ask(cursor: str) -> Page:
        params = {"page": cursor, "page_size": str(ROWS), "sort": "created"}
        body = answers.asked(http, f"{source.url}/api/1/datasets/", API, None, _is_page, params)
        entries: list[Entry] = values.objects(body["data"])
        # The address that it gives may be of another host, or its own: only that there is one is believed.
        return Page(entries, body.get("total"), str(int(cursor) + 1) if body.get("next_page") else None)

    return whole(source, clock, ask, lambda it: values.first(it, ("id", "slug"), 200), _dataset, "1")


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By `/api/1/site/`, which tells the title and counts the datasets."""
    for root in answers.roots(url, "/datasets/", "/api/", "/organizations/"):
        site = answers.objects_told(http, f"{root}/api/1/site/")
        metrics = site.get("metrics")
        if "title" in site and isinstance(metrics, dict):
            return Recognised(root, values.plain(site["title"], TITLE), number(metrics.get("datasets")))
    return None


def _is_page(body: object) -> bool:
    return isinstance(body, dict) and isinstance(body.get("data"), list) and "total" in body


def _asked(source: Source, item: SourceDataset, http: HttpClient) -> Answer:
    """The dataset as udata gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name = item.identifier or item.id
    path = f"datasets/{quote(name, safe='')}/"
    first, second = (f"{(source.url or '').rstrip('/')}/api/{version}/{path}" for version in (1, 2))
    try:
        found: Answer = answers.asked(http, first, API, name, _is_dataset)
    except PublisherFault as caught:
        if caught.kind not in NO_ANSWER:
            raise
        try:
            found = answers.asked(http, second, API, name, _is_dataset)
        except PublisherFault:
            raise caught from None
        found = {**found, "resources": _files_of(second, name, http)}
    else:
        listed = len(values.objects(found.get("resources")))
        if listed >= MANY and listed < (_count(second, http) or 0):
            found = {**found, "resources": _files_of(second, name, http)}
    if found.get("deleted"):
        raise answers.gone(name, "the portal says that it was deleted")
    return found


def _count(url: str, http: HttpClient) -> int | None:
    """How many files version 2 counts, None where there is none or it cannot be asked."""
    try:
        return number(
            answers.objects_told(http, f"{url}resources/", {"page": "1", "page_size": "1"}).get("total")
        )
    except PublisherFault:
        return None


def _files_of(url: str, name: str, http: HttpClient) -> list[Answer]:
    """All files of a dataset, as version 2 pages them. Raises `CatalogFault` unless as many came as are declared."""

    def ask(cursor: str) -> Page:
        params = {"page": cursor, "page_size": str(ROWS)}
        body = answers.asked(http, f"{url}resources/", API, name, _is_page, params)
        more = str(int(cursor) + 1) if body.get("next_page") else None
        return Page(values.objects(body["data"]), body.get("total"), more)

    found = gathered(ask, lambda it: printable(it.get("id"), 100), "1")
    if not found.complete:
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE,
            f"the portal does not list all files of the dataset: {found.reason}",
            transient=True,
        )
    return list(found.entries.values())


def _is_dataset(body: object) -> bool:
    return isinstance(body, dict) and "title" in body and ("id" in body or "resources" in body)


def _dataset(source: Source, item: SourceDataset, told: Answer) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    base = (source.url or "").rstrip("/")
    frequency = printable(told.get("frequency"), LINE)
    periodic = own.accrual_periodicity or (frequency if frequency != "unknown" else "") or None
    name = values.first(told, ("slug", "id"), 200) or item.identifier or item.id
    resources = values.objects(told.get("resources"))
    listed = [_file(it, base) for it in resources if printable(it.get("type"), 30) not in BESIDE]
    beside = [_file(it, base) for it in resources if printable(it.get("type"), 30) in BESIDE]
    publisher = values.named(told.get("organization"), ("name",)) or own.publisher.name
    return replace(
        own,
        title=values.plain(told.get("title"), TITLE) or own.title,
        description=values.plain(told.get("description"), TEXT) or own.description,
        publisher=Publisher(publisher, own.publisher.country),
        contact_point=_contact_point(own.contact_point, told),
        license=values.license_of(told.get("license")) or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=FREQUENCIES.get(periodic or "") or periodicity.days(periodic),
        issued=values.instant(told.get("created_at")),
        data_dictionary=dictionaries.of_udata(told),
        modified=values.instant(told.get("last_update")) or values.instant(told.get("last_modified")),
        landing_page=values.web_page(told.get("page")) or f"{base}/datasets/{quote(name, safe='')}/",
        keywords=values.texts(told.get("tags"), 100, values.MAX_KEYWORDS),
        distributions=files.distributions(item, own.key, listed, beside),
    )


def _contact_point(owner: ContactPoint, told: Answer) -> ContactPoint:
    """The declared owner, with the portal's form; only when it has no address, the portal's.

    Those of the role `contact` come before any other.
    """
    points = [*values.objects(told.get("contact_points")), *values.records(told.get("contact_point"))]
    points.sort(key=lambda it: it.get("role") not in ("contact", None))
    page = first_page(it.get("contact_form") for it in points)
    return ContactPoint(owner.name, owner.email or first_address(it.get("email") for it in points), page)


def _file(resource: Answer, base: str) -> Distribution:
    """A resource; its address is udata's redirect to wherever the file is, which stays when that changes."""
    id_ = printable(resource.get("id"), 100)
    stable = f"{base}/api/1/datasets/r/{id_}" if RESOURCE_ID.match(id_) else ""
    return Distribution(
        key="",
        title=values.plain(resource.get("title"), TITLE),
        download_url=stable or values.address(resource.get("url"), base),
        format=files.format_of(resource.get("format"), resource.get("mime")),
        media_type=printable(resource.get("mime"), 100).lower() or None,
        byte_size=values.size(resource.get("filesize")),
        issued=values.instant(resource.get("created_at")),
        modified=values.instant(resource.get("last_modified")),
        portal_id=id_ or None,
    )
