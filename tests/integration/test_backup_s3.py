"""Backups in an object store that speaks S3, on loopback; skipped where its libraries are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.backup import back_up
from pipelines.backup.give_back import give_back, prove
from pipelines.backup.place import Elsewhere, place_at
from pipelines.errors import ConfigurationError
from pipelines.snapshots.store import store_at
from tests.servers.s3 import forget
from tests.unit.backup import installation

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = pytest.importorskip("moto.server", exc_type=ImportError)
    pytest.importorskip("s3fs", exc_type=ImportError)
    import boto3

    for name, value in {
        "ACCESS_KEY_ID": "x",
        "SECRET_ACCESS_KEY": "y",
        "DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    boto3.client("s3").create_bucket(Bucket="backups")
    forget()
    try:
        yield "backups"
    finally:
        running.stop()


def test_there_and_back(bucket: str, tmp_path: Path) -> None:
    settings = installation.settings_at(tmp_path)
    installation.fill(settings, 3)
    installation.rest(settings)
    place = place_at(f"s3://{bucket}/veedor")
    assert isinstance(place, Elsewhere)

    def made(days: int) -> back_up.BackedUp:
        store = store_at(None, settings.snapshots)
        return back_up.back_up(place, settings, store, NOW + timedelta(days=days), keep=2)

    first = made(0)
    assert first.bytes_new == first.bytes_all > 0
    installation.rest(settings)
    assert [(made(days).bytes_new, made(days + 10).kept) for days in (1, 2)] == [(0, 2), (0, 2)]
    give_back(place, tmp_path / "new")
    assert installation.tree(tmp_path / "new") == installation.tree(settings.data)
    one = next(iter(place.listed("objects")))
    place.files.pipe_file(f"{place.prefix}/{one}", b"damaged")
    assert prove(place).damaged == (one.rpartition("/")[2],)
    made(30)
    assert prove(place).whole


def test_a_store_that_does_not_answer_is_told_in_plain_words(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_at(f"s3://{bucket}/veedor")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="did not answer as a store of backups does"):
        place_at(f"s3://{bucket}/other").listed("objects")
    assert place.name == f"s3://{bucket}/veedor"
