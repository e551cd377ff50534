"""Readers and writers at once: nothing that was thanked for is lost, and nobody is told that something failed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from benchmarks.serve_load import load, lost
from pipelines.site.build import build
from tests.serving_process import serving
from tests.unit.feedback.reports import SOURCES
from tests.unit.site.conftest import make_public


@pytest.mark.parametrize(
    ("seconds", "readers", "writers"),
    [(5, 40, 10), pytest.param(60, 200, 20, marks=[pytest.mark.slow, pytest.mark.long])],
)
def test_nothing_is_lost_under_load(tmp_path: Path, seconds: float, readers: int, writers: int) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    build(make_public(tmp_path / "data"))
    with serving(tmp_path / "data", tmp_path / "sources.yaml", VEEDOR_TRUSTED_PROXIES="127.0.0.1") as it:
        found = load(it.url, seconds, readers, writers)
    assert [status for status in found.statuses if status >= 500] == []
    assert set(found.statuses) <= {200, 429}
    assert found.broken == []
    assert found.thanked
    assert lost(found, tmp_path / "data/runs") == []


def test_whoever_was_thanked_before_the_server_was_killed_is_in_the_inbox_whole(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    build(make_public(tmp_path / "data"))
    with serving(tmp_path / "data", tmp_path / "sources.yaml", VEEDOR_TRUSTED_PROXIES="127.0.0.1") as it:
        killer = threading.Timer(1.0, it.process.kill)
        killer.start()
        found = load(it.url, 2, 0, 20)
        killer.join()
        it.process.wait(20)
    assert found.thanked
    assert lost(found, tmp_path / "data/runs") == []  # and nothing that is there is half there
