"""The exception tree.

    VeedorError
    ├── ConfigurationError      our operator's mistake; stops before any work; names file, line and remedy
    │   ├── SourcesError        sources.yaml
    │   └── SuiteError          a suite, layout or catalogue in expectations/
    ├── PublisherFault          a fact about the published data; a stage catches and records it
    │   ├── CatalogFault        raised by portals
    │   ├── FetchFault          raised by http_client and snapshots
    │   └── ReadFault           raised by tables
    ├── DeliveryError           an alert could not be sent; `failure` says whether and when it is tried again
    ├── MemoryLimitReached      a table does not fit into memory and temporary folder together
    ├── HistoryLocked           another process held history.duckdb for longer than the deadline
    ├── HistoryDamaged          history.duckdb is no database any more
    ├── DiskFull                there was no room to write to; what was finished is kept
    ├── BackupDamaged           a backup is not as it was written
    ├── ArtifactDamaged         a file in a run folder is not what a stage wrote
    ├── AnswerRefused           a link by which an alert is answered cannot be used; `refusal` says why
    ├── FeedbackRefused         what a reader or owner wrote cannot be taken; `refusal` and `field` say why
    ├── FeedbackUnknown         there is no such report in the inbox
    │   └── FeedbackDamaged     there is one, but a file of it is not what Veedor wrote
    ├── HistoryMissing          there is no published history to read yet
    └── QueryError              a reader's SQL was refused or failed

Every class carries `title` and `advice`, from which the docs page and the command line's one clear line are
made. A fault of the data is a result (`PublisherFault.fault`); a fault of ours is an exception.
"""

from __future__ import annotations

from typing import ClassVar

from pipelines.model import DeliveryFailure, Fault, FaultKind


class VeedorError(Exception):
    """Root of everything that Veedor raises on purpose."""

    title: ClassVar[str] = "Veedor stopped"
    default_advice: ClassVar[str] = "Read the message; it names what to change."

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice or self.default_advice


class ConfigurationError(VeedorError):
    """Raised before any work when what the operator wrote cannot be used."""

    title = "The configuration cannot be used"
    default_advice = "Mend the file at the line that is named and run the command again."

    def __init__(
        self, message: str, advice: str | None = None, *, file: str | None = None, line: int | None = None
    ) -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{where}{message}", advice)
        self.file = file
        self.line = line


class SourcesError(ConfigurationError):
    """Raised by `sources.load` when sources.yaml is invalid."""

    title = "sources.yaml is not valid"


class SuiteError(ConfigurationError):
    """Raised when a suite, layout or catalogue in `expectations/` is invalid or missing."""

    title = "An expectation suite or layout is not valid"


class PublisherFault(VeedorError):
    """Base of the faults of published data: caught by a stage, recorded, scored."""

    title = "The publisher's data could not be used"

    def __init__(
        self, kind: FaultKind, message: str, advice: str | None = None, *, transient: bool = False
    ) -> None:
        super().__init__(message, advice)
        self.kind = kind
        self.fault = Fault(kind=kind, message=message, advice=self.advice, transient=transient)


class CatalogFault(PublisherFault):
    """Raised by a portal when its catalog, or a dataset in it, cannot be had."""

    title = "The portal's catalog could not be read"
    default_advice = "Open the portal's address in a browser; if the dataset moved, correct sources.yaml."


class FetchFault(PublisherFault):
    """Raised by the HTTP client or the snapshot store when a file cannot be had whole."""

    title = "The file could not be downloaded"
    default_advice = "Open the download address in a browser and tell the publisher what you see."


class ReadFault(PublisherFault):
    """Raised by a reader when bytes do not make a table."""

    title = "The file could not be read as a table"
    default_advice = (
        "Open the file with a spreadsheet or text editor and compare it with its declared format."
    )


class DeliveryError(VeedorError):
    """Raised by a channel when an alert could not be delivered."""

    title = "A notification could not be delivered"
    default_advice = "Check the channel's address and credentials in the environment."

    def __init__(
        self,
        message: str,
        failure: DeliveryFailure = DeliveryFailure.LATER,
        *,
        retry_after: float | None = None,
        sure: bool = True,
        whole: bool = False,
        advice: str | None = None,
    ) -> None:
        """`retry_after`: for how many seconds the other side wants to be left alone. `sure` is false for a failure of
        the channel that may as well be our own network's: it has to be seen twice to be believed. `whole`: the other
        side did not come to look at the message, so no other message would fare better now."""
        super().__init__(message, advice)
        self.failure = failure
        self.retry_after = retry_after
        self.sure = sure
        self.whole = whole or failure is DeliveryFailure.CHANNEL


class AnswerRefused(VeedorError):
    """Raised when a link by which an alert is answered is cut off, forged, altered, expired or for another answer."""

    title = "The link cannot be used"
    default_advice = "Use the link in the message as it stands there, or answer the operator by mail."

    def __init__(self, message: str, refusal: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class FeedbackRefused(VeedorError):
    """Raised when a report, or an event of one, cannot be taken: empty, too long, or not possible where it stands."""

    title = "The feedback cannot be taken"
    default_advice = (
        "Correct what is named and send it again; `veedor feedback show` tells where a report stands."
    )

    def __init__(self, message: str, refusal: str, field: str = "") -> None:
        super().__init__(message)
        self.refusal = refusal
        self.field = field


class FeedbackUnknown(VeedorError):
    """Raised when no report in the inbox has the id that was given, or the beginning of one."""

    title = "There is no such report"
    default_advice = (
        "`veedor feedback list` names those that are there; give more of the id when several begin so."
    )


class FeedbackDamaged(FeedbackUnknown):
    """Raised when a report in the inbox cannot be read back: edited, cut off, or a damaged disk."""

    title = "A report in the inbox is damaged"
    default_advice = (
        "Look at the disk, then put the report's folder back from a backup, or move it out of the inbox. Until then it "
        "is left out everywhere; nothing moves or removes it."
    )


class ArtifactDamaged(VeedorError):
    """Raised when a file in a run folder cannot be read back: edited, cut off, or a damaged disk."""

    title = "A file of an earlier run is damaged"
    default_advice = (
        "Look at the disk, move the folder of that source and night elsewhere, and run the night again: "
        "the history keeps what was recorded."
    )


class MemoryLimitReached(VeedorError):
    """Raised when a table cannot be validated within the memory or the temporary space that there is."""

    title = "There is not enough memory for this table"
    default_advice = (
        "Raise VEEDOR_MEMORY_LIMIT, or make room in the temporary folder, to which the rest is spilled."
    )


class HistoryLocked(VeedorError):
    """Raised when another process keeps history.duckdb open for writing beyond the deadline."""

    title = "The history is locked by another process"
    default_advice = (
        "Wait for the other process to finish, or end it, and run the night again: nothing is lost."
    )


class HistoryDamaged(VeedorError):
    """Raised when history.duckdb cannot be opened or read: cut off, overwritten, or a damaged disk."""

    title = "The history is damaged"
    default_advice = (
        "Look at the disk, then make the history anew from the run folders: `veedor history rebuild`. "
        "Nothing is lost with it."
    )


class DiskFull(VeedorError):
    """Raised when the disk has no room for what has to be written; the file that was there before is as it was."""

    title = "The disk is full"
    default_advice = (
        "Make room (`veedor snapshots prune`, `veedor history compact`), then run the same command again: "
        "what was finished is kept."
    )


class BackupDamaged(VeedorError):
    """Raised when a backup cannot be read back: cut off, altered, or a part of it is gone."""

    title = "The backup is damaged"
    default_advice = (
        "Restore an earlier backup: `veedor backup DEST --list` names them, `--backup` chooses one."
    )


class HistoryMissing(VeedorError):
    """Raised when a reader asks before any night was published."""

    title = "There is no published history yet"
    default_advice = "Run a night first: `veedor run`, or `veedor demo` to see one."


class QueryError(VeedorError):
    """Raised when a reader's SQL is refused or fails."""

    title = "The query could not be answered"
    default_advice = "Check the names with `veedor sql 'show tables'`."
