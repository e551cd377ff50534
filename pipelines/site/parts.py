"""Parts: what a page says as it said it the night before is taken over from there, and not made again.

A part stands between two comments, the first of which bears a stamp: a hash of all that the part is made of, words,
templates and code included. The same stamp means the same text, so that a page is byte for byte what it would be if all
of it were made anew. What was published cannot look like such a comment, because it is escaped. Behind the stamp stands
a hash of the text itself: a page that somebody altered, or that has a hole after a loss of power, is made anew.

    <!--part scales 5c1f0a9d2e7b4c33 08d7f1c2a4b6e901--> ... <!--/part scales-->

Belongs here: stamps, and finding parts in a page. Does not belong here: which parts there are (`templates`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2.runtime import Macro
    from markupsafe import Markup

HERE = Path(__file__).parent
_BEGIN, _END = "<!--part ", "<!--/part "
# So many texts of macros at the most, a few hundred bytes each.
REMEMBERED = 20_000


def fingerprint(*facts: object) -> str:
    """A hash of everything in this package (code, templates, words) and of `facts`."""
    digest = blake2b(repr(facts).encode(), digest_size=16)
    for path in sorted(HERE.rglob("*")):
        if path.suffix in (".py", ".j2", ".json", ".css", ".svg"):
            digest.update(path.relative_to(HERE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Parts:
    """The parts of one page. `made_of` is what every part of it is made of; `before` is the page as it was, or ""."""

    made_of: str
    before: str = ""
    _known: dict[str, tuple[str, str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        place = 0
        while (begin := self.before.find(_BEGIN, place)) >= 0:
            head = self.before.find("-->", begin)
            name, _, stamps = self.before[begin + len(_BEGIN) : head].partition(" ")
            end = self.before.find(f"{_END}{name}-->", head)
            if head < 0 or end < 0:
                return  # cut off, or not ours
            stamp, _, hashed = stamps.partition(" ")
            if hashed == hash_of(text := self.before[head + 3 : end]):
                self._known[name] = stamp, text
            place = end

    def has(self, name: str, *facts: object) -> bool:
        """Whether the page as it was has this part, made of these facts."""
        return self._known.get(name, ("", ""))[0] == self._stamp(name, facts)

    def part(self, name: str, *facts: object, caller: Callable[[], str]) -> Markup:
        """For `{% call %}` in a template: the part as it was, else as it is made now. `facts` are all it is made of."""
        from markupsafe import Markup

        stamp = self._stamp(name, facts)
        known, text = self._known.get(name, ("", ""))
        if known != stamp:
            text = str(caller())
        whole = f"{_BEGIN}{name} {stamp} {hash_of(text)}-->{text}{_END}{name}-->"
        return Markup(whole)  # noqa: S704 - escaped when it was made

    def _stamp(self, name: str, facts: tuple[object, ...]) -> str:
        return hash_of(f"{self.made_of} {name} {facts!r}")


def hash_of(text: str) -> str:
    """A short hash of a text."""
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


class Once:
    """What macros of `words` and one more value tell, told once for each value; for what stands on many pages."""

    def __init__(self, words: object) -> None:
        self._words = words
        self._told: dict[tuple[str, object], str] = {}

    def __call__(self, macro: Macro, value: object) -> str:
        """`macro(words, value)`. Equal values are told alike, and are never of two types."""
        return self._text((macro.name, value), macro, value)

    def row(self, macro: Macro, row: dict[str, Any], *columns: str) -> str:
        """`macro(words, row)`, of which `macro` sees these columns only: other rows have the same there."""
        shown = {name: row[name] for name in columns}
        return self._text((macro.name, tuple(shown.values())), macro, shown)

    def _text(self, key: tuple[str, object], macro: Macro, value: object) -> str:
        text = self._told.get(key)
        if text is None:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            text = self._told[key] = macro(self._words, value)
        return text
