"""The portal of the world: every host of it in one process of its own, whose work is counted apart.

    with Portal(mix, folder) as portal:
        portal.night(11, latency=0.05)
        ... portal.port ... portal.asked()

Belongs here: HTTP, and the process. Does not belong here: what is answered (`answers`).
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
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from benchmarks.nights.answers import Answer, Site, answer
from benchmarks.nights.world import Mix, World

ROOT = Path(__file__).resolve().parents[2]
CONTROL = "/_bench/"
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


async def _serve(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, until the client leaves it or an answer ends it."""
    peer = writer.get_extra_info("peername")
    with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        while peer and peer[0].startswith("127."):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            if target.startswith(CONTROL):
                _send(writer, "GET", Answer(body=_controlled(site, target), media="application/json"))
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


def _send(writer: asyncio.StreamWriter, method: str, found: Answer) -> None:
    length = len(found.body) + found.missing + (found.file.stat().st_size if found.file else 0)
    lines = [
        f"HTTP/1.1 {found.status} {REASONS.get(found.status, 'Whatever')}",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT",
        *(() if found.status == 304 else (f"Content-Type: {found.media}", f"Content-Length: {length}")),
        *(f"{name}: {value}" for name, value in found.headers),
    ]
    body = found.body if method == "GET" and found.status != 304 else b""
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def _controlled(site: Site, target: str) -> bytes:
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


async def _run(site: Site, port: int) -> None:
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
    asyncio.run(_run(Site(World(Mix(**told["mix"])), Path(told["folder"])), told["port"]))


if __name__ == "__main__":
    main()
