"""Levels: how far expectations are from being met, and the scores of dimensions. Also personal data exposed.

Belongs here: when a level is worse than is usual for this dataset, under the same rules. A change must be larger than
the least effect of the policy, stray further than the dataset's readings usually do, and be worse than all but one of
them. A large change is proof; a smaller one has to be there for as many nights as the policy asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.alerts.finding import Finding, Known, is_under_test
from pipelines.alerts.series import Usual, clean, readings, usual
from pipelines.alerts.signs import EXPECTATION, PERSONAL, SCORE, condition_of
from pipelines.model import Incident, Severity

# A change is beyond what the readings usually do when it is this many of their standard deviations.
SPREADS = 4.0
# Of a dataset with few readings nobody knows how far it strays: its change must be so many times the least effect.
UNKNOWN_SPREAD = 2.0
FEW_READINGS = 3
# A change of so many times what is asked for is believed at once: it is in the bytes.
PROOF = 3.0
# Of personal data a few values are too many.
EXPOSED = 0.05
# Mended, when no more than this share of the change, or of the least effect, is left.
LEFT_OF_CHANGE, LEFT_OF_EFFECT = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class _Sign:
    condition: str
    value: float
    effect: float
    rules: str
    severity: Severity
    failed: bool


def judge(known: Known) -> list[Finding]:
    """A finding for each expectation and dimension that is worse than usual tonight or stands as an incident."""
    if known.night.whole is False:
        return []
    found = []
    for sign in _signs(known):
        standing = known.standing.get(sign.condition)
        finding = _worse(sign, known) if standing is None else _followed(sign, standing, known)
        if finding is not None:
            found.append(finding)
    return found


def _signs(known: Known) -> Iterator[_Sign]:
    night, policy = known.night, known.policy
    for key, level in night.levels.items():
        condition = condition_of(key)
        personal = condition.startswith(PERSONAL)
        effect = min(policy.minimum_percent, EXPOSED) if personal else policy.minimum_percent
        severity = Severity.CRITICAL if personal else level.severity
        yield _Sign(condition, level.percent, effect, night.rules, severity, level.failed)
    for name, score in night.scores.items():
        value = 100.0 - score
        yield _Sign(
            f"{SCORE}{name}", value, policy.minimum_drop, night.score_rules, Severity.WARNING, failed=True
        )


def _worse(sign: _Sign, known: Known) -> Finding | None:
    if sign.severity is Severity.INFO or not sign.failed or sign.value < sign.effect:
        return None
    points = known.points(sign.condition)
    if not points or not is_under_test(points, known):
        return None
    past = clean(points, sign.rules, known.spans(sign.condition))
    for tested in range(min(known.policy.confirmations - 1, len(past)), -1, -1):
        before, test = past[: len(past) - tested], past[len(past) - tested :]
        seen = usual(readings(before))
        if seen is None:
            continue
        asked = _asked(sign, seen)
        limit = max(seen.middle + asked, seen.worst + asked / 2)
        if sign.value < limit or any((point.value or 0.0) < limit for point in test):
            continue
        proof = sign.value - seen.middle >= PROOF * asked or sign.condition.startswith(PERSONAL)
        return Finding(
            sign.condition,
            bad=proof or tested + 1 >= known.policy.confirmations,
            before=_shown(sign, seen.middle),
            after=_shown(sign, sign.value),
            badness=sign.value,
            since=test[0].night if test else known.night.night,
            rules=sign.rules,
            severity=sign.severity,
        )
    return None


def _asked(sign: _Sign, seen: Usual) -> float:
    if seen.readings < FEW_READINGS or seen.spread is None:
        return sign.effect * (UNKNOWN_SPREAD if sign.condition.startswith(EXPECTATION) else 1.0)
    return max(sign.effect, SPREADS * seen.spread)


def _followed(sign: _Sign, standing: Incident, known: Known) -> Finding | None:
    """What became of a level that was told: mended, worse, or judged by other rules now."""
    past = clean(known.points(sign.condition), sign.rules)
    if standing.rules != sign.rules:
        if sign.failed and not sign.condition.startswith(SCORE):
            return None  # still there, whatever the rules: it is followed until it is met
        failed_since = any(point.value for point in past)
        return _found(sign, standing, good=1, ended="" if failed_since else "rules_changed")
    start = _badness(sign, standing.before)
    top = max(_badness(sign, standing.after), _badness(sign, standing.worst))
    limit = start + max(LEFT_OF_CHANGE * (top - start), LEFT_OF_EFFECT * sign.effect)
    mended = sign.value <= limit or (not sign.failed)
    good = 0
    if mended:
        good = 1
        for point in reversed(past):
            if point.value is None or point.value > limit:
                break
            good += 1
    return _found(sign, standing, good=good)


def _found(sign: _Sign, standing: Incident, *, good: int, ended: str = "") -> Finding:
    return Finding(
        sign.condition,
        bad=good == 0,
        good_nights=good,
        ended=ended,
        before=standing.after,
        after=_shown(sign, sign.value),
        badness=sign.value,
        since=standing.first_seen,
        rules=sign.rules,
        severity=sign.severity,
    )


def _shown(sign: _Sign, value: float) -> float:
    """A score is told in points, not in points lost."""
    return 100.0 - value if sign.condition.startswith(SCORE) else value


def _badness(sign: _Sign, shown: float | None) -> float:
    return 0.0 if shown is None else _shown(sign, shown)
