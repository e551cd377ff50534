"""Portal `ocds_api`: an API of the Open Contracting Data Standard that gives releases or records page by page.

Belongs here: what the first page says of the dataset. Does not belong here: the other pages (`snapshots.pages`), or
what a release holds (`tables.ocds`).

`url` is the API's base address; `identifier` is the endpoint of the dataset below it: `releases?page=1`. Left
out, `url` itself is the endpoint. The dataset has one distribution, put together from all pages when it is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.clock import Clock
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, Dataset, Distribution, Publisher
from pipelines.portals import answers, values
from pipelines.portals.direct import declared
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Page, Recognised, Walk, undeclared, whole
from pipelines.sources import Source, SourceDataset

LISTS = ("releases", "records", "results", "data", "items")
STANDARD = "https://standard.open-contracting.org"


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the first pages of their endpoints describe them (see `each_declared`)."""

    def ask(item: SourceDataset) -> Dataset:
        url = values.address(item.identifier, (source.url or "").rstrip("/")) or source.url or ""
        return _dataset(source, item, {**_first_page(http, url, item.identifier or item.id), "url": url})

    return each_declared(source, clock, ask)


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """The one dataset of the endpoint at `url`; how many releases it has is proven when they are fetched."""
    return whole(
        undeclared("ocds_api", url),
        clock,
        lambda _: Page([{**_first_page(http, url, None), "url": url}], 1),
        lambda entry: entry["url"],
        _dataset,
    )


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By the releases or records at the address itself."""
    body = answers.told(http, url)
    if not _is_ocds(body) or not any(link in body for link in ("links", "next", "pages", "page", "hasMore")):
        return None  # a package that has no other page is a file like any other
    return Recognised(url, values.named(body.get("publisher"), ("name",)), 1)


def _first_page(http: HttpClient, url: str, name: str | None) -> Mapping[str, Any]:
    package: Mapping[str, Any] = answers.asked(http, url, "OCDS API", name, _is_ocds)
    return package


def _dataset(source: Source, item: SourceDataset, package: Mapping[str, Any]) -> Dataset:
    """The dataset as its first page describes it; `url` is the endpoint's address."""
    own = declared(source, item)
    publisher = values.named(package.get("publisher"), ("name",))
    wanted = next(iter(item.distributions), None)
    version = printable(package.get("version"), 10)
    return replace(
        own,
        publisher=Publisher(publisher or own.publisher.name, own.publisher.country),
        license=values.license_of(package.get("license")) or own.license,
        # `publishedDate` is mostly the moment of the answer: it says nothing of when the data was changed.
        landing_page=values.web_page(package.get("publicationPolicy")),
        data_dictionary=f"{STANDARD}/{version}/en/schema/" if re.fullmatch(r"1\.[01]", version) else None,
        distributions=(
            Distribution(
                key=f"{own.key}/{wanted.id if wanted else 'json'}",
                title=(wanted.title if wanted else None) or own.title,
                download_url=package["url"],
                format="json",
                media_type="application/json",
                paging="ocds",
            ),
        ),
    )


def _is_ocds(body: object) -> bool:
    """Whether it is a page of releases or records: a package, or a list of them under one of the usual names."""
    if not isinstance(body, dict):
        return False
    listed = next((found for name in LISTS if isinstance(found := body.get(name), list)), None)
    if listed is None:
        return False
    return any(_is_one(it) for it in listed[:10]) if listed else "uri" in body or "publisher" in body


def _is_one(item: Any) -> bool:
    if not isinstance(item, Mapping):
        return False
    return (
        "ocid" in item or "compiledRelease" in item or any(isinstance(item.get(it), list) for it in LISTS[:2])
    )
