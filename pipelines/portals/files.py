"""Which of the files that a portal lists becomes which distribution, and under which key (dcat:Distribution).

Belongs here: formats as portals write them, choosing what sources.yaml declares, and naming what it does not. Does
not belong here: which field of which portal means what (that portal's file).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.http_client.addresses import printable
from pipelines.model import Distribution
from pipelines.sources import SourceDataset, SourceDistribution

MAX_FILES = 1000

# Media types whose last word is not the name that everybody gives the format.
_MEDIA = {
    "application/geo+json": "geojson",
    "application/ld+json": "json",
    "application/octet-stream": "",
    "application/vnd.geo+json": "geojson",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/x-zip-compressed": "zip",
    "text/plain": "txt",
    "text/tab-separated-values": "tsv",
}
_MEDIA_TYPE = re.compile(r"^(?:application|audio|image|model|text|video)/")
# Formats in which no table can be, or none that is read. A file of one is left alone when there is any other.
_NO_TABLE = re.compile(
    "api|db|docx?|dta|gdb|geoservice|gif|gtfs-rt|html?|http|jpe?g|km[lz]|las|n3|nt|odt|parquet|pdf|php|png|pptx?|"
    "rdf|rss|shp|svg|tiff?|ttl|video|wfs|wmt?s|xml"
)


def format_of(declared: object, media_type: object = None) -> str | None:
    """The declared format, lower case and without a dot; the media type's when only that is declared."""
    text = (printable(declared, 60) or printable(media_type, 100).partition(";")[0]).lower().strip(" .")
    if _MEDIA_TYPE.match(text):
        text = _MEDIA[text] if text in _MEDIA else _slug(text.partition("+")[0])
    return text or None


def distributions(
    item: SourceDataset, key: str, listed: list[Distribution], beside: Sequence[Distribution] = ()
) -> tuple[Distribution, ...]:
    """What sources.yaml declares, each with its file; when it declares none, what the portal lists.

    A declared distribution is found by `portal_id`, else it is the first of its format that is left; one that is
    not found has no address, which fetching records as gone. `listed` and `beside` have no keys yet; those
    beside (documentation, the page of an API) are taken only when they are declared.
    """
    if item.distributions:
        pairs = _chosen(item.distributions, [*listed, *beside])
        return tuple(_declared(f"{key}/{wanted.id}", wanted, found) for wanted, found in pairs)
    tables = [it for it in listed if not _NO_TABLE.fullmatch(it.format or "")]
    return tuple(
        replace(it, key=f"{key}/{name}", title=it.title or name) for name, it in _by_name(tables or listed)
    )


def _by_name(listed: list[Distribution]) -> list[tuple[str, Distribution]]:
    """`csv-1`, `csv-2`, `json-1`: each format counted from its oldest file, the youngest MAX_FILES kept.

    So a name stays when files are put in another order, retitled or added. A portal that dates no files is
    taken at its order.
    """
    count: Counter[str] = Counter()
    names: dict[int, str] = {}
    for index, one in sorted(enumerate(listed), key=lambda it: it[1].issued or ""):
        slug = _slug(one.format or "")
        count[slug] += 1
        names[index] = f"{slug}-{count[slug]}"
    return [(names[index], listed[index]) for index in sorted(list(names)[-MAX_FILES:])]


def _chosen(
    wanted: tuple[SourceDistribution, ...], offered: list[Distribution]
) -> Iterator[tuple[SourceDistribution, Distribution | None]]:
    by_id = {it.portal_id: it for it in reversed(offered) if it.portal_id}
    taken = {it.portal_id for it in wanted if it.portal_id}
    left = [it for it in offered if it.portal_id not in taken]
    for one in wanted:
        slug = _slug(format_of(one.format or one.id) or "")
        match = next((it for it in left if _slug(it.format or "") == slug), None)
        if one.portal_id:
            match = by_id.get(one.portal_id)
        left = [it for it in left if it is not match]
        yield one, match


def _declared(key: str, wanted: SourceDistribution, found: Distribution | None) -> Distribution:
    known = found or Distribution(key=key, title="", download_url="")
    return replace(
        known,
        key=key,
        title=known.title or wanted.title or wanted.id,
        format=known.format or (wanted.format or "").lower() or None,
        portal_id=known.portal_id or wanted.portal_id,
    )


def slug(text: str, limit: int = 30) -> str:
    """A text as part of a key: lower-case letters, digits and hyphens; "" when there is none of them."""
    plain = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].strip("-")


def _slug(text: str) -> str:
    """A format as part of a key: `text/csv` and `.CSV` are csv, no format is `file`."""
    return slug(text.rpartition("/")[2]) or "file"
