"""`veedor status` and `veedor doctor` as their operator meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import receivers
from tests.portal_server.server import PortalServer
from tests.receivers import Receiver
from tests.unit.cli.test_cli import SAMPLES, veedor
from tests.unit.cli.test_run_command import HEAD, LOOPBACK, NIGHT, SOURCE

LIST = (SAMPLES / "debarred_contractors" / "good.csv").read_bytes()
LATE = {"VEEDOR_LATE_HOURS": "1000000"}  # the night of the test is of the past


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Path]:
    with PortalServer({"/list.csv": LIST}) as portal:
        (tmp_path / "sources.yaml").write_text(
            HEAD + SOURCE.format(id="first", url=portal.url), encoding="utf-8"
        )
        yield tmp_path


def test_before_the_first_night(installation: Path) -> None:
    done = veedor("status", cwd=installation)
    assert done.returncode == 0, done.stderr
    assert "No night has run yet" in done.stdout
    assert not (installation / "data").exists()
    done = veedor("doctor", cwd=installation)
    assert (done.returncode, done.stdout) == (0, "● Nothing is wrong that can be seen from here.\n")


@pytest.mark.slow
def test_a_night_is_run_told_and_looked_at(installation: Path) -> None:
    """One night with everything on: the switch, the figures, a log of objects, and then both commands."""
    switch = Receiver(answer=lambda _: (200, {}, b"OK"))
    with receivers.running(switch) as url:
        told = {
            **LOOPBACK,
            "VEEDOR_PING_URL": f"{url}/0d3fb2c1-uuid",
            "VEEDOR_METRICS_FILE": str(installation / "veedor.prom"),
            "VEEDOR_LOG": "json",
            "VEEDOR_LOG_LEVEL": "debug",
        }
        done = veedor("run", "--night", NIGHT, cwd=installation, **told)
    assert done.returncode == 0, done.stderr
    assert [it.path for it in switch.requests] == ["/0d3fb2c1-uuid/start", "/0d3fb2c1-uuid"]
    assert 'veedor_sources{result="success"} 1.0' in (installation / "veedor.prom").read_text()
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert "0d3fb2c1" not in done.stderr + done.stdout
    fetched = next(it for it in lines if it.get("stage") == "fetch" and it["logger"] == "veedor")
    assert (fetched["source"], fetched["run"]) == ("first", f"{NIGHT}/first")
    assert fetched["distribution"] == "first/list/csv"
    assert any(it["event"] == "source first is through: success" for it in lines)
    index = json.loads((installation / "data" / "runs" / NIGHT / "first" / "index.json").read_text())
    assert set(index["seconds"]) == {"discover", "fetch", "read", "validate", "visit", "compare", "measure"}
    assert not list((installation / "data" / "runs" / NIGHT / "first").glob(".seconds*"))

    shown = veedor("status", cwd=installation, COLUMNS="80", **LATE)
    assert shown.returncode == 0, shown.stderr
    assert NIGHT in shown.stdout
    found = json.loads(veedor("status", "--json", "--nights", "1", cwd=installation, **LATE).stdout)
    assert found["last_finished"] == NIGHT
    assert (found["nights"][-1]["state"], found["nights"][-1]["results"]) == ("finished", {"success": 1})
    assert found["disk"]["parts"]["history"] > 0
    done = veedor("doctor", cwd=installation, **LATE)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    late = veedor("doctor", "--json", cwd=installation)
    assert late.returncode == 1
    symptoms = json.loads(late.stdout)
    assert (symptoms["healthy"], symptoms["symptoms"][0]["key"]) == (False, "night_late")


def test_a_mail_server_that_is_not_there(installation: Path) -> None:
    mail = "mailto://user:hunter2@127.0.0.1:9"
    done = veedor(
        "doctor", "--online", cwd=installation, VEEDOR_MAIL_URL=mail, VEEDOR_OPERATOR="a@example.org"
    )
    assert done.returncode == 1
    assert "took no log-in" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_settings_that_cannot_be_used_are_named(installation: Path) -> None:
    for name, value in (
        ("VEEDOR_LOG", "xml"),
        ("VEEDOR_LOG_LEVEL", "loud"),
        ("VEEDOR_PING_URL", "hc.example/secret"),
    ):
        done = veedor("doctor", cwd=installation, **{name: value})
        assert done.returncode == 2
        assert name in done.stderr
        assert "secret" not in done.stderr
