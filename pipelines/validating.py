"""How one table's validation result comes about: its suite, its layout, and the table itself from the store.

Belongs here: what the stage validate asks of one table. Does not belong here: artifacts and what is reused (`stages`),
or validation itself (`validation`).
"""

from __future__ import annotations

from pipelines.model import Catalog, ReadReport, Snapshot, ValidationResult
from pipelines.reading import declared, hint_of, layouts_of, snapshot_worked
from pipelines.sources import Source
from pipelines.tables.layouts import lay
from pipelines.tables.table import Opened
from pipelines.tools import Tools
from pipelines.validation.validate import validate as validate_table


def validated(
    source: Source, catalog: Catalog, report: ReadReport, snapshot: Snapshot, tools: Tools
) -> ValidationResult:
    """The result of the table that `report` is about. Raises `ReadFault`, and what `validate` does."""
    dataset, _ = declared(catalog, snapshot.distribution)
    suite = tools.suites[dataset.guide_dataset or ""]
    layout = next(item for item in layouts_of(source, dataset, tools) if item.name == report.layout)

    def work(content: Opened) -> ValidationResult:
        table = next(item for item in content.tables if item.report.table == report.table)
        return validate_table(table, lay(layout, table.report.columns), suite, catalog.discovered_on)

    return snapshot_worked(hint_of(catalog, snapshot), tools, work)
