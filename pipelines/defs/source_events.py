"""What the screen is told of one source's night: its materialisations, and the verdict on its datasets.

Belongs here: which sources are worth an event, and the events. The five of a source take some 60 kB of Dagster's
records, so that one of which nothing changed gets none: the materialisation of `visits` lists it. Only `passed` passes.
A fault of the data, and anything unknown, is a warning; a fault of ours an error. Published texts are cleaned on their
way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg

# It has no public name in Dagster 1.13.
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)

from pipelines import artifacts
from pipelines.alerts.message import clean, web_link
from pipelines.artifacts import Files
from pipelines.errors import ArtifactDamaged
from pipelines.model import (
    Catalog,
    Fault,
    Outcome,
    ReadReport,
    RunIndex,
    Score,
    Severity,
    Snapshot,
    ValidationResult,
    Verdict,
)
from pipelines.past_runs import index_before
from pipelines.site.page import CATEGORIES, safe_path
from pipelines.sources import Source

T = TypeVar("T")

CATALOG, SNAPSHOTS, VALIDATION_RESULTS = "catalog", "snapshots", "validation_results"
QUALITY_HISTORY = "quality_history"
VERDICT = "verdict"
# So many sources, or events, are asked for at a time
AT_ONCE = 1_000
SHOWN_FAULTS, SHOWN_DATASETS, SHOWN_EVIDENCE = 5, 50, 10

Counts = Mapping[str, Any]


def index_of(folder: Path) -> RunIndex | None:
    """The mark of a run folder, when the run is through."""
    path = folder / artifacts.INDEX
    return artifacts.read_value(path, RunIndex) if path.exists() else None


def stopped_run(folder: Path) -> RunIndex | None:
    """The mark that a fault of ours left in a run folder, if it did."""
    index = index_of(folder)
    return index if index is not None and index.result == "failure" else None


def has_changed(index: RunIndex, runs: Path, files: Files | None = None) -> bool:
    """Whether the night found anything else than the source's last one: bytes, faults, verdicts or rules."""
    try:
        before = index_before(runs, index.source, index.night, files=files)
    except ArtifactDamaged:  # which has stopped the source, and is told
        return True
    return before is None or not index.state or (before.state, before.rules) != (index.state, index.rules)


def materializations(source: Source, night: date, folder: Path) -> Iterator[dg.AssetMaterialization]:
    """One for each asset of a source."""
    stopped = stopped_run(folder)
    told: Counts = {"stopped_by_a_fault_of_ours": clean(stopped.reason)} if stopped else {}
    place = {"night": str(night), **told, "run_folder": dg.MetadataValue.path(str(folder))}
    for asset, counts in (
        (CATALOG, _listed),
        (SNAPSHOTS, _fetched),
        (VALIDATION_RESULTS, _validated),
        (QUALITY_HISTORY, _judged),
    ):
        yield dg.AssetMaterialization(asset, partition=source.id, metadata={**counts(folder), **place})


def materialized(instance: dg.DagsterInstance, names: Sequence[str]) -> dict[str, Target]:
    """By source: the newest materialisation, which a verdict has to name, or it is shown as none at all.

    A source that was never materialised is left out.
    """
    found: dict[str, Target] = {}
    for first in range(0, len(names), AT_ONCE):
        wanted = set(names[first : first + AT_ONCE])
        chosen = dg.AssetRecordsFilter(dg.AssetKey(QUALITY_HISTORY), asset_partitions=sorted(wanted))
        cursor: str | None = None
        while not wanted <= found.keys():
            page = instance.fetch_materializations(chosen, limit=AT_ONCE, cursor=cursor)
            for it in page.records:  # the newest first
                target = Target(storage_id=it.storage_id, run_id=it.run_id, timestamp=it.timestamp)
                found.setdefault(it.partition_key or "", target)
            if not page.has_more:
                break
            cursor = page.cursor
    return found


def verdict(
    source: Source, night: date, folder: Path, public: Path, target: Target | None = None
) -> dg.AssetCheckEvaluation:
    """Whether every dataset of the source met its suite; its worst datasets first. `target` is what it is about."""
    stopped = stopped_run(folder)
    verdicts = {it.dataset: it for it in _values(folder / artifacts.VERDICTS, Verdict)}
    scores = _values(folder / artifacts.SCORES, Score)
    pages = _landing_pages(folder / artifacts.CATALOG)
    found = []
    for key in dict.fromkeys((*(f"{source.id}/{it.id}" for it in source.datasets), *verdicts)):
        told = verdicts.get(key) or Verdict(key, Outcome.NOT_RUN, "there is no verdict of this night")
        found.append((told, stopped is not None or key not in verdicts))
    ours = any(ours or it.outcome is Outcome.ERROR for it, ours in found)
    passed = all(it.outcome is Outcome.PASSED and not ours for it, ours in found)
    worst = sorted(found, key=lambda pair: (pair[0].outcome is Outcome.PASSED, -pair[0].critical_failed))
    outcomes = Counter(it.outcome.value for it, _ in found)
    link = pages.get(worst[0][0].dataset)
    suffix = f": {clean(stopped.reason)}" if stopped else ""
    rows = [
        dg.TableRecord(
            {
                "dataset": it.dataset,
                "outcome": it.outcome.value,
                "reason": clean(it.reason) + suffix,
                "critical_failed": it.critical_failed,
                "warning_failed": it.warning_failed,
                **_category_scores(it.dataset, scores),
                "page": _page(public, source, it.dataset),
                "published_at": pages.get(it.dataset, ""),
            }
        )
        for it, _ in worst[:SHOWN_DATASETS]
    ]
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(QUALITY_HISTORY),
        check_name=VERDICT,
        partition=source.id,
        target_materialization_data=target,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if ours else dg.AssetCheckSeverity.WARN,
        description=clean(
            ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
            + f" · {worst[0][0].dataset}: {worst[0][0].reason}{suffix}"
        ),
        metadata={
            "night": str(night),
            **outcomes,
            "datasets": dg.MetadataValue.table(rows, schema=SCHEMA),
            "evidence": dg.MetadataValue.table(_evidence(folder), schema=EVIDENCE),
            "page": dg.MetadataValue.path(_page(public, source, worst[0][0].dataset)),
            **({"published_at": dg.MetadataValue.url(link)} if link else {}),
        },
    )


SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("dataset"),
        dg.TableColumn("outcome"),
        dg.TableColumn("reason"),
        dg.TableColumn("critical_failed", "int"),
        dg.TableColumn("warning_failed", "int"),
        *(dg.TableColumn(name, description="0 to 100") for name in CATEGORIES),
        dg.TableColumn("page", description="the dataset's scorecard"),
        dg.TableColumn("published_at", description="the dataset's page at its portal"),
    ]
)


EVIDENCE = dg.TableSchema(
    [
        dg.TableColumn("expectation"),
        dg.TableColumn("severity"),
        dg.TableColumn("column"),
        dg.TableColumn("unexpected", "int", description="values that do not meet it"),
        dg.TableColumn("of", "int", description="values that were looked at"),
        dg.TableColumn("row", "int", description="the first such row of the file"),
        dg.TableColumn("value", description="what stands there; never of a personal column"),
    ]
)


def _evidence(folder: Path) -> list[dg.TableRecord]:
    """The expectations that failed, the most severe and most often missed first, each with its first example."""
    failed = [
        it
        for validation in _values(folder / artifacts.VALIDATION_RESULTS, ValidationResult)
        for it in validation.results
        if it.outcome is Outcome.FAILED
    ]
    failed.sort(key=lambda it: (list(Severity).index(it.severity), -(it.unexpected_percent or 100.0)))
    return [
        dg.TableRecord(
            {
                "expectation": it.key,
                "severity": it.severity.value,
                "column": clean(it.column),
                "unexpected": it.unexpected_count,
                "of": it.element_count,
                "row": it.examples[0].row if it.examples else None,
                "value": clean(it.examples[0].value or "") if it.examples else "",
            }
        )
        for it in failed[:SHOWN_EVIDENCE]
    ]


def _page(public: Path, source: Source, dataset: str) -> str:
    return str(public / source.language / safe_path(dataset))


def _listed(folder: Path) -> Counts:
    path = folder / artifacts.CATALOG
    if not path.exists():
        return {}
    catalog = artifacts.read_value(path, Catalog)
    return {
        "datasets": len(catalog.datasets),
        "distributions": sum(len(dataset.distributions) for dataset in catalog.datasets),
        **_faults([catalog.fault, *(dataset.fault for dataset in catalog.datasets)]),
    }


def _fetched(folder: Path) -> Counts:
    snapshots = _values(folder / artifacts.SNAPSHOTS, Snapshot)
    return {
        "snapshots": len(snapshots),
        "changed": sum(snapshot.changed is True for snapshot in snapshots),
        "bytes": sum(snapshot.bytes or 0 for snapshot in snapshots),
        **_faults(snapshot.fault for snapshot in snapshots),
    }


def _validated(folder: Path) -> Counts:
    reads = _values(folder / artifacts.READS, ReadReport)
    validations = _values(folder / artifacts.VALIDATION_RESULTS, ValidationResult)
    outcomes = Counter(result.outcome for validation in validations for result in validation.results)
    return {
        "tables": len(reads),
        "rows": sum(report.rows for report in reads),
        "lost": sum(report.lost for report in reads),
        "without_layout": sum(report.layout is None for report in reads),
        "reused": sum(validation.reused_from is not None for validation in validations),
        **{
            f"expectations_{outcome}": outcomes[outcome]
            for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE, Outcome.ERROR)
        },
        **_faults(report.fault for report in reads),
    }


def _judged(folder: Path) -> Counts:
    verdicts = _values(folder / artifacts.VERDICTS, Verdict)
    index = index_of(folder)
    return {
        "result": index.result if index else "not finished",
        "passed": sum(verdict.outcome is Outcome.PASSED for verdict in verdicts),
        "not_passed": sum(verdict.outcome is not Outcome.PASSED for verdict in verdicts),
        "verdicts": {verdict.dataset: verdict.outcome.value for verdict in verdicts[:SHOWN_DATASETS]},
        **({"next_visit": str(index.revisit_on)} if index and index.revisit_on else {}),
    }


def _category_scores(key: str, scores: list[Score]) -> dict[str, float | str]:
    """access and content, 0 to 100; a score that is not known says so instead of being a number."""
    known = {item.dimension: item.score for item in scores if item.dataset == key}
    return {
        name: "not measured" if (score := known.get(name)) is None else round(score, 1) for name in CATEGORIES
    }


def _landing_pages(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    datasets = artifacts.read_value(path, Catalog).datasets
    return {item.key: link for item in datasets if (link := web_link(item.landing_page))}


def _values(path: Path, kind: type[T]) -> list[T]:
    return artifacts.read_values(path, kind) if path.exists() else []


def _faults(faults: Iterable[Fault | None]) -> Counts:
    found = [fault for fault in faults if fault is not None]
    shown = [f"{fault.kind}: {clean(fault.message)}" for fault in found[:SHOWN_FAULTS]]
    return {"faults": len(found), **({"first_faults": shown} if shown else {})}
