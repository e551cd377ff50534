"""A path to the records inside JSON or XML, in the notations that people know.

Belongs here: the steps that such a text names, and steps as a text. Dotted, as in jq: `data.items`; a key that holds
a dot, a quote or a bracket stands in double quotes: `data."total.2026"`. A text that begins with `/` is a JSON Pointer
(RFC 6901), or for XML the path from the root: `/data/items`. A list on the way needs no step, and `[]` may be written
after its key or not: `releases[].awards` are the awards of all releases. Does not belong here: following a path
(`tables.json_path`, `tables.xml_outline`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

MAX_STEPS = 20
_STEP = re.compile(r'(?:("(?:[^"\\]|\\.)+")|([^."\[\]]+))?(?:\[\*?\])*(\.|$)')


def steps(text: str) -> tuple[str, ...]:
    """The keys that `text` names, from the outside in. Raises `ValueError` when it is no path."""
    found: list[str] = []
    if text.startswith("/"):
        found = [step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/")]
    else:
        at = len(text) - len(text.removeprefix("$").removeprefix("."))
        while at < len(text):
            step = _STEP.match(text, at)
            if step is None or (step[3] and step.end() == len(text)):
                raise _no_path(text)
            if step[1] or step[2]:
                found.append(_unquoted(step[1], text) if step[1] else step[2])
            elif found:
                raise _no_path(text)
            at = step.end()
    if not 0 < len(found) <= MAX_STEPS or not all(found):
        raise _no_path(text)
    return tuple(found)


def written(keys: Sequence[str]) -> str:
    """`keys` as a dotted path that `steps` reads back."""
    return ".".join(
        json.dumps(key, ensure_ascii=False) if re.search(r'[."\[\]/\\$]', key) else key for key in keys
    )


def _unquoted(step: str, text: str) -> str:
    try:
        return str(json.loads(step, strict=False))
    except ValueError:
        raise _no_path(text) from None


def _no_path(text: str) -> ValueError:
    return ValueError(
        f"{text!r} is not a path to records, such as data.items, releases[].awards or /data/items; a key that holds "
        'a dot stands in double quotes: data."total.2026"'
    )
