"""The forecast of the disk, and what takes its room."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.operation import disk, notes
from pipelines.operation.notes import Disk
from tests.unit.operation.installation import Installation, at

FIRST = date(2026, 3, 2)
GB = 1_000_000_000
TOTAL = 1000 * GB


def forecast(installation: Installation, free: list[int], now_free: int, total: int = TOTAL) -> disk.Forecast:
    installation.measure(FIRST, free)
    known = list(notes.read(installation.settings.operations).values())
    return disk.forecast(known, at(FIRST + timedelta(days=len(free))), Disk(now_free, total))


def test_a_disk_that_fills_by_the_same_each_night(installation: Installation) -> None:
    found = forecast(installation, [(100 - number) * GB for number in range(30)], 70 * GB)
    assert found.per_night == pytest.approx(-GB, rel=1e-6)
    assert found.days == pytest.approx(70, rel=1e-6)
    assert found.full_on == FIRST + timedelta(days=100)
    assert "30 measured nights" in found.why


def test_one_night_of_clearing_away_moves_it_little(installation: Installation) -> None:
    free = [(200 - number) * GB for number in range(20)] + [(400 - number) * GB for number in range(3)]
    found = forecast(installation, free, 398 * GB)
    assert found.per_night == pytest.approx(-GB, rel=0.05)


@pytest.mark.parametrize(
    ("free", "total", "words"),
    [
        ([], TOTAL, "0 nights"),
        ([GB] * 6, TOTAL, "6 nights"),
        ([GB] * 30, TOTAL * 2, "0 nights"),  # another disk
        ([GB] * 30, TOTAL, "not filling up"),
        ([number * GB for number in range(1, 31)], TOTAL, "not filling up"),
        ([10**15 - number for number in range(30)], TOTAL, "not filling up"),  # in thousands of years
    ],
)
def test_when_it_is_not_known_or_does_not_happen(
    installation: Installation, free: list[int], total: int, words: str
) -> None:
    found = forecast(installation, free, 10**15 if free[:1] > [10**14] else 500 * GB, total)
    assert found.full_on is None
    assert words in found.why


def test_a_folder_takes_what_its_files_take_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"x" * 10_000)
    (tmp_path / "a" / "round").symlink_to(tmp_path / "a")
    found = disk.size(tmp_path / "a")
    assert found is not None
    assert 10_000 <= found < 50_000
    assert disk.size(tmp_path / "nowhere") == 0


def test_what_nights_have_in_common_counts_once(tmp_path: Path) -> None:
    """Measured each at its end, or all of them later: what a night took over is no room that it takes."""
    nights = [tmp_path / name for name in "abc"]
    measured = []
    for number, night in enumerate(nights):
        night.mkdir()
        (night / "own").write_bytes(b"x" * 10_000)
        if number:
            (night / "same").hardlink_to(nights[0] / "same")
        else:
            (night / "same").write_bytes(b"y" * 90_000)
        measured.append(disk.size(night, shared=False) or 0)
    assert measured[0] > 100_000
    assert measured[1] == measured[2] < 50_000
    later = [disk.size(night) or 0 for night in nights]
    assert abs(sum(later) - sum(measured)) < 3
    assert abs((disk.size(tmp_path) or 0) - sum(measured)) < 3


def test_a_folder_that_takes_too_long_is_not_known(tmp_path: Path) -> None:
    ticks = itertools.count(0.0, 10.0)
    assert disk.size(tmp_path, seconds=5.0, clock=lambda: next(ticks)) is None


def test_nights_that_were_measured_are_not_walked_again(installation: Installation) -> None:
    installation.run(FIRST, "a")
    installation.finish(FIRST, disk=Disk(1, 2, night=7_000_000_000))
    known = list(notes.read(installation.settings.operations).values())
    assert disk.measured(installation.settings, None, known).parts["runs"] == 7_000_000_000


def test_a_note_that_is_cut_off_is_left_out(installation: Installation) -> None:
    installation.measure(FIRST, [GB, GB])
    (installation.settings.operations / "2026-03-02.json").write_text('{"night": ', encoding="utf-8")
    assert list(notes.read(installation.settings.operations)) == [FIRST + timedelta(days=1)]


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (81_000, "81 kB"), (1_234_000_000, "1.2 GB"), (5e15, "5,000 TB")],
)
def test_sizes_in_words(size: float, words: str) -> None:
    assert disk.in_words(size) == words
