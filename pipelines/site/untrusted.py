"""Untrusted: what was published, made harmless before it stands on a page or in a file of ours.

Belongs here: which characters never go out, and which addresses may be linked or named. Does not belong here:
escaping, which each format does in its own way.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

# Control characters, and those that turn the direction of text around: a title must not rewrite its page.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Of ASCII, what stands in an IRI (RFC 3987) behind the host; a % only where two digits follow it.
_ALLOWED = frozenset("!$&'()*+,;=:@/?-._~%") | frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)
_HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:.]+\]")
LONGEST_NAME = 300
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def harmless(value: object) -> object:
    """A published text without characters that act on the text around them; each leaves a visible mark."""
    if value is None:
        return ""
    if type(value) is str and not value.isprintable():  # none of these characters is printable
        return _UNSAFE.sub("\ufffd", value)
    return value


def short(name: str) -> str:
    """A name that a page can bear: what is longer than any name is cut."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def http_link(url: str | None) -> str | None:
    """`url` when a page may link to it: http or https, a host, no user name, no hidden character; else None."""
    if not url or _UNSAFE.search(url) or re.search(r"\s", url):
        return None
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return url if fine else None


def http_iri(address: str | None) -> str | None:
    """`address` as an IRI (RFC 3987) that names the same: http or https, with blanks and such percent-encoded.

    None when it is none: another scheme, no host or an impossible one, a user name, a control character.
    """
    address = (address or "").strip()
    if not address or _UNSAFE.search(address) or any(sign in address for sign in "\t\n\r"):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    bracketed = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(bracketed) or not bracketed.isprintable():
        return None
    behind = "".join(
        mark + _encoded(text)
        for mark, text in (("", parts.path), ("?", parts.query), ("#", parts.fragment))
        if text
    )
    return f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}{behind}"


def _encoded(text: str) -> str:
    """Percent-encode what an IRI cannot hold; letters of any script stay (RFC 3987, ucschar)."""
    text = _LONE_PERCENT.sub("%25", text)
    return "".join(
        sign if sign in _ALLOWED or (sign > "\xa0" and sign.isalnum()) else quote(sign, safe="")
        for sign in text
    )
