"""Data dictionaries: where each kind of portal describes the columns of a dataset, when it does at an address.

Belongs here: finding that address in what a portal said; nothing is asked for. Does not belong here: what stands
behind it. A dictionary that the publisher names counts before the list of columns that the portal itself keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from pipelines.http_client.addresses import printable
from pipelines.portals import values

Told = Mapping[str, Any]

NAMED = ("data_dictionary", "dataDictionary", "data_dictionary_url", "describedBy")


def of_ckan(package: Told, extras: Told, base: str) -> str | None:
    """What a field or extra names, or the datastore's columns of the first table that is in the datastore."""
    resources = [it for it in values.records(package.get("resources")) if it.get("state") != "deleted"]
    stored = (printable(it.get("id"), 100) for it in resources if it.get("datastore_active") is True)
    rows = f"{base}/api/3/action/datastore_search?limit=0&resource_id="
    return _named((package, extras, *resources)) or next(
        (rows + quote(it, safe="") for it in stored if it), None
    )


def of_dcat_us(entry: Told) -> str | None:
    """`describedBy` of the dataset, or of a distribution."""
    return _named((entry, *values.records(entry.get("distribution"))))


def of_socrata(view: Told, base: str) -> str | None:
    """The columns of a view that has some."""
    id_ = printable(view.get("id"), 20)
    return f"{base}/api/views/{quote(id_, safe='')}/columns.json" if id_ and view.get("columns") else None


def of_opendatasoft(told: Told, address: str) -> str | None:
    """The dataset's own address, whose answer holds its fields, when it has some."""
    return values.web_page(address) if told.get("fields") else None


def of_udata(told: Told) -> str | None:
    """The schema that a file says it keeps to."""
    resources = values.records(told.get("resources"))
    schemas = (it.get("schema") for it in (told, *resources))
    return next(
        (page for it in schemas if (page := values.web_page(values.named(it, ("url",), values.URL)))), None
    )


def _named(described: Iterable[Told]) -> str | None:
    texts = (values.named(it.get(name), ("@id", "url"), values.URL) for it in described for name in NAMED)
    return next((page for text in texts if (page := values.web_page(text))), None)
