"""`veedor layout FILE`: propose how a file's columns map to the roles of a guide dataset, for somebody to review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.artifacts import write_text
from pipelines.cli.console import cell, err
from pipelines.cli.read import File, Member, RecordPath, Sheet, opened_file, part
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.tables.layouts import Layout
    from pipelines.tables.profile import Profile
    from pipelines.tables.proposing.propose import KnownDataset, Proposal
    from pipelines.tables.table import Opened, Table

MOST_TABLES = 30  # of a file; those with the most columns


def layout(
    file: File,
    suite: Annotated[
        str | None,
        typer.Option("--suite", help="Key of the guide's dataset. Left out: chosen by names and cells."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the layout. Left out: the file's.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write the layout to this new file, not to standard output."),
    ] = None,
    member: Member = None,
    sheet: Sheet = None,
    record_path: RecordPath = None,
) -> None:
    """Propose a layout: YAML whose every line says how sure it is, and why. Nothing is taken over unseen."""
    from pipelines.tables.proposing.write import layout_name, text

    settings = Settings.from_env()
    refuse(file, output, name)
    named = name or layout_name(output.name if output else file.name)
    datasets, known = known_datasets(settings, suite)
    with opened_file(file, settings, part(member, sheet, record_path)) as content:
        table, profiles, found = best_of(content, settings, datasets, known)
        several = len(content.tables) > 1
        report = table.report
        _tell(report.table if several else "", found, [*known], report.columns)
        made = text(
            found[0],
            profiles,
            name=named,
            file=file.name,
            format=report.format,
            table=report.table if several else None,
        )
    if output is None:
        sys.stdout.write(made)
    else:
        write_text(output, made)
        err.print(cell(f"Written to {output}."), soft_wrap=True)


def refuse(file: Path, output: Path | None, name: str | None) -> None:
    """Raise `ConfigurationError` for an output that is there already, and for a name that no layout may have."""
    from pipelines.tables.proposing.write import layout_name

    if output is not None and output.exists():
        raise ConfigurationError(f"--output {output} is there already.", "Name a new file.")
    if output is not None and not output.parent.is_dir():
        raise ConfigurationError(f"--output {output}: there is no such folder.", "Make the folder first.")
    if name is not None and name != layout_name(name):
        raise ConfigurationError(
            f"--name {name!r} is no name for a layout.", "Use lower-case letters, digits and underscores."
        )


def known_datasets(settings: Settings, suite: str | None) -> tuple[list[KnownDataset], tuple[Layout, ...]]:
    """The guide datasets to choose from, and all layouts. Raises `ConfigurationError` when there is no such suite."""
    from pipelines.tables.layouts import load_layouts
    from pipelines.tables.proposing.propose import KnownDataset, KnownRole
    from pipelines.validation.suites import load_suites

    suites = load_suites(settings.expectations)
    if suite is not None and suite not in suites:
        raise ConfigurationError(f"there is no suite {suite!r}.", f"Use one of: {', '.join(suites)}.")
    return [
        KnownDataset(
            each.guide_dataset,
            each.title,
            {
                role: KnownRole(it.type, it.level, it.personal, tuple(it.title.values()))
                for role, it in each.roles.items()
            },
            each.key,
            each.minimum_roles,
        )
        for each in suites.values()
        if suite in (None, each.guide_dataset)
    ], load_layouts(settings.expectations)


def best_of(
    content: Opened, settings: Settings, datasets: list[KnownDataset], known: tuple[Layout, ...]
) -> tuple[Table, dict[str, Profile], list[Proposal]]:
    """The table that looks most like one of the datasets, its columns, and what it may be, the likeliest first.

    Raises `ConfigurationError` when no column of any table looks like any role.
    """
    from pipelines.tables.profile import profiles
    from pipelines.tables.proposing.propose import proposals
    from pipelines.tables.proposing.words import load_role_words

    words = load_role_words(settings.expectations)
    tables = sorted(content.tables, key=lambda table: -len(table.report.columns))[:MOST_TABLES]
    found: list[tuple[Table, dict[str, Profile], list[Proposal]]] = []
    for table in tables:
        seen = profiles(table)
        made = proposals(seen, datasets, words, known)
        if made and (made[0].sure or made[0].possible):
            found.append((table, seen, made))
    if not found:
        columns = ", ".join(content.tables[0].report.columns[:12]) if content.tables else ""
        raise ConfigurationError(
            f"no column looks like a role of a guide dataset: {columns}.",
            "`veedor read` shows how the file is read; write the layout by hand (docs/add-a-layout.md).",
        )
    return max(found, key=lambda each: each[2][0].score)


def _tell(table: str, found: list[Proposal], known: list[Layout], columns: tuple[str, ...]) -> None:
    """Say on standard error what was chosen, what else it may be, and whether a known layout fits already."""
    from pipelines.tables.layouts import choose

    best = found[0]
    sure = f"{len(best.sure)} columns are sure, {len(best.possible)} possible, {len(best.left)} fit no role"
    err.print(cell(f"{f'Table {table}: ' if table else ''}{best.dataset.key}; {sure}."), soft_wrap=True)
    others = [item.dataset.key for item in found[1:4] if item.enough and item.score >= best.score / 2]
    if others:
        err.print(cell(f"It may also be {', '.join(others)}: --suite decides."), soft_wrap=True)
    if not best.enough:
        least = best.dataset.minimum_roles
        err.print(
            cell(f"A table of this dataset has at least {least} roles: it may be something else."),
            soft_wrap=True,
        )
    fit = choose(known, columns, best.dataset.key, table=table or None)
    if fit is not None:
        era = f" ({fit.layout.era})" if fit.layout.era else ""
        missing = f"; without {', '.join(fit.missing)}" if fit.missing else ""
        err.print(
            cell(f"The layout {fit.layout.name}{era} fits these columns already{missing}."), soft_wrap=True
        )
