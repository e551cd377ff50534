"""The command line's root: the list of commands, and the one place where an error becomes a line.

Exit codes: 0 done · 1 the data did not pass (`validate`), history and run folders differ (`history verify`), a
backup is damaged (`backup --verify`), or something needs the operator (`doctor`) · 2 the command could not be carried
out · 3 a night in which one of our own faults stopped a source · 4 a fault of ours stopped the command; its traceback
is in veedor-failure.log in the data folder, or in the temporary folder · 130 interrupted.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines import __version__, interrupts, logs
from pipelines.cli import (
    alerts,
    backup,
    demo,
    diff,
    doctor,
    export,
    feedback,
    guide,
    history,
    layout,
    probe,
    read,
    run_command,
    serve,
    site,
    snapshots,
    sources,
    sql,
    status,
    trend,
    validate,
)
from pipelines.cli.console import cell, err, fail
from pipelines.errors import VeedorError
from pipelines.settings import Settings
from pipelines.settings_secrets import secrets_of

FAILURE_LOG = "veedor-failure.log"

app = typer.Typer(
    name="veedor",
    help="A nightly watch over published anti-corruption data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("run")(run_command.run)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("read")(read.read)
app.command("layout")(layout.layout)
app.command("validate")(validate.validate)
app.command("diff")(diff.diff)
app.command("sql")(sql.sql)
app.command("trend")(trend.trend)
app.command("site")(site.site)
app.command("serve")(serve.serve)
app.command("guide")(guide.guide)
app.command("probe")(probe.probe)
app.command("demo")(demo.demo)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(sources.app, name="sources")
app.add_typer(export.app, name="export")
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(history.app, name="history")
app.add_typer(alerts.app, name="alerts")
app.add_typer(feedback.app, name="feedback")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"veedor {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is being done.")] = False,
) -> None:
    """A nightly watch over published anti-corruption data."""
    try:
        settings = Settings.from_env()
    except VeedorError:  # the command itself says so, if it needs them
        settings = Settings()
    level = "info" if verbose and settings.log_level != "debug" else settings.log_level
    logs.set_up(settings.log_form, level, secrets_of())


def run() -> None:
    """Run the command line; every expected error ends in one line and an exit code."""
    interrupts.listen()
    try:
        app()
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as ended:
        if ended.code == 130:  # typer makes this of an interrupt, without a word
            _interrupted()
        raise
    except Exception as error:
        if interrupts.heard():
            _interrupted()
        _end(error)


def _end(error: Exception) -> NoReturn:
    if isinstance(error, VeedorError):
        fail(error, as_json="--json" in sys.argv)
        sys.exit(2)
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone (`| head`). Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    if isinstance(error, OSError):
        refused = cell(f"{error.strerror or error} {error.filename or ''}")
        err.print(f"[bold red]The machine refused:[/bold red] {refused}", soft_wrap=True)
        err.print("[dim]→ Look at disk space and permissions of the data folder, then run it again.[/dim]")
        sys.exit(2)
    _unforeseen(error)
    sys.exit(4)


def _interrupted() -> NoReturn:
    err.print("Interrupted. Run the same command again: finished stages are kept.")
    sys.stdout.flush()
    for child in multiprocessing.active_children():
        child.terminate()
    os._exit(130)  # threads that wait for a server would be waited for


def _unforeseen(error: Exception) -> None:
    """Say in one line that an exception which nobody foresaw is ours, and keep its traceback."""
    text = logs.without_secrets("".join(traceback.format_exception(error)))
    what = " ".join(logs.without_secrets(f"{type(error).__name__}: {error}").split())[:500]
    where = _written(text)
    kept = f"The traceback is in {where}: report it." if where else "Its traceback could not be written."
    advice = f"{kept} `veedor --verbose ...` shows it."
    fail(VeedorError(f"{what} (this is a fault of ours)", advice), as_json="--json" in sys.argv)
    if {"--verbose", "-v"} & set(sys.argv):
        err.print("\n".join(cell(line) for line in text.splitlines()), soft_wrap=True)


def _written(text: str) -> Path | None:
    """Write the traceback where only we can read it: the data folder if it is there, else the temporary one."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        path = Settings.from_env().data / FAILURE_LOG
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as kept:
            kept.write(content)
    except (OSError, VeedorError):
        pass
    else:
        return path
    try:
        with tempfile.NamedTemporaryFile(prefix="veedor-failure-", suffix=".log", delete=False) as handle:
            handle.write(content)
            return Path(handle.name)
    except OSError:
        return None
