"""`veedor demo`: five nights against a portal of our own, with no internet, and what they show."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, score, table
from pipelines.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from pipelines.demo.report import DemoReport
    from pipelines.tools import Step


def demo(
    folder: Annotated[
        Path | None, typer.Option(help="Where to leave it. Left out: `demo` in the data folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated data.")] = 2017,
    as_json: AsJson = False,
) -> None:
    """Run five nights on generated data: on the fourth a column disappears, on the fifth it is mended."""
    from pipelines.demo.report import report
    from pipelines.demo.run import run_demo

    settings = Settings.from_env()
    started = time.monotonic()
    with err.status("five nights ...") as status:

        def step(number: int, point: Step) -> None:
            status.update(f"night {number} of 5: {point.stage} {cell(point.key)}")

        result = run_demo(folder or settings.data / "demo", settings, seed=seed, step=step)
    shown = report(result)
    seconds = time.monotonic() - started
    if as_json:
        print_json({"seconds": seconds, **_document(shown)})
    else:
        _show(shown, seconds)


def _document(shown: DemoReport) -> dict[str, object]:
    return {
        "scores": [
            {"dataset": dataset, "night": night, "access": access, "content": content}
            for (dataset, _), nights in shown.scores.items()
            for night, (access, content) in nights.items()
        ],
        "mails": shown.mails,
        "answers": shown.answers,
        "site": shown.site,
    }


def _show(shown: DemoReport, seconds: float) -> None:
    out.rule("[bold]Scores per night: access · content, of 100[/bold]", align="left")
    rows = [
        (dataset, *(_pair(nights.get(night)) for night in shown.nights))
        for (dataset, _), nights in shown.scores.items()
    ]
    out.print(table(("dataset", *(_day(night) for night in shown.nights)), rows))
    out.print("[dim]— : nothing was measured (no expectation suite yet); it is not a pass.[/dim]\n")
    for mail in shown.mails:
        out.rule(f"[bold]{cell(mail.subject)}[/bold]", align="left")
        out.print(f"[dim]to {cell(mail.to)} · {cell(mail.path)}[/dim]\n", soft_wrap=True)
        out.print(cell_lines(mail.text), soft_wrap=True)
    for answer in shown.answers:
        out.rule(f"[bold]{answer.question}[/bold]", align="left")
        out.print(f"[dim]{cell_lines(answer.sql)}[/dim]\n", soft_wrap=True)
        out.print(table(answer.columns, answer.rows))
        out.print()
    out.rule(align="left")
    out.print(f"The site:      {shown.site}", soft_wrap=True)
    out.print(f"The history:   {shown.site.parent / 'quality.duckdb'}", soft_wrap=True)
    out.print(f"Five nights took {seconds:.0f} s.")


def cell_lines(text: str) -> str:
    """A text of several lines, each made safe for the terminal."""
    return "\n".join(cell(line) for line in text.splitlines())


def _pair(scores: tuple[float | None, float | None] | None) -> str:
    if scores is None:
        return "not run"
    return " · ".join(score(value) for value in scores)


def _day(night: date) -> str:
    return f"{night:%d %b}"
