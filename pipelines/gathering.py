"""What one dataset's measurements rest on, gathered from the artifacts of the stages before.

Belongs here: which visits, reports and results are the dataset's own, and which table stands for a file. Does not
belong here: looking further back than since when its data are as they are (`stages.measure`, `past_runs`), or
measuring.
"""

from __future__ import annotations

from pipelines.measurement.evidence import Evidence
from pipelines.model import Catalog, Dataset, ReadReport, Snapshot, ValidationResult
from pipelines.past_runs import changes
from pipelines.tools import Tools


def main_table(distribution: str, reads: list[ReadReport]) -> ReadReport | None:
    """The report that stands for a distribution: the table that a layout fits, else the main one, else a fault."""
    own = [report for report in reads if report.distribution == distribution]
    laid = [report for report in own if report.layout is not None]
    readable = [report for report in own if report.fault is None]
    return next(iter([*laid, *(r for r in readable if r.main), *readable, *own]), None)


def keys_of(dataset: Dataset) -> set[str]:
    """The keys of a dataset's distributions."""
    return {item.key for item in dataset.distributions}


def evidence_of(
    dataset: Dataset,
    catalog: Catalog,
    snapshots: list[Snapshot],
    reads: list[ReadReport],
    validations: list[ValidationResult],
    tools: Tools,
) -> Evidence:
    """What the artifacts of a night say of one dataset; of its past only since when the data are as they are."""
    keys = keys_of(dataset)
    visits = tuple(item for item in snapshots if item.distribution in keys)
    guide = tools.guide.get(dataset.guide_dataset or "")
    tables = tuple(report for key in sorted(keys) if (report := main_table(key, reads)))
    seen = {item.distribution: changes(item, tables) for item in visits}
    return Evidence(
        dataset=dataset,
        snapshots=visits,
        reads=tables,
        validations=tuple(item for item in validations if item.distribution in keys),
        now=catalog.discovered_on,
        portal=catalog.portal,
        last_change={key: changed for key, (changed, _) in seen.items() if changed},
        same_since={key: since for key, (_, since) in seen.items() if since},
        max_age_days=guide.max_age_days if guide else None,
        has_suite=(dataset.guide_dataset or "") in tools.suites,
        has_layouts=any(layout.guide_dataset == dataset.guide_dataset for layout in tools.layouts),
    )
