"""Strangers' text on one line, and strangers' addresses: what a message may show of what was published.

Belongs here: taking out what could break a line, hide or turn text around, or lead anywhere but to a web page. Escaping
HTML is the matter of the template engine.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

LONGEST = 300
BREAKS = ("Cc", "Zl", "Zp")
# Format characters (zero width, bidirectional), surrogates, private use and unassigned ones.
UNSEEN = ("Cf", "Cs", "Co", "Cn")


class _Shown(dict[int, str | int | None]):
    """For `str.translate`: a blank for what breaks a line, nothing for what is unseen."""

    def __missing__(self, letter: int) -> str | int | None:
        kind = unicodedata.category(chr(letter))
        found = self[letter] = " " if kind in BREAKS else None if kind in UNSEEN else letter
        return found


_SHOWN = _Shown()


def clean(text: str | None, longest: int = LONGEST) -> str:
    """A published text on one line, without control, format or bidirectional characters, cut to length."""
    if text and len(text) > 20 * longest:  # a cell of a megabyte is not looked through
        text = text[: 20 * longest]
    kept = text or ""
    if not kept.isprintable():  # of these two kinds nothing is printable
        kept = kept.translate(_SHOWN)
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def web_link(address: str | None) -> str | None:
    """`address` when it is safe to make a link of, else None."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return clean(address, 500) if parts.scheme in ("http", "https") and parts.hostname else None
