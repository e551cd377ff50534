"""Values as portals write them: HTML for text, instants as numbers or as text, files, refusals, DCAT-US's entries.

Belongs here: turning what more than one portal writes into what the vocabulary holds, whatever its type. Does not
belong here: which field of which portal means what (that portal's file); only what DCAT-US 1.1 calls its fields is
here, because a `data.json` and DKAN share it. A value that is not what it should be is "" or None, and nothing
here raises but `asked`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, JsonResponse, faults
from pipelines.http_client.addresses import printable
from pipelines.model import Dataset, Distribution, FaultKind, Publisher
from pipelines.sources import SourceDataset, SourceDistribution

TITLE, LINE, TEXT, URL = 300, 500, 5000, 8000
MAX_FILES = 1000
MAX_KEYWORDS = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# More than any text that is kept needs, even when most of it is mark-up.
MAX_HTML = 100_000

_TAG = re.compile(r"(<!--|<[/!?]?[a-zA-Z][^<>]*>)")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
# Elements that stand in a line of text; any other parts two words (HTML Living Standard, phrasing content).
_INLINE = re.compile("a|abbr|b|bdi|bdo|cite|code|del|em|font|i|ins|mark|q|s|small|span|strong|su[bp]|u")
_UNSEEN = frozenset(("script", "style"))


def plain(value: object, limit: int) -> str:
    """HTML as one line of at most `limit` characters of text, cleaned as `printable` does.

    Text without mark-up stays as it is. What is inside `script`, `style` and comments is not text.
    """
    if not isinstance(value, str):
        return printable(value, limit)
    words: list[str] = []
    inside = ""  # the element or comment whose content is left out
    for piece in _TAG.split(value[:MAX_HTML]):
        name = _element(piece)
        if inside:
            if inside == "!--" and "-->" in piece:
                inside = ""
                words.append(piece.partition("-->")[2])
            elif name == inside and piece.startswith("</"):
                inside = ""
        elif piece == "<!--":
            inside = "!--"
        elif name in _UNSEEN and not piece.startswith("</"):
            inside = name
        elif not _TAG.fullmatch(piece):
            words.append(piece)
        elif not _INLINE.fullmatch(name):
            words.append(" ")
    return printable(html.unescape("".join(words)), limit)


def _element(piece: str) -> str:
    found = _NAME.match(piece)
    return found.group(1).lower() if found and piece.endswith(">") else ""


def instant(value: object) -> str | None:
    """A timestamp as ISO 8601 in UTC; a naive one is UTC. None for what is no timestamp."""
    try:
        moment = datetime.fromisoformat(printable(value, 64))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def epoch(value: object, *, milliseconds: bool = False) -> str | None:
    """Seconds (or milliseconds) since 1970 as ISO 8601 in UTC. None for zero, less, or no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
        moment = EPOCH + (timedelta(milliseconds=number) if milliseconds else timedelta(seconds=number))
        return moment.isoformat() if number > 0 else None
    except (ValueError, OverflowError):
        return None


def texts(value: object, limit: int, count: int) -> tuple[str, ...]:
    """At most `count` texts of a list, each cleaned as `printable` does; those that are none are left out."""
    cleaned = (printable(it, limit) for it in value[:count]) if isinstance(value, list) else iter(())
    return tuple(it for it in cleaned if it)


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; anything else in it, and anything else than a list, is left out."""
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def first(values: Mapping[str, Any], names: tuple[str, ...], limit: int = LINE) -> str:
    """The first of the named fields that holds text, cleaned; "" when none does."""
    return next((text for name in names if (text := printable(values.get(name), limit))), "")


def named(value: object, names: tuple[str, ...], limit: int = LINE) -> str:
    """`value` when it is text, else the first of its named fields that is: portals write both."""
    return first(value, names, limit) if isinstance(value, dict) else printable(value, limit)


def records(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list, or the one object that stands where a list should."""
    return objects(value if isinstance(value, list) else [value])


def address(value: object, base: str = "") -> str:
    """A download address, joined to the portal's when it is relative; "" when there is none.

    As browsers do, what cannot be seen is dropped. Fetching says what is wrong with an address.
    """
    text = "".join(it for it in value[:URL].strip() if it.isprintable()) if isinstance(value, str) else ""
    try:
        return urljoin(f"{base}/", text) if text and base else text
    except ValueError:
        return text


def web_page(value: object) -> str | None:
    """The address of a page that a reader may be sent to, or None: http(s) only, it becomes a link."""
    text = printable(value, URL)
    try:
        parts = urlsplit(text)
        return text if parts.scheme in ("http", "https") and parts.hostname and " " not in text else None
    except ValueError:
        return None


def size(value: object) -> int | None:
    """A size in bytes; `12 MB` tells too little to compare with."""
    text = printable(value, 30)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


# Ways to write that there is no licence, without spaces and signs.
_NO_LICENSE = frozenset(
    ("", "none", "null", "unknown", "notspecified", "licensenotspecified", "noseespecificólalicencia")
)


def license_of(value: object) -> str | None:
    """A licence's id, address or name; "not specified" is no licence."""
    text = plain(named(value, ("url", "@id", "title", "name", "id")), LINE)
    return None if re.sub(r"[\W_]+", "", text.lower()) in _NO_LICENSE else text


def asked(
    http: HttpClient,
    url: str,
    api: str,
    name: str | None,
    accepts: Callable[[object], bool],
    params: Mapping[str, str] | None = None,
    max_bytes: int = 50_000_000,
    says_gone: Callable[[JsonResponse], bool] = lambda _: False,
) -> Any:
    """The body of the answer that `accepts` knows for one. `api` is what is asked, `name` the dataset.

    `says_gone` knows the API's own ways to say that the dataset is not there, or not public.

    Raises `CatalogFault` for everything that an API says instead, whatever its status: GONE only when it says
    so of a dataset itself, in JSON; with None for `name`, never. Raises `FetchFault` when there is no answer.
    """
    try:
        answer = http.get_json(url, params, max_bytes=max_bytes)
    except PublisherFault as caught:
        if caught.kind is FaultKind.GONE:  # a page says 404: it is the address that is wrong
            raise CatalogFault(
                FaultKind.CATALOG_UNREADABLE, f"there is no {api} at this address: {caught.message}"
            ) from caught
        raise
    if answer.status in (200, 203) and accepts(answer.body):
        return answer.body
    raise _refusal(answer, api, name, says_gone(answer))


def _refusal(answer: JsonResponse, api: str, name: str | None, is_gone: bool) -> CatalogFault:
    body = answer.body if isinstance(answer.body, dict) else {"message": answer.body}
    body = {**body, **body["error"]} if isinstance(body.get("error"), dict) else body
    said = first(body, ("message", "error", "detail"), 200) or "no reason given"
    codes = [answer.status, *(it for it in (body.get("status"), body.get("code")) if isinstance(it, int))]
    code = next((it for it in codes if 400 <= it < 600), answer.status)
    if name is not None and is_gone:
        return gone(name, f"the portal says ({code}): {said}")
    if code in (401, 403, 451):
        message = f"the portal refuses us ({code}): {said}"
        return CatalogFault(FaultKind.BLOCKED, message, faults.OPERATOR)
    if code == 429:
        message = f"the portal says that we ask too often: {said}"
        return CatalogFault(FaultKind.THROTTLED, message, faults.LATER, transient=True)
    if name is not None and code in (404, 410) and isinstance(answer.body, dict) and "message" in body:
        return gone(name, f"the portal says ({code}): {said}")
    if code == 202:
        message = "the portal answered 202 Accepted: it has yet to make its answer"
        return CatalogFault(FaultKind.CATALOG_UNREADABLE, message, faults.LATER, transient=True)
    message = f"the answer ({answer.status}) is not that of a {api}: {said}"
    return CatalogFault(FaultKind.CATALOG_UNREADABLE, message, transient=code >= 500)


def gone(name: str, why: str) -> CatalogFault:
    """The fault of a dataset that the portal no longer has."""
    return CatalogFault(
        FaultKind.GONE,
        f"the dataset {printable(name, 100)!r} is gone: {why}",
        "Publish the dataset again; if it only got another name, correct `identifier` in sources.yaml.",
    )


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


def _slug(text: str) -> str:
    """A format as part of a key: `text/csv` and `.CSV` are csv, no format is `file`."""
    plain_ = unicodedata.normalize("NFKD", text.rpartition("/")[2]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain_).strip("-")[:30] or "file"


def dcat_us(own: Dataset, entry: Mapping[str, Any]) -> Dataset:
    """`own`, as it is declared, with what an entry says; but for its files, whom to write to, and how often it
    changes."""
    licenses = [entry.get("license"), *(it.get("license") for it in records(entry.get("distribution")))]
    publisher = named(entry.get("publisher"), ("name", "title"))
    return replace(
        own,
        title=plain(entry.get("title"), TITLE) or own.title,
        description=plain(entry.get("description"), TEXT) or own.description,
        publisher=Publisher(publisher or own.publisher.name, own.publisher.country),
        license=next((text for it in licenses if (text := license_of(it))), own.license),
        issued=_end(entry.get("issued")),
        modified=_end(entry.get("modified")),
        landing_page=web_page(entry.get("landingPage")),
        keywords=texts(entry.get("keyword"), 100, MAX_KEYWORDS),
    )


def dcat_us_addresses(entry: Mapping[str, Any]) -> list[str]:
    """What stands where a mail address should, of the contact points first, then of the publisher."""
    contacts = records(entry.get("contactPoint"))
    given = [it.get(name) for it in contacts for name in ("hasEmail", "email")]
    given += [entry.get("contactPoint"), *(it.get("mbox") for it in records(entry.get("publisher")))]
    return [named(it, ("@id", "@value", "value"), 1000) for it in given]


def dcat_us_periodicity(entry: Mapping[str, Any]) -> str | None:
    """The accrual periodicity; `modified` may hold it, as `R/P1W`, for what changes all the time."""
    modified = printable(entry.get("modified"), 100)
    repeated = modified if modified.upper().startswith(("R/P", "P")) else ""
    return named(entry.get("accrualPeriodicity"), ("@id", "@value")) or repeated or None


def dcat_us_files(
    item: SourceDataset, key: str, entry: Mapping[str, Any], base: str
) -> tuple[Distribution, ...]:
    """The distributions. `accessURL` leads to a page or an API: it is taken only where no `downloadURL` is."""
    offered = [(bool(address(it.get("downloadURL"))), it) for it in records(entry.get("distribution"))]
    direct = [_dcat_us_file(it, base) for downloads, it in offered if downloads]
    others = [_dcat_us_file(it, base) for downloads, it in offered if not downloads]
    return distributions(item, key, direct or others, others if direct else ())


def _dcat_us_file(entry: Mapping[str, Any], base: str) -> Distribution:
    return Distribution(
        key="",
        title=plain(first(entry, ("title", "fileName", "description"), TITLE), TITLE),
        download_url=address(entry.get("downloadURL"), base) or address(entry.get("accessURL"), base),
        format=format_of(entry.get("format"), entry.get("mediaType")),
        media_type=printable(entry.get("mediaType"), 100).lower() or None,
        byte_size=size(entry.get("byteSize")),
        issued=_end(entry.get("issued")),
        modified=_end(entry.get("modified")),
        portal_id=first(entry, ("identifier", "@id")) or None,
    )


def _end(value: object) -> str | None:
    """An instant, or the last of an interval `start/end` (ISO 8601); None for a repetition such as `R/P1D`."""
    return next((it for part in reversed(printable(value, 100).split("/")) if (it := instant(part))), None)
