"""How many recorded catalogs of real portals are read whole: each replayed by a local server to its kind's own code.

    python -m benchmarks.api_catalogs

A recording is a catalog, a page of one, a dataset, a layer, or none of these; what it holds is counted here, apart
from the code that is measured. It is read whole when every dataset (or row) in it came out without a fault, and a
page of something larger is told to be no more than that. What is none must end in a fault, never in a dataset. The
last line is one JSON object: `api_read_whole` is the share of catalogs read whole, `api_refused` that of the others
that ended in a fault. Recorded RDF is counted by rdflib alone; what is not valid in its own format, and ISO 19139 in
folders or a CSW, holds no DCAT and is none.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from pipelines.clock import FixedClock
from pipelines.errors import PublisherFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.portals import arcgis_service
from pipelines.portals.discover import PORTALS, discover
from pipelines.settings import Settings
from pipelines.snapshots.page_rules import RULES
from pipelines.snapshots.pages import download
from pipelines.sources import parse
from tests.conftest import corpus_folder
from tests.portal_server import PortalServer

NAME = "grabado"
SOURCE = """
version: 1
time_zone: UTC
sources:
  - id: corpus
    portal: {kind}
    url: {url}
    publisher: {{name: Publisher}}
    owner: {{name: Owner}}
    datasets: [{{id: one, identifier: {name}}}]
"""
RDF = ("dcat", "waf")


@dataclass(frozen=True)
class Outcome:
    """What came of one recording. `holds` is how many datasets or rows are in it, None when it is no catalog.

    `right` is None when it is not judged, because it is read as part of another. `told` is what the portal's code
    said.
    """

    path: str
    kind: str
    holds: int | None
    right: bool | None
    told: str


@dataclass(frozen=True)
class Replay:
    """The server, and everything that reads from it."""

    portal: PortalServer
    http: HttpClient
    clock: FixedClock

    def walked(self, kind: str, path: str, holds: int | None, address: str = "") -> tuple[bool, str]:
        """A catalog, or a page of one: right when all that is there came out, or when nothing is and that is told."""
        try:
            walk = PORTALS[kind].walk(f"{self.portal.url}{address}", self.http, self.clock)
        except PublisherFault as caught:
            return holds is None, f"{caught.kind}: {caught.message}"
        came = sum(it.fault is None for it in walk.catalog.datasets)
        whole = walk.complete or (walk.total is not None and walk.total != came)
        return (
            holds is not None and came == holds and whole,
            f"{'whole' if walk.complete else 'a page'}: {walk.reason}",
        )

    def shown(self, kind: str, holds: int | None) -> tuple[bool, str]:
        """One dataset, asked for by its name."""
        (source,) = parse(SOURCE.format(kind=kind, url=self.portal.url, name=NAME)).sources
        (dataset,) = discover(source, self.http, self.clock).datasets
        if dataset.fault is None:
            return holds == 1, f"{dataset.title}: {len(dataset.distributions)} files"
        return holds is None, f"{dataset.fault.kind}: {dataset.fault.message}"


def outcomes(corpus: Path) -> Iterator[Outcome]:
    """Every recording of `corpus/api` and what came of it."""
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    with tempfile.TemporaryDirectory(prefix="veedor-") as folder:
        settings = Settings(
            sources=Path(folder) / "sources.yaml",
            data=Path(folder),
            allow_private_addresses=True,
            host_pause_seconds=0.0,
            retries=0,
        )
        with PortalServer() as portal, HttpClient(settings, clock, sleep=lambda _: None) as http:
            replay = Replay(portal, http, clock)
            for file in sorted((corpus / "api").glob("*/*")):
                if not file.name.endswith(".meta.json"):
                    portal.heal()
                    portal.answers(lambda path, query: None)
                    yield _outcome(replay, file)


def _outcome(replay: Replay, file: Path) -> Outcome:
    folder, name = file.parent.name, f"{file.parent.name}/{file.name}"
    body, status = file.read_bytes(), _status(file)
    if folder in RDF:
        _serve(replay, "/recorded", body, status)
        in_rdf = _described(file, body)
        return Outcome(name, "dcat", in_rdf, *replay.walked("dcat", name, in_rdf, "/recorded"))
    if folder == "http":
        return Outcome(name, "direct", 1, *replay.walked("direct", "", 1, "/recorded"))
    if folder == "arcgis":
        return _layer(replay, file, name)
    kind, held, counted, one = _meant(folder, _parsed(body), status)
    if counted:
        _serve_pages(replay, kind, _parsed(body), held)
        return Outcome(name, kind, held, *replay.walked(kind, name, held, FIRST[kind][1]))
    if one is not None:
        _serve(replay, SHOW[kind], json.dumps(one).encode(), 200)
        return Outcome(name, kind, 1, *replay.shown(kind, 1))
    _serve(replay, SHOW.get(kind, ""), body, status)
    _serve(replay, FIRST[kind][0], body, status)
    refused, told = replay.walked(kind, name, None, FIRST[kind][1])
    shown, said = replay.shown(kind, None) if kind in SHOW else (True, "")
    return Outcome(name, kind, None, refused and shown, told if shown else said)


# Where each kind lists its datasets, what follows the server's address in `url`, and where it shows one.
FIRST = {
    "ckan": ("/api/3/action/package_search", ""),
    "socrata": ("/api/catalog/v1", ""),
    "opendatasoft": ("/api/explore/v2.1/catalog/datasets", ""),
    "udata": ("/api/1/datasets/", ""),
    "dcat_us": ("/data.json", "/data.json"),
}
SHOW = {
    "ckan": "/api/3/action/package_show",
    "socrata": f"/api/views/{NAME}.json",
    "opendatasoft": f"/api/explore/v2.1/catalog/datasets/{NAME}",
    "udata": f"/api/1/datasets/{NAME}/",
}


def _meant(folder: str, told: Any, status: int) -> tuple[str, int, bool, Any]:
    """The kind of portal that speaks so, how many datasets are told, whether as a catalog, and the one if one."""
    about = told if isinstance(told, dict) else {}
    result = about.get("result")
    if folder == "ckan":
        package = result[0] if isinstance(result, list) and len(result) == 1 else result
        if isinstance(package, dict) and isinstance(package.get("results"), list):
            return "ckan", len(package["results"]), True, None
        if isinstance(package, dict) and "resources" in package:
            return "ckan", 1, False, about
        bare = told[0] if isinstance(told, list) and len(told) == 1 else about
        if "resources" in bare:
            return "ckan", 1, False, {"success": True, "result": bare}
        if "dataset" in bare:
            return "dcat_us", len(bare["dataset"]), True, None
        return "ckan", 0, False, None
    if folder == "datajson":
        return "dcat_us", (held := _held(about)) or 0, held is not None, None
    if folder == "socrata" and isinstance(about.get("results"), list):
        return "socrata", len(about["results"]), True, None
    if folder == "socrata" and "viewLastModified" in about and "id" in about:
        return "socrata", 1, False, about
    if folder == "udata" and "resources" in about:
        return "udata", 1, False, about
    return (
        {"socrata": "socrata", "opendatasoft": "opendatasoft", "udata": "udata"}.get(folder, "ckan"),
        0,
        False,
        None,
    )


def _held(about: Mapping[str, Any]) -> int | None:
    """How many datasets a data.json tells of, a member of a series once; None when it has no place for any."""
    places = {"catalog", "dataset", "datasetSeries", "service"} & about.keys()
    names: list[object] = []
    count = 0
    todo = [dict(about)]
    while todo:
        catalog = todo.pop()
        listed = catalog.get("dataset", [])
        listed = [it for it in ([listed] if isinstance(listed, dict) else listed) if it]  # {} is no dataset
        count += len(listed)
        names += [it.get("identifier") for it in listed]
        todo += catalog.get("catalog", [])
    inner = [it for series in about.get("datasetSeries", []) for it in series.get("seriesMember", [])]
    inner += [it for service in about.get("service", []) for it in service.get("servesDataset", [])]
    return count + sum(it["identifier"] not in names for it in inner) if places else None


def _described(file: Path, body: bytes) -> int | None:
    """How many datasets RDF describes; None when there is none in it, or nobody can read it."""
    from rdflib import DCAT, RDF, Graph

    if b"GetRecordsResponse" in body:  # an envelope around RDF, and its own numbers are not to be trusted
        return body.count(b'type rdf:resource="http://www.w3.org/ns/dcat#Dataset"') or None
    if file.suffix == ".json":  # its context is kept by somebody else
        return _held(_parsed(body))
    form = {".ttl": "turtle", ".jsonld": "json-ld"}.get(file.suffix, "xml")
    try:
        with warnings.catch_warnings(action="ignore"):
            graph = Graph().parse(data=body, format=form)
    except Exception:  # whatever a parser of strangers' text raises
        return None
    listed = {*graph.subjects(RDF.type, DCAT.Dataset), *graph.objects(None, DCAT.dataset)}
    return len({it for it in listed if next(graph.predicate_objects(it), None)}) or None


def _serve(replay: Replay, path: str, body: bytes, status: int) -> None:
    replay.portal.fault(path, "answer", status=status, body=body)


def _serve_pages(replay: Replay, kind: str, told: Any, held: int) -> None:
    """A recorded page is the first; what comes after it was not recorded, and is empty."""
    empty: dict[str, Any] = {}
    if kind == "ckan":
        empty = {**told, "result": {**told["result"], "results": []}}
    elif kind == "socrata":
        empty = {**told, "results": []}

    def answering(path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if path != FIRST[kind][0]:
            return None
        start = int(query.get("start") or query.get("offset") or 0)
        return 200, empty if start and kind != "dcat_us" else told

    replay.portal.answers(answering)


def _layer(replay: Replay, file: Path, name: str) -> Outcome:
    """A recorded layer, fetched as a night does: its description leads, the other recordings of it are its answers."""
    if not file.name.endswith("metadata.json"):
        return Outcome(name, "arcgis", None, None, "read with the layer whose description is beside it")
    parts = {
        part: _parsed(other.read_bytes()) if (other := _beside(file, part)) else {}
        for part in ("count-only", "ids-only", "0")
    }
    features = parts["0"].get("features", [])
    # What comes after the page that was recorded is empty.
    pages = chain([{**parts["0"], "features": features}], repeat({**parts["0"], "features": []}))

    def answering(path: str, query: Mapping[str, str]) -> tuple[int, Any] | None:
        if query.get("returnCountOnly") or query.get("returnIdsOnly"):
            return 200, parts["count-only" if query.get("returnCountOnly") else "ids-only"]
        return (200, next(pages)) if path == "/FeatureServer/0/query" else None

    replay.portal.answers(answering)
    found = arcgis_service.rows(f"{replay.portal.url}/FeatureServer", "0", _parsed(file.read_bytes()))
    if found is None:
        return Outcome(name, "arcgis", len(features), False, "it answers no query")
    with tempfile.TemporaryDirectory(prefix="veedor-") as folder:
        came, fault = Path(folder) / "layer", None
        try:
            download(found.url, RULES[found.paging], replay.http, came, replay.clock)
        except PublisherFault as caught:
            fault = caught
        count = came.read_bytes().count(b"\n") if came.exists() else 0
    whole = parts["count-only"].get("count") == len(features)
    proven = fault is None or (not features and fault.kind is FaultKind.EMPTY)
    part = fault is not None and fault.kind is FaultKind.TRUNCATED
    told = f"{'a page' if part else fault.kind}: {fault.message}" if fault else f"whole: {count:,} rows"
    return Outcome(name, "arcgis", len(features), proven == whole and count == len(features), told)


def _beside(file: Path, part: str) -> Path | None:
    found = file.with_name(file.name.replace("metadata", part))
    return found if found.is_file() else None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _status(file: Path) -> int:
    about = file.with_name(f"{file.name}.meta.json")
    return int(json.loads(about.read_bytes())["status"]) if about.is_file() else 200


def summary(found: list[Outcome]) -> dict[str, float | int]:
    """The figures: shares of catalogs read whole and of other answers refused, and how many there are of each."""
    catalogs = [it for it in found if it.right is not None and it.holds is not None]
    others = [it for it in found if it.right is not None and it.holds is None]
    share: Callable[[list[Outcome]], float] = lambda its: round(  # noqa: E731
        sum(bool(it.right) for it in its) / max(len(its), 1), 4
    )
    return {
        "api_read_whole": share(catalogs),
        "catalogs": len(catalogs),
        "api_refused": share(others),
        "others": len(others),
        "apart": sum(it.right is None for it in found),
    }


def main() -> None:
    """Print the failures with their reasons, those apart, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, default=corpus_folder(), help="as tests find it, when left out"
    )
    corpus = parser.parse_args().corpus
    if corpus is None:
        parser.error("the corpus of published files is not here; set VEEDOR_CORPUS to its folder")
    found = list(outcomes(corpus))
    for heading, right in (("not read as it should be", False), ("apart", None)):
        for it in found:
            if it.right is right:
                print(f"{heading}: {it.path} ({it.kind}): {it.told}")
    print(json.dumps(summary(found)))


if __name__ == "__main__":
    main()
