"""Why alerts are held, or what a notice is about, stored as a code and told in the reader's language.

Belongs here: writing such a reason (`coded`) and telling it (`reason_of`). The words are in `words/<language>.json`; a
reason that is no known code is told as it stands.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from pipelines.alerts.plain import clean
from pipelines.alerts.words import FALLBACK, words


def coded(code: str, **values: object) -> str:
    """A reason for storing. Raises `KeyError` for an unknown code or a value that its words need and do not get."""
    words(FALLBACK).reasons[code].format(**values)
    return f"{code}?{urlencode(values)}" if values else code


def reason_of(reason: str, language: str) -> str:
    """A stored reason in the reader's language, on one line."""
    code, _, query = reason.partition("?")
    form = words(language).reasons.get(code)
    if form is None:
        return clean(reason).rstrip(".")
    values = {name: clean(value, 120) for name, value in parse_qsl(query, keep_blank_values=True)}
    try:
        return form.format(**values)
    except (KeyError, IndexError):  # written by another version
        return clean(reason)
