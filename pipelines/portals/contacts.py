"""Contact points as portals write them, down to one address that somebody reads, and one page (dcat:contactPoint).

Belongs here: picking a usable mail address, or the address of a form, out of free text. Does not belong here: whom to
write to when there is none (`alerts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.http_client.addresses import printable
from pipelines.portals.values import web_page
from pipelines.sources_values import usable_address

# RFC 5321, 4.5.3.1.3: a path has at most 256 octets, the angle brackets included.
MAX_ADDRESS = 254
_SEPARATORS = re.compile(r"[\s;,<>()|\"']+|(?<=\w)/(?=\w)")
_UNREAD = re.compile(
    r"^(?:no|do|nao|ne)?[-_.]*(?:not|pas)?[-_.]*(?:reply|responder|responda|repondre)(?:[-_.+].*)?$"
    r"|^(?:mailer-daemon|postmaster|noreply.*)$",
    re.IGNORECASE,
)


def first_address(texts: Iterable[object]) -> str | None:
    """The first address in `texts` that is valid and is read by somebody, or None.

    A text may hold several addresses, display names, `mailto:`, or no address at all.
    """
    for text in texts:
        for word in _SEPARATORS.split(printable(text, 1000)):
            address = re.sub(r"^mailto:", "", word, flags=re.IGNORECASE).partition("?")[0].strip(".:")
            if len(address) <= MAX_ADDRESS and _is_read(address):
                return address
    return None


def first_page(texts: Iterable[object]) -> str | None:
    """The first of `texts` that is the address of a page, such as a form for questions (vcard:hasURL), or None.

    One with an @ in it is no page: in RDF a mail address without `mailto:` becomes a relative one.
    """
    return next((page for text in texts if (page := web_page(text)) and "@" not in page), None)


def _is_read(address: str) -> bool:
    return usable_address(address) and not _UNREAD.match(address.partition("@")[0])
