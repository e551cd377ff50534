"""`veedor sources`: is sources.yaml usable, what does it declare (`check`), and declaring more (`add`)."""

from __future__ import annotations

import typer

from pipelines.cli import sources_add
from pipelines.cli.console import AsJson, out, print_json, table
from pipelines.settings import Settings

app = typer.Typer(help="What is watched.", no_args_is_help=True)


@app.callback()
def sources() -> None:
    """What is watched."""


app.command("add")(sources_add.add)


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Check sources.yaml against its schema, the guide and the layouts, without visiting anything."""
    from pipelines.guide import load_guide
    from pipelines.sources import load
    from pipelines.tables.layouts import load_layouts
    from pipelines.tools import check as check_against_rules
    from pipelines.validation.suites import load_suites

    settings = Settings.from_env()
    declared = load(settings.sources)
    suites = load_suites(settings.expectations)
    guide = load_guide(settings.expectations)
    check_against_rules(declared, guide, load_layouts(settings.expectations), str(settings.sources))
    rows = [
        (
            f"{source.id}/{dataset.id}",
            source.portal,
            dataset.guide_dataset,
            "yes" if dataset.guide_dataset in suites else "not yet",
            source.owner.email or f"{source.owner.name} (portal's contact)",
            "yes" if source.enabled else "no",
        )
        for source in declared.sources
        for dataset in source.datasets
    ]
    columns = ("dataset", "portal", "guide_dataset", "suite", "owner", "enabled")
    if as_json:
        print_json({"valid": True, "datasets": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    out.print(table(columns, rows))
    enabled = sum(source.enabled for source in declared.sources)
    out.print(
        f"\n{settings.sources} is valid: {len(declared.sources)} sources ({enabled} enabled), "
        f"{len(rows)} datasets; the night begins at '{declared.schedule}' {declared.time_zone}."
    )
