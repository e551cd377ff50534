"""What a portal says exists, in the words of DCAT: catalog, dataset, distribution, publisher, contact point.

Belongs here: published descriptions as values. What we found behind them is in `evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.model.outcomes import Fault


@dataclass(frozen=True)
class ContactPoint:
    """dcat:contactPoint: who answers for a dataset. `email` is a bare address or None.

    `url` is a page where one can be reached (vcard:hasURL), such as a form for reports of faults, or None.
    """

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Publisher:
    """dct:publisher. `country` is an ISO 3166-1 alpha-2 code or None."""

    name: str
    country: str | None = None


@dataclass(frozen=True)
class Part:
    """Which part of a file is wanted, as sources.yaml says it; nothing said means that what the file holds decides.

    `member` is the name of a file in an archive, `sheet` of a sheet in a workbook; in both `*` and `?` stand for any
    text and any character. `record_path` is where the records of JSON or XML are (`pipelines.tables.record_path`).
    """

    member: str | None = None
    sheet: str | None = None
    record_path: str | None = None


@dataclass(frozen=True)
class Distribution:
    """dcat:Distribution: one downloadable form of a dataset. `format` is as declared, lower case.

    `paging` is set when its data is spread over the pages of an API: it names the API's rule for the next page
    (`pipelines.snapshots.page_rules`), and `download_url` is the first page. `alternative_url` is the address of the
    same file at another API of the portal, for when `download_url` is refused; `count_url` is where the portal tells
    how many records a CSV file holds. `part` says what of it is read.
    """

    key: str
    title: str
    download_url: str
    format: str | None = None
    media_type: str | None = None
    byte_size: int | None = None
    issued: str | None = None
    modified: str | None = None
    portal_id: str | None = None
    paging: str | None = None
    alternative_url: str | None = None
    count_url: str | None = None
    part: Part = Part()


@dataclass(frozen=True)
class Dataset:
    """dcat:Dataset. `guide_dataset` is the key of the Open Up Guide's dataset that it should be, or None.

    `guide_title` is that dataset's name by language (en, es).
    `identifier` is the portal's own name of it (dct:identifier), None when nobody knows one.
    `accrual_periodicity_days` is the declared period in days, None when none is declared or it is
    irregular. `fault` is set when the portal was asked for the dataset and could not give it.
    `themes`, `spatial`, `temporal`, `access_rights` and `rights` are as the portal writes them, None or empty also
    where its API does not tell. `declared` names the properties that stand here as sources.yaml has them, so that
    nobody knows whether the portal tells them too; `attested` is what the owner says of the dataset there.
    """

    key: str
    title: str
    publisher: Publisher
    contact_point: ContactPoint
    distributions: tuple[Distribution, ...] = ()
    guide_dataset: str | None = None
    guide_title: dict[str, str] = field(default_factory=dict)
    description: str = ""
    license: str | None = None
    license_id: str | None = None
    license_open: bool | None = None
    accrual_periodicity: str | None = None
    accrual_periodicity_days: float | None = None
    issued: str | None = None
    modified: str | None = None
    landing_page: str | None = None
    identifier: str | None = None
    keywords: tuple[str, ...] = ()
    language: str = "es"
    data_dictionary: str | None = None
    fault: Fault | None = None
    themes: tuple[str, ...] = ()
    spatial: str | None = None
    temporal: str | None = None
    access_rights: str | None = None
    rights: str | None = None
    declared: tuple[str, ...] = ()
    attested: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Catalog:
    """dcat:Catalog as discovered tonight for one source. `fault` is set when the portal did not answer."""

    source: str
    portal: str
    url: str
    datasets: tuple[Dataset, ...]
    discovered_on: datetime
    fault: Fault | None = None
