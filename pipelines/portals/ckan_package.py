"""A CKAN package as a DCAT dataset.

Belongs here: which of CKAN's fields means what, and a distribution's stable key. Does not belong here: asking for
the package (`ckan`). Everything in a package is free text by a stranger: it is cut, cleaned, and nothing in it
is relied upon to be there or of its type.

Mapping after ckanext-dcat: notes -> dct:description, organization -> dct:publisher, maintainer and author ->
dcat:contactPoint, extras -> dct:accrualPeriodicity, resources -> dcat:distribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipelines.http_client.addresses import printable
from pipelines.model import ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address
from pipelines.portals.direct import declared
from pipelines.portals.values import TEXT, TITLE
from pipelines.sources import Source, SourceDataset

Package = Mapping[str, Any]

PERIODICITY = ("accrualPeriodicity", "accrual_periodicity", "frequency", "update_frequency")


def dataset(source: Source, item: SourceDataset, package: Package) -> Dataset:
    """The dataset, with what sources.yaml says where it must win (owner, periodicity) or help out."""
    own = declared(source, item)
    extras = _extras(package)
    base = (source.url or "").rstrip("/")
    told = values.first(extras, PERIODICITY) or values.first(package, PERIODICITY)
    periodic = own.accrual_periodicity or told or None
    name = printable(package.get("name"), 200) or item.identifier or item.id
    return replace(
        own,
        title=values.plain(package.get("title"), TITLE) or own.title,
        publisher=_publisher(source, package),
        contact_point=_contact_point(own.contact_point, package, extras),
        distributions=files.distributions(item, own.key, _listed(package, base)),
        description=values.plain(package.get("notes"), TEXT) or own.description,
        license=_license(package) or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=values.instant(package.get("metadata_created")),
        modified=values.instant(package.get("metadata_modified")),
        data_dictionary=dictionaries.of_ckan(package, extras, base),
        landing_page=f"{base}/dataset/{quote(name, safe='')}",
        keywords=tuple(_keywords(package)),
    )


def _publisher(source: Source, package: Package) -> Publisher:
    organization = package.get("organization")
    title = ""
    if isinstance(organization, dict):
        title = values.first(organization, ("title", "display_name", "name"))
    return Publisher(title or source.publisher.name, source.publisher.country)


def _contact_point(owner: ContactPoint, package: Package, extras: Package) -> ContactPoint:
    """The declared owner; only when it has no address, the portal's. Names of persons are left at the portal."""
    if owner.email is not None:
        return owner
    given = [package.get("maintainer_email"), package.get("author_email"), package.get("contact_email")]
    return ContactPoint(owner.name, first_address([*given, extras.get("contact_email")]))


def _listed(package: Package, base: str) -> list[Distribution]:
    resources = values.objects(package.get("resources"))
    return [
        _distribution(it, base) for it in resources if printable(it.get("state"), 20).lower() != "deleted"
    ]


def _distribution(resource: Package, base: str) -> Distribution:
    return Distribution(
        key="",
        title=values.first(resource, ("name", "description"), TITLE),
        download_url=values.address(resource.get("url"), base),
        format=files.format_of(resource.get("format"), resource.get("mimetype")),
        media_type=printable(resource.get("mimetype"), 100).lower() or None,
        byte_size=values.size(resource.get("size")),
        issued=values.instant(resource.get("created")),
        modified=values.instant(resource.get("last_modified")),
        portal_id=printable(resource.get("id"), 100) or None,
    )


def _license(package: Package) -> str | None:
    """The register's id, or what a portal without a register wrote; "not specified" is no licence."""
    told = (package.get(name) for name in ("license_id", "license_url", "license_title"))
    return next((text for it in told if (text := values.license_of(it))), None)


def _keywords(package: Package) -> Iterator[str]:
    for tag in values.objects(package.get("tags"))[: values.MAX_KEYWORDS]:
        if text := values.first(tag, ("display_name", "name"), 100):
            yield text


def _extras(package: Package) -> dict[str, Any]:
    """`extras`, a list of key and value, or a plain object as old portals have it."""
    extras = package.get("extras")
    if isinstance(extras, dict):
        return extras
    return {printable(it.get("key"), 100): it.get("value") for it in values.objects(extras)}
