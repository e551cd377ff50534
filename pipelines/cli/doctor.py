"""`veedor doctor`: what is wrong with this installation, why that matters, and what to do.

Belongs here: the command, its exit code, and how symptoms are shown. Exit code 0: nothing needs the operator; 1:
something does. It is made for a monitor to call, and for whoever was woken by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.cli.console import AsJson, cell, out, print_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.operation.doctor import Symptom
    from pipelines.sources import Sources


def doctor(
    online: Annotated[
        bool, typer.Option("--online", help="Log in to the mail server too; nothing is sent.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this installation and what to do; exit code 1 when something needs you."""
    from pipelines.clock import SystemClock
    from pipelines.operation.doctor import examine
    from pipelines.operation.status import status

    settings = Settings.from_env()
    found = examine(status(settings, SystemClock().now()), settings, _rules(settings))
    if online:
        found = [*_mail(settings), *found]
    urgent = [it for it in found if it.urgent]
    if as_json:
        print_json({"healthy": not urgent, "symptoms": [vars(it) for it in found]})
    else:
        _show(found)
    if urgent:
        raise typer.Exit(1)


def _rules(settings: Settings) -> Callable[[Sources], None]:
    def rules(declared: Sources) -> None:
        from pipelines.guide import load_guide
        from pipelines.tables.layouts import load_layouts
        from pipelines.tools import check

        guide, layouts = load_guide(settings.expectations), load_layouts(settings.expectations)
        check(declared, guide, layouts, str(settings.sources))

    return rules


def _mail(settings: Settings) -> list[Symptom]:
    from pipelines.alerts.channels.mail import unreachable
    from pipelines.operation.doctor import Symptom

    wrong = unreachable(settings)
    if not wrong:
        return []
    return [
        Symptom(
            "mail_server_unreachable",
            f"The mail server (VEEDOR_MAIL_URL) took no log-in: {wrong}",
            "No mail goes out; it is tried again for a week.",
            "Look at VEEDOR_MAIL_URL and at the network; `veedor alerts deliver` tries again.",
        )
    ]


def _show(found: list[Symptom]) -> None:
    shown = Table.grid(padding=(0, 1))
    for it in found:
        mark = "[bold red]●[/bold red]" if it.urgent else "[bold yellow]●[/bold yellow]"
        shown.add_row(mark, f"[bold]{cell(it.what)}[/bold]")
        shown.add_row("", cell(it.why))
        shown.add_row("→", f"[cyan]{cell(it.todo)}[/cyan]")
        shown.add_row("", "")
    if found:
        out.print(shown)
    urgent = sum(it.urgent for it in found)
    if not found:
        out.print("[bold green]●[/bold green] Nothing is wrong that can be seen from here.")
    elif not urgent:
        out.print("Nothing needs you now.")
    else:
        out.print("One of these needs you." if urgent == 1 else f"{urgent} of these need you.")
