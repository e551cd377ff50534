"""A fix gains what it says: whoever mends it sees exactly that much more on the score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.measurement.fixes import fixes
from pipelines.measurement.measure import measure
from pipelines.measurement.metrics import METRICS
from pipelines.measurement.score import load_weights, scores
from pipelines.model import (
    ExpectationResult,
    FaultKind,
    Fix,
    Outcome,
    QualityMeasurement,
    Severity,
    ValidationResult,
)
from pipelines.settings import packaged_expectations
from tests.unit.measurement.evidence_of import evidence, fault, read, result, snapshot, validation

WEIGHTS = load_weights(packaged_expectations())


def fixes_of(measured: list[QualityMeasurement], *validations: ValidationResult) -> list[Fix]:
    return fixes("s/d", measured, validations, WEIGHTS, "contracts_register 1.0.0")


def score(measured: list[QualityMeasurement], dimension: str) -> float:
    found = {it.dimension: it.score for it in scores("s/d", measured, WEIGHTS, None)}
    value = found[dimension]
    assert value is not None
    return value


@given(
    st.dictionaries(
        st.sampled_from(sorted(set(WEIGHTS.metrics) - {"availability.reachable"})), st.floats(0, 1)
    )
)
def test_mending_a_metric_gains_exactly_its_points(values: dict[str, float]) -> None:
    values = {name: value for name, value in values.items() if not name.endswith(".expectations")}
    known = {**values, "availability.reachable": 1.0}
    measured = [QualityMeasurement("s/d", "s/d", name, "1", value) for name, value in known.items()]
    for fix in fixes_of(measured):
        mended = [replace(it, value=1.0) if it.metric == fix.subject else it for it in measured]
        gained = score(mended, fix.dimension) - score(measured, fix.dimension)
        assert gained == pytest.approx(fix.gain, abs=0.02)
        gained = score(mended, fix.category) - score(measured, fix.category)
        assert gained == pytest.approx(fix.gain_in_category, abs=0.02)


PERCENTS = st.lists(st.tuples(st.floats(0, 100), st.sampled_from(list(Severity))), min_size=1, max_size=5)


def results_of(percents: list[tuple[float, Severity]]) -> tuple[ExpectationResult, ...]:
    return tuple(
        result(Outcome.FAILED if share else Outcome.PASSED, share, key=f"k{place}", severity=severity)
        for place, (share, severity) in enumerate(percents)
    )


@given(PERCENTS, PERCENTS)
def test_mending_an_expectation_on_all_files_gains_exactly_its_points(
    first: list[tuple[float, Severity]], second: list[tuple[float, Severity]]
) -> None:
    files = (
        validation(*results_of(first)),
        replace(validation(*results_of(second)), distribution="s/d/b"),
    )
    measured = measure(evidence(validations=files), WEIGHTS.severities)
    for fix in fixes_of(measured, *files):
        if fix.kind != "expectation":
            continue
        mended = tuple(
            replace(
                it,
                results=tuple(
                    replace(r, unexpected_percent=0.0) if r.key == fix.subject else r for r in it.results
                ),
            )
            for it in files
        )
        after = measure(evidence(validations=mended), WEIGHTS.severities)
        assert score(after, "completeness") - score(measured, "completeness") == pytest.approx(
            fix.gain, abs=0.02
        )


def test_what_gains_most_stands_first_and_says_what_to_do_in_both_languages() -> None:
    of = evidence(
        reads=(read(encoding="cp1252", columns=("a", "column_2"), ragged=5),),
        validations=(
            validation(
                result(
                    Outcome.FAILED,
                    80.0,
                    key="c.amount",
                    title={"en": "T", "es": "T"},
                    advice={"en": "A", "es": "A"},
                )
            ),
        ),
    )
    found = fixes_of(measure(of, WEIGHTS.severities), *of.validations)
    assert [it.place for it in found] == list(range(1, len(found) + 1))
    assert found[0].subject == "c.amount"
    assert found == sorted(found, key=lambda it: -it.gain_in_category)
    assert {"structure.utf8", "structure.named_columns", "structure.regular_rows"} <= {
        it.subject for it in found
    }
    assert all(set(it.title) == set(it.advice) == {"en", "es"} for it in found)
    assert "contracts_register" in found[0].rules


def test_nothing_is_promised_for_a_night_without_an_answer() -> None:
    of = evidence(
        snapshots=(snapshot(sha256=None, fault=fault(FaultKind.NOT_REACHABLE)),), reads=(), validations=()
    )
    assert fixes_of(measure(of, WEIGHTS.severities)) == []


def test_every_metric_that_is_scored_says_what_to_do() -> None:
    told = {name for name in WEIGHTS.metrics if set(METRICS[name].advice) == {"en", "es"}}
    assert {name for name in WEIGHTS.metrics if not name.endswith(".expectations")} == told
