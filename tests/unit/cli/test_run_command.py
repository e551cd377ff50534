"""`veedor run` as its operator meets it: what it says of waiting alerts, faults of ours and undelivered mail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.cli.run_command import _tell, _undelivered
from pipelines.model import RunIndex
from tests.portal_server.server import PortalServer
from tests.unit.cli.test_cli import SAMPLES, veedor

LIST = (SAMPLES / "debarred_contractors" / "good.csv").read_bytes()
NIGHT = "2026-03-02"
HEAD = "version: 1\ntime_zone: UTC\nsources:\n"
SOURCE = """
  - id: {id}
    portal: direct
    publisher: {{name: Secretaría Ejemplo}}
    owner: {{name: Unidad Ejemplo}}
    datasets:
      - id: list
        title: Lista
        guide_dataset: debarred_contractors
        distributions: [{{id: csv, url: "{url}/list.csv", format: csv}}]
"""
LOOPBACK = {"VEEDOR_ALLOW_PRIVATE_ADDRESSES": "1", "VEEDOR_HOST_PAUSE_SECONDS": "0"}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Path]:
    with PortalServer({"/list.csv": LIST}) as portal:
        declared = "".join(SOURCE.format(id=name, url=portal.url) for name in ("first", "second"))
        (tmp_path / "sources.yaml").write_text(HEAD + declared, encoding="utf-8")
        yield tmp_path


def test_a_night_in_the_future_is_refused_before_any_work(installation: Path) -> None:
    later = (datetime.now(UTC) + timedelta(days=2)).date()
    done = veedor("run", "--night", str(later), cwd=installation)
    assert done.returncode == 2
    assert "is in the future" in done.stderr
    assert not (installation / "data" / "runs").exists()


@pytest.mark.slow
def test_alerts_that_wait_for_a_source_are_not_told_as_none(installation: Path) -> None:
    only = ("run", "--night", NIGHT, "--source", "first")
    done = veedor(*only, cwd=installation, **LOOPBACK)
    assert done.returncode == 0, done.stderr
    assert "alerts wait for: second." in done.stdout
    assert "0 alerts" not in done.stdout
    told = json.loads(veedor(*only, "--json", cwd=installation, **LOOPBACK).stdout)
    assert (told["alerts"], told["waiting"], told["undelivered"]) == (None, ["second"], 0)
    whole = veedor("run", "--night", NIGHT, cwd=installation, **LOOPBACK)
    assert "0 alerts." in whole.stdout


def test_the_reason_of_a_fault_of_ours_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    instant = datetime(2026, 3, 2, tzinfo=UTC)
    reason = "no [/b] [red]x\x1b[2J"
    _tell([RunIndex("first", instant.date(), "0", instant, instant, "failure", reason=reason)])
    told = capsys.readouterr().err
    assert "first was stopped by a fault of ours: no [/b] [red]x" in told
    assert "\x1b[2J" not in told


def test_a_message_counts_as_undelivered_when_its_last_attempt_failed(tmp_path: Path) -> None:
    attempts = [
        ("2026-03-02", "sent-later", 1, "failed"),
        ("2026-03-02", "sent-later", 2, "sent"),
        ("2026-03-02", "given-up", 1, "failed"),
        ("2026-03-02", "given-up", 5, "failed"),
        ("2026-03-01", "another-night", 1, "failed"),
    ]
    connection = duck.connect(tmp_path / "quality.duckdb")
    connection.execute(
        "create table notification (night date, alert varchar, channel varchar, attempt int, state varchar)"
    )
    connection.executemany("insert into notification values (?, ?, 'mail', ?, ?)", attempts)
    connection.close()
    assert _undelivered(tmp_path, date(2026, 3, 2)) == 1
    assert _undelivered(tmp_path, date(2026, 3, 3)) == 0
