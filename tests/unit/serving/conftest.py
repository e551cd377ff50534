"""What the tests of the server share: an installation with hostile public pages, served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.site.build import build
from tests.serving_process import Served, serving
from tests.unit.feedback.reports import SOURCES
from tests.unit.site.conftest import HOSTILE, make_public


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    build(make_public(folder / "data", titles=HOSTILE))
    return folder / "data"


@pytest.fixture(scope="session")
def served(data: Path) -> Iterator[Served]:
    # Every test is a household of its own, or the whole file would send too often.
    with serving(data, data.parent / "sources.yaml", VEEDOR_TRUSTED_PROXIES="127.0.0.0/8") as it:
        yield it


@pytest.fixture
def household(request: pytest.FixtureRequest) -> dict[str, str]:
    number = abs(hash(request.node.nodeid)) % 60_000
    return {"x-forwarded-for": f"198.18.{number // 250}.{number % 250 + 1}"}
