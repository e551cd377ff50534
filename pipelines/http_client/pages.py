"""Web pages that arrive where data was promised.

Belongs here: recognising one by its first bytes, and the fault that says so. Does not belong here: what kind of
data the bytes are otherwise (`pipelines.tables.sniff`).
"""

from __future__ import annotations

import re

from pipelines.errors import FetchFault
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind

HEAD_BYTES = 4096
_PAGE = re.compile(
    # Atomic: a comment that may be drawn out would end at a later comment, before some other <title>.
    rb"\A(?:\xef\xbb\xbf)?(?>\s+|<!--.*?-->|<\?xml[^>]*\?>)*+<(?:!doctype\s+html|html|head|body|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


def is_page(head: bytes) -> bool:
    """Whether the first bytes of a body (HEAD_BYTES are enough) are those of a web page."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    return _PAGE.match(head) is not None


def page_instead(head: bytes, promised: str) -> FetchFault:
    """The fault of a web page where `promised` should have come."""
    found = _TITLE.search(head)
    title = printable(found.group(1).decode("utf-8", "replace"), 80) if found else ""
    page = f"a web page titled “{title}”" if title else "a web page"
    return FetchFault(
        FaultKind.HTML_INSTEAD,
        f"the server answered with {page} instead of {promised}",
        "Open the address in a browser: it may show an error, a login or a viewer. Publish the direct link.",
    )
