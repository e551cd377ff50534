"""How long stages took: known to the process, handed on by notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import artifacts, stage_seconds
from pipelines.stage_seconds import Seconds


class Clock:
    """Each look at it is a second later than the last one."""

    def __init__(self) -> None:
        self.at = 0.0

    def seconds(self) -> float:
        self.at += 1
        return self.at


def full(*_: object) -> None:
    raise OSError("full")


def took(seconds: Seconds, *stages: str) -> None:
    clock = Clock()
    for stage in stages:
        with stage_seconds.noted(seconds, stage, clock):  # type: ignore[arg-type]
            pass


def test_what_one_process_did_is_known_without_a_file(tmp_path: Path) -> None:
    seconds: Seconds = {}
    with stage_seconds.handed_on(tmp_path, seconds):
        took(seconds, "fetch", "read", "read")
        assert stage_seconds.of(tmp_path, seconds) == {"fetch": 1.0, "read": 2.0}
        stage_seconds.forget(tmp_path, seconds)
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_finished_is_handed_on_however_it_ended(tmp_path: Path) -> None:
    first: Seconds = {}
    with stage_seconds.handed_on(tmp_path, first):
        took(first, "fetch")
    second: Seconds = {}
    took(second, "fetch", "read")
    with pytest.raises(OSError, match="full"), stage_seconds.handed_on(tmp_path, second):
        full()
    assert first == second == {}
    third: Seconds = {}
    with stage_seconds.handed_on(tmp_path, third):
        took(third, "validate")
        assert stage_seconds.of(tmp_path, third) == {"fetch": 2.0, "read": 1.0, "validate": 1.0}
        stage_seconds.forget(tmp_path, third)
    assert list(tmp_path.iterdir()) == []


def test_a_stage_that_raised_took_no_time_that_tells_anything(tmp_path: Path) -> None:
    seconds: Seconds = {}
    with pytest.raises(ValueError, match="no"), stage_seconds.noted(seconds, "read", Clock()):  # type: ignore[arg-type]
        raise ValueError("no")
    assert seconds == {}


def test_the_end_of_a_note_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    (tmp_path / artifacts.SECONDS_UNDER_WAY).write_text('["fetch", 2.0]\n["read", ', encoding="utf-8")
    assert stage_seconds.of(tmp_path, {}) == {"fetch": 2.0}


def test_where_no_note_can_be_left_the_night_goes_on(tmp_path: Path) -> None:
    seconds: Seconds = {}
    with stage_seconds.handed_on(tmp_path / "none", seconds):
        took(seconds, "fetch")
    assert not (tmp_path / "none").exists()
