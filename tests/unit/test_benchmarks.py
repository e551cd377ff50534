"""The benchmark of validation: everybody judges the same, and the figures say what they claim.

Belongs here: data, rules, counts, arithmetic and drawing. Speed is measured by `make bench-validate`, never here. The
libraries of the other contenders are not ours; where their environment was made, all have to agree (slow).
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import spoilt, validate, validate_scale
from benchmarks.contenders import frictionless_rows, gx_pandas, plain_duckdb, soda, veedor
from benchmarks.counts import disagreements, of_one
from benchmarks.environments import REQUIREMENTS, ROOT
from benchmarks.measure import measured
from benchmarks.scale_plot import plot
from benchmarks.suite import ASKED, ROLES, generate, head

KEYS = {str(number) for number in range(len(ASKED))}
OTHERS = ["soda", "pandera_polars", "pointblank_polars", "frictionless_rows"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that breaks every rule."""
    path = tmp_path_factory.mktemp("benchmark") / "spoilt.csv"
    spoilt.write(path)
    return path


def test_the_query_by_hand_counts_as_the_plan_does(small: Path) -> None:
    ours, by_hand = veedor.judge(small), plain_duckdb.by_hand(small)
    assert ours["rows"] == by_hand["rows"] == plain_duckdb.parse(small) == 2_000 + len(spoilt.SPOILT)
    assert by_hand["counts"].keys() == ours["counts"].keys() == KEYS
    assert disagreements("by hand", by_hand["counts"], ours["counts"]) == []
    # Otherwise a contender that never looks would agree, too
    assert [key for key, counts in ours["counts"].items() if not 0 < counts["failing"] < 100] == []


@pytest.mark.slow
def test_great_expectations_counts_as_the_plan_does(small: Path) -> None:
    ours, reference = veedor.judge(small)["counts"], gx_pandas.judge(small)["counts"]
    assert reference.keys() == KEYS
    assert disagreements("GX", reference, ours) == []


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".tools" / "judges" / ".ready").exists(), reason="made by the benchmark")
def test_all_contenders_agree(tmp_path: Path) -> None:
    validate.agreed([name for name in validate.CONTENDERS if name != validate.OURS], tmp_path)


def test_a_contender_that_counts_otherwise_is_told() -> None:
    ours = {"7": of_one("expect_column_values_to_be_unique", 10, 1, 4)}
    assert ours["7"] == {"failing": 4, "conforming": 5, "repeated": 2}
    assert disagreements("x", {"7": {"repeated": 2}}, ours) == []
    assert disagreements("x", {"7": {"repeated": 3}}, ours) == [
        "x counts 3 repeated of expectation 7, and we 2",
    ]
    assert of_one("expect_column_values_to_not_be_null", 10, 3, 3) == {"failing": 3, "conforming": 7}


def test_a_contender_that_counts_otherwise_or_loses_rows_stops_the_benchmark() -> None:
    ours = {"rows": 10, "counts": {"0": {"failing": 3}}}
    with pytest.raises(SystemExit, match="x counts 2 failing of expectation 0, and we 3"):
        validate.compare({"x": {"rows": 10, "counts": {"0": {"failing": 2}}}}, ours)
    with pytest.raises(SystemExit, match="x read 9 rows"):
        validate.compare({"x": {"rows": 9}}, ours)
    validate.compare({"x": {"rows": 10}}, ours)


def test_the_file_is_the_same_every_time_and_a_smaller_one_is_its_beginning(tmp_path: Path) -> None:
    whole, part, cut = (tmp_path / name for name in ("whole.csv", "part.csv", "cut.csv"))
    generate(whole, 3_000)
    generate(part, 1_000)
    head(whole, cut, 1_000)
    assert cut.read_bytes() == part.read_bytes()
    # Other rows would make figures of before and after another thing
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    assert digest == "0ac235cf0fe34ab69eed502270ca28798c6bdb21a61c415840aed8d934a25ea7"
    with pytest.raises(ValueError, match="has 1000 records, not 1001"):
        head(part, cut, 1_001)


def test_every_rule_is_said_in_the_languages_that_are_text() -> None:
    checks = [soda.check(str(number), kind, kwargs) for number, (kind, kwargs) in enumerate(ASKED)]
    assert {options["name"] for check in checks for options in check.values()} == KEYS
    descriptor, formulas, keys = frictionless_rows.schema_of()
    assert set(keys.values()) == KEYS
    assert set(formulas) <= set(keys)
    assert [field["name"] for field in descriptor["fields"]] == list(ROLES)


def test_other_contenders_need_nothing_of_ours() -> None:
    modules = ", ".join(f"benchmarks.contenders.{name}" for name in OTHERS)
    code = f"import sys, benchmarks.measure, {modules}; print([m for m in sys.modules if 'pipelines' in m])"
    # -S: without the packages that are installed here
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("listed", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.stem)
def test_other_libraries_are_pinned(listed: Path) -> None:
    lines = [line for line in listed.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line)] == []


def test_all_use_the_same_duckdb() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    version = next(package["version"] for package in lock["package"] if package["name"] == "duckdb")
    assert f"\nduckdb=={version}\n" in (REQUIREMENTS / "judges.txt").read_text(encoding="utf-8")


def test_a_contender_is_measured_in_a_process_of_its_own(small: Path) -> None:
    figures = measured("benchmarks.contenders.plain_duckdb:by_hand", small)
    assert figures["counts"].keys() == KEYS
    assert 0 < figures["wall_s"] < figures["process_s"]
    assert figures["peak_mb"] > 10


def test_medians_ratios_and_what_is_scaled() -> None:
    def one(seconds: float, rows: int = 1_000, **more: float) -> dict[str, float]:
        return {"rows": rows, "process_s": seconds, "cpu_s": seconds, "peak_mb": 10 * seconds, **more}

    rounds = [
        {"veedor": one(2), "handwritten": one(1), "frictionless": one(3, rows=20, work_s=2)},
        {"veedor": one(8), "handwritten": one(2), "frictionless": one(3, rows=20, work_s=2)},
        {"veedor": one(3), "handwritten": one(1), "frictionless": one(3, rows=20, work_s=2)},
    ]
    figures = validate.summary(rounds, 1_000)
    assert figures["veedor"] == {"wall_s": 3, "cpu_s": 3, "peak_mb": 80}
    assert figures["over_handwritten"] == 3
    # One second of start, and two of work for a 50th of the rows
    assert figures["frictionless"] == {
        "wall_s": 101,
        "cpu_s": 101,
        "peak_mb": 30,
        "judged_rows": 20,
        "judged_wall_s": 3,
    }
    assert figures["frictionless_over_veedor"] == 33.67


def test_the_plot_shows_what_was_measured() -> None:
    assert validate_scale.sizes(1_500_000) == [10_000, 100_000, 1_000_000]
    rows = {
        "10000": {"warm_s": 0.05, "cold_s": 0.5},
        "100000": {"warm_s": 0.4, "cold_s": 0.9},
        "1000000": {"warm_s": 3.456, "cold_s": 4.2},
    }
    drawn = plot({"rows": rows, "machine": "2 cores, 24 GB of memory"})
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    circles = root.findall("{*}circle")
    assert len(circles) == 6
    # Further right for more rows, further up for more seconds
    places = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in circles[:3]]
    assert places == sorted(places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    for text in (
        "100 times the rows take 69 times the time",
        "50 ms",
        "3.5 s",
        "1,000,000",
        "2 cores, 24 GB",
    ):
        assert text in drawn
