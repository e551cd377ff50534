"""Fixtures that every test may ask for. Nothing here reaches beyond loopback."""

from __future__ import annotations

import csv
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from pipelines.clock import FixedClock
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

# Whoever else uses the machine is no fault of an example that took long.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def corpus_folder() -> Path | None:
    """The corpus of real published files: VEEDOR_CORPUS, else the folder kept beside the checkout."""
    named = os.environ.get("VEEDOR_CORPUS")
    folder = Path(named) if named else ROOT.parent / "shared" / "corpus"
    return folder if (folder / "MANIFEST.csv").is_file() else None


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Archives hold the time of their making: a name made of their bytes would differ between two processes."""
    return argname if isinstance(val, bytes) and len(val) > 15 else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus folder. Without it the test is skipped, except in CI, where that is a failure."""
    folder = corpus_folder()
    if folder is None:
        message = "the corpus of published files is not here; set VEEDOR_CORPUS to its folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def manifest(corpus: Path) -> list[dict[str, str]]:
    """The corpus manifest: one row a file."""
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a temporary folder that may talk to loopback."""
    return Settings(
        sources=tmp_path / "sources.yaml",
        data=tmp_path / "data",
        allow_private_addresses=True,
        host_pause_seconds=0.0,
        retries=1,
        deadline_seconds=20.0,
    )


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine leaks into a test."""
    for name in list(os.environ):
        if name.startswith("VEEDOR_") and name != "VEEDOR_CORPUS":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that tries to leave the machine fails at the socket."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if host not in ("127.0.0.1", "::1", "localhost") and not str(host).startswith("127."):
            raise OSError(f"tests talk to loopback only, not to {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
