"""Alarms: at their moment, in their order, and not once they were called off."""

from __future__ import annotations

import os
import threading
import time

import pytest

from pipelines.http_client import alarms

LONG = 10.0


def test_the_earlier_one_goes_off_first_though_it_was_set_later() -> None:
    order: list[str] = []
    done = threading.Event()
    late = alarms.after(0.2, lambda: (order.append("late"), done.set()))
    alarms.after(0.05, lambda: order.append("early"))
    assert done.wait(LONG)
    assert order == ["early", "late"]
    late.cancel()  # it has gone off: nothing


def test_what_is_called_off_does_not_happen() -> None:
    heard: list[str] = []
    done = threading.Event()
    alarms.after(0.05, lambda: heard.append("called off")).cancel()
    alarms.after(0.1, done.set)
    assert done.wait(LONG)
    assert heard == []


def test_a_thousand_alarms_take_one_thread() -> None:
    alarms.after(0.0, lambda: None)
    before = threading.active_count()
    several = [alarms.after(LONG, lambda: None) for _ in range(1_000)]
    assert threading.active_count() == before
    for it in several:
        it.cancel()


def test_a_thread_that_could_not_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "_KEEPER", alarms._Keeper())
    done = threading.Event()
    with monkeypatch.context() as none_to_be_had:
        none_to_be_had.setattr(threading.Thread, "start", _refused)
        with pytest.raises(RuntimeError):
            alarms.after(0.0, lambda: None)
    alarms.after(0.0, done.set)
    assert done.wait(LONG)


def _refused(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_one_that_raises_keeps_no_other_from_going_off(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def fails() -> None:
        raise ValueError("no")

    alarms.after(0.0, fails)
    alarms.after(0.05, done.set)
    assert done.wait(LONG)
    assert "an alarm could not do its work" in caplog.text


def test_a_forked_process_has_alarms_of_its_own() -> None:
    rang: list[int] = []
    alarms.after(0.3, lambda: rang.append(os.getpid()))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        done = threading.Event()
        alarms.after(0.01, done.set)
        os.write(writing, b"1" if done.wait(LONG) and not rang else b"0")
        os._exit(0)
    assert os.read(reading, 1) == b"1"
    assert os.waitpid(child, 0)[1] == 0
    until = time.monotonic() + LONG
    while not rang and time.monotonic() < until:
        time.sleep(0.01)
    assert rang == [os.getpid()]
