"""One planned drop, before anybody knows what of it will be seen.

Belongs here: the value, and the words for its ways. Does not belong here: when and how many (`plan`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.alert_histories.truth import Kind

# Those that begin with a version, and end with one. The others begin on any night.
OF_VERSIONS = {Kind.COLUMNS, Kind.ROWS, Kind.ROWS_REMOVED, Kind.EXPECTATION, Kind.SCORE, Kind.PERSONAL}
OF_TIME = {Kind.OVERDUE, Kind.STALE}
# What becomes of a column, and what a file's layout makes of it.
DROPPED, RENAMED, RENAMED_KNOWN, RETYPED = "dropped", "renamed", "renamed_known", "retyped"
FOREVER = 1_000_000


@dataclass(frozen=True)
class Planned:
    """One drop. It is bad in the nights of `spans` [first, end).

    `added` is the percent that each touched expectation gets in the end, by key; `course` the share of it that stands
    from each publication on. `size` is as in `truth.Drop`. `column` is what is lost, `how` says in what way. A
    `quiet` one is no drop: it was so from the first night.
    """

    kind: Kind
    spans: tuple[tuple[int, int], ...]
    size: float
    added: dict[str, float] = field(default_factory=dict)
    course: tuple[float, ...] = (1.0,)
    column: str = ""
    how: str = ""
    factor: float = 1.0
    quiet: bool = False

    @property
    def first(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    def bad(self, night: int) -> bool:
        return any(first <= night < end for first, end in self.spans)
