"""The dead-man's switch, against a real server: what is asked, and that nothing of it fails a night."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import DiskFull, HistoryLocked
from pipelines.http_client import HttpClient
from pipelines.operation import closing, heartbeat, notes
from pipelines.settings import Settings
from tests import receivers
from tests.receivers import Receiver
from tests.unit.operation.installation import Installation, at

NIGHT = date(2026, 3, 2)
UUID = "0d3fb2c1-uuid"


@pytest.fixture
def switch() -> Iterator[tuple[Receiver, str]]:
    found = Receiver(answer=lambda _: (200, {}, b"OK"))
    with receivers.running(found) as url:
        yield found, f"{url}/ping/{UUID}"


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(settings, clock, sleep=lambda seconds: None) as client:
        yield client


def closed(
    installation: Installation, http: HttpClient, clock: FixedClock, url: str | None
) -> notes.NightNote:
    return closing.closed(NIGHT, ["a", "b"], "es", replace(installation.settings, ping_url=url), clock, http)


def test_a_finished_night(
    installation: Installation, http: HttpClient, clock: FixedClock, switch: tuple[Receiver, str]
) -> None:
    found, url = switch
    for name in ("a", "b"):
        installation.run(NIGHT, name)
    assert closed(installation, http, clock, url).ping == heartbeat.SENT
    (request,) = found.requests
    assert (request.method, request.path) == ("POST", f"/ping/{UUID}")
    assert request.body.decode() == "La noche del 2026-03-02 terminó: 2 fuentes."
    assert notes.read(installation.settings.operations)[NIGHT].ping == "sent"


def test_an_old_night_that_is_run_again_says_nothing_of_tonight(
    installation: Installation,
    http: HttpClient,
    clock: FixedClock,
    switch: tuple[Receiver, str],
    tmp_path: Path,
) -> None:
    found, url = switch
    file = tmp_path / "veedor.prom"
    settings = replace(installation.settings, ping_url=url, metrics_file=file)
    installation.finish(NIGHT + timedelta(days=1))
    clock = FixedClock(at(NIGHT + timedelta(days=5)))
    note = closing.closed(NIGHT, ["a"], "es", settings, clock, http)
    assert (found.requests, note.ping, file.exists()) == ([], "", False)
    assert set(notes.read(settings.operations)) == {NIGHT, NIGHT + timedelta(days=1)}
    assert not closing.is_newest(NIGHT, settings, clock.now())
    # What a wrong clock left in the future silences nobody.
    installation.finish(date(2031, 1, 1))
    assert closing.is_newest(NIGHT + timedelta(days=1), settings, clock.now())


def test_a_night_in_which_a_fault_of_ours_stopped_a_source(
    installation: Installation, http: HttpClient, clock: FixedClock, switch: tuple[Receiver, str]
) -> None:
    found, url = switch
    installation.run(NIGHT, "a")
    installation.run(NIGHT, "b", "failure")
    closed(installation, http, clock, url)
    assert found.requests[0].path == f"/ping/{UUID}/fail"
    assert "detuvo 1 de 2 fuentes: b" in found.requests[0].body.decode()


def test_a_night_begins_and_is_ended_by_a_full_disk(
    installation: Installation, http: HttpClient, clock: FixedClock, switch: tuple[Receiver, str]
) -> None:
    found, url = switch
    settings = replace(installation.settings, ping_url=url)
    assert heartbeat.started(NIGHT, "en", settings, http) == heartbeat.SENT
    with (
        pytest.raises(OSError, match="No space"),
        closing.watched(NIGHT, "en", settings, clock, http),
    ):
        raise OSError(28, "No space left on device")
    assert [it.path for it in found.requests] == [f"/ping/{UUID}/start", f"/ping/{UUID}/fail"]
    with pytest.raises(KeyboardInterrupt), closing.watched(NIGHT, "en", settings, clock, http):
        raise KeyboardInterrupt
    assert len(found.requests) == 2, "an interrupt tells nothing"
    with pytest.raises(HistoryLocked), closing.watched(NIGHT, "en", settings, clock, http):
        raise HistoryLocked("another night is at work")
    assert len(found.requests) == 2
    installation.finish(NIGHT)
    with pytest.raises(DiskFull), closing.watched(NIGHT - timedelta(days=1), "en", settings, clock, http):
        raise DiskFull("an old night")
    assert len(found.requests) == 2


@pytest.mark.parametrize("answer", [404, 503, 302])
def test_a_switch_that_refuses_fails_no_night_and_is_never_shown(
    installation: Installation,
    http: HttpClient,
    clock: FixedClock,
    switch: tuple[Receiver, str],
    answer: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    found, url = switch
    found.answer = lambda _: (answer, {"Location": f"http://127.0.0.1/{UUID}"}, UUID.encode())
    with caplog.at_level(logging.DEBUG):
        note = closed(installation, http, clock, url)
    assert note.ping == f"not sent: it answered {answer}"
    kept = (installation.settings.operations / "2026-03-02.json").read_text()
    assert json.loads(kept)["ping"] == note.ping
    assert UUID not in caplog.text + kept
    assert "could not be made" in caplog.text


def test_a_switch_that_is_not_there(
    installation: Installation, http: HttpClient, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    note = closed(installation, http, clock, f"http://127.0.0.1:9/{UUID}")
    assert note.ping.startswith("not sent: ")
    assert UUID not in note.ping + caplog.text


def test_a_private_address_is_not_asked_without_leave(installation: Installation, clock: FixedClock) -> None:
    settings = replace(installation.settings, allow_private_addresses=False)
    with HttpClient(settings, clock) as http:
        note = closing.closed(
            NIGHT, [], "en", replace(settings, ping_url="http://127.0.0.1:9/x"), clock, http
        )
    assert note.ping.startswith("not sent: ")


def test_nobody_is_asked_when_there_is_no_switch(
    installation: Installation, http: HttpClient, clock: FixedClock
) -> None:
    assert closed(installation, http, clock, None).ping == ""


@pytest.mark.parametrize(
    ("url", "signal", "address"),
    [
        ("https://hc.example/uuid", "", "https://hc.example/uuid"),
        ("https://hc.example/uuid/", "fail", "https://hc.example/uuid/fail"),
        ("https://hc.example/ping?create=1", "start", "https://hc.example/ping/start?create=1"),
        ("https://hc.example", "", "https://hc.example/"),
    ],
)
def test_where_a_signal_goes(url: str, signal: str, address: str) -> None:
    assert heartbeat.address(url, signal) == address
