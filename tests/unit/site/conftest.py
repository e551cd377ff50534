"""What the site's tests share: a public folder made from generated run folders, and a reader of pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.history import publish, record
from pipelines.site import engine
from pipelines.site.build import build
from tests.unit.history import run_folders


class Page(HTMLParser):
    """A page taken apart: tags with their attributes, and the text a reader sees."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.text = ""
        self.path = path
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "img", "wbr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        """Every address on the page."""
        return [
            value
            for _, attrs in self.tags
            for name in ("href", "src")
            if (value := attrs.get(name)) is not None
        ]


def make_public(
    folder: Path, *, titles: dict[str, str] | None = None, change: Callable[[Path], None] | None = None
) -> Path:
    """Generate run folders, record and publish them; gives the public folder, without a site yet.

    `change` may write over a source's run folder before it is recorded.
    """
    history = folder / "history.duckdb"
    folders = run_folders.write(folder / "runs", titles=titles)
    runs = [it for it in folders if it.name != artifacts.NIGHT_FOLDER]
    if change:
        for run in runs:
            change(run)
    record.record_runs(history, runs)
    for night in folders:
        if night.name == artifacts.NIGHT_FOLDER:
            record.record_alerts(history, night)
    publish.publish(history, folder / "public")
    return folder / "public"


HOSTILE = {
    "federal/contratos": "<script>alert(1)</script> {{ 7 * 7 }}",
    "federal/declaraciones": "contratos\u202egnp.exe\u2066 \x00fin",
    "estatal/padron": '" onmouseover="alert(1)',
    "estatal/obra": "Añadido " + "larguísimo" * 300,
}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder without a site; not to be written to."""
    return make_public(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder with its site; not to be written to."""
    public = Path(shutil.copytree(published, tmp_path_factory.mktemp("site") / "public"))
    with pytest.MonkeyPatch.context() as patch:  # whether `make engine` ran here or not
        patch.setattr(engine, "MADE", public / "no_engine")
        build(public)
    return public


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of publishers who mean harm."""
    public = make_public(tmp_path_factory.mktemp("hostile"), titles=HOSTILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MADE", public / "no_engine")
        build(public)
    return public


@pytest.fixture
def page() -> type[Page]:
    """`Page`, for tests."""
    return Page
