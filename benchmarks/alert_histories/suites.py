"""The suites of the simulated guide datasets: their rules, and the versions that they go through.

Belongs here: which expectations a type of dataset has, and what a change of a suite or of the weights does to their
levels. Does not belong here: how far one dataset meets them (`datasets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.draws import arrivals, chance, log_uniform, stream, weighted
from pipelines.model.outcomes import Severity

TYPES = (
    "asset_declarations",
    "audit_data",
    "budgets",
    "charity_register",
    "company_register",
    "contracts_register",
    "court_data",
    "debarred_contractors",
    "government_contractors",
    "government_grants",
    "government_projects",
    "interest_declarations",
    "land_register",
    "lobbying_register",
    "meeting_records",
    "political_finance",
    "procurement_complaints",
    "public_officials_register",
    "spending",
    "tax_records",
    "tenders_awards",
    "voting_records",
)
ROLES = (
    *("record_id", "process_id", "title", "description", "status", "buyer_id", "buyer_name", "supplier_id"),
    *(
        "supplier_name",
        "value_amount",
        "currency",
        "start_date",
        "end_date",
        "date_signed",
        "method",
        "place",
    ),
    *("office", "category", "document_url", "legal_basis"),
)
# What is asked of a column, by what it holds; and the dimension of each rule.
ASKED = {
    "date": ("exists", "present", "is_date", "plausible"),
    "amount": ("exists", "present", "is_number", "not_negative"),
    "id": ("exists", "present", "well_formed", "no_outer_blanks", "no_placeholder"),
    "list": ("present", "in_list", "no_placeholder"),
    "text": ("present", "no_outer_blanks", "no_mojibake", "no_placeholder", "not_personal"),
    "url": ("present", "is_url"),
}
HOLDS = {"value_amount": "amount", "status": "list", "currency": "list", "method": "list", "category": "list"}
DIMENSIONS = {
    "exists": "completeness",
    "present": "completeness",
    "no_placeholder": "completeness",
    "unique": "uniqueness",
    "no_row_twice": "uniqueness",
    "one_name": "consistency",
    "in_order": "consistency",
    "adds_up": "consistency",
}
RECORDS = "records"
# Of severities, by version: what a failing value of each weighs in a dimension's score.
WEIGHTS = ((3.0, 2.0, 1.0), (5.0, 2.0, 1.0), (4.0, 3.0, 1.0), (6.0, 3.0, 2.0))
# Of dimensions in the content score.
CONTENT = {"completeness": 2.0, "validity": 2.0, "uniqueness": 1.0, "consistency": 1.0}


@dataclass(frozen=True)
class Rule:
    """One rule of a suite, in force from version `since` until before `until`."""

    key: str
    column: str
    asks: str
    severity: Severity
    dimension: str
    since: int = 0
    until: int = 10_000


@dataclass(frozen=True)
class Suite:
    """The rules of one type, the nights on which its versions begin, and by how many percent each moves the levels."""

    name: str
    rules: tuple[Rule, ...]
    changes: tuple[int, ...] = ()
    shifts: tuple[Mapping[str, float], ...] = field(default=())

    def version(self, night: int) -> int:
        return sum(1 for one in self.changes if one <= night)

    def shift(self, version: int) -> Mapping[str, float]:
        """What versions 1 to `version` have added to the percents of the first, by key."""
        return self.shifts[version - 1] if version else {}


def suites(seed: int, nights: int) -> dict[str, Suite]:
    """All suites. Their changes belong to the world: each change is of one suite, drawn by chance."""
    changes: dict[str, list[int]] = {name: [] for name in TYPES}
    rng = stream(seed, "rule changes")
    for night in arrivals(rng, rates.RULE_CHANGE_GAP, 1, nights):
        changes[rng.choice(TYPES)].append(night)
    return {name: _suite(seed, name, tuple(sorted(set(changes[name])))) for name in TYPES}


def _suite(seed: int, name: str, changes: tuple[int, ...]) -> Suite:
    rng = stream(seed, "suite", name)
    columns = sorted(rng.sample(ROLES, rng.randint(9, len(ROLES))), key=ROLES.index)
    asked = [(column, asks) for column in columns for asks in _asked(column)]
    asked += [(columns[0], "unique"), (RECORDS, "no_row_twice"), (columns[0], "one_name")]
    asked += [(rng.choice(columns), "in_order"), (rng.choice(columns), "adds_up")]
    rules = []
    for column, asks in asked:
        since = rng.randint(1, 3) if chance(rng, rates.LATE_RULE) else 0
        until = rng.randint(1, 3) if not since and chance(rng, rates.DROPPED_RULE) else 10_000
        severity = Severity(weighted(rng, rates.SEVERITIES))
        dimension = DIMENSIONS.get(asks, "validity")
        rules.append(Rule(f"{name}.{column}.{asks}", column, asks, severity, dimension, since, until))
    shifts: list[Mapping[str, float]] = []
    before: Mapping[str, float] = {}
    for number, _ in enumerate(changes):
        moved = stream(seed, "suite", name, number)
        keys = moved.sample(rules, moved.randint(1, 4))
        before = {
            **before,
            **{
                rule.key: before.get(rule.key, 0.0) + moved.choice((1, 1, -1)) * log_uniform(moved, 0.5, 60)
                for rule in keys
            },
        }
        shifts.append(before)
    return Suite(name, tuple(rules), changes, tuple(shifts))


def _asked(column: str) -> tuple[str, ...]:
    for part in ("date", "id", "url"):
        if part in column.split("_"):
            return ASKED[part]
    return ASKED[HOLDS.get(column, "text")]
