"""The portal of the world: every host of it in one process of its own, whose work is counted apart.

    with Portal(mix, folder) as portal:
        portal.night(11, latency=0.05)
        ... portal.port ... portal.asked()

Belongs here: HTTP, and the process. Does not belong here: what is published when (`world`), or its bytes (`data`).
One socket answers for all of 127.0.0.0/8, and for nobody else. Each answer waits for `latency` seconds first.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from benchmarks.nights import data
from benchmarks.nights.world import Mix, Watched, World

ROOT = Path(__file__).resolve().parents[2]
CONTROL, PACKAGE_SHOW, PAGES, FILES, LINKS = (
    "/_bench/",
    "/api/3/action/package_show",
    "/dataset/",
    "/datos/",
    "/anuncio/",
)
LARGE = "large.csv"
HTML = "text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html>\n<html lang='es'><head><title>Datos</title></head><body>Contratos</body></html>"
NOT_FOUND = b"<!DOCTYPE html>\n<title>404</title><h1>No encontrado</h1>"
FIREWALL = b"<html><head></head><body>Request unsuccessful. Incapsula incident ID: 1-2</body></html>"
REASONS = {200: "OK", 304: "Not Modified", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


class Portal:
    """The portal's process. It ends with the block, or when whoever started it is gone."""

    def __init__(self, mix: Mix, folder: Path, port: int = 0) -> None:
        self._mix = mix
        self._folder = folder
        self.port = port

    def __enter__(self) -> Self:
        told = json.dumps({"mix": self._mix.text, "folder": str(self._folder), "port": self.port})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.nights.portal", told],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"the portal did not start (exit code {self._process.wait()})")
        self.port = int(line)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def night(self, night: int, latency: float) -> None:
        """Publish what the world publishes on `night`, and count anew."""
        control(self.port, f"night?night={night}&latency={latency}")

    def asked(self) -> dict[str, Any]:
        """Since `night`: the numbers of the `sources` that were asked for, `requests`, `bytes`, and its own `cpu_s`."""
        return control(self.port, "asked")


def control(port: int, what: str) -> dict[str, Any]:
    """Tell a running portal something, from whichever process."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", CONTROL + what)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return told


@dataclass
class _Site:
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
class _Answer:
    status: int = 200
    body: bytes = b""
    media: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    file: Path | None = None
    # What Content-Length promises beyond the body.
    missing: int = 0
    reset: bool = False


def answer(site: _Site, target: str, headers: dict[str, str]) -> _Answer:
    """What is answered to a GET for `target`; `headers` are by lower-case name."""
    parts = urlsplit(target)
    if parts.path == "/robots.txt":
        return _Answer(body=b"User-agent: *\nDisallow: /api/\n", media="text/plain")
    if parts.path == PACKAGE_SHOW:
        named = parse_qs(parts.query).get("id", [""])[0]
        it = _source(site, named.rpartition("-")[2])
        return _package(site, it) if it else _missing_package()
    if parts.path.startswith((PAGES, LINKS)):
        return _Answer(body=PAGE)
    it = _source(site, parts.path.removeprefix(FILES).removesuffix(".csv"))
    if it is None or not parts.path.startswith(FILES):
        return _Answer(404, NOT_FOUND)
    fault = it.fails(site.night)
    return _file(site, it, headers) if fault is None else _FAULTS[fault](site, it)


def _source(site: _Site, number: str) -> Watched | None:
    sources = site.world.sources
    if not (number.isascii() and number.isdigit()) or int(number) >= len(sources):
        return None
    site.sources.add(int(number))
    return sources[int(number)]


def _file(site: _Site, it: Watched, headers: dict[str, str]) -> _Answer:
    version = it.version(site.night, site.world.mix.nights)
    tag = f'"{it.number}-{version}"'
    told: tuple[tuple[str, str], ...] = ()
    if it.validators:
        told = (("ETag", tag), ("Last-Modified", f"{_modified(version):%a, %d %b %Y %H:%M:%S} GMT"))
        if headers.get("if-none-match") == tag:
            return _Answer(304, headers=told)
    if it.kind == "large":
        head = data.large_head(it.number, _host(site, it), version)
        return _Answer(body=head, media="text/csv", headers=told, file=site.folder / LARGE)
    return _Answer(body=data.small(it.number, _host(site, it), version), media="text/csv", headers=told)


def _host(site: _Site, it: Watched) -> str:
    return f"{it.host}:{site.port}"


def _modified(version: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=version)


def _package(site: _Site, it: Watched) -> _Answer:
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
    return _Answer(body=json.dumps({"success": True, "result": package}).encode(), media="application/json")


def _missing_package() -> _Answer:
    error = {"__type": "Not Found Error", "message": "Not found"}
    return _Answer(404, json.dumps({"success": False, "error": error}).encode(), media="application/json")


def _whole(site: _Site, it: Watched) -> bytes:
    return data.small(it.number, _host(site, it), it.version(site.night, site.world.mix.nights))


def _truncated(site: _Site, it: Watched) -> _Answer:
    body = _whole(site, it)
    return _Answer(body=body[: len(body) * 2 // 3], media="text/csv", missing=len(body) // 3)


def _encoding(site: _Site, it: Watched) -> _Answer:
    body = _whole(site, it).decode().encode("cp1252", "replace")
    return _Answer(body=body, media="text/csv; charset=utf-8")


_FAULTS: dict[str, Callable[[_Site, Watched], _Answer]] = {
    "not_found": lambda site, it: _Answer(404, NOT_FOUND),
    "server_error": lambda site, it: _Answer(500, PAGE),
    "html": lambda site, it: _Answer(body=PAGE),
    "truncated": _truncated,
    "empty": lambda site, it: _Answer(media="text/csv"),
    "encoding": _encoding,
    "reset": lambda site, it: _Answer(reset=True),
    "throttled": lambda site, it: _Answer(429, PAGE, headers=(("Retry-After", "1"),)),
    "blocked": lambda site, it: _Answer(403, FIREWALL),
}


async def _serve(site: _Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, until the client leaves it or an answer ends it."""
    peer = writer.get_extra_info("peername")
    with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        while peer and peer[0].startswith("127."):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            if target.startswith(CONTROL):
                _send(writer, "GET", _Answer(body=_controlled(site, target), media="application/json"))
                break
            site.requests += 1
            if site.latency:
                await asyncio.sleep(site.latency)
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            found = answer(site, target, headers)
            if found.reset:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                break
            _send(writer, method, found)
            await writer.drain()
            site.bytes += len(found.body)
            if found.file is not None and method == "GET":
                with found.file.open("rb") as handle:
                    site.bytes += await asyncio.get_running_loop().sendfile(writer.transport, handle)
            if found.missing:
                break
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def _send(writer: asyncio.StreamWriter, method: str, found: _Answer) -> None:
    length = len(found.body) + found.missing + (found.file.stat().st_size if found.file else 0)
    lines = [
        f"HTTP/1.1 {found.status} {REASONS.get(found.status, 'Whatever')}",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT",
        *(() if found.status == 304 else (f"Content-Type: {found.media}", f"Content-Length: {length}")),
        *(f"{name}: {value}" for name, value in found.headers),
    ]
    body = found.body if method == "GET" and found.status != 304 else b""
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def _controlled(site: _Site, target: str) -> bytes:
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path == CONTROL + "night":
        site.night, site.latency = int(query["night"]), float(query["latency"])
        site.sources, site.requests, site.bytes, site.cpu = set(), 0, 0, time.process_time()
    told = {
        "sources": sorted(site.sources),
        "requests": site.requests,
        "bytes": site.bytes,
        "cpu_s": round(time.process_time() - site.cpu, 3),
    }
    return json.dumps(told).encode()


async def _run(site: _Site, port: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(site, reader, writer)

    # Any address, because a socket for each of hundreds of hosts would be wanted otherwise; strangers are hung up on.
    server = await asyncio.start_server(connected, "0.0.0.0", port, backlog=1024)  # noqa: S104
    site.port = server.sockets[0].getsockname()[1]
    print(site.port, flush=True)
    async with server:
        # Ends with whoever started it, however that ends.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until standard input ends."""
    told = json.loads(sys.argv[1])
    asyncio.run(_run(_Site(World(Mix(**told["mix"])), Path(told["folder"])), told["port"]))


if __name__ == "__main__":
    main()
