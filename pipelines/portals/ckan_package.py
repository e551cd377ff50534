"""A CKAN package as a DCAT dataset.

Belongs here: which of CKAN's fields means what, and a distribution's stable key. Does not belong here: asking for
the package (`ckan`). Everything in a package is free text by a stranger: it is cut, cleaned, and nothing in it
is relied upon to be there or of its type.

Mapping after ckanext-dcat: notes -> dct:description, organization -> dct:publisher, maintainer and author ->
dcat:contactPoint, extras -> dct:accrualPeriodicity, resources -> dcat:distribution.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin

from pipelines.http_client.addresses import printable
from pipelines.model import ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import dictionaries, periodicity
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.sources import Source, SourceDataset, SourceDistribution

Package = Mapping[str, Any]

TITLE, LINE, TEXT, URL = 300, 500, 5000, 8000
MAX_DISTRIBUTIONS = 1000
MAX_KEYWORDS = 50
PERIODICITY = ("accrualPeriodicity", "accrual_periodicity", "frequency", "update_frequency")
NO_LICENSE = frozenset({"", "notspecified", "none", "null"})


def dataset(source: Source, item: SourceDataset, package: Package) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    extras = _extras(package)
    base = (source.url or "").rstrip("/")
    periodic = own.accrual_periodicity or _first(extras, PERIODICITY) or _first(package, PERIODICITY) or None
    name = printable(package.get("name"), 200) or item.identifier or item.id
    return replace(
        own,
        title=printable(package.get("title"), TITLE) or own.title,
        publisher=_publisher(source, package),
        contact_point=_contact_point(own.contact_point, package, extras),
        distributions=tuple(_distributions(item, package, own.key, base)),
        description=printable(package.get("notes"), TEXT) or own.description,
        license=_license(package) or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=_instant(package.get("metadata_created")),
        modified=_instant(package.get("metadata_modified")),
        data_dictionary=dictionaries.of_ckan(package, extras, base),
        landing_page=f"{base}/dataset/{quote(name, safe='')}",
        keywords=tuple(_keywords(package)),
    )


def _publisher(source: Source, package: Package) -> Publisher:
    organization = package.get("organization")
    title = ""
    if isinstance(organization, dict):
        title = _first(organization, ("title", "display_name", "name"))
    return Publisher(title or source.publisher.name, source.publisher.country)


def _contact_point(owner: ContactPoint, package: Package, extras: Package) -> ContactPoint:
    """The declared owner; only when it has no address, the portal's. Names of persons are left at the portal."""
    if owner.email is not None:
        return owner
    given = [package.get("maintainer_email"), package.get("author_email"), package.get("contact_email")]
    return ContactPoint(owner.name, first_address([*given, extras.get("contact_email")]))


def _distributions(item: SourceDataset, package: Package, key: str, base: str) -> Iterator[Distribution]:
    resources = [
        it for it in _list(package, "resources") if printable(it.get("state"), 20).lower() != "deleted"
    ]
    resources = resources[:MAX_DISTRIBUTIONS]
    if item.distributions:
        for wanted, resource in _chosen(item.distributions, resources):
            yield _distribution(f"{key}/{wanted.id}", wanted, resource, base)
        return
    for name, resource in zip(_names(resources), resources, strict=True):
        yield _distribution(f"{key}/{name}", None, resource, base)


def _names(resources: list[Package]) -> list[str]:
    """`csv-1`, `csv-2`, `json-1`: each format counted from its oldest file.

    So a name stays when files are put in another order, retitled or added. When one is taken away its younger
    sisters move up; a dataset that does that is better declared with `portal_id`s.
    """
    names = [""] * len(resources)
    count: Counter[str] = Counter()
    for index, resource in sorted(enumerate(resources), key=lambda it: _instant(it[1].get("created")) or ""):
        slug = _slug(_format(resource))
        count[slug] += 1
        names[index] = f"{slug}-{count[slug]}"
    return names


def _chosen(
    wanted: tuple[SourceDistribution, ...], resources: list[Package]
) -> Iterator[tuple[SourceDistribution, Package | None]]:
    """Each declared distribution with its resource: by id, else the first of its format that is left."""
    by_id = {printable(it.get("id"), 100): it for it in resources}
    named = {it.portal_id for it in wanted if it.portal_id}
    left = [it for it in resources if printable(it.get("id"), 100) not in named]
    for one in wanted:
        if one.portal_id:
            yield one, by_id.get(one.portal_id)
            continue
        match = next((it for it in left if _slug(_format(it)) == _slug(one.format or one.id)), None)
        if match is not None:
            left = [it for it in left if it is not match]
        yield one, match


def _distribution(
    key: str, wanted: SourceDistribution | None, resource: Package | None, base: str
) -> Distribution:
    """One distribution; without a resource it has no address, which fetching records as gone."""
    found = resource or {}
    declared_title = (wanted.title if wanted else None) or ""
    format_ = _format(found) or ((wanted.format or "").lower() if wanted else "")
    return Distribution(
        key=key,
        title=_first(found, ("name", "description"), TITLE) or declared_title or key.rpartition("/")[2],
        download_url=_address(found.get("url"), base),
        format=format_ or None,
        media_type=printable(found.get("mimetype"), 100).lower() or None,
        byte_size=_size(found.get("size")),
        issued=_instant(found.get("created")),
        modified=_instant(found.get("last_modified")),
        portal_id=printable(found.get("id"), 100) or (wanted.portal_id if wanted else None),
    )


def _address(value: object, base: str) -> str:
    """The resource's address, joined to the portal's when it is relative; "" when there is none."""
    # As browsers do, what cannot be seen is dropped and spaces stay: two of them are not one.
    text = "".join(it for it in value[:URL].strip() if it.isprintable()) if isinstance(value, str) else ""
    try:
        return urljoin(f"{base}/", text) if text else ""
    except ValueError:
        return text  # fetching says what is wrong with it


def _format(resource: Package) -> str:
    return printable(resource.get("format"), 60).lower().strip(" .")


def _slug(format_: str) -> str:
    """A format as part of a key: `text/csv` and `.CSV` are csv, no format is `file`."""
    plain = (
        unicodedata.normalize("NFKD", format_.rpartition("/")[2]).encode("ascii", "ignore").decode().lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30] or "file"


def _license(package: Package) -> str | None:
    """The register's id, or what a portal without a register wrote; "not specified" is no licence."""
    for name in ("license_id", "license_url", "license_title"):
        text = printable(package.get(name), LINE)
        if text.lower() not in NO_LICENSE:
            return text
    return None


def _keywords(package: Package) -> Iterator[str]:
    for tag in _list(package, "tags")[:MAX_KEYWORDS]:
        text = _first(tag, ("display_name", "name"), 100)
        if text:
            yield text


def _instant(value: object) -> str | None:
    """A timestamp as ISO 8601 in UTC; CKAN's naive ones are UTC. None for what is no timestamp."""
    try:
        moment = datetime.fromisoformat(printable(value, 64))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _size(value: object) -> int | None:
    """A size in bytes; a portal's own `12 MB` tells too little to compare with."""
    text = printable(value, 30)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _extras(package: Package) -> dict[str, Any]:
    """`extras`, a list of key and value, or a plain object as old portals have it."""
    extras = package.get("extras")
    if isinstance(extras, dict):
        return extras
    return {printable(it.get("key"), 100): it.get("value") for it in _list(package, "extras")}


def _first(values: Package, names: tuple[str, ...], limit: int = LINE) -> str:
    return next((text for name in names if (text := printable(values.get(name), limit))), "")


def _list(values: Package, name: str) -> list[Package]:
    found = values.get(name)
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []
