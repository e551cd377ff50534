"""S3 on loopback: moto's server, which keeps objects in memory. https://docs.getmoto.org/en/latest/docs/server_mode.html"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.servers.processes import free_port, listens, started

BUCKET = "veedor"


def forget() -> None:
    """Let the library forget the stores that it spoke to: it knows them by their arguments, not by the environment."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """The environment by which a program reaches a store of our own, with the bucket BUCKET in it."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with started(command, listens(port), folder / "s3.log", seconds=60.0):
        address = f"http://127.0.0.1:{port}"
        requests.put(f"{address}/{BUCKET}", timeout=10).raise_for_status()
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
