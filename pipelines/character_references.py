"""Numeric character references of HTML and XML ("&#233;") that no character answers to.

Belongs here: what Python refuses to count. It counts no number of more than 4,300 digits, so that one reference
of five thousand would lose the whole page; HTML gives every number beyond the last character as U+FFFD
(https://html.spec.whatwg.org/multipage/parsing.html#numeric-character-reference-end-state). Floor 1.
"""

from __future__ import annotations

import html
import re

_NO_CHARACTER = re.compile(r"&#[0-9]{100,};?")


def bounded(text: str) -> str:
    """The text with U+FFFD for every decimal reference of a hundred digits or more; all else as it is."""
    return _NO_CHARACTER.sub("\ufffd", text)


def unescape(text: str) -> str:
    """`html.unescape`, which raises `ValueError` on a reference of more than 4,300 digits; this does not."""
    return html.unescape(bounded(text))
