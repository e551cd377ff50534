"""An address of which nothing is declared and that is no portal: a catalog of one dataset, the file itself.

Belongs here: what kind `direct` makes of an address. Does not belong here: any request; what is declared (`direct`).
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from pipelines.clock import Clock
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Dataset, Distribution
from pipelines.portals.direct import declared
from pipelines.portals.files import format_of
from pipelines.portals.values import TITLE, web_page
from pipelines.portals.walk import Entry, Page, Recognised, Walk, undeclared, whole
from pipelines.sources import Source, SourceDataset


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """The one file, whatever it holds: nobody is asked."""
    return whole(
        undeclared("direct", url), clock, lambda _: Page([{"url": url}], 1), lambda _: _name(url), _one
    )


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """Every web address may be that of a file: only fetching it tells."""
    return Recognised(url, _name(url), 1) if web_page(url) else None


def _name(url: str) -> str:
    """The file's name as the address ends, else the host's."""
    parts = urlsplit(url)
    return printable(unquote(parts.path).rstrip("/").rpartition("/")[2], TITLE) or parts.netloc


def _one(source: Source, item: SourceDataset, entry: Entry) -> Dataset:
    own, name = declared(source, item), _name(entry["url"])
    ending = name.rpartition(".")[2] if "." in name else None
    file = Distribution(f"{own.key}/file", name, entry["url"], format_of(ending))
    return Dataset(own.key, name, own.publisher, own.contact_point, (file,), identifier=own.identifier)
