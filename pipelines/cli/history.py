"""`veedor history`: the history made anew, proved, and old run folders made small.

Belongs here: what is asked for and what is said. The work is in `pipelines.history`. Each of these keeps nights from
beginning while it is at work, and refuses to begin while one is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.dates import date_of, span_of
from pipelines.cli.progress import counting
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.history.apart import Apart
    from pipelines.history.verify import Difference, Verified

SHOWN = 40

app = typer.Typer(
    help="The history: make it anew, prove it, make old run folders small.", no_args_is_help=True
)


@app.callback()
def history() -> None:
    """The history: make it anew, prove it, make old run folders small."""


@app.command("rebuild")
def rebuild(
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Let go of runs that the history knows and that are in no folder."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make history.duckdb anew from every finished run, in folders and compacted months."""
    from pipelines.history.rebuild import rebuild as make_anew

    settings = Settings.from_env()
    started = time.monotonic()
    with _alone(settings), counting("rebuild", _nights(settings), quiet=as_json) as through:
        done = make_anew(settings.history, settings.runs, through, forget=forget)
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print_json({"nights": done.nights, "runs": done.runs, "rows": done.rows, "seconds": seconds})
        return
    out.print(
        f"{done.nights:,} nights, {done.runs:,} runs, {done.rows:,} rows in {seconds:,} seconds. "
        "The next night publishes it."
    )


@app.command("verify")
def verify(
    night: Annotated[str | None, typer.Option(help="Only this night, as YYYY-MM-DD.")] = None,
    nights: Annotated[
        str | None, typer.Option(help="Only the nights from A to B, as 2026-01-01..2026-03-31.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only ask which runs both know; nothing is read or rebuilt.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove by checksums that the history says what the run folders say; exit code 1 when it does not."""
    from pipelines.history.apart import apart
    from pipelines.history.verify import verify as prove

    settings = Settings.from_env()
    between = _between(night, nights)
    if quick:
        found = apart(settings.history, settings.runs, between)
        _say_apart(found, as_json=as_json)
        equal = found.equal
    else:
        started = time.monotonic()
        with _alone(settings), counting("rebuild", _nights(settings, between), quiet=as_json) as through:
            proved = prove(settings.history, settings.runs, between, through)
        _say(proved, round(time.monotonic() - started, 1), as_json=as_json)
        equal = proved.equal
    if not equal:
        raise typer.Exit(1)


@app.command("compact")
def compact(
    older_than: Annotated[
        int, typer.Option(help="Leave the nights of so many days as folders, 30 at least.")
    ] = 90,
    restore: Annotated[
        str | None, typer.Option(help="Give the folders of a compacted month back: 2025-11, or all.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be compacted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move old run folders into one file a month; nothing is lost, and the folders can be given back."""
    from pipelines import compacted
    from pipelines.clock import SystemClock
    from pipelines.history import compact as work

    settings = Settings.from_env()
    if restore is not None:
        months = [it.stem for it in compacted.months(settings.runs)] if restore == "all" else [restore]
        with _alone(settings), counting("restore", None, quiet=as_json) as through:
            count = sum(work.restore(settings.runs, month, through) for month in months)
        if as_json:
            print_json({"restored": months, "runs": count})
        else:
            out.print(f"{count:,} run folders of {cell(', '.join(months) or 'no month')} are back.")
        return
    today = SystemClock().now().date()
    with _alone(settings), counting("compact", None, quiet=as_json) as through:
        done = work.compact(settings.runs, older_than, today, through, dry_run=dry_run)
    if as_json:
        print_json({"older_than": older_than, "dry_run": dry_run, **vars(done)})
        return
    for reason in done.left:
        err.print(f"Left as it is: {cell(reason)}", soft_wrap=True)
    into = f"{len(done.months):,} months"
    if dry_run:
        out.print(
            f"Would be compacted: {done.runs:,} run folders into {into}, {done.bytes_before:,} bytes on disk."
        )
    else:
        out.print(
            f"Compacted: {done.runs:,} run folders ({done.files:,} files) into {into}. "
            f"{done.bytes_before:,} bytes on disk became {done.bytes_after:,}."
        )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    from pipelines.snapshots.store import store_at

    with store_at(settings.store, settings.snapshots).alone():
        yield


def _nights(settings: Settings, between: tuple[date, date] | None = None) -> int:
    from pipelines import artifacts

    return len(
        [it for it in artifacts.nights(settings.runs) if not between or between[0] <= it <= between[1]]
    )


def _between(night: str | None, nights: str | None) -> tuple[date, date] | None:
    if night is not None and nights is not None:
        raise ConfigurationError("--night and --nights were both given.", "Give one of them.")
    if night is not None:
        return date_of(night), date_of(night)
    return None if nights is None else span_of(nights, "--nights")


def _say_apart(found: Apart, *, as_json: bool) -> None:
    if as_json:
        print_json({"equal": found.equal, **vars(found)})
        return
    if found.equal:
        out.print("Run folders and history know the same runs.")
    for words, runs, advice in (
        ("not in the history", found.not_in_history, "The next night records those of the last two nights."),
        ("only in the history", found.only_in_history, "Their folders are gone: look for them in a backup."),
    ):
        if runs:
            out.print(f"{len(runs):,} runs are {words}: {cell(', '.join(runs[:SHOWN]))}{_more(len(runs))}")
            err.print(
                f"[dim]→ {advice} `veedor history rebuild` makes the history anew.[/dim]", soft_wrap=True
            )


def _say(proved: Verified, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "equal": proved.equal,
                "nights": proved.rebuilt.nights,
                "runs": proved.rebuilt.runs,
                "rows": proved.rebuilt.rows,
                "seconds": seconds,
                "checksums": {name: vars(it) for name, it in proved.checksums.items()},
                "differences": [vars(it) for it in proved.differences],
                "loose": proved.loose,
            }
        )
        return
    done = proved.rebuilt
    told = f"{done.nights:,} nights, {done.runs:,} runs, {done.rows:,} rows in {seconds:,} seconds"
    if proved.equal:
        out.print(f"History and run folders say the same: {told}, {len(proved.checksums)} tables.")
        return
    out.print(f"[bold red]History and run folders differ[/bold red] ({told}).")
    if proved.differences:
        columns = ("night", "source", "table", "what", "rows in history", "rows in runs")
        out.print(table(columns, [_row(it) for it in proved.differences[:SHOWN]]))
        out.print(_more(len(proved.differences)))
    for sentence in proved.loose:
        out.print(cell(sentence))
    err.print("[dim]→ `veedor history rebuild` makes the history anew from the run folders.[/dim]")


def _row(it: Difference) -> tuple[object, ...]:
    return it.night, it.source, it.relation, it.kind, it.rows_in_history, it.rows_in_runs


def _more(count: int) -> str:
    return f" … and {count - SHOWN:,} more (--json shows all)" if count > SHOWN else ""
