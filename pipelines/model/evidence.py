"""What a night found behind the descriptions: snapshots, read reports and validation results.

Belongs here: one value for each artifact of fetch, read and validate. Snapshot and read report are our words,
expectation and validation result are GX's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pipelines.model.outcomes import Fault, Outcome, Severity


class Doubt(StrEnum):
    """Why a validator of a server (ETag, Last-Modified) is not trusted; `once` is not enough to distrust it.

    `noise`: twice in a row another one for the same bytes. `lied`: the same one for other bytes.
    """

    ONCE = "once"
    NOISE = "noise"
    LIED = "lied"


@dataclass(frozen=True)
class Snapshot:
    """One visit to one distribution: the exact bytes, or the fault that kept us from them.

    `sha256` names the bytes in the store; it is None when there are none. `changed` is None on a first
    visit; `changed_on` is when we last saw the bytes change, None when we never did; `same_since` is the first
    of the visits in a row that found these bytes. `seconds` is wall time; `moved_to` where permanent redirects
    led; `bytes` the length on the wire after content decoding. `evidence` names, in the store, what came instead
    of the data. `validators` holds what is known against `etag` and `last_modified`, `unverified` how many times
    in a row we have only the server's word (a 304) that nothing changed.
    """

    distribution: str
    url: str
    visited_on: datetime
    sha256: str | None = None
    bytes: int | None = None
    changed: bool | None = None
    changed_on: datetime | None = None
    http_status: int | None = None
    final_url: str | None = None
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    file_name: str | None = None
    seconds: float = 0.0
    fault: Fault | None = None
    same_since: datetime | None = None
    evidence: str | None = None
    validators: dict[str, Doubt] = field(default_factory=dict)
    unverified: int = 0


class ColumnChangeKind(StrEnum):
    """What became of a column since the last snapshot that was read."""

    RENAMED = "renamed"
    RETYPED = "retyped"
    DROPPED = "dropped"
    ADDED = "added"


@dataclass(frozen=True)
class ColumnChange:
    """One column that is no longer what it was: its name before and now, and its type where that changed.

    `before` is None for an added column, `after` for a dropped one.
    """

    kind: ColumnChangeKind
    before: str | None = None
    after: str | None = None
    type_before: str = ""
    type_after: str = ""


@dataclass(frozen=True)
class ReadReport:
    """How a snapshot became one table, and what was lost on the way.

    A snapshot may hold several tables (sheets, archive members, arrays of an OCDS release): `table` is
    the name within the snapshot, `main` marks the one that stands for the distribution. `rows` counts
    records without the header. `header_row` is the 1-based row, as a spreadsheet shows it, that holds the
    column names (None: there was none). `lost` counts records that could not be read, `lost_rows` names
    the first of them. `share_read` is in [0, 1] and below 1 only when not everything could be read.
    `rows_hash` is the same for the same records in any order and any dialect (`tables.rows_hash`);
    `rows_since` is the first of the visits in a row that found these records in the distribution,
    `rows_changed_on` when we last saw them change, None when we never did.
    `confidence` in [0, 1] says how well the evidence bears out what was detected in delimited text: the certainty
    of the encoding times the share of the first records that have the table's width (None: nothing was guessed).
    `kinds` says what the columns hold, as far as their first cells tell (`tables.profile`); `column_changes` what
    became of the columns since the last earlier night on which the distribution was read.
    """

    distribution: str
    table: str
    format: str
    main: bool = True
    member: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    columns: tuple[str, ...] = ()
    rows: int = 0
    ragged: int = 0
    blank_rows: int = 0
    lost: int = 0
    lost_rows: tuple[int, ...] = ()
    share_read: float = 1.0
    layout: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    missing_roles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str | None = None
    fault: Fault | None = None
    rows_hash: str | None = None
    rows_since: datetime | None = None
    rows_changed_on: datetime | None = None
    confidence: float | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    column_changes: tuple[ColumnChange, ...] = ()


@dataclass(frozen=True)
class UnexpectedExample:
    """One failing row: `row` as a spreadsheet shows it, `value` as published (masked when personal).

    `record` is what tells it from other rows: the values of the suite's key, as published, masked when personal.
    """

    row: int | None
    value: str | None
    record: str | None = None


@dataclass(frozen=True)
class ExpectationResult:
    """What came of one expectation on one table: GX's result under a stable key.

    `unexpected_percent` is of non-missing elements, as in GX. `role` names the guide's role(s) that it is
    about, `column` the published column(s). `reason` explains any outcome but `passed`.
    """

    key: str
    type: str
    outcome: Outcome
    severity: Severity
    dimension: str
    principle: str
    role: str = ""
    column: str = ""
    reason: str = ""
    element_count: int | None = None
    missing_count: int | None = None
    unexpected_count: int | None = None
    unexpected_percent: float | None = None
    mostly: float | None = None
    observed_value: str | None = None
    examples: tuple[UnexpectedExample, ...] = ()
    title: dict[str, str] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)
    basis: str = ""
    executed_by: str = "great_expectations"


@dataclass(frozen=True)
class ValidationResult:
    """A suite applied to one table. Compare results only within one `suite_version`.

    `reused_from` names the night whose result this is when bytes and rules were unchanged. `newest` is the newest date
    of each role of dates that was not in the future when the table was validated.
    """

    distribution: str
    table: str
    suite: str
    suite_version: str
    sha256: str
    layout: str | None
    rows: int
    results: tuple[ExpectationResult, ...]
    reused_from: str | None = None
    newest: dict[str, date] = field(default_factory=dict)
