"""Turns at a host: the pause, how many at a time, and cool-off, among threads, processes and the killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipelines.errors import FetchFault
from pipelines.http_client.hosts import DAY, LONGEST_QUEUE_SECONDS, Hosts
from pipelines.model import FaultKind

HOST = "portal.example:443"
Opened = Callable[..., Hosts]


class Time:
    """A clock that runs only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1e9
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def opened(tmp_path: Path, time: Time) -> Opened:
    """The turns as another process of the same data folder would open them."""

    def hosts(pause: float = 1.0, at_once: int = 2) -> Hosts:
        return Hosts(tmp_path / "hosts", pause=pause, at_once=at_once, now=lambda: time.now, sleep=time.sleep)

    return hosts


def ask(hosts: Hosts, host: str = HOST) -> None:
    with hosts.turn(host, 1.0):
        pass


def test_the_pause_is_kept_among_processes_and_for_each_host_alone(opened: Opened, time: Time) -> None:
    ask(opened())
    ask(opened())
    ask(opened(), "other.example:443")
    ask(opened(), HOST.upper())
    assert time.slept == [1.0, 1.0]


def test_everybody_waits_when_a_server_asks_for_it(opened: Opened, time: Time) -> None:
    opened().delay(HOST, 30.0)
    ask(opened())
    assert time.slept == [30.0]


def test_a_crawl_delay_lengthens_the_pause(opened: Opened, time: Time) -> None:
    opened().crawl_delay(HOST, 5.0)
    ask(opened())
    ask(opened())
    assert time.slept == [5.0]


def test_a_host_is_left_alone_for_its_time_and_no_longer_than_a_day(opened: Opened, time: Time) -> None:
    opened().leave_alone(HOST, 1e9, "429\nToo Many Requests")
    with pytest.raises(FetchFault, match=r"left alone until .* UTC: 429 Too Many Requests") as caught:
        ask(opened())
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.THROTTLED, True)
    ask(opened(), "other.example:443")
    time.now += DAY + 1
    ask(opened())


def test_no_more_than_so_many_at_a_time(opened: Opened, time: Time) -> None:
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(opened(pause=0.0).turn(HOST, 1.0))
        with pytest.raises(FetchFault, match="under way"):
            ask(opened(pause=0.0))
        ask(opened(pause=0.0), "other.example:443")
    time.slept.clear()
    ask(opened(pause=0.0))
    assert time.slept == []


def test_threads_take_turns_too(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path, pause=0.0, at_once=1, now=lambda: 1e9, sleep=lambda _: None)
    within: list[int] = []
    most: list[int] = []

    def visit() -> None:
        with hosts.turn(HOST, 1e9):
            within.append(1)
            most.append(len(within))
            within.pop()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_what_a_killed_process_held_is_free(opened: Opened, tmp_path: Path, time: Time) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom pipelines.http_client.hosts import Hosts\n"
        "hosts = Hosts(Path(sys.argv[1]), pause=0.0, at_once=1, now=lambda: 1e9, sleep=time.sleep)\n"
        f"with hosts.turn({HOST!r}, 1.0):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "hosts")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FetchFault, match="under way"):
            ask(opened(pause=0.0, at_once=1))
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    ask(opened(pause=0.0, at_once=1))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 50, b"[1", b"{}", b'{"next": "x"}', b"[" * 5000, b"\xff" * 9]
)
def test_a_damaged_state_says_nothing(content: bytes, opened: Opened, time: Time) -> None:
    path = opened().file(HOST, "json")
    path.parent.mkdir()
    path.write_bytes(content)
    ask(opened())
    assert time.slept == []
    ask(opened())
    assert time.slept == [1.0]


def test_what_is_left_behind_a_state_is_not_read(opened: Opened, time: Time) -> None:
    ask(opened())
    path = opened().file(HOST, "json")
    path.write_bytes(path.read_bytes() + b'0, "reason": "x"}')
    ask(opened())
    assert time.slept == [1.0]


def test_a_turn_in_the_far_future_is_a_clock_that_was_wrong(opened: Opened, time: Time) -> None:
    opened().delay(HOST, 1e8)
    ask(opened())
    assert time.slept == [LONGEST_QUEUE_SECONDS]
