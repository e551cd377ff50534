"""Answers that arrive, with a status of success, where data was promised: web pages, and errors in JSON and XML.

Belongs here: recognising one by its first bytes, and the fault that says so. Does not belong here: what kind of
data the bytes are otherwise (`pipelines.tables.sniff`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from pipelines.errors import FetchFault
from pipelines.http_client import faults
from pipelines.http_client.addresses import printable
from pipelines.http_client.firewalls import firewall
from pipelines.model import FaultKind

HEAD_BYTES = 4096
HTML_FORMATS = frozenset({"html", "htm", "xhtml", "text/html", "web page", "pagina web", "página web"})
_PAGE = re.compile(
    # Atomic: a comment that may be drawn out would end at a later comment, before some other <title>.
    rb"\A(?:\xef\xbb\xbf)?(?>\s+|<!--.*?-->|<\?xml[^>]*\?>)*+<(?:!doctype\s+html|html|head|body|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
# OGC services (WMS, WFS: OWS Common 1.1, clause 8) and object stores say in XML what they refuse.
_EXCEPTION = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?>\s+|<!--.*?-->|<\?xml[^>]*\?>|<!DOCTYPE[^>]*>)*+"
    rb"<(?:ServiceExceptionReport|(?:\w+:)?ExceptionReport|Error>\s*<Code)\b",
    re.DOTALL,
)
_SAID = re.compile(rb"<(?:ServiceException|(?:\w+:)?ExceptionText|Message)\b[^>]*>(.*?)</", re.DOTALL)


def instead(head: bytes, format: str | None) -> FetchFault | None:
    """The fault when the first HEAD_BYTES of a body show no data; `format` is the one declared, if any."""
    promised = f"the {printable(format, 40)} file" if format else "a data file"
    named = firewall({}, head) if is_page(head) else None
    if named:
        message = f"a firewall ({named}) refuses us with a web page"
        return FetchFault(FaultKind.BLOCKED, message, faults.OPERATOR)
    if is_page(head):
        return None if (format or "").strip().lower() in HTML_FORMATS else page_instead(head, promised)
    said = _exception(head) or _error(head)
    if said is None:
        return None
    return FetchFault(
        FaultKind.NOT_WHAT_WAS_PROMISED,
        f"the server answered with an error instead of {promised}: {said or 'no reason given'}",
        "Open the address in a browser: it shows the error. Publish an address that gives the file.",
    )


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


def _exception(head: bytes) -> str | None:
    if not _EXCEPTION.match(head):
        return None
    found = _SAID.search(head)
    return printable(found.group(1).decode("utf-8", "replace"), 200) if found else ""


def _error(head: bytes) -> str | None:
    """What an API's refusal in JSON says; None for anything else. Such a body is small, and only an error."""
    if len(head) >= HEAD_BYTES or not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        told: Any = json.loads(head)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or any(isinstance(value, list) and value for value in told.values()):
        return None  # a record that has a column `error` is a record
    error = told.get("error")
    if isinstance(error, dict):
        return printable(error.get("message"), 200) or printable(error.get("__type"), 200)
    if told.get("success") is False or "errorcode" in told or "error_code" in told:
        return printable(told.get("message"), 200) or printable(error, 200)
    if (
        (error is True or isinstance(error, str))  # Socrata says true, and why beside it
        and error
        and set(told) <= {"error", "message", "status", "code", "detail", "path"}
    ):
        return printable(told.get("message"), 200) or printable(error, 200)
    return None
