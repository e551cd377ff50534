"""What the portal of the world answers: files, CKAN's `package_show`, pages, robots.txt, and every fault.

Belongs here: from a target to an answer. Does not belong here: sockets (`portal`), what is published when (`world`), or
its bytes (`data`). A fault is of the file alone; the catalog that lists it and the pages answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.nights import data
from benchmarks.nights.world import Watched, World

PACKAGE_SHOW, PAGES, FILES, LINKS = "/api/3/action/package_show", "/dataset/", "/datos/", "/anuncio/"
LARGE = "large.csv"
HTML = "text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html>\n<html lang='es'><head><title>Datos</title></head><body>Contratos</body></html>"
NOT_FOUND = b"<!DOCTYPE html>\n<title>404</title><h1>No encontrado</h1>"
FIREWALL = b"<html><head></head><body>Request unsuccessful. Incapsula incident ID: 1-2</body></html>"


@dataclass
class Site:
    """The portal on one night, and what it was asked since that began; `cpu` is its processor time at that instant."""

    world: World
    folder: Path
    port: int = 0
    night: int = 1
    latency: float = 0.0
    sources: set[int] = field(default_factory=set)
    requests: int = 0
    bytes: int = 0
    cpu: float = 0.0


@dataclass(frozen=True)
class Answer:
    """`body` and then `file`; `missing` bytes more are promised. With `reset` the connection breaks instead."""

    status: int = 200
    body: bytes = b""
    media: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    file: Path | None = None
    missing: int = 0
    reset: bool = False


def answer(site: Site, target: str, headers: dict[str, str]) -> Answer:
    """What is answered to a GET for `target`; `headers` are by lower-case name."""
    parts = urlsplit(target)
    if parts.path == "/robots.txt":
        return Answer(body=b"User-agent: *\nDisallow: /api/\n", media="text/plain")
    if parts.path == PACKAGE_SHOW:
        named = parse_qs(parts.query).get("id", [""])[0]
        it = _source(site, named.rpartition("-")[2])
        return _package(site, it) if it else _missing_package()
    if parts.path.startswith((PAGES, LINKS)):
        return Answer(body=PAGE)
    it = _source(site, parts.path.removeprefix(FILES).removesuffix(".csv"))
    if it is None or not parts.path.startswith(FILES):
        return Answer(404, NOT_FOUND)
    fault = it.fails(site.night)
    return _file(site, it, headers) if fault is None else _FAULTS[fault](site, it)


def _source(site: Site, number: str) -> Watched | None:
    sources = site.world.sources
    if not (number.isascii() and number.isdigit()) or int(number) >= len(sources):
        return None
    site.sources.add(int(number))
    return sources[int(number)]


def _file(site: Site, it: Watched, headers: dict[str, str]) -> Answer:
    version = it.version(site.night, site.world.mix.nights)
    tag = f'"{it.number}-{version}"'
    told: tuple[tuple[str, str], ...] = ()
    if it.validators:
        told = (("ETag", tag), ("Last-Modified", f"{_modified(version):%a, %d %b %Y %H:%M:%S} GMT"))
        if headers.get("if-none-match") == tag:
            return Answer(304, headers=told)
    if it.kind == "large":
        head = data.large_head(it.number, _host(site, it), version)
        return Answer(body=head, media="text/csv", headers=told, file=site.folder / LARGE)
    return Answer(body=data.small(it.number, _host(site, it), version), media="text/csv", headers=told)


def _host(site: Site, it: Watched) -> str:
    return f"{it.host}:{site.port}"


def _modified(version: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=version)


def _package(site: Site, it: Watched) -> Answer:
    base = f"http://{_host(site, it)}"
    changed = f"{_modified(it.version(site.night, site.world.mix.nights)):%Y-%m-%dT%H:%M:%S.000000}"
    file = {
        "id": f"archivo-{it.number:05}",
        "name": f"{it.dataset}.csv",
        "url": f"{base}{FILES}{it.number:05}.csv",
        "url_type": "upload",
        "format": "CSV",
        "mimetype": "text/csv",
        "created": "2024-01-01T00:00:00.000000",
        "last_modified": changed,
        "state": "active",
        "position": 0,
    }
    package = {
        "id": it.dataset,
        "name": it.dataset,
        "title": f"Contratos de la unidad {it.number}",
        "notes": "Contratos que la dependencia ha firmado. Datos generados.",
        "state": "active",
        "private": False,
        "isopen": True,
        "license_id": "cc-by",
        "license_title": "Creative Commons Attribution",
        "license_url": "http://www.opendefinition.org/licenses/cc-by",
        "metadata_created": "2024-01-01T00:00:00.000000",
        "metadata_modified": changed,
        "organization": {"id": it.host, "name": f"dependencia-{it.host}", "title": f"Dependencia {it.host}"},
        "num_resources": 1,
        "resources": [file],
        "tags": [{"name": "contratos"}],
        "extras": [{"key": "frequency", "value": "R/P1D"}, {"key": "language", "value": "es"}],
    }
    return Answer(body=json.dumps({"success": True, "result": package}).encode(), media="application/json")


def _missing_package() -> Answer:
    error = {"__type": "Not Found Error", "message": "Not found"}
    return Answer(404, json.dumps({"success": False, "error": error}).encode(), media="application/json")


def _whole(site: Site, it: Watched) -> bytes:
    return data.small(it.number, _host(site, it), it.version(site.night, site.world.mix.nights))


def _truncated(site: Site, it: Watched) -> Answer:
    body = _whole(site, it)
    return Answer(body=body[: len(body) * 2 // 3], media="text/csv", missing=len(body) // 3)


def _encoding(site: Site, it: Watched) -> Answer:
    body = _whole(site, it).decode().encode("cp1252", "replace")
    return Answer(body=body, media="text/csv; charset=utf-8")


_FAULTS: dict[str, Callable[[Site, Watched], Answer]] = {
    "not_found": lambda site, it: Answer(404, NOT_FOUND),
    "server_error": lambda site, it: Answer(500, PAGE),
    "html": lambda site, it: Answer(body=PAGE),
    "truncated": _truncated,
    "empty": lambda site, it: Answer(media="text/csv"),
    "encoding": _encoding,
    "reset": lambda site, it: Answer(reset=True),
    "throttled": lambda site, it: Answer(429, PAGE, headers=(("Retry-After", "1"),)),
    "blocked": lambda site, it: Answer(403, FIREWALL),
}
