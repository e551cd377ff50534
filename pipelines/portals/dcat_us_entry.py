"""An entry of DCAT-US 1.1 (Project Open Data) as a DCAT dataset: what a `data.json` and DKAN share.

Belongs here: where in a file entries stand (of DCAT-US 3 too), and which of their fields means what, in all the forms
in which portals write them. Does not belong here: how they are had (`dcat_us`, `dkan`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipelines.http_client.addresses import printable
from pipelines.model import ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import dictionaries, files, periodicity, values
from pipelines.portals.contacts import first_address, first_page
from pipelines.sources import SourceDataset

Entry = Mapping[str, Any]

# Where DCAT-US 3 puts datasets beside `dataset`: in catalogs of a catalog, in series, and behind services.
INNER = {"catalog": "dataset", "datasetSeries": "seriesMember", "service": "servesDataset"}


def is_catalog(body: object) -> bool:
    """Whether a JSON document is a catalog: an object with datasets, or, as in version 1.0, a list of them."""
    if isinstance(body, list):
        return not body or any(_OF_1_0 & it.keys() for it in values.objects(body))
    return isinstance(body, dict) and any(isinstance(body.get(it), list | dict) for it in ("dataset", *INNER))


_OF_1_0 = frozenset({"identifier", "distribution", "accessLevel", "accessURL", "keyword"})


def entries(body: Any) -> list[Entry]:
    """Every entry of a catalog, an empty one for what is no object.

    A member of a series that stands in the catalog as well is there once.
    """
    if isinstance(body, list):
        return _listed(body)
    found = list(_entries(body))
    listed = [it for it, inner in found if not inner]
    known = {name for it in listed if (name := _name(it))}
    for entry, inner in found:
        name = _name(entry)
        if inner and name not in known:
            listed.append(entry)
            known |= {name} if name else set()
    return listed


def _listed(value: object) -> list[Entry]:
    told = value if isinstance(value, list) else [] if value is None else [value]
    return [it if isinstance(it, dict) else {} for it in told]


def _name(entry: Entry) -> str:
    return values.named(entry.get("identifier"), ("@id", "@value"), 1000)


def _entries(body: Entry) -> Iterator[tuple[Entry, bool]]:
    """Each entry, and whether it is told of in a series or a service only."""
    catalogs = [body]
    for catalog in catalogs:  # which grows by the catalogs inside
        yield from ((it, False) for it in _listed(catalog.get("dataset")))
        for outer, inner in INNER.items():
            holders = values.records(catalog.get(outer))
            if outer == "catalog":
                catalogs.extend(holders)
            else:
                yield from ((it, True) for holder in holders for it in values.records(holder.get(inner)))


def dataset(own: Dataset, item: SourceDataset, entry: Entry, base: str) -> Dataset:
    """`own`, as it is declared, with what an entry says. Relative addresses are joined to `base`."""
    licenses = [
        entry.get("license"),
        *(it.get("license") for it in values.records(entry.get("distribution"))),
    ]
    publisher = values.named(entry.get("publisher"), ("name", "title"))
    owner = own.contact_point
    periodic = own.accrual_periodicity or _periodicity(entry)
    return replace(
        own,
        title=values.plain(entry.get("title"), values.TITLE) or own.title,
        description=values.plain(entry.get("description"), values.TEXT) or own.description,
        publisher=Publisher(publisher or own.publisher.name, own.publisher.country),
        contact_point=ContactPoint(
            owner.name, owner.email or first_address(_addresses(entry)), first_page(_contact_pages(entry))
        ),
        license=next((text for it in licenses if (text := values.license_of(it))), own.license),
        accrual_periodicity=periodic,
        accrual_periodicity_days=periodicity.days(periodic),
        issued=_end(entry.get("issued")),
        modified=_end(entry.get("modified")),
        data_dictionary=dictionaries.of_dcat_us(entry),
        landing_page=values.web_page(entry.get("landingPage")),
        keywords=values.texts(entry.get("keyword"), 100, values.MAX_KEYWORDS),
        themes=_several(entry.get("theme")),
        spatial=_said(entry.get("spatial")),
        temporal=_said(entry.get("temporal")),
        access_rights=_said(entry.get("accessRights")) or _said(entry.get("accessLevel")),
        rights=_said(entry.get("rights")),
        distributions=_files(item, own.key, entry, base),
    )


def _said(value: object) -> str | None:
    """What a property says, whether text, term or object; an object without a name is told by what it holds."""
    items = value if isinstance(value, list) else [value]
    for it in items:
        named = values.named(it, ("prefLabel", "title", "name", "@id", "@value", "bbox", "geometry"))
        dates = values.named(it, ("startDate", "endDate")) if isinstance(it, dict) else ""
        held = printable(json.dumps(it), values.LINE) if isinstance(it, dict) and any(it.values()) else ""
        if named or dates or held:
            return named or dates or held
    return None


def _several(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(text for it in items[: values.MAX_KEYWORDS] if (text := _said(it)))


def _addresses(entry: Entry) -> list[str]:
    """What stands where a mail address should, of the contact points first, then of the publisher."""
    contacts = values.records(entry.get("contactPoint"))
    given = [it.get(name) for it in contacts for name in ("hasEmail", "email")]
    given += [entry.get("contactPoint"), *(it.get("mbox") for it in values.records(entry.get("publisher")))]
    return [values.named(it, ("@id", "@value", "value"), 1000) for it in given]


def _contact_pages(entry: Entry) -> list[str]:
    """Pages of the contact points: vcard:hasURL of DCAT-US 3, and what stands where a mail address should."""
    contacts = values.records(entry.get("contactPoint"))
    pages = [values.named(it.get("hasURL"), ("@id", "@value", "value"), values.URL) for it in contacts]
    return [*pages, *_addresses(entry)]


def _periodicity(entry: Entry) -> str | None:
    """The accrual periodicity; `modified` may hold it, as `R/P1W`, for what changes all the time."""
    modified = printable(entry.get("modified"), 100)
    repeated = modified if modified.upper().startswith(("R/P", "P")) else ""
    return values.named(entry.get("accrualPeriodicity"), ("@id", "@value")) or repeated or None


def _files(item: SourceDataset, key: str, entry: Entry, base: str) -> tuple[Distribution, ...]:
    """The distributions. `accessURL` leads to a page or an API: it is taken only where no `downloadURL` is."""
    offered = [
        (bool(values.address(it.get("downloadURL"))), it) for it in values.records(entry.get("distribution"))
    ]
    direct = [_file(it, base) for downloads, it in offered if downloads]
    others = [_file(it, base) for downloads, it in offered if not downloads]
    return files.distributions(item, key, direct or others, others if direct else ())


def _file(entry: Entry, base: str) -> Distribution:
    return Distribution(
        key="",
        title=values.plain(
            values.first(entry, ("title", "fileName", "description"), values.TITLE), values.TITLE
        ),
        download_url=values.address(entry.get("downloadURL"), base)
        or values.address(entry.get("accessURL"), base),
        format=files.format_of(entry.get("format"), entry.get("mediaType")),
        media_type=printable(entry.get("mediaType"), 100).lower() or None,
        byte_size=values.size(entry.get("byteSize")),
        issued=_end(entry.get("issued")),
        modified=_end(entry.get("modified")),
        portal_id=values.first(entry, ("identifier", "@id")) or None,
    )


def _end(value: object) -> str | None:
    """An instant, or the last of an interval `start/end` (ISO 8601); None for a repetition such as `R/P1D`."""
    return next(
        (it for part in reversed(printable(value, 100).split("/")) if (it := values.instant(part))), None
    )
