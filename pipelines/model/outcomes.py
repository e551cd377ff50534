"""Outcomes, severities and faults: the words for how something ended.

Belongs here: the few words that every other value of the vocabulary uses. `severity` is GX's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of one expectation, or of one dataset's night. Only `passed` is a pass.

    The first four are outcomes of an expectation; a dataset may also end in one of the other four.
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"
    NOT_PUBLISHED = "not_published"
    BLOCKED = "blocked"
    NOT_RUN = "not_run"
    PARTLY_READ = "partly_read"


class Severity(StrEnum):
    """GX's own three severities, most serious first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class FaultKind(StrEnum):
    """Why a publisher's catalog, file or table could not be used: a fact about the data, never our bug."""

    NOT_REACHABLE = "not_reachable"
    TIMED_OUT = "timed_out"
    TLS = "tls"
    BLOCKED = "blocked"
    THROTTLED = "throttled"
    GONE = "gone"
    HTTP_STATUS = "http_status"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    HTML_INSTEAD = "html_instead"
    NOT_WHAT_WAS_PROMISED = "not_what_was_promised"
    UNSUPPORTED_ADDRESS = "unsupported_address"
    UNKNOWN_FORMAT = "unknown_format"
    BROKEN_FILE = "broken_file"
    ARCHIVE_REJECTED = "archive_rejected"
    NO_TABLE = "no_table"
    CATALOG_UNREADABLE = "catalog_unreadable"


@dataclass(frozen=True)
class Fault:
    """A fact about the publisher that kept a stage from its result.

    `message` says what was seen; `advice` says what to do next. `transient` is true when the same
    request may well succeed tomorrow (an outage), false when somebody has to mend something.
    """

    kind: FaultKind
    message: str
    advice: str = ""
    transient: bool = False
