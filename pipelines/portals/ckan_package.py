"""A CKAN package as a DCAT dataset.

Belongs here: which of CKAN's fields means what, and a distribution's stable key. Does not belong here: asking for
the package (`ckan`). Everything in a package is free text by a stranger: it is cut, cleaned, and nothing in it
is relied upon to be there or of its type.

Mapping after ckanext-dcat: notes -> dct:description, organization -> dct:publisher, maintainer and author ->
dcat:contactPoint, extras -> dct:accrualPeriodicity, resources -> dcat:distribution.

A table that lies in the datastore alone (`url_type: datastore`) is had whole by `/datastore/dump/<id>`; the address
that CKAN shows for it depends on whether it was told its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from pipelines.http_client.addresses import printable
from pipelines.model import ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address, first_page
from pipelines.portals.direct import declared
from pipelines.portals.values import TEXT, TITLE
from pipelines.sources import Source, SourceDataset

Package = Mapping[str, Any]

DUMP = "/datastore/dump/"
# What CKAN keeps as the address of a table without a file; it shows another, if nothing hinders it.
NO_FILE = ("_datastore_only_resource", "", None)
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/?(?:\?bom=true)?", re.IGNORECASE)
SPATIAL = ("spatial_uri", "spatial", "spatial_text", "spatial_coverage")
TEMPORAL = ("temporal_start", "temporal_end", "temporal", "temporal_coverage")
CONTACT_PAGES = ("contact_url", "contact_uri")  # extras of ckanext-dcat, which scheming puts at the top level
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
        distributions=files.distributions(item, own.key, _listed(package, base), _beside(package, base)),
        description=values.plain(package.get("notes"), TEXT) or own.description,
        license=_license(package) or own.license,
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=values.instant(package.get("metadata_created")),
        modified=values.instant(package.get("metadata_modified")),
        data_dictionary=dictionaries.of_ckan(package, extras, base),
        landing_page=f"{base}/dataset/{quote(name, safe='')}",
        keywords=tuple(_keywords(package)),
        themes=_themes(package, extras),
        spatial=_either(package, extras, SPATIAL),
        temporal=_either(package, extras, TEMPORAL),
        access_rights=_either(package, extras, ("access_rights", "accessRights")),
        rights=_either(package, extras, ("rights",)),
    )


def _either(package: Package, extras: Package, names: tuple[str, ...]) -> str | None:
    return values.first(extras, names) or values.first(package, names) or None


def _themes(package: Package, extras: Package) -> tuple[str, ...]:
    """Its groups, which is what portals use for topics, and a theme as ckanext-dcat keeps it."""
    groups = [
        values.first(it, ("title", "display_name", "name"), 100)
        for it in values.objects(package.get("groups"))
    ]
    theme = _either(package, extras, ("theme", "theme_uri"))
    return tuple(it for it in (*groups[: values.MAX_KEYWORDS], theme or "") if it)


def _publisher(source: Source, package: Package) -> Publisher:
    organization = package.get("organization")
    title = ""
    if isinstance(organization, dict):
        title = values.first(organization, ("title", "display_name", "name"))
    return Publisher(title or source.publisher.name, source.publisher.country)


def _contact_point(owner: ContactPoint, package: Package, extras: Package) -> ContactPoint:
    """The declared owner, with the portal's page; only when it has no address, the portal's.

    Names of persons are left at the portal. Some institutions write the address of a form where a mail address belongs.
    """
    given = [package.get("maintainer_email"), package.get("author_email"), package.get("contact_email")]
    given.append(extras.get("contact_email"))
    pages = [it.get(name) for it in (package, extras) for name in CONTACT_PAGES]
    pages += [it.get("url") for it in values.records(package.get("contact"))]
    return ContactPoint(owner.name, owner.email or first_address(given), first_page([*pages, *given]))


def _listed(package: Package, base: str) -> list[Distribution]:
    return [_distribution(it, base) for it in _resources(package)]


def _resources(package: Package) -> list[Package]:
    resources = values.objects(package.get("resources"))
    return [it for it in resources if printable(it.get("state"), 20).lower() != "deleted"]


def _distribution(resource: Package, base: str) -> Distribution:
    file = _file(resource, base)
    root, _, rest = file.download_url.partition(DUMP)
    alone = resource.get("datastore_active") is True and resource.get("url") in NO_FILE
    if file.portal_id and (alone or resource.get("url_type") == "datastore"):
        return _dumped(file, base, file.portal_id)
    if rest and AN_ID.fullmatch(rest):
        return _dumped(file, root, rest[:36])
    return file


def _beside(package: Package, base: str) -> list[Distribution]:
    """The tables in the datastore, of files too: taken only where they are declared, as `<id>/datastore`.

    They may be older than their file, and a link that is dead is a finding that they would hide.
    """
    stored = [it for it in _resources(package) if it.get("datastore_active") is True]
    files_ = [_file(it, base) for it in stored]
    # Without a format none of them is taken for a file of that format.
    return [
        replace(_dumped(it, base, it.portal_id), format=None, portal_id=f"{it.portal_id}/datastore")
        for it in files_
        if it.portal_id
    ]


def _dumped(file: Distribution, root: str, id_: str) -> Distribution:
    """A table of the datastore as one CSV file, which is held against the number that the datastore counts."""
    name = quote(id_, safe="")
    return replace(
        file,
        download_url=f"{root}{DUMP}{name}?bom=True",
        format="csv",
        media_type="text/csv",
        byte_size=None,
        count_url=f"{root}/api/3/action/datastore_search?{urlencode({'resource_id': id_, 'limit': 0})}",
    )


def _file(resource: Package, base: str) -> Distribution:
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
