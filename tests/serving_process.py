"""`veedor serve` in a process of its own, on a loopback port, as an operator runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import IO

import requests

ROOT = Path(__file__).resolve().parents[1]
KEY = "a-key-of-the-tests-0123456789-abcdefgh"


@dataclass(frozen=True)
class Served:
    """The server: where it is, and its process."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, **more: object) -> requests.Response:
        """GET an address below it."""
        return requests.get(f"{self.url}{path}", timeout=20, **more)  # type: ignore[arg-type]

    def post(self, path: str, fields: Mapping[str, str] | bytes, **more: object) -> requests.Response:
        """POST a form."""
        headers = {"content-type": "application/x-www-form-urlencoded", **more.pop("headers", {})}  # type: ignore[dict-item]
        return requests.post(f"{self.url}{path}", data=fields, timeout=20, headers=headers, **more)  # type: ignore[arg-type]


@contextmanager
def serving(data: Path, sources: Path, **environment: str) -> Iterator[Served]:
    """Serve a data folder until the block ends, which has to be gracefully."""
    # A pipe that nobody reads would stop it some day.
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "serve", "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            **{"VEEDOR_DATA": str(data), "VEEDOR_SOURCES": str(sources), "VEEDOR_LINK_KEY": KEY},
            **{"NO_COLOR": "1", **environment},
        },
        stderr=said,
        text=True,
    )
    try:
        yield Served(_address(process, said), process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            ended = process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            said.close()
        assert ended in (0, 2, -signal.SIGTERM, -signal.SIGKILL), ended


def _address(process: subprocess.Popen[str], said: IO[str]) -> str:
    """Where it says that it is. Fails with what it said when it ended instead."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        said.seek(0)
        text = said.read()
        if found := re.search(r"at (http://\S+)/$", text.strip(), re.MULTILINE):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"it does not serve: {text}")


class Fields(HTMLParser):
    """What a browser would send of the forms of a page, and the page's tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags.append((tag, of))
        self._area = (of.get("name") or "") if tag == "textarea" else ""
        if tag == "textarea":
            self.values[self._area] = ""
        if tag == "input" and of.get("name") and (of.get("type") != "radio" or "checked" in of):
            self.values[str(of["name"])] = of.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data
