"""The vocabulary: every value that passes from one stage of the night to the next.

Belongs here: frozen dataclasses and enumerations, named in the words of DCAT (catalog, dataset,
distribution, publisher, contact point), GX (expectation, suite, validation result, severity) and DQV
(metric, dimension, quality measurement). Does not belong here: behaviour, files, libraries.

Instants are UTC-aware `datetime`s. A *key* is a stable slug path: `source`, `source/dataset`,
`source/dataset/distribution`; never a URL or a row number.
"""

from __future__ import annotations

from pipelines.model.alerting import (
    ActionKind,
    Alert,
    AlertKind,
    AlertState,
    DeliveryFailure,
    Incident,
    IncidentAction,
    IncidentState,
    Judged,
    Notification,
    NotificationState,
    Transition,
    TransitionKind,
    Trouble,
    TroubleKind,
)
from pipelines.model.catalog import Catalog, ContactPoint, Dataset, Distribution, Part, Publisher
from pipelines.model.dataset_night import Access, DatasetNight, Level
from pipelines.model.evidence import (
    ColumnChange,
    ColumnChangeKind,
    Doubt,
    ExpectationResult,
    ReadReport,
    Snapshot,
    UnexpectedExample,
    ValidationResult,
)
from pipelines.model.feedback import (
    FeedbackCourse,
    FeedbackEvent,
    FeedbackEventKind,
    FeedbackKind,
    FeedbackReport,
    FeedbackState,
    UserQualityFeedback,
)
from pipelines.model.outcomes import Fault, FaultKind, Outcome, Severity
from pipelines.model.pages import PagePurpose, PageVisit
from pipelines.model.quality import (
    EvidenceKind,
    Fix,
    QualityMeasurement,
    RunIndex,
    ScaleScore,
    Score,
    Verdict,
)
from pipelines.model.row_changes import RowChange, RowsCompared, RowsReason

__all__ = [
    "Access",
    "ActionKind",
    "Alert",
    "AlertKind",
    "AlertState",
    "Catalog",
    "ColumnChange",
    "ColumnChangeKind",
    "ContactPoint",
    "Dataset",
    "DatasetNight",
    "DeliveryFailure",
    "Distribution",
    "Doubt",
    "EvidenceKind",
    "ExpectationResult",
    "Fault",
    "FaultKind",
    "FeedbackCourse",
    "FeedbackEvent",
    "FeedbackEventKind",
    "FeedbackKind",
    "FeedbackReport",
    "FeedbackState",
    "Fix",
    "Incident",
    "IncidentAction",
    "IncidentState",
    "Judged",
    "Level",
    "Notification",
    "NotificationState",
    "Outcome",
    "PagePurpose",
    "PageVisit",
    "Part",
    "Publisher",
    "QualityMeasurement",
    "ReadReport",
    "RowChange",
    "RowsCompared",
    "RowsReason",
    "RunIndex",
    "ScaleScore",
    "Score",
    "Severity",
    "Snapshot",
    "Transition",
    "TransitionKind",
    "Trouble",
    "TroubleKind",
    "UnexpectedExample",
    "UserQualityFeedback",
    "ValidationResult",
    "Verdict",
]
