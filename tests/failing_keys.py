"""What fails on a file: the keys of the expectations, under the layouts that are asked for.

Belongs here: reading a file, laying each of these layouts over each table that it fits, and validating it. Does not
belong here: what should fail (`ground_truth`, `integration/test_bods_fixtures`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pipelines.cli.read import worked_file
from pipelines.model import Outcome, Part
from pipelines.settings import Settings, packaged_expectations
from pipelines.tables.layouts import Layout, choose, load_layouts
from pipelines.tables.table import Opened
from pipelines.validation.suites import Expectation, Suite, load_suites
from pipelines.validation.validate import validate

TODAY = datetime(2026, 6, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Laid:
    """One table under one layout: how many rows it has, and what failed or raised on it."""

    layout: str
    rows: int
    failed: tuple[Expectation, ...]


@cache
def suites() -> dict[str, Suite]:
    """The packaged suites by guide dataset."""
    return dict(load_suites(packaged_expectations()))


@cache
def layouts(*prefixes: str) -> tuple[Layout, ...]:
    """The packaged layouts whose name begins with one of `prefixes`."""
    return tuple(it for it in load_layouts(packaged_expectations()) if it.name.startswith(prefixes))


def laid(path: Path, under: tuple[Layout, ...]) -> list[Laid]:
    """Every table of the file at `path` under every layout of `under` that fits it."""
    return worked_file(path, Settings(), Part(), _of(under))


def ends(found: list[Laid]) -> set[str]:
    """The ends of the keys of what failed, but for columns that are absent."""
    keys = {it.key.partition(".")[2] for one in found for it in one.failed}
    return {key for key in keys if not key.endswith(".exists")}


def _of(under: tuple[Layout, ...]) -> Callable[[Opened], list[Laid]]:
    return lambda content: list(_each(content, under))


def _each(content: Opened, under: tuple[Layout, ...]) -> Iterator[Laid]:
    for layout in under:
        suite = suites()[layout.guide_dataset]
        by_key = {it.key: it for it in suite.expectations}
        for table in content.tables:
            report = table.report
            fit = choose(
                [layout],
                report.columns,
                suite.guide_dataset,
                table=report.table,
                minimum=suite.minimum_roles,
            )
            if fit is not None:
                results = validate(table, fit, suite, TODAY).results
                failed = [by_key[it.key] for it in results if it.outcome in (Outcome.FAILED, Outcome.ERROR)]
                yield Laid(layout.name, report.rows or 0, tuple(failed))
