"""`veedor run`: tonight, from fetching to publishing.

Belongs here: choosing the night and the sources, and what is said at the end. The night itself is `night.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.progress import progress
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.model import RunIndex
    from pipelines.night import NightReport


def run(
    night: Annotated[
        str | None, typer.Option(help="The night to run, as YYYY-MM-DD. Left out: tonight.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source (may be given several times).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the night on sources.yaml. Running the same night again finishes what was interrupted."""
    from pipelines.artifacts import NOTIFICATIONS, night_folder
    from pipelines.clock import SystemClock
    from pipelines.garbage import seldom_collected
    from pipelines.history.asking import columns_and_rows
    from pipelines.night import run_tonight, waiting
    from pipelines.revisit import due
    from pipelines.sources import load
    from pipelines.tonight import Tonight, night_of
    from pipelines.tools import opened_tools

    settings = Settings.from_env()
    declared = load(settings.sources)
    tonight = night_of(SystemClock().now(), declared)
    chosen = tonight if night is None else _date(night)
    if chosen > tonight:
        # It would be the latest night of every dataset until that day comes.
        raise ConfigurationError(
            f"--night {chosen} is in the future; tonight is {tonight}.", "Leave --night out for tonight."
        )
    visits = due(declared, chosen, settings.runs)
    count = len(source or visits)
    with progress(count, quiet=as_json) as step, opened_tools(settings, declared, step=step) as tools:
        this = Tonight(declared, chosen, tools, visits)
        with seldom_collected():
            report = run_tonight(this, source or None)
        waited_for = waiting(this)
    _, summary = columns_and_rows(SUMMARY, public=settings.public)
    undelivered = _undelivered(settings.public, chosen)
    if as_json:
        print_json(
            {
                "night": report.night,
                "runs": report.runs,
                "alerts": report.alerts,
                "waiting": waited_for,
                "undelivered": undelivered,
                "datasets": summary,
            }
        )
    else:
        shown = (
            summary if len(summary) <= SHOWN else sorted(summary, key=lambda row: row[1] == "passed")[:SHOWN]
        )
        out.print(table(("dataset", "verdict", "access", "content", "reason", "mend first"), shown))
        if len(summary) > len(shown):
            passed = sum(row[1] == "passed" for row in summary)
            out.print(
                f"... and {len(summary) - len(shown)} more; of {len(summary)} datasets {passed} passed. All of them: "
                'veedor sql "from latest_verdict"'
            )
        out.print(f"\n{_alerts(report, waited_for)} The site: {cell(settings.public / 'index.html')}")
    if undelivered:
        err.print(
            f"[bold red]{undelivered} messages could not be delivered[/bold red]; the answers are in "
            f"{cell(night_folder(settings.runs, chosen) / NOTIFICATIONS)}",
            soft_wrap=True,
        )
    _tell(report.failures)
    if report.failures:
        raise typer.Exit(3)


def _tell(failures: Sequence[RunIndex]) -> None:
    for failure in failures:
        err.print(
            f"[bold red]{cell(failure.source)}[/bold red] was stopped by a fault of ours: "
            f"{cell(failure.reason)}",
            soft_wrap=True,
        )


def _alerts(report: NightReport, waited_for: list[str]) -> str:
    if report.alerts is None:
        return f"The night's alerts wait for: {cell(', '.join(waited_for))}."
    return f"{len(report.alerts)} alerts."


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        raise ConfigurationError(f"--night {text!r} is not a date.", "Write it as 2026-03-02.") from None


def _undelivered(public: Path, night: date) -> int:
    """Messages of a night whose last attempt failed, one for each alert and channel."""
    from pipelines.history.asking import columns_and_rows

    _, rows = columns_and_rows(UNDELIVERED, [night], public=public)
    return len(rows)


# So many datasets are listed, those that did not pass first.
SHOWN = 60

UNDELIVERED = """
select alert, channel from notification where night = ?
group by all having arg_max(state, attempt) in ('failed', 'given_up', 'bounced')
"""

SUMMARY = """
select v.dataset, v.outcome,
       max(s.score) filter (where s.dimension = 'access') as access,
       max(s.score) filter (where s.dimension = 'content') as content,
       v.reason,
       (select f.title_en || ' +' || round(f.gain_in_category, 1)::varchar || ' ' || f.category
        from latest_fix f where f.dataset = v.dataset and f.place = 1) as mend_first
from latest_verdict v left join latest_score s using (dataset)
group by all order by v.dataset
"""
