"""One dataset's night, as detection sees it: the few facts that an alert may rest on.

Belongs here: one value for each dataset and night, made of the night's artifacts (`alerts.tonight`) or by whoever
wants to replay histories (`benchmarks`). Does not belong here: what is a drop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipelines.model.evidence import ColumnChange
from pipelines.model.outcomes import Severity


class Access(StrEnum):
    """Whether the dataset's files could be had.

    `reached`: all of them. `out_of_reach`: one could not, for a reason that is the publisher's or the way's to it.
    `turned_away`: a firewall or a limit refused us for being us, which says nothing of the publisher. `unknown`: the
    portal did not answer, or we did not ask.
    """

    REACHED = "reached"
    OUT_OF_REACH = "out_of_reach"
    TURNED_AWAY = "turned_away"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Level:
    """How far one expectation is from being met: `percent` of the values fail (0 or 100 where it has no percentage)."""

    percent: float
    failed: bool
    severity: Severity = Severity.WARNING
    dimension: str = ""


@dataclass(frozen=True)
class DatasetNight:
    """One dataset on one night. None everywhere means unknown, which is compared with nothing.

    `listed`: the portal names it. `moved_to`: where permanent redirects led. `usable`: what arrived is a table of a
    known layout with records. `whole`: all of it could be read. `content` is equal on two nights when the data are.
    `modified` is the date of change that the catalog tells, `as_of` the newest date inside the file, `changed_on` the
    night on which the data were last seen to change, `period_days` the promised period. `rows` are those of the main
    tables, `rows_lost` how many keyed rows of the reading before are gone. `columns` are changed columns since the
    reading before. `levels` are by expectation key, judged under `rules` (suite, version, layout); `scores` by
    dimension of content, 0 to 100, under `score_rules`. Both are empty on a night that could not be judged.
    `contact_dead`: mail to its contact comes back, or its domain takes none.
    """

    dataset: str
    night: date
    access: Access
    listed: bool | None = True
    moved_to: str | None = None
    usable: bool | None = None
    whole: bool | None = None
    content: str | None = None
    modified: date | None = None
    as_of: date | None = None
    changed_on: date | None = None
    period_days: float | None = None
    rows: int | None = None
    rows_lost: int | None = None
    columns: tuple[ColumnChange, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict)
    rules: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    score_rules: str = ""
    software: str = ""
    contact_dead: bool | None = None

    @property
    def source(self) -> str:
        """The source that it belongs to."""
        return self.dataset.split("/", 1)[0]
