"""Values as portals write them: HTML for text, instants as numbers or as text, lists that are none.

Belongs here: turning what more than one portal writes into what the vocabulary holds, whatever its type. Does not
belong here: which field of which portal means what (that portal's file), answers as a whole (`answers`), and which
file becomes which distribution (`files`). A value that is not what it should be is "" or None; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.character_references import unescape
from pipelines.http_client.addresses import printable

TITLE, LINE, TEXT, URL = 300, 500, 5000, 8000
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
    return printable(unescape("".join(words)), limit)


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
