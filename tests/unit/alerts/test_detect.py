"""When a condition opens, when it recovers, and when nothing may be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts.detect import UNREACHABLE, UNUSABLE, Before, Past, Tonight, detect
from pipelines.model import (
    ContactPoint,
    Dataset,
    ExpectationResult,
    Outcome,
    Publisher,
    Score,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
    ValidationResult,
)

NIGHT = date(2026, 3, 5)
DATASET = Dataset("s/d", "Contratos", Publisher("P"), ContactPoint("Oficina", "oficina@dependencia.example"))


def result(
    outcome: Outcome, percent: float | None = None, severity: Severity = Severity.CRITICAL
) -> ExpectationResult:
    return ExpectationResult(
        key="k",
        type="t",
        outcome=outcome,
        severity=severity,
        dimension="completeness",
        principle="P2",
        unexpected_percent=percent,
        title={"en": "K", "es": "K"},
        advice={"en": "Mend.", "es": "Corrija."},
        examples=(UnexpectedExample(3, "x"),),
        column="Importe",
    )


def night_with(item: ExpectationResult | None, *scores: Score, reachable: bool | None = True) -> Tonight:
    validations = (
        () if item is None else (ValidationResult("s/d/f", "t", "suite", "1.0.0", "a", "l@1", 10, (item,)),)
    )
    return Tonight(DATASET, validations, scores, reachable)


RULES = "suite 1.0.0 l@1"


def past(outcome: str = "passed", level: float = 0.0, rules: str = RULES, best: float | None = None) -> Past:
    return Past(outcomes={("s/d", "k"): Before(rules, outcome, level, level if best is None else best)})


def opened(before: float, after: float, condition: str = "expectation:k", rules: str = RULES) -> Transition:
    return Transition(
        "i", "s/d", condition, TransitionKind.OPENED, NIGHT, NIGHT, before, after, rules, Severity.CRITICAL
    )


def kinds(tonight: Tonight, known: Past) -> list[tuple[str, str]]:
    return [(item.condition, str(item.kind)) for item in detect([tonight], known, NIGHT)]


def test_a_new_failure_opens_with_numbers_and_evidence() -> None:
    (found,) = detect([night_with(result(Outcome.FAILED, 33.3))], past(), NIGHT)
    assert (found.condition, found.kind, found.before, found.after) == ("expectation:k", "opened", 0.0, 33.3)
    assert found.advice["es"] == "Corrija."
    assert found.examples[0].row == 3
    assert found.since == NIGHT


def test_the_first_night_never_alerts() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 90.0)), Past()) == []


def test_nothing_is_compared_across_versions_of_a_suite() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 90.0)), past(rules="suite 0.9.0 l@1")) == []


def test_a_standing_failure_is_told_again_only_when_much_worse() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 35.0)), past("failed", 33.0)) == []
    assert kinds(night_with(result(Outcome.FAILED, 45.0)), past("failed", 33.0)) == [
        ("expectation:k", "opened")
    ]


def test_a_tiny_effect_and_an_info_are_no_alert() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 0.4)), past()) == []
    assert kinds(night_with(result(Outcome.FAILED, 50.0, Severity.INFO)), past()) == []


def test_nothing_is_compared_across_versions_of_a_layout() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 90.0)), past(rules="suite 1.0.0 l@2")) == []
    told_otherwise = replace(
        past(), open={("s/d", "expectation:k"): opened(0.0, 33.0, rules="suite 0.9.0 l@1")}
    )
    assert kinds(night_with(result(Outcome.PASSED, 0.0)), told_otherwise) == []


def test_a_lost_column_opens_though_it_has_no_percentage() -> None:
    assert kinds(night_with(result(Outcome.FAILED)), past()) == [("expectation:k", "opened")]


def test_a_slow_decline_is_told_once_it_is_far_from_its_best() -> None:
    assert kinds(night_with(result(Outcome.FAILED, 10.8)), past("failed", 9.0, best=0.9)) == []
    assert kinds(night_with(result(Outcome.FAILED, 11.0)), past("failed", 10.8, best=0.9)) == [
        ("expectation:k", "opened")
    ]


def test_what_is_told_is_told_again_when_it_gets_much_worse() -> None:
    known = replace(past("failed", 12.0), open={("s/d", "expectation:k"): opened(0.0, 12.0)})
    assert kinds(night_with(result(Outcome.FAILED, 15.0)), known) == []
    assert kinds(night_with(result(Outcome.FAILED, 80.0)), known) == [("expectation:k", "opened")]


def test_the_worst_of_several_files_speaks_for_the_dataset() -> None:
    good, bad = result(Outcome.PASSED, 0.0), result(Outcome.FAILED, 50.0)
    both = Tonight(
        DATASET,
        tuple(
            ValidationResult(f"s/d/{name}", "t", "suite", "1.0.0", name, "l@1", 10, (one,))
            for name, one in (("a", bad), ("b", good))
        ),
        (),
        True,
    )
    assert kinds(both, past()) == [("expectation:k", "opened")]
    known = replace(past("failed", 50.0), open={("s/d", "expectation:k"): opened(0.0, 50.0)})
    assert kinds(both, known) == []


def test_a_file_that_is_no_table_any_more_is_told_at_once_and_its_return_too() -> None:
    garbage = replace(night_with(None), usable=False)
    assert kinds(garbage, past()) == [(UNUSABLE, "opened")]
    assert kinds(garbage, Past()) == []
    known = replace(past(), open={("s/d", UNUSABLE): opened(1.0, 0.0, UNUSABLE, "structure")})
    assert kinds(garbage, known) == []
    assert kinds(replace(garbage, usable=True), known) == [(UNUSABLE, "recovered")]


def test_an_open_condition_recovers_once_it_passes_and_not_while_unknown() -> None:
    known = replace(past(), open={("s/d", "expectation:k"): opened(0.0, 33.0)})
    assert kinds(night_with(result(Outcome.PASSED, 0.0)), known) == [("expectation:k", "recovered")]
    for unknown in (Outcome.NOT_APPLICABLE, Outcome.ERROR):
        assert kinds(night_with(result(unknown)), known) == []
    assert kinds(night_with(result(Outcome.FAILED, 20.0)), known) == []
    assert kinds(night_with(None), known) == []


def test_a_condition_that_failed_a_little_before_recovers_at_that_level() -> None:
    known = replace(past("failed", 4.0), open={("s/d", "expectation:k"): opened(4.0, 40.0)})
    assert kinds(night_with(result(Outcome.FAILED, 4.2)), known) == [("expectation:k", "recovered")]


def score(value: float | None, rules: str = "r") -> Score:
    return Score("s/d", "content", "completeness", value, rules)


def test_a_score_that_drops_opens_and_recovers_near_its_old_level() -> None:
    known = Past(scores={("s/d", "completeness"): [(98.0, "r"), (97.0, "r"), (98.0, "r")]})
    assert kinds(night_with(None, score(92.0)), known) == [("score:completeness", "opened")]
    assert kinds(night_with(None, score(94.0)), known) == []
    open_ = replace(
        known, open={("s/d", "score:completeness"): opened(98.0, 80.0, "score:completeness", "r")}
    )
    assert kinds(night_with(None, score(97.0)), open_) == [("score:completeness", "recovered")]
    assert kinds(night_with(None, score(90.0)), open_) == []
    assert kinds(night_with(None, score(97.0, "other rules")), open_) == []


def test_a_drop_of_access_is_not_told_as_a_score() -> None:
    known = Past(scores={("s/d", "availability"): [(100.0, "r")]})
    assert kinds(night_with(None, Score("s/d", "access", "availability", 10.0, "r")), known) == []


def test_what_opened_while_alerts_were_held_is_still_to_be_told() -> None:
    known = replace(past("failed", 33.0), held=frozenset({("s/d", "expectation:k")}))
    assert kinds(night_with(result(Outcome.FAILED, 33.0)), known) == [("expectation:k", "opened")]
    assert kinds(night_with(result(Outcome.PASSED, 0.0)), known) == []


def test_scores_of_other_rules_and_unknown_scores_say_nothing() -> None:
    known = Past(scores={("s/d", "completeness"): [(98.0, "other rules")]})
    assert kinds(night_with(None, score(50.0)), known) == []
    known = Past(scores={("s/d", "completeness"): [(98.0, "r")]})
    assert kinds(night_with(None, score(None)), known) == []


def test_an_outage_needs_a_second_night_and_an_earlier_success() -> None:
    down = night_with(None, reachable=False)
    assert kinds(down, Past(reachable={"s/d": [True, True]})) == []
    assert kinds(down, Past(reachable={"s/d": [False, True]})) == [(UNREACHABLE, "opened")]
    assert kinds(down, Past(reachable={"s/d": [False, False]})) == []
    assert kinds(down, Past(reachable={"s/d": [None, False, True]})) == [(UNREACHABLE, "opened")]
    assert kinds(night_with(None, reachable=None), Past(reachable={"s/d": [False, True]})) == []


def test_an_outage_is_told_once_and_its_end_too() -> None:
    known = Past(
        reachable={"s/d": [False, False, True]},
        open={("s/d", UNREACHABLE): opened(1.0, 0.0, UNREACHABLE, "availability")},
    )
    assert kinds(night_with(None, reachable=False), known) == []
    assert kinds(night_with(None, reachable=True), known) == [(UNREACHABLE, "recovered")]


percents = st.one_of(st.none(), st.floats(0, 100))
outcomes = st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE, Outcome.ERROR])


@given(st.sampled_from(["passed", "failed"]), st.floats(0, 100), outcomes, percents, st.booleans())
def test_never_twice_for_one_state_and_never_a_recovery_of_what_is_not_open(
    before: str, level: float, outcome: Outcome, percent: float | None, is_open: bool
) -> None:
    known = past(before, level)
    if is_open:
        known = replace(known, open={("s/d", "expectation:k"): opened(0.0, 50.0)})
    found = detect([night_with(result(outcome, percent))], known, NIGHT)
    assert len(found) <= 1
    for item in found:
        if item.kind is TransitionKind.RECOVERED:
            assert is_open
        elif is_open:
            assert (item.after or 0.0) >= 60.0


@given(outcomes, percents)
def test_nothing_changed_means_no_alert(outcome: Outcome, percent: float | None) -> None:
    level = percent if percent is not None else 100.0 if outcome is Outcome.FAILED else 0.0
    assert detect([night_with(result(outcome, percent))], past(str(outcome), level), NIGHT) == []
