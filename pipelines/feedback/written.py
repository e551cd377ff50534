"""What a reader wrote, made fit to be kept and shown: cleaned, measured, refused in words.

Belongs here: the limits of each field and why a report is refused. Control characters, unpaired surrogates and what
cannot be seen (zero width, direction of writing) are taken out; too much is refused, because whoever wrote it should
decide what goes. Escaping is the matter of whoever shows it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum
from urllib.parse import urlsplit

from pipelines.errors import FeedbackRefused

# In characters. An owner's answer may be longer than a report.
LONGEST: Mapping[str, int] = {
    "text": 4_000,
    "answer": 8_000,
    "reason": 1_000,
    "evidence": 500,
    "column": 200,
    "row": 100,
    "distribution": 300,
    "email": 254,
}
SHORTEST_TEXT = 10
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_BREAKS = ("Zl", "Zp")


class Refusal(StrEnum):
    """Why what was written cannot be taken; pages have the words."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    BAD_ADDRESS = "bad_address"
    BAD_EVIDENCE = "bad_evidence"
    UNKNOWN = "unknown"
    FULL = "full"
    NOT_ALLOWED = "not_allowed"


def refused(refusal: Refusal, field: str, message: str) -> FeedbackRefused:
    """The exception for a field that cannot be taken."""
    return FeedbackRefused(message, refusal, field)


def line(text: str, field: str) -> str:
    """A text of one line, without what cannot be seen. Raises `FeedbackRefused` for one that is too long."""
    return _fitting(" ".join(_visible(_bounded(text, field), keep="").split()), field)


def block(text: str, field: str, *, shortest: int = 1) -> str:
    """A text of several lines; never two empty ones in a row. Raises `FeedbackRefused`."""
    whole = _bounded(text, field).replace("\r\n", "\n").replace("\r", "\n")
    lines = [part.strip() for part in _visible(whole, keep="\n").split("\n")]
    kept = [part for place, part in enumerate(lines) if part or (place and lines[place - 1])]
    found = _fitting("\n".join(kept).strip(), field)
    if not found:
        raise refused(Refusal.EMPTY, field, f"{field} is empty")
    if len(found) < shortest:
        raise refused(Refusal.TOO_SHORT, field, f"{field} has fewer than {shortest} characters")
    return found


def evidence(text: str) -> str:
    """A short text, or an address of the web; one that leads elsewhere is refused. Raises `FeedbackRefused`."""
    found = line(text, "evidence")
    if (" " not in found and "://" in found) or found.lower().startswith(
        ("javascript:", "data:", "vbscript:")
    ):
        try:
            parts = urlsplit(found)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            fine = False
        if not fine:
            raise refused(Refusal.BAD_EVIDENCE, "evidence", "the evidence is no address of the web")
    return found


def mail_address(text: str) -> str | None:
    """The address for the answer, None when there is none. Raises `FeedbackRefused` for what is none."""
    found = line(text, "email")
    if not found:
        return None
    try:
        built = Address(addr_spec=found)
        fine = bool(built.username) and "." in built.domain and found.isascii() and " " not in found
    except (MessageError, ValueError, IndexError):  # the parser's ways to say no
        fine = False
    if not fine:
        raise refused(Refusal.BAD_ADDRESS, "email", "this is not a mail address")
    return found


def _bounded(text: str, field: str) -> str:
    """What is a hundred times too long is not looked through."""
    if len(text) > 100 * LONGEST[field]:
        raise refused(Refusal.TOO_LONG, field, f"{field} is longer than {LONGEST[field]:,} characters")
    return unicodedata.normalize("NFC", text)


def _fitting(text: str, field: str) -> str:
    if len(text) > LONGEST[field]:
        raise refused(Refusal.TOO_LONG, field, f"{field} is longer than {LONGEST[field]:,} characters")
    return text


def _visible(text: str, keep: str) -> str:
    """Without what cannot be seen; blanks of all kinds become one kind, other breaks of lines too."""
    kept = []
    for part in text:
        category = unicodedata.category(part)
        if part in keep and part:
            kept.append(part)
        elif category in _BREAKS:
            kept.append(keep or " ")
        elif category == "Zs" or part in "\t\n\r\v\f":
            kept.append(" ")
        elif category not in _UNSEEN:
            kept.append(part)
    return "".join(kept)
