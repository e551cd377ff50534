"""What each metric says of faults of every kind; unknown is never full marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.measurement import structure
from pipelines.measurement.evidence import Evidence
from pipelines.measurement.measure import measure
from pipelines.measurement.metrics import METRICS
from pipelines.measurement.score import load_weights, scores
from pipelines.measurement.verdict import verdict
from pipelines.model import FaultKind, Outcome, QualityMeasurement, Severity
from pipelines.settings import packaged_expectations
from tests.unit.measurement.evidence_of import (
    NOW,
    dataset,
    evidence,
    fault,
    read,
    result,
    snapshot,
    validation,
)

WEIGHTS = load_weights(packaged_expectations())


def measured(of: Evidence) -> list[QualityMeasurement]:
    return measure(of, WEIGHTS.severities)


def values(of: Evidence) -> dict[str, float | None]:
    return {item.metric: item.value for item in measured(of)}


def score_of(of: Evidence, dimension: str) -> float | None:
    found = scores("s/d", measured(of), WEIGHTS, "contracts_register 1.0.0")
    return next(item.score for item in found if item.dimension == dimension)


def test_every_metric_is_defined_in_both_languages_and_shares_stay_in_range() -> None:
    for metric in METRICS.values():
        assert set(metric.definition) == set(metric.title) == {"en", "es"}
        assert metric.dimension in metric.id or metric.id.startswith("validity")
    for item in measured(evidence()):
        if METRICS[item.metric].unit == "share" and item.value is not None:
            assert 0 <= item.value <= 1


def test_a_healthy_file_over_https_is_fully_available() -> None:
    assert score_of(evidence(), "availability") == 100


@pytest.mark.parametrize("kind", [FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT])
def test_no_answer_on_one_night_may_be_our_own_network_and_on_two_is_not(kind: FaultKind) -> None:
    silent = evidence(snapshots=(snapshot(sha256=None, fault=fault(kind)),), reads=(), validations=())
    assert values(silent)["availability.reachable"] is None
    assert verdict(silent).outcome is Outcome.NOT_RUN
    again = replace(silent, out_of_reach_before=frozenset({"s/d/csv"}))
    assert values(again)["availability.reachable"] == 0
    assert verdict(again).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "of",
    [
        evidence(snapshots=(snapshot(sha256=None, fault=fault()),), reads=(), validations=()),
        evidence(
            snapshots=(snapshot(sha256=None, fault=fault(FaultKind.BLOCKED)),), reads=(), validations=()
        ),
        evidence(dataset=dataset(fault=fault(), distributions=()), snapshots=(), reads=(), validations=()),
    ],
)
def test_a_night_without_any_answer_has_no_score_of_access(of: Evidence) -> None:
    found = scores("s/d", measured(of), WEIGHTS, None)
    assert {it.score for it in found if it.category == "access"} == {None}
    assert all(it.explanation["es"] for it in found if it.category == "access")


def test_one_file_that_answered_is_enough_for_a_score_of_access() -> None:
    silent = snapshot(distribution="s/d/b", sha256=None, fault=fault())
    assert score_of(evidence(snapshots=(snapshot(), silent)), "availability") == 100


@pytest.mark.parametrize(
    "of",
    [
        evidence(dataset=dataset(fault=fault(FaultKind.GONE)), snapshots=(), reads=(), validations=()),
        evidence(dataset=dataset(distributions=()), snapshots=(), reads=(), validations=()),
    ],
)
def test_what_is_not_listed_or_has_no_file_is_known_to_be_out_of_reach(of: Evidence) -> None:
    assert values(of)["availability.reachable"] == 0
    found = score_of(of, "availability")
    assert found is not None
    assert found <= 20


@pytest.mark.parametrize("kind", [FaultKind.GONE, FaultKind.TLS, FaultKind.HTTP_STATUS])
def test_a_file_that_cannot_be_had_is_not_available(kind: FaultKind) -> None:
    of = evidence(snapshots=(snapshot(sha256=None, fault=fault(kind)),), reads=(), validations=())
    assert values(of)["availability.reachable"] == 0
    assert score_of(of, "content") is None
    assert verdict(of).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("kind", "outcome"), [(FaultKind.THROTTLED, Outcome.NOT_RUN), (FaultKind.BLOCKED, Outcome.BLOCKED)]
)
def test_being_turned_away_says_nothing_of_the_publisher(kind: FaultKind, outcome: Outcome) -> None:
    of = evidence(snapshots=(snapshot(sha256=None, fault=fault(kind)),), reads=(), validations=())
    assert values(of)["availability.reachable"] is None
    assert verdict(of).outcome is outcome


def test_a_file_that_moved_for_good_is_told() -> None:
    of = evidence(snapshots=(snapshot(moved_to="https://nuevo.example/x.csv"),))
    told = {it.metric: it.reason for it in measured(of) if it.metric.startswith("availability.")}
    assert told["availability.reachable"] == "it moved for good to https://nuevo.example/x.csv"
    assert told["availability.as_promised"] == ""
    assert values(of)["availability.reachable"] == 1


def test_html_instead_of_data_is_reached_but_not_as_promised() -> None:
    of = evidence(
        snapshots=(snapshot(sha256=None, fault=fault(FaultKind.HTML_INSTEAD)),), reads=(), validations=()
    )
    assert values(of)["availability.reachable"] == 1
    assert values(of)["availability.as_promised"] == 0
    assert verdict(of).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("declared", "found", "kept"),
    [("csv", "csv", 1), ("csv", "xlsx", 0), ("xls", "xlsx", 1), ("json", "ocds/release package", 1),
     ("zip", "csv", 1), ("csv", "json", 0), ("shp", "csv", 1)],
)  # fmt: skip
def test_another_format_than_declared_breaks_the_promise(declared: str, found: str, kept: int) -> None:
    one = dataset().distributions[0]
    changed = type(one)(**{**one.__dict__, "format": declared})
    of = evidence(dataset=dataset(distributions=(changed,)), reads=(read(format=found),))
    assert values(of)["availability.as_promised"] == kept


def test_a_header_without_records_is_no_pass() -> None:
    empty = replace(validation(result()), rows=0)
    assert verdict(evidence(validations=(empty,))).outcome is Outcome.FAILED


def test_a_manual_beside_the_data_costs_nothing_and_alone_is_no_table() -> None:
    manual = read(distribution="s/d/pdf", fault=fault(FaultKind.UNKNOWN_FORMAT), share_read=0.0)
    files = (snapshot(), snapshot(distribution="s/d/pdf"))
    beside = evidence(snapshots=files, reads=(read(), manual))
    assert verdict(beside).outcome is Outcome.PASSED
    assert score_of(beside, "structure") == 100
    alone = evidence(snapshots=files[1:], reads=(manual,), validations=())
    assert verdict(alone).outcome is Outcome.FAILED


def test_a_vanished_dataset_is_not_published() -> None:
    of = evidence(dataset=dataset(fault=fault(FaultKind.GONE)), snapshots=(), reads=(), validations=())
    assert values(of)["availability.listed"] == 0
    assert verdict(of).outcome is Outcome.NOT_PUBLISHED


@pytest.mark.parametrize(("age", "share"), [(0.5, 1.0), (1.5, 1.0), (2.25, 0.5), (3.0, 0.0), (99.0, 0.0)])
def test_currency_falls_from_one_and_a_half_periods_to_three(age: float, share: float) -> None:
    of = evidence(last_change={"s/d/csv": NOW - timedelta(days=age)})
    assert values(of)["timeliness.current"] == pytest.approx(share)


def test_why_data_is_not_current_says_the_same_every_night() -> None:
    def said(now: datetime, period: float) -> set[str]:
        late = evidence(
            dataset=dataset(accrual_periodicity_days=period),
            now=now,
            last_change={"s/d/csv": datetime(2026, 1, 5, tzinfo=UTC)},
        )
        return {it.reason for it in measure(late, WEIGHTS.severities) if it.metric == "timeliness.current"}

    assert said(NOW, 7) == said(NOW + timedelta(days=1), 7) == {"as of 2026-01-05, expected every 7 days"}
    assert said(NOW, 1) == {"as of 2026-01-05, expected every day"}


def test_without_any_date_currency_is_unknown_and_a_future_date_is_no_evidence() -> None:
    assert values(evidence())["timeliness.current"] is None
    tomorrow = snapshot(last_modified="Wed, 11 Mar 2026 09:00:00 GMT")
    assert values(evidence(snapshots=(tomorrow,)))["timeliness.current"] is None
    assert values(evidence(snapshots=(snapshot(last_modified="garbage"),)))["timeliness.current"] is None
    assert score_of(evidence(dataset=dataset(accrual_periodicity=None)), "timeliness") == 0


def age(**changes: object) -> float | None:
    return values(evidence(**changes))["timeliness.age"]


def test_a_last_modified_newer_than_the_data_is_no_update() -> None:
    now = snapshot(last_modified="Tue, 10 Mar 2026 09:00:00 GMT")
    assert age(snapshots=(now,)) == 0
    assert (
        age(snapshots=(now,), same_since={"s/d/csv": NOW}) == 0
    )  # the first visit: nothing speaks against it
    assert age(snapshots=(now,), same_since={"s/d/csv": NOW - timedelta(days=4)}) == 4
    older = snapshot(last_modified="Sun, 01 Mar 2026 09:00:00 GMT")
    assert age(snapshots=(older,), same_since={"s/d/csv": NOW - timedelta(days=4)}) == 9


def test_what_is_seen_on_the_visit_counts_though_the_night_began_before_it() -> None:
    later = NOW + timedelta(minutes=20)
    assert age(snapshots=(snapshot(visited_on=later),), last_change={"s/d/csv": later}) == 0
    says_now = snapshot(visited_on=later, last_modified="Tue, 10 Mar 2026 09:19:00 GMT")
    assert age(snapshots=(says_now,)) == 0


def test_structure_names_what_it_takes_points_for() -> None:
    of = evidence(
        reads=(read(encoding="cp1252", columns=("a", "column_2", "a__2"), ragged=2, share_read=0.9, lost=1),)
    )
    found = {item.metric: item for item in structure.measure(of)}
    assert found["structure.utf8"].value == 0
    assert "cp1252" in found["structure.utf8"].reason
    assert found["structure.named_columns"].value == pytest.approx(1 / 3, abs=1e-6)
    assert found["structure.regular_rows"].value == 0.8
    assert found["structure.read_whole"].value == 0.9
    assert verdict(of).outcome is Outcome.PARTLY_READ


def test_an_unreadable_file_is_a_failed_dataset_with_its_reason() -> None:
    of = evidence(reads=(read(fault=fault(FaultKind.BROKEN_FILE)),), validations=())
    assert values(of)["structure.readable"] == 0
    assert (verdict(of).outcome, verdict(of).reason) == (Outcome.FAILED, "it was broken_file")


def test_no_suite_and_no_layout_are_not_applicable_and_content_unknown() -> None:
    for of in (evidence(has_suite=False, validations=()), evidence(validations=())):
        assert verdict(of).outcome is Outcome.NOT_APPLICABLE
        assert score_of(of, "content") is None


def test_content_counts_the_share_of_values_weighted_by_severity() -> None:
    of = evidence(
        validations=(
            validation(
                result(Outcome.FAILED, 50.0, key="a"),
                result(Outcome.PASSED, 0.0, key="b", severity=Severity.INFO),
            ),
        )
    )
    assert values(of)["completeness.expectations"] == pytest.approx((0.5 * 3 + 1 * 1) / 4)
    assert values(of)["validity.critical_failed"] == 1
    assert verdict(of).outcome is Outcome.FAILED


def test_a_lost_core_column_counts_as_wholly_incomplete_and_its_validity_as_unknown() -> None:
    of = evidence(
        validations=(
            validation(
                result(Outcome.FAILED, None, key="exists", type="expect_column_to_exist"),
                result(Outcome.NOT_APPLICABLE, None, key="present"),
                result(Outcome.NOT_APPLICABLE, None, key="valid", dimension="validity"),
            ),
        )
    )
    assert values(of)["completeness.expectations"] == 0
    assert "validity.expectations" not in values(of)


def test_an_expectation_error_is_an_error_and_only_warnings_still_pass() -> None:
    broken = evidence(validations=(validation(result(Outcome.ERROR, None, reason="could not")),))
    assert verdict(broken).outcome is Outcome.ERROR
    warned = evidence(validations=(validation(result(Outcome.FAILED, 3.0, severity=Severity.WARNING)),))
    assert (verdict(warned).outcome, verdict(warned).warning_failed) == (Outcome.PASSED, 1)


def test_a_score_says_what_took_its_points_and_under_which_rules() -> None:
    found = scores(
        "s/d", measured(evidence(reads=(read(encoding="cp1252"),))), WEIGHTS, "contracts_register 1.0.0"
    )
    by_dimension = {item.dimension: item for item in found}
    assert by_dimension["structure"].explanation["es"] == "Codificación UTF-8 −8.3"
    assert "UTF-8 encoding" in by_dimension["structure"].explanation["en"]
    assert "contracts_register 1.0.0" in by_dimension["content"].rules
    assert "contracts_register" not in by_dimension["access"].rules
    assert by_dimension["consistency"].score is None


def test_files_without_a_portal_are_not_known_to_be_listed() -> None:
    assert values(evidence(portal="direct"))["availability.listed"] is None


def test_names_of_columns_that_are_hard_to_use_are_told() -> None:
    names = ("Importe", "IMPORTE", "fecha", " rfc", "x" * 61, "dos\nlíneas", "año")
    found = {it.metric: it for it in structure.measure(evidence(reads=(read(columns=names),)))}
    assert found["structure.usable_names"].value == pytest.approx(2 / 7, abs=1e-6)
    assert "IMPORTE" in found["structure.usable_names"].reason
