"""Discovery: a source in, a catalog out, whatever the portal does (dcat:Catalog).

Belongs here: which functions serve which kind of portal, and what a catalog looks like when the portal fails.
A new portal is one file with `catalog`, `walk` and `recognise`, and one line in PORTALS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.clock import Clock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset, Part
from pipelines.portals import (
    arcgis,
    ckan,
    dcat,
    dcat_us,
    direct,
    dkan,
    licences,
    ocds_api,
    one_file,
    opendatasoft,
    socrata,
    udata,
)
from pipelines.portals.walk import Portal
from pipelines.sources import Source

# What sources.yaml may say of a dataset in the portal's stead.
DECLARABLE = ("title", "description", "publisher", "contact_point", "license", "accrual_periodicity")

# In the order in which an address is best recognised: many portals also publish a data.json, or speak CKAN's API.
PORTALS: Mapping[str, Portal] = {
    "arcgis": Portal(arcgis.catalog, arcgis.walk, arcgis.recognise),
    "dkan": Portal(dkan.catalog, dkan.walk, dkan.recognise),
    "opendatasoft": Portal(opendatasoft.catalog, opendatasoft.walk, opendatasoft.recognise),
    "socrata": Portal(socrata.catalog, socrata.walk, socrata.recognise),
    "udata": Portal(udata.catalog, udata.walk, udata.recognise),
    "ckan": Portal(ckan.catalog, ckan.walk, ckan.recognise),
    "ocds_api": Portal(ocds_api.catalog, ocds_api.walk, ocds_api.recognise),
    "dcat_us": Portal(dcat_us.catalog, dcat_us.walk, dcat_us.recognise),
    "dcat": Portal(dcat.catalog, dcat.walk, dcat.recognise),
    "direct": Portal(direct.catalog, one_file.walk, one_file.recognise),
}


def discover(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """What the portal says tonight. Never raises `PublisherFault`: a fault is in the catalog or its datasets.

    A portal that does not answer gives a catalog with `fault`, in which every declared dataset stands and
    bears the same fault.
    """
    try:
        told = PORTALS[source.portal].catalog(source, http, clock)
        parts = _parts(source)
        own = {it.key: it for it in direct.declared_catalog(source, clock).datasets}
        return replace(
            told,
            datasets=tuple(
                _with_origin(_with_parts(_with_licence(it), parts), own.get(it.key)) for it in told.datasets
            ),
        )
    except PublisherFault as caught:
        known = direct.declared_catalog(source, clock)
        datasets = tuple(replace(item, distributions=(), fault=caught.fault) for item in known.datasets)
        return replace(known, datasets=datasets, fault=caught.fault)


def _with_origin(dataset: Dataset, own: Dataset | None) -> Dataset:
    """`dataset` with which of its properties are as sources.yaml has them, and what its owner attests."""
    if own is None:
        return dataset
    # Only a portal gives a contact page; whose address stands beside it is the question.
    contact = replace(dataset.contact_point, url=None)
    seen = replace(dataset, contact_point=contact)
    same = (name for name in DECLARABLE if getattr(own, name) and getattr(seen, name) == getattr(own, name))
    # A contact point without an address of its own was named by sources.yaml, but says nobody's address.
    named = (name for name in same if name != "contact_point" or own.contact_point.email)
    return replace(dataset, declared=tuple(named), attested=own.attested)


def _parts(source: Source) -> dict[str, Part]:
    """What sources.yaml says of which part of a file is read, by the key of the distribution."""
    return {
        f"{source.id}/{dataset.id}/{file.id}": Part(file.member, file.sheet, file.record_path)
        for dataset in source.datasets
        for file in dataset.distributions
    }


def _with_parts(dataset: Dataset, parts: Mapping[str, Part]) -> Dataset:
    files = (replace(file, part=parts.get(file.key, file.part)) for file in dataset.distributions)
    return replace(dataset, distributions=tuple(files))


def _with_licence(dataset: Dataset) -> Dataset:
    """The dataset with the licence that its portal's words are matched to, whatever kind of portal it is."""
    known = licences.match(dataset.license)
    return replace(dataset, license_id=known.id, license_open=known.open) if known else dataset
