"""A sheet: one page of any kind but a dataset's, before it is put into words.

Belongs here: the value, how long lists are cut into pages of a bearable size, and the names of pages. Does not belong
here: which sheets there are (`sheets`), words, HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from pipelines.site.page import safe_name

T = TypeVar("T")
# So many rows of datasets keep a page below 100 kB.
ROWS = 60


@dataclass(frozen=True)
class Sheet:
    """`path` lies below the folder of a language; `facts` are what `template` shows.

    `data` is what programs get of it in `json/`, None when another sheet says the same.
    """

    path: str
    template: str
    facts: dict[str, Any]
    data: dict[str, Any] | None = field(default=None)

    @property
    def data_path(self) -> str:
        """Where `data` lies in the public folder."""
        return f"json/{self.path.removesuffix('.html')}.json"


@dataclass(frozen=True)
class Cut:
    """One page of a long list: the paths of all of its pages, and which of them this is, from 0."""

    paths: tuple[str, ...]
    at: int

    @property
    def path(self) -> str:
        """The page's own path."""
        return self.paths[self.at]


def cut(path: str, items: Sequence[T], rows: int = ROWS) -> Iterator[tuple[Cut, Sequence[T]]]:
    """A list in pages: the first at `path`, the others at `<path>-2.html` and so on. An empty list is one page."""
    count = max(1, -(-len(items) // rows))
    stem = path.removesuffix(".html")
    paths = tuple(f"{stem}{'' if at == 0 else f'-{at + 1}'}.html" for at in range(count))
    for at in range(count):
        yield Cut(paths, at), items[at * rows : (at + 1) * rows]


def guide_path(key: str) -> str:
    """The page of one of the guide's datasets."""
    return f"guide/{safe_name(key)}.html"


def country_brief(country: str) -> str:
    """The one-page brief of a country."""
    return f"brief/country/{safe_name(country.lower())}.html"


def publisher_name(country: str, publisher: str) -> str:
    """A publisher as the name of its pages: readable, and of nobody else, whatever it is called."""
    plain = unicodedata.normalize("NFKD", publisher).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "x"
    place = country.lower() if re.fullmatch(r"[A-Za-z]{2}", country) else "xx"
    return f"{place}-{words}-{sha256(f'{country}/{publisher}'.encode()).hexdigest()[:8]}"


def publisher_path(country: str, publisher: str) -> str:
    """The page of a publisher."""
    return f"publisher/{publisher_name(country, publisher)}.html"


def publisher_brief(country: str, publisher: str) -> str:
    """The one-page brief of a publisher."""
    return f"brief/publisher/{publisher_name(country, publisher)}.html"
