"""`veedor snapshots prune`: make room, without losing what a result rests on."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.console import AsJson, out, print_json
from pipelines.settings import Settings

app = typer.Typer(help="The files that were fetched.", no_args_is_help=True)


@app.callback()
def snapshots() -> None:
    """The files that were fetched."""


@app.command("prune")
def prune(
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Keep files of so many days. Left out: VEEDOR_KEEP_SNAPSHOTS_DAYS."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove fetched files that are old and that no standing result, open alert or unfinished night refers to."""
    from pipelines.clock import SystemClock
    from pipelines.snapshots.retention import prune as prune_store
    from pipelines.snapshots.store import store_at

    settings = Settings.from_env()
    keep = settings.keep_snapshots_days if days is None else days
    store = store_at(settings.store, settings.snapshots)
    done = prune_store(store, settings.runs, keep, SystemClock().now(), dry_run=dry_run)
    if as_json:
        print_json({"days": keep, **vars(done)})
        return
    if not keep:
        out.print("Nothing is removed: VEEDOR_KEEP_SNAPSHOTS_DAYS is not set, and --days was not given.")
    removed = "Would be removed" if dry_run else "Removed"
    out.print(
        f"{removed}: {len(done.dropped):,} files, {done.bytes_dropped:,} bytes. "
        f"Kept: {done.kept:,} files, {done.bytes_kept:,} bytes."
    )
