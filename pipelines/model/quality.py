"""What it comes to: quality measurements (DQV), scores and verdicts, and the mark of a finished run.

Belongs here: one value for each artifact of measure, and the run's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pipelines.model.outcomes import Outcome


@dataclass(frozen=True)
class QualityMeasurement:
    """dqv:QualityMeasurement: one number about one thing.

    `computed_on` is a dataset's or distribution's key. `value` is in the metric's unit; None means that it
    was due but could not be known (`reason` says why) and never counts as full marks.
    """

    computed_on: str
    dataset: str
    metric: str
    metric_version: str
    value: float | None
    reason: str = ""
    sha256: str | None = None


@dataclass(frozen=True)
class Score:
    """A dataset's score in one dimension or category, 0 to 100. None: nothing was measured.

    `dimension` is a DQV dimension, or the category's own name (`access`, `content`) for its average.
    `rules` identifies the metrics, weights and suite behind it: compare scores only within equal `rules`.
    `explanation` says by language (en, es) what took how many points.
    """

    dataset: str
    category: str
    dimension: str
    score: float | None
    rules: str
    explanation: dict[str, str] = field(default_factory=dict)


class EvidenceKind(StrEnum):
    """What a component of a score rests on. `unknown` never has points; `mixed` is said of several components."""

    MEASURED = "measured"
    ATTESTED = "attested"
    OBSERVED = "observed"
    UNKNOWN = "unknown"
    MIXED = "mixed"


@dataclass(frozen=True)
class ScaleScore:
    """A dataset's points on a scale of others: of one item, of a part (`item` is ""), or of all (`part` is "", too).

    `points` None: nothing is known. `known` is how many could have been got by what is known, `most` how many there
    are. `metric` answered the item, if one did. Compare only within equal `rules`.
    """

    dataset: str
    scale: str
    part: str
    item: str
    points: float | None
    known: float
    most: float
    evidence: EvidenceKind
    metric: str | None
    rules: str
    title: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fix:
    """Something to mend, by what it would gain. `place` 1 gains most in its category.

    `subject` is a metric's id or an expectation's key, as `kind` says. `gain` is in points of the dimension,
    `gain_in_category` in points of the category, when this alone is mended whole.
    """

    dataset: str
    place: int
    subject: str
    kind: str
    category: str
    dimension: str
    gain: float
    gain_in_category: float
    rules: str
    title: dict[str, str] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What came of one dataset tonight, in one word and one sentence."""

    dataset: str
    outcome: Outcome
    reason: str
    critical_failed: int = 0
    warning_failed: int = 0


@dataclass(frozen=True)
class RunIndex:
    """The mark of a finished run: one source's night. `result` is `success`, `partial` or `failure`.

    `rules` identifies the software and everything in `expectations/` that the run was made with: results
    are reused for unchanged bytes only within equal `rules`. `state` is equal on two nights when the same bytes or
    faults were found and the verdicts are alike. `revisit_on` is the night on which a source without a schedule of its
    own is visited next; None: the next one. `seconds` is the wall time of each stage, waiting for servers included, as
    far as it is known.
    """

    source: str
    night: date
    software: str
    started_on: datetime
    finished_on: datetime
    result: str
    rules: str = ""
    reason: str = ""
    state: str = ""
    revisit_on: date | None = None
    seconds: dict[str, float] = field(default_factory=dict)
