"""`veedor feedback export` and `promote`: reports in the formats of others, and as expectations.

Belongs here: where the column of a report leads, and where the answer goes. What is said is the matter of
`site.dqv.feedback` and `feedback.promote`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.export import Format
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.model import UserQualityFeedback


def export(
    dataset: Annotated[str | None, typer.Option(help="Only of this dataset: source/dataset.")] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Default: by the ending of --output; ttl.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="File; left out: it is printed.")] = None,
) -> None:
    """Write the public reports with their answers as dqv:UserQualityFeedback: Turtle or JSON-LD."""
    from pipelines import artifacts
    from pipelines.site.dqv.feedback import document
    from pipelines.site.dqv.names import Names

    settings = Settings.from_env()
    told = document(settings.public, Names(settings.public_url), dataset)
    by_ending = Format(output.suffix[1:]) if output and output.suffix[1:] in list(Format) else Format.TTL
    text = told.jsonld() if (format_ or by_ending) is Format.JSONLD else told.turtle()
    if output is None:
        sys.stdout.write(text)
    else:
        artifacts.write_text(output, text)


def promote(report: str, role: str | None, output: Path | None) -> None:
    """Draft an expectation from a report. Raises `ConfigurationError` and `FeedbackUnknown`."""
    from pipelines import artifacts
    from pipelines.feedback import inbox
    from pipelines.feedback.promote import draft
    from pipelines.sources import load
    from pipelines.validation.suites import load_suites

    settings = Settings.from_env()
    found = inbox.beginning(settings.runs, report)
    source, _, name = found.item.dataset.partition("/")
    declared = next((it for it in load(settings.sources).sources if it.id == source), None)
    dataset = next((it for it in declared.datasets if it.id == name), None) if declared else None
    suite = load_suites(settings.expectations).get((dataset and dataset.guide_dataset) or "")
    if suite is None:
        raise ConfigurationError(
            f"{found.item.dataset} has no expectation suite.", "Give it a `guide_dataset` in sources.yaml."
        )
    roles = _roles(found.item, settings)
    named = role or roles.get(found.item.column.casefold())
    if named is None:
        raise ConfigurationError(
            f"it is not known which role the column {found.item.column!r} has.",
            f"Give it with --role: {', '.join(sorted(suite.roles))}.",
        )
    there = not roles or named in roles.values() or found.item.column.casefold() in roles
    made = draft(found, suite, named, found=there)
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        artifacts.write_text(output, text)


def _roles(item: UserQualityFeedback, settings: Settings) -> dict[str, str]:
    """The role of each published column, in small letters, as the newest run of the source read it."""
    from pipelines import artifacts
    from pipelines.model import ReadReport

    for night in reversed(artifacts.nights(settings.runs)):
        path = artifacts.run_folder(settings.runs, night, item.dataset.partition("/")[0]) / artifacts.READS
        if not path.is_file():
            continue
        reads = [
            it
            for it in artifacts.read_values(path, ReadReport)
            if it.distribution.startswith(f"{item.dataset}/")
        ]
        if reads:
            return {column.casefold(): role for it in reads for role, column in it.roles.items()}
    return {}
