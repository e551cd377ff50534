"""Portal `direct`: files at addresses of their own, described by sources.yaml alone.

Belongs here: a catalog, or one dataset, made from nothing but the declaration; the other portals begin with it
and fill in what they learn. Does not belong here: any request, nor an address that nobody declared (`one_file`).
"""

from __future__ import annotations

from pipelines.clock import Clock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, ContactPoint, Dataset, Distribution, Publisher
from pipelines.portals import periodicity
from pipelines.sources import Source, SourceDataset


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The catalog that sources.yaml describes."""
    return declared_catalog(source, clock)


def declared_catalog(source: Source, clock: Clock) -> Catalog:
    """Every dataset of the source as it is declared."""
    return Catalog(
        source=source.id,
        portal=source.portal,
        url=source.url or "",
        datasets=tuple(declared(source, item) for item in source.datasets),
        discovered_on=clock.now(),
    )


def declared(source: Source, item: SourceDataset) -> Dataset:
    """One dataset as it is declared; only distributions with an address of their own are in it."""
    key = f"{source.id}/{item.id}"
    return Dataset(
        key=key,
        title=item.title or item.id,
        publisher=Publisher(source.publisher.name, source.publisher.country),
        contact_point=ContactPoint(source.owner.name, source.owner.email),
        distributions=tuple(
            Distribution(
                key=f"{key}/{file.id}",
                title=file.title or item.title or file.id,
                download_url=file.url,
                format=file.format.lower() if file.format else None,
            )
            for file in item.distributions
            if file.url
        ),
        identifier=item.identifier,
        guide_dataset=item.guide_dataset,
        description=item.description or "",
        license=item.license,
        accrual_periodicity=item.accrual_periodicity,
        accrual_periodicity_days=periodicity.days(item.accrual_periodicity),
        language=item.language or source.language,
        attested=item.attested.given() if item.attested else {},
    )
