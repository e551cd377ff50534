"""What is behind an address: the kind of portal, and the dataset that the address is about (dcat:Dataset).

Belongs here: asking each kind of portal in turn, and finding the dataset's identifier in the address. Does not belong
here: how a kind is recognised (its own file), or declaring what was found (`sources_entry`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable
from pipelines.model import Dataset, FaultKind
from pipelines.portals import answers
from pipelines.portals.discover import PORTALS, discover
from pipelines.portals.walk import Recognised, undeclared
from pipelines.sources import SourceDataset

# Words of an address behind which portals write the name of a dataset.
BEFORE_A_NAME = frozenset({"dataset", "datasets", "d", "view", "views", "resource", "items", "layers"})
# Socrata's ids (4x4) and those of ArcGIS are told by their form, wherever they stand.
ID_BY_ITS_FORM = re.compile(r"^([0-9a-z]{4}-[0-9a-z]{4}|[0-9a-f]{32}(_\d+)?)$")
# Not asked for: no dataset is called so, and each question costs the portal a request.
NO_NAME = frozenset({"api", "explore", "dataset", "datasets", "rows.csv", "download", "about", "index.html"})
MAX_QUESTIONS = 5


@dataclass(frozen=True)
class Probe:
    """What was found: the `kind` of portal (a key of PORTALS), what it says of itself, and the address's dataset.

    `identifier` is the dataset's name at the portal; both are None for a portal's front page, and for `direct`
    `dataset` is the file as a dataset of its own.
    """

    url: str
    kind: str
    portal: Recognised
    identifier: str | None = None
    dataset: Dataset | None = None


def probe(url: str, http: HttpClient, clock: Clock) -> Probe:
    """Ask who answers behind `url`; a portal of no kind that is known is a `direct` address.

    Raises `PublisherFault` when nobody answers, or refuses us, and `CatalogFault` for no web address.
    """
    for kind, portal in PORTALS.items():
        try:
            found = portal.recognise(url, http)
        except PublisherFault as caught:
            advice = "Open the address in a browser. If it opens there, ask once more; else correct it."
            message = f"nothing can be told of {printable(url, 200)}: {caught.fault.message}"
            raise CatalogFault(caught.kind, message, advice, transient=caught.fault.transient) from caught
        if found is None:
            continue
        if kind == "direct":
            (file,) = portal.walk(url, http, clock).catalog.datasets
            return Probe(url, kind, found, dataset=file)
        identifier, dataset = _dataset(url, kind, found, http, clock)
        return Probe(url, kind, found, identifier, dataset)
    raise CatalogFault(
        FaultKind.UNSUPPORTED_ADDRESS,
        "this is no web address",
        "Give the address as a browser shows it, beginning with https:// or http://.",
    )


def _dataset(
    url: str, kind: str, found: Recognised, http: HttpClient, clock: Clock
) -> tuple[str | None, Dataset | None]:
    """The first part of the address that the portal knows as a dataset's name."""
    for name in list(names_in(url, found.url))[:MAX_QUESTIONS]:
        item = SourceDataset.model_construct(
            **{**SourceDataset(id="dataset").model_dump(), "identifier": name, "distributions": ()}
        )
        source = undeclared(kind, found.url).model_copy(update={"datasets": (item,)})
        (dataset,) = discover(source, http, clock).datasets
        if dataset.fault is None:
            return name, dataset
        if dataset.fault.kind in answers.UNHEARD:
            raise CatalogFault(dataset.fault.kind, dataset.fault.message, dataset.fault.advice)
    return None, None


def names_in(url: str, root: str) -> Iterator[str]:
    """What may be a dataset's name in an address below `root`, the likeliest first, each once."""
    parts = urlsplit(url)
    base = urlsplit(root).path.strip("/").split("/")
    segments = [unquote(part) for part in parts.path.strip("/").split("/") if part]
    if segments[: len(base)] == base:
        segments = segments[len(base) :]
    likely = [name for before, name in pairwise(segments) if before in BEFORE_A_NAME]
    stems = [part.partition(".")[0] for part in segments]
    formed = [part for part in stems if ID_BY_ITS_FORM.match(part)]
    asked = [value for key, value in parse_qsl(parts.query) if key in ("id", "identifier", "dataset")]
    # An address may end in a readable name, or in the dataset's own node: both as they stand.
    rest = [*reversed(segments), url]
    seen: set[str] = set()
    for name in (*formed, *asked, *likely, *rest):
        if name and name not in seen and name.lower() not in NO_NAME:
            seen.add(name)
            yield name
