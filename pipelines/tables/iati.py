"""International Aid Transparency Initiative: files of activities and of organisations.

Belongs here: what IATI 1 and 2 call a record, and which of its elements are tables of their own (transactions,
budgets, participating organisations, ...), each row with the `iati-identifier`. Source: the IATI activity and
organisation standards, 1.01 to 2.03. Does not belong here: XML.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.tables import xml_records
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace
from pipelines.tables.xml_outline import Outline

_RECORDS = {"iati-activities": "iati-activity", "iati-organisations": "iati-organisation"}
_OF_AN_ACTIVITY = frozenset({
    "activity-date",
    "budget",
    "contact-info",
    "document-link",
    "location",
    "participating-org",
    "planned-disbursement",
    "policy-marker",
    "recipient-country",
    "recipient-region",
    "related-activity",
    "result",
    "sector",
    "transaction",
})  # fmt: skip
_OF_AN_ORGANISATION = frozenset({
    "document-link",
    "recipient-country-budget",
    "recipient-org-budget",
    "recipient-region-budget",
    "total-budget",
    "total-expenditure",
})  # fmt: skip


def record_of(root: str) -> str | None:
    """The name of the records in a file whose root element is `root`; None when that is not of IATI."""
    return _RECORDS.get(root)


def read(path: Path, space: Workspace, found: Outline) -> list[Table]:
    """One row an activity or organisation, and a table for each element that may stand in it many times."""
    root = next(iter(found.top.children))
    record = _RECORDS[root]
    activity = record == "iati-activity"
    children = xml_records.Children(
        _OF_AN_ACTIVITY if activity else _OF_AN_ORGANISATION,
        "iati-identifier" if activity else "organisation-identifier",
    )
    return xml_records.read(path, space, found, [(root, record)], "iati", children)
