"""Discovery: a source in, a catalog out, whatever the portal does (dcat:Catalog).

Belongs here: which function serves which kind of portal, and what a catalog looks like when the portal fails.
A new portal is one file with a function `catalog` and one line in PORTALS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipelines.clock import Clock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset
from pipelines.portals import (
    arcgis,
    ckan,
    dcat,
    dcat_us,
    direct,
    dkan,
    licences,
    ocds_api,
    opendatasoft,
    socrata,
    udata,
)
from pipelines.sources import Source

PORTALS: Mapping[str, Callable[[Source, HttpClient, Clock], Catalog]] = {
    "arcgis": arcgis.catalog,
    "ckan": ckan.catalog,
    "dcat": dcat.catalog,
    "dcat_us": dcat_us.catalog,
    "direct": direct.catalog,
    "dkan": dkan.catalog,
    "ocds_api": ocds_api.catalog,
    "opendatasoft": opendatasoft.catalog,
    "socrata": socrata.catalog,
    "udata": udata.catalog,
}


def discover(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """What the portal says tonight. Never raises `PublisherFault`: a fault is in the catalog or its datasets.

    A portal that does not answer gives a catalog with `fault`, in which every declared dataset stands and
    bears the same fault.
    """
    try:
        told = PORTALS[source.portal](source, http, clock)
        return replace(told, datasets=tuple(_with_licence(item) for item in told.datasets))
    except PublisherFault as caught:
        known = direct.declared_catalog(source, clock)
        datasets = tuple(replace(item, distributions=(), fault=caught.fault) for item in known.datasets)
        return replace(known, datasets=datasets, fault=caught.fault)


def _with_licence(dataset: Dataset) -> Dataset:
    """The dataset with the licence that its portal's words are matched to, whatever kind of portal it is."""
    known = licences.match(dataset.license)
    return replace(dataset, license_id=known.id, license_open=known.open) if known else dataset
