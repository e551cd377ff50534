"""Levels: how far expectations are from being met, and the scores of dimensions. Also personal data exposed.

Belongs here: when a level is worse than is usual for this dataset, under the same rules. A change must be larger than
the least effect of the policy, stray further than the dataset's readings usually do, and be worse than all but one of
them. A large change is proof; a smaller one has to be there for as many nights as the policy asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.alerts.finding import Finding, Known, is_under_test
from pipelines.alerts.series import Point, Usual, clean, trailing, usual
from pipelines.alerts.signs import PERSONAL, SCORE, condition_of
from pipelines.model import Incident, Severity

# A change is beyond what the readings usually do when it is this many of their standard deviations.
SPREADS = 4.0
# Of a dataset with few readings nobody knows how far it strays: its change must be so many times the least effect.
UNKNOWN_SPREAD, FEW_SCORES = 2.0, 1.0
# An expectation that was never met is worse when so many more percent of the values fail, and enough is known of it.
# That is told with what else the same data broke; by itself only when it is so much worse, and so many times.
MET, NEVER_MET, NEVER_MET_READINGS = 0.1, 10.0, 6
MUCH_WORSE, TIMES_WORSE = 30.0, 2.0
# A change of so many times what is asked for is believed at once: it is in the bytes.
PROOF = 3.0
# Of personal data a few values are too many.
EXPOSED = 0.05
# And so many times as many as there ever were are more.
MORE = 1.5
# Two values of the same data differ by rounding alone.
SAME = 0.05
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
    personal = sign.condition.startswith(PERSONAL)
    past = clean(points, None, known.spans(sign.condition))
    if not known.fresh and _is_ours(sign, past):
        return None
    for tested in range(min(known.policy.confirmations - 1, len(past)), -1, -1):
        before, test = past[: len(past) - tested], past[len(past) - tested :]
        seen = usual(before, sign.rules)
        asked = None if seen is None else _asked(sign, seen)
        if seen is None or asked is None or any(point.rules != sign.rules for point in test):
            continue
        limit = max(seen.middle + asked, MORE * seen.most if personal else seen.worst + asked / 2)
        if sign.value < limit or any((point.value or 0.0) < limit for point in test):
            continue
        proof = personal or sign.value - seen.middle >= PROOF * asked
        confirmed = proof or tested + 1 >= known.policy.confirmations
        return Finding(
            sign.condition,
            bad=confirmed and (personal or _was_met(sign, seen) or _much_worse(sign, seen)),
            suspect=True,
            before=_shown(sign, seen.middle),
            after=_shown(sign, sign.value),
            badness=sign.value,
            since=test[0].night if test else known.night.night,
            rules=sign.rules,
            severity=sign.severity,
        )
    return None


def _is_ours(sign: _Sign, past: Sequence[Point]) -> bool:
    """The same data under the same rules are as good as they were: that they seem worse is our own doing."""
    read = next((point for point in reversed(past) if point.fresh), None)
    return read is not None and read.rules == sign.rules and abs((read.value or 0.0) - sign.value) > SAME


def _was_met(sign: _Sign, seen: Usual) -> bool:
    """A score has no such line, and is judged by how far it falls alone."""
    return sign.condition.startswith(SCORE) or seen.middle <= MET


def _much_worse(sign: _Sign, seen: Usual) -> bool:
    return sign.value - seen.middle >= MUCH_WORSE and sign.value >= TIMES_WORSE * seen.worst


def _asked(sign: _Sign, seen: Usual) -> float | None:
    """By how much a level must be worse than usual; None while too little is known to tell."""
    effect = sign.effect
    if not _was_met(sign, seen) and not sign.condition.startswith(PERSONAL):
        if seen.readings < NEVER_MET_READINGS:
            return None
        effect = max(effect, NEVER_MET)
    if seen.spread is None:
        return effect * (FEW_SCORES if sign.condition.startswith(SCORE) else UNKNOWN_SPREAD)
    return max(effect, SPREADS * seen.spread)


def _followed(sign: _Sign, standing: Incident, known: Known) -> Finding | None:
    """What became of a level that was told: mended, worse, or judged by other rules now."""
    past = clean(known.points(sign.condition), sign.rules)
    if standing.rules != sign.rules:
        if sign.failed and not sign.condition.startswith(SCORE):
            return None  # still there, whatever the rules: it is followed until it is met
        failed_since = any(point.value for point in past)
        good = 1 + trailing(past, lambda value: value <= sign.value)
        return _found(sign, standing, good=good, ended="" if failed_since else "rules_changed")
    start = _badness(sign, standing.before)
    top = max(_badness(sign, standing.after), _badness(sign, standing.worst))
    limit = start + max(LEFT_OF_CHANGE * (top - start), LEFT_OF_EFFECT * sign.effect)
    if not sign.failed:
        limit = max(limit, sign.value)  # what the suite tolerates is good enough
    good = 0 if sign.value > limit else 1 + trailing(past, lambda value: value <= limit)
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
