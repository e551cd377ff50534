"""Asset checks: each dataset's verdict on the screen. https://docs.dagster.io/guides/test/asset-checks

Belongs here: a verdict as a check result of `quality_history`. Only `passed` passes. A fault of the data, and
anything unknown, is a warning; a fault of ours an error. No check ever stops or fails a run. One check a dataset:
one an expectation would cost the night more than the work itself; those are in the history.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg

from pipelines import artifacts
from pipelines.alerts.message import clean, web_link
from pipelines.defs.assets import QUALITY_HISTORY
from pipelines.defs.partitions import sources_of_run
from pipelines.defs.resources import Tonight
from pipelines.defs.source_runs import run_folder, stopped_run
from pipelines.model import Catalog, Outcome, Score, Verdict
from pipelines.site.pages import CATEGORIES, safe_path
from pipelines.sources import Source, Sources

T = TypeVar("T")


def verdict_checks(sources: Sources) -> list[dg.AssetChecksDefinition]:
    """One check for each dataset of an enabled source; none when there is no dataset."""
    keys = {check_name(key): key for source in sources.enabled for key in dataset_keys(source)}
    if not keys:
        return []

    @dg.multi_asset_check(
        name="verdicts",
        specs=[
            dg.AssetCheckSpec(
                name,
                asset=QUALITY_HISTORY,
                description=f"Whether {key} met every expectation of its suite on its newest night.",
                metadata={"dataset": key},
            )
            for name, key in keys.items()
        ],
        can_subset=True,
    )
    def verdicts(
        context: dg.AssetCheckExecutionContext, tonight: dg.ResourceParam[Tonight]
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = {key.name for key in context.selected_asset_check_keys}
        # Evaluated by themselves, without a source chosen, the checks are about all sources.
        for source in sources_of_run(context.run.tags, sources) or sources.enabled:
            folder = run_folder(tonight, source)
            for result in results(source, tonight.night, folder, tonight.tools.settings.public):
                if result.check_name in chosen:
                    yield result

    return [verdicts]


def dataset_keys(source: Source) -> list[str]:
    """The keys of a source's declared datasets."""
    return [f"{source.id}/{dataset.id}" for dataset in source.datasets]


def check_name(key: str) -> str:
    """A dataset's key as a name that Dagster takes: letters, digits and underscores. Two keys never share one."""
    name = key.replace("-", "_").replace("/", "__")
    # `a--b/c` and `a/b--c` would come out alike.
    return f"{name}_{sha256(key.encode()).hexdigest()[:12]}" if "--" in key or "-/" in key else name


def results(source: Source, night: date, folder: Path, public: Path) -> Iterator[dg.AssetCheckResult]:
    """The check results of one source's night, from its run `folder`; `public` is where the pages are."""
    stopped = stopped_run(folder)
    verdicts = {verdict.dataset: verdict for verdict in _values(folder / artifacts.VERDICTS, Verdict)}
    scores = _values(folder / artifacts.SCORES, Score)
    pages = _landing_pages(folder / artifacts.CATALOG)
    for key in dataset_keys(source):
        verdict = verdicts.get(key) or Verdict(key, Outcome.NOT_RUN, "there is no verdict of this night")
        ours = stopped is not None or key not in verdicts
        reason = f"{verdict.reason}: {stopped.reason}" if stopped else verdict.reason
        metadata: dict[str, Any] = {
            "night": str(night),
            "outcome": verdict.outcome.value,
            "reason": clean(reason),
            "critical_failed": verdict.critical_failed,
            "warning_failed": verdict.warning_failed,
            **_category_scores(key, scores),
            "page": dg.MetadataValue.path(str(public / source.language / safe_path(key))),
        }
        if link := pages.get(key):
            metadata["published_at"] = dg.MetadataValue.url(link)
        yield dg.AssetCheckResult(
            asset_key=QUALITY_HISTORY,
            check_name=check_name(key),
            passed=verdict.outcome is Outcome.PASSED and not ours,
            severity=severity(verdict.outcome, ours),
            description=clean(f"{verdict.outcome.value}: {reason}"),
            metadata=metadata,
        )


def severity(outcome: Outcome, ours: bool) -> dg.AssetCheckSeverity:
    """ERROR for what the operator has to mend, WARN for what the publisher has to (and for what is unknown)."""
    if ours or outcome is Outcome.ERROR:
        return dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckSeverity.WARN


def _category_scores(key: str, scores: list[Score]) -> Mapping[str, float | str]:
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
