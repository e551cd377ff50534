"""Redis on loopback, without anything on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import free_port, listens, program, started


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The address of a Redis server of our own."""
    server, port = program("redis-server"), free_port()
    options = [
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    with started([server, *options], listens(port), folder / "redis.log"):
        yield f"redis://127.0.0.1:{port}/0"
