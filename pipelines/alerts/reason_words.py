"""Why alerts are held, or what a notice is about: stored as a code with its figures, told in the reader's language.

Belongs here: the form of such a reason, `code|of what|how many|of how many`, and telling it. The words are in
`words/<language>.json`; a reason of no known code is told as it stands.
"""

from __future__ import annotations

from pipelines.alerts.words import FALLBACK, words
from pipelines.plain_text import clean


def coded(code: str, what: str = "", count: int = 0, of: int = 0) -> str:
    """A reason for storing. Raises `KeyError` for a code without words."""
    _ = words(FALLBACK).reasons[code]
    return f"{code}|{clean(what).replace('|', ' ')}|{count}|{of}"


def reason_of(reason: str, language: str) -> str:
    """A stored reason in the reader's language: on one line, without a full stop."""
    code, *parts = reason.split("|")
    form = words(language).reasons.get(code)
    if form is None or len(parts) != 3:
        return clean(reason).rstrip(".")
    what, count, of = (clean(part, 120) for part in parts)
    return form.format(what=what, count=count, of=of)
