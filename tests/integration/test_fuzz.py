"""A bounded run of the fuzzing that `make fuzz` does for longer: damaged files of every format.

The same every time, however far it gets: what is merged should not depend on chance. `make fuzz` looks for new ones.
"""

from __future__ import annotations

import pytest

from tests.fuzz import reading, seeds
from tests.fuzz.mutations import mutated


@pytest.mark.slow
@pytest.mark.timeout(240)  # of the clock; an input that hangs is given two minutes
def test_nothing_but_read_faults_comes_out_of_damaged_files(tmp_path):
    account = reading.fuzz(40, 2026, tmp_path, ALL_BUT_XLS)
    kept = {path.name: path.read_bytes()[:2_000] for path in tmp_path.glob("found-*")}
    assert not account.found, f"{account.found}, {kept}"
    assert set(ALL_BUT_XLS) <= {kind.partition(",")[0] for kind in account.inputs}
    assert account.read.total() > 20  # some damage leaves a table


# Some damage makes calamine ask for two gigabytes over a small xls; the process of its own is there for that
ALL_BUT_XLS = tuple(format for format in seeds.generated() if format != "xls")


def test_what_is_found_is_told_and_kept(tmp_path, monkeypatch):
    """Fuzzing that finds nothing must be able to find something."""

    def broken(*_):
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(reading.trial, "read", broken)
    reading._work(0.5, "1", tmp_path, ("text",))
    told = (tmp_path / "account.json").read_text(encoding="utf-8")
    assert '"KeyError at ?"' in told
    assert (tmp_path / "found-KeyError-at---0").exists()


def test_a_worker_that_dies_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # of which the worker's Python runs this first
    (tmp_path / "sitecustomize.py").write_text("import os\nos.abort()\n", encoding="utf-8")
    account = reading._worked(5, "1", tmp_path, ("text",))
    assert account.found == {"the process died with status -6": 1}


@pytest.mark.parametrize("format", seeds.generated())
def test_the_same_chance_damages_in_the_same_way(format):
    from random import Random

    content = seeds.generated()[format][0]
    changed = [mutated(format, content, content, Random(number)) for number in range(30)]  # noqa: S311
    if format not in (
        "zip",
        "xlsx",
        "xlsb",
        "ods",
        "tar",
        "7z",
        "gzip",
    ):  # they hold the time of their making
        assert changed == [mutated(format, content, content, Random(number)) for number in range(30)]  # noqa: S311
    assert sum(each != content for each in changed) > 20
