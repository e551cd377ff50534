"""Finding: what a family of conditions says of one of them tonight, before anybody decides.

Belongs here: the one form in which all families answer, and what they are given of the past.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from pipelines.alerts.series import Point, Span
from pipelines.model import DatasetNight, Incident, Severity
from pipelines.sources_alerts import AlertPolicy

# Of what is told by one version of the data alone: that it is mended is in the bytes, and no later night says it again.
CERTAIN = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of one dataset tonight.

    `bad`: it has begun, confirmed as its kind asks for; `suspect`: it would be, but for a confirmation. `good_nights`:
    for how many nights on end it is as good as it was, 0 while it is not. `ended` is a resolution other than `mended`,
    when there is nothing left to follow. `before` and `after` explain it, in the unit of the kind; `since` is the first
    bad night. `badness` is `after` with larger being worse, by which a worsening is measured.
    """

    condition: str
    bad: bool = False
    suspect: bool = False
    good_nights: int = 0
    ended: str = ""
    before: float | None = None
    after: float | None = None
    badness: float | None = None
    since: date | None = None
    rules: str = ""
    severity: Severity = Severity.CRITICAL
    column: str = ""


@dataclass(frozen=True)
class Known:
    """One dataset tonight and what is known of its past: series by condition, oldest first, before tonight; `spans` of
    earlier incidents by condition; `standing` the incidents that are not resolved, by condition. `fresh`: the data are
    other than on the last night on which they were read."""

    night: DatasetNight
    series: Mapping[str, Sequence[Point]]
    policy: AlertPolicy
    spans: Callable[[str], Sequence[Span]] = lambda _: ()
    standing: Mapping[str, Incident] = field(default_factory=dict)
    fresh: bool = True

    def points(self, condition: str) -> Sequence[Point]:
        """The past of one condition."""
        return self.series.get(condition, ())


def is_under_test(points: Sequence[Point], known: Known) -> bool:
    """Whether tonight's data are still to be judged: they are new, or have not been there for as long as confirms it.

    The same data say the same; what they were judged to be on enough nights is not looked at again.
    """
    if known.fresh:
        return True
    waited = next((count for count, point in enumerate(reversed(points), 1) if point.fresh), len(points))
    return waited < known.policy.confirmations


class Family(Protocol):
    """What each file of `families` has as `judge`."""

    def __call__(self, known: Known) -> list[Finding]:
        """What there is to say of each of the family's conditions that is bad or was."""
