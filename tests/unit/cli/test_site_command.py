"""`veedor site` beside a night."""

from __future__ import annotations

import threading

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.history import publish
from pipelines.locks import PUBLIC, alone
from pipelines.settings import Settings


def test_a_site_built_by_hand_waits_for_a_night_that_publishes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the one takes what the other is writing for what somebody left, and removes it."""
    publish.publish(settings.history, settings.public)
    monkeypatch.setenv("VEEDOR_DATA", str(settings.data))
    by_hand = threading.Thread(target=CliRunner().invoke, args=(app, ["site"]))
    with alone(settings, PUBLIC):
        by_hand.start()
        by_hand.join(3)
        assert by_hand.is_alive()
        assert not (settings.public / "index.html").exists()
    by_hand.join(60)
    assert (settings.public / "index.html").exists()
