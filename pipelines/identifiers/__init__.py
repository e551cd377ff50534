"""Identifiers of people, organisations and processes: schemes by their code, each with its rule for one value.

Belongs here: the registry. One file is one family of schemes whose rule is ours, `by_stdnum` all those that the
library python-stdnum knows. A scheme says what is well formed, not whom a number belongs to nor whether it was
issued. Codes are org-id.guide's where it has one.
"""

from __future__ import annotations

from pipelines.identifiers import brazil, by_stdnum, colombia, mexico, worldwide
from pipelines.identifiers.scheme import Scheme

_FAMILIES = (mexico, worldwide, brazil, colombia, by_stdnum)
SCHEMES: dict[str, Scheme] = {
    scheme.code: scheme
    for family in _FAMILIES
    for scheme in sorted(family.SCHEMES, key=lambda item: item.code)
}
# What others call the same.
ALIASES = {"LEI": "XI-LEI"}

__all__ = ["ALIASES", "SCHEMES", "Scheme", "scheme"]


def scheme(code: str) -> Scheme:
    """The scheme called `code`. Raises `KeyError`, which names those that there are."""
    found = SCHEMES.get(ALIASES.get(code, code))
    if found is None:
        raise KeyError(f"no scheme is called {code!r}; there are {', '.join([*SCHEMES, *ALIASES])}")
    return found
