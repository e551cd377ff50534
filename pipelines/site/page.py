"""One dataset's page: what stands on it, and where it lies.

Belongs here: the values of a page, what it is made of part by part (`parts` makes anew what changed), and its path.
Does not belong here: reading the views (`pages`), words, HTML, the other kinds of pages (`sheets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from re import fullmatch
from typing import Any

from pipelines.model import Outcome
from pipelines.site.chart import Line, of_stretches
from pipelines.site.stretches import Stretch

Row = dict[str, Any]

CATEGORIES = ("access", "content")
DIMENSIONS = (
    *("availability", "timeliness", "structure", "openness", "metadata"),
    *("completeness", "validity", "uniqueness", "consistency"),
)
SCALES = ("charter", "mexico_2019", "mqa")
# What templates show of a row, where more is known of it.
SCORE_SHOWN = ("dimension", "score", "explanation_en", "explanation_es")
FILE_SHOWN = (
    *("distribution", "title", "url", "fault_kind", "fault_message", "fault_advice", "http_status"),
    *("sha256", "bytes", "changed", "last_modified", "modified"),
)
TABLE_SHOWN = (
    *(
        "table_name",
        "main",
        "fault_kind",
        "fault_message",
        "format",
        "encoding",
        "delimiter",
        "header_row",
        "rows",
    ),
    *("lost", "layout", "missing_roles", "column_changes", "columns"),
)
INCIDENT_SHOWN = (
    *("incident", "condition", "state", "severity", "first_seen", "opened_on", "told_on", "muted_until"),
    *("resolved_on", "resolution", "reopened", "summary_en", "summary_es"),
)
VISIT_SHOWN = ("purpose", "role", "row_number", "address", "answers", "fault", "http_status", "asked_on")

# What needs somebody's hand stands first.
OUTCOME_ORDER = [
    *(Outcome.FAILED, Outcome.PARTLY_READ, Outcome.NOT_PUBLISHED, Outcome.ERROR),
    *(Outcome.BLOCKED, Outcome.NOT_RUN, Outcome.NOT_APPLICABLE, Outcome.PASSED),
]


@dataclass(frozen=True)
class CategoryScore:
    """A category's score on the newest night. `change` is since the night before, None when not comparable."""

    score: float | None
    change: float | None
    rules: str
    rules_changed: bool


@dataclass(frozen=True)
class Entry:
    """One dataset in a list. `stale`: its newest night is older than the installation's.

    `country`, `publisher` and `guide` are empty where nobody tells them; `outcome_before` is of the night before.
    It stands with this outcome and these scores since the night `since`. Its newest night is shown when it is stale
    alone, and then it stays: pages are made of everything else.
    """

    key: str
    title: str
    path: str
    publisher: str
    country: str
    guide: str
    guide_titles: dict[str, str | None]
    outcome: str
    outcome_before: str | None
    reason: str
    night: date = field(repr=False)
    since: date
    stale: bool
    scores: dict[str, CategoryScore]


@dataclass(frozen=True)
class DatasetPage:
    """Everything on one dataset's page; rows as the views give them.

    `fixes` stand by what they gain; `scales` holds the rows of each scale of others, in its order; `measured` the
    metrics of each dimension; `versions` the bytes that its files had, newest first. These, and what is known of
    expectations, are empty until `in_full`.
    `visits` are the pages and links that were visited, those that do not answer first, then the unknown ones.
    `history` is the nights shown, oldest first, those alike in one, drawn from `floor` points up. `has_suite`:
    there are expectations for this kind of dataset, so that a file whose columns fit none of its layouts is news.
    """

    entry: Entry
    described: Row
    verdict: Row
    run: Row
    dimensions: dict[str, list[Row]]
    history: list[Stretch]
    floor: int
    has_suite: bool
    blocks: Row
    files: list[Row]
    visits: list[Row]
    alerts: list[Row]
    incidents: list[Row]
    fixes: list[Row] = field(default_factory=list)
    scales: dict[str, list[Row]] = field(default_factory=dict)
    expectations: list[Row] = field(default_factory=list)
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    measured: dict[str, list[Row]] = field(default_factory=dict)
    versions: list[Row] = field(default_factory=list)
    column_changes: list[Row] = field(default_factory=list)

    @cached_property
    def lines(self) -> dict[str, Line]:
        """The categories that were ever measured, as they stood; drawn only for a page that is to tell it anew."""
        return {
            category: of_stretches(self.history, category, self.floor)
            for category in CATEGORIES
            if any(it.scores[category] is not None for it in self.history)
        }

    def parts(self) -> dict[str, tuple[object, ...]]:
        """What is in history by blocks (`history.store`), and is looked up only for a page that is to tell it anew.

        By the name of the part: all that it is made of.
        """
        results = (self.blocks["expectation_result_block"], self.blocks["expectation_example_block"])
        verdict = tuple(self.verdict[it] for it in ("outcome", "reason", "fault_kind"))
        counts = tuple(self.verdict[it] for it in ("critical_failed", "warning_failed"))
        dimensions = {it: _columns(rows, SCORE_SHOWN) for it, rows in self.dimensions.items()}
        changed = [(row["distribution"], row["sha256"], row["changed_on"]) for row in self.files]
        return {
            "reason": (*verdict, *counts, *results),
            # The kit is made with this part, which leads to it: what it names is named here.
            "fixes": (
                *(self.blocks["fix_block"], *results, len(self.files) > 1),
                *(self.entry.key, self.entry.title, self.entry.publisher),
            ),
            "scales": (self.blocks["scale_score_block"],),
            "expectations": (*results, len(self.files) > 1),
            "suites": results,
            "scores": (
                dimensions,
                self.entry.scores,
                self.blocks["measured"],
                self.described.get("attested"),
            ),
            "versions": (changed, self.blocks["read_report_block"]),
        }

    def shown(self) -> dict[str, tuple[object, ...]]:
        """What else stays as it is on most nights: by the name of the part, all that it is made of."""
        files = [
            (*of, _columns(row["tables"], TABLE_SHOWN))
            for row, of in zip(self.files, _columns(self.files, FILE_SHOWN), strict=True)
        ]
        return {
            "files": (files, self.has_suite),
            "visits": (_columns(self.visits, VISIT_SHOWN),),
            "incidents": (_columns(self.incidents, INCIDENT_SHOWN),),
            "nights": (self.history[:-1],),
        }

    def made_of(self) -> tuple[object, ...]:
        """All that the page shows: while it is the same, the page stands. No night alone changes any of it."""
        return (
            self.entry,
            *(self.parts(), self.shown(), self.floor, self.alerts, self.run.get("software")),
            [(it.first, it.outcome, it.scores, it.rules, it.rules_changed) for it in self.history],
            {name: value for name, value in self.described.items() if name not in ("night", "run_id")},
        )


def _columns(rows: Sequence[Row], names: Sequence[str]) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def order(entry: Entry) -> tuple[int, str, str]:
    """How the index is sorted: what needs a hand first, then by title."""
    return (OUTCOME_ORDER.index(Outcome(entry.outcome)), entry.title.casefold(), entry.key)


def safe_name(key: str) -> str:
    """A dataset's key as the name of its files, whatever is in it."""
    return "/".join(
        part
        if fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}", part)
        else f"x-{sha256(part.encode()).hexdigest()[:16]}"
        for part in key.split("/", 1)
    )


def data_path(entry: Entry) -> str:
    """Where the JSON about a dataset lies in the public folder."""
    return f"json/{entry.path.removesuffix('.html')}.json"


def safe_path(key: str) -> str:
    """The path of a dataset's page."""
    return f"dataset/{safe_name(key)}.html"
