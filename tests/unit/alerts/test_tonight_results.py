"""What is seen of a night holds no dataset's results: they are read when something of the dataset is told."""

from __future__ import annotations

from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.tonight import seen_of
from pipelines.model import ValidationResult
from tests.unit.history import run_folders


def test_results_are_read_for_whoever_asks(tmp_path: Path) -> None:
    seen = [
        item
        for folder in run_folders.write(tmp_path)
        if folder.name != artifacts.NIGHT_FOLDER
        for item in seen_of(folder, run_folders.nights()[0])
    ]
    assert not any("results" in vars(it) for it in seen)
    told = [it for it in seen if it.night.levels]
    assert told
    for it in told:
        written = artifacts.read_values(it.folder / artifacts.VALIDATION_RESULTS, ValidationResult)
        keys = {result.key for one in written for result in one.results}
        assert set(it.night.levels) <= set(it.results) <= keys
