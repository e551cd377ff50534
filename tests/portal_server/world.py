"""A portal as it speaks, whatever its kind: some datasets, on pages that are clipped, drift or lie as told.

Belongs here: what all kinds share. Does not belong here: the words of any API (`worlds`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tests.portal_server.server import PortalServer

MAIL = "mailto:no-reply@x.example, datos@dependencia.example?subject=Hola"
Told = tuple[int, Any] | None
Entry = dict[str, Any]


class World:
    """One portal. `datasets` may be changed while it is asked, by `drift` too, which is called before each page.

    `clip` is the most that one page holds; `total` stands in place of the true total; `stuck` gives the first page
    for ever; of the pages in `empty` (the first is 0) each is empty once; `fails` is the page from which on there
    is none. Where pages are `linked`, a total need not be told. Without `lists` a walk brings the one dataset of
    its address, of which the portal tells no title and no contact point.
    """

    kind: ClassVar[str]
    listing: ClassVar[str]
    inside: ClassVar[str] = "/dataset/d-001"
    paged: ClassVar[bool] = True
    counts: ClassVar[bool] = True
    linked: ClassVar[bool] = False
    lists: ClassVar[bool] = True
    format: ClassVar[str] = "csv"

    def __init__(self, portal: PortalServer, count: int = 0, clip: int = 7) -> None:
        self.url = portal.url
        self.clip = clip
        self.datasets = [self.described(number) for number in range(count)]
        self.total: Any = None
        self.stuck = False
        self.empty: set[int] = set()
        self.fails: int | None = None
        self.drift: Callable[[World], None] = lambda _: None
        self.pages = 0

    def name(self, number: int) -> str:
        return f"d-{number:03d}"

    def described(self, number: int) -> Entry:
        name = self.name(number)
        return {"id": name, "title": f"Datos {number}", "file": f"{self.url}/{name}.csv", "mail": MAIL}

    @property
    def address(self) -> str:
        """What stands in sources.yaml as `url`."""
        return self.url

    @property
    def shown(self) -> str:
        """The path at which the first dataset is asked for alone."""
        return f"{self.listing.rstrip('/')}/{self.name(0)}"

    def page(self, offset: int, limit: int) -> list[Entry] | None:
        """The entries of a page; None when the portal fails."""
        self.drift(self)
        number, self.pages = self.pages, self.pages + 1
        if self.fails is not None and number >= self.fails:
            return None
        if number in self.empty:
            return []
        start = 0 if self.stuck else offset
        return [self.entry(it) for it in self.datasets[start : start + min(limit, self.clip)]]

    @property
    def declared(self) -> Any:
        return len(self.datasets) if self.total is None else self.total

    def find(self, name: str) -> Entry | None:
        return next((it for it in self.datasets if it.get("id") == name), None)

    def entry(self, dataset: Entry) -> Any:
        """The dataset in the API's words; one with `raw` as that."""
        return dataset["raw"] if "raw" in dataset else self.written(dataset)

    def written(self, dataset: Entry) -> Any:
        raise NotImplementedError

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        raise NotImplementedError
