"""What the tests of the pages in a browser share: a site on loopback under a strict policy, Chromium, and axe-core.

Belongs here: making and serving the site, and opening its pages. Without Chromium or axe-core (`make browser`) the
tests are skipped, except when `CI` is set.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.history import dictionary, parquet
from pipelines.site.build import build
from pipelines.site.feedback import Where
from tests.unit.site.conftest import make_public

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / ".tools/browser/node_modules/axe-core/axe.min.js"
# The strictest policy that a careful web server may send.
POLICY = "default-src 'self'"
LONG = {
    "federal/contratos": "Contratos celebrados por la Administración Pública Federal " + "y " + "sus" * 60
}


class Handler(SimpleHTTPRequestHandler):
    """A static host."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder as a night leaves it."""
    folder = make_public(tmp_path_factory.mktemp("browser"), titles=LONG)
    parquet.export(folder)
    dictionary.write(folder, "CC-BY-4.0")
    place = Where(serve_url="https://calidad.example.org/veedor/")
    build(folder, "https://calidad.example.org/", "Veedor", where=place)
    return folder


@pytest.fixture(scope="session")
def address(public: Path) -> Iterator[str]:
    """Where the site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(public)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for one file of tests: while it lives, nothing else in the process can run asyncio."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None or not AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail("Chromium or axe-core is missing: make browser")
        pytest.skip("Chromium or axe-core is missing: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that was opened, and what the browser complained of."""

    page: Any
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Opens pages; all are closed afterwards."""
    contexts = []

    def opened(url: str, width: int = 1440, scheme: str = "light") -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        found = Visit(page)
        page.on("console", lambda it: found.complaints.append(f"{it.type}: {it.text}"))
        page.on("pageerror", lambda it: found.complaints.append(f"error: {it}"))
        page.on("requestfailed", lambda it: found.complaints.append(f"failed: {it.url}"))
        page.on(
            "response",
            lambda it: found.complaints.append(f"{it.status}: {it.url}") if it.status > 399 else None,
        )
        page.goto(url, wait_until="load")
        return found

    yield opened
    for context in contexts:
        context.close()


def one_of_each(public: Path, language: str) -> dict[str, str]:
    """A page of every kind, the fullest one, by the name of its kind."""
    found: dict[str, Path] = {}
    for path in sorted((public / language).rglob("*.html")):
        kind = re.sub(r"/[^/]+$", "", path.relative_to(public / language).as_posix())
        kind = "dataset" if kind.startswith("dataset/") else kind
        if kind not in found or path.stat().st_size > found[kind].stat().st_size:
            found[kind] = path
    return {kind: path.relative_to(public).as_posix() for kind, path in found.items()}
