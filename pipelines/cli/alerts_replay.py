"""`veedor alerts replay`: what would have been told on past nights under other policies. Writes nothing.

Belongs here: which nights and policies, and what is said. The judging is in `alerts.replaying`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.alerts_here import Installed, Language, installed
from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.dates import date_of, span_of
from pipelines.cli.progress import counting
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.alerts.replaying import Replayed
    from pipelines.model import Alert

SHOWN = 200


def replay(
    nights: Annotated[
        str, typer.Argument(help="The nights from A to B, as 2026-01-01..2026-03-31, or one night.")
    ],
    policy: Annotated[
        Path | None,
        typer.Option(
            help="A sources.yaml whose policies and owners are tried. Left out: that of this installation."
        ),
    ] = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Judge past nights once more under the policies of today, and show what would have been told. Writes nothing."""
    from pipelines.alerts.replaying import replay as again
    from pipelines.sources import load

    here = installed(language)
    sources = here.sources if policy is None else load(policy)
    between = span_of(nights, "the span") if ".." in nights else (date_of(nights), date_of(nights))
    with counting("replay", None, quiet=as_json) as through:
        found = []
        for it in again(here.settings, sources, between):
            found.append(it)
            through(it.night)
    if not found:
        raise ConfigurationError(
            f"there is no finished night in {nights}.",
            "`veedor history verify --quick` tells which nights there are.",
        )
    if as_json:
        print_json({"nights": [_document(it) for it in found], **_counts(found)})
        return
    _show(found, here)


def _show(found: Sequence[Replayed], here: Installed) -> None:
    from pipelines.alerts.reason_words import reason_of

    words, left = here.words, SHOWN
    for night in found:
        escalated = {it.id for it in night.judgement.incidents if it.escalated_on == night.night}
        for alert in night.judgement.alerts:
            rows = list(_rows(alert, escalated, here))
            if left > 0:
                whom = alert.recipient.email or alert.recipient.name
                out.print(f"[bold]{night.night}  {cell(whom)}[/bold]  {words[f'alert_{alert.kind}']}")
                if alert.reason:
                    out.print(f"{words['held']}: {cell(reason_of(alert.reason, here.language))}")
                out.print(table(("", ""), rows[:left]))
            left -= len(rows)
    if left < 0:
        err.print(f"[dim]{words['more'].format(count=-left)} (--json)[/dim]")
    out.print(("\n" if left < SHOWN else "") + words["replayed"].format(**_counts(found)))


def _rows(alert: Alert, escalated: Collection[str], here: Installed) -> Iterator[tuple[str, str]]:
    """What became of it, and of what."""
    from pipelines.cli.alerts_show import title_of

    words = here.words
    for it in alert.transitions:
        said = title_of(it.condition, it.summary, it.before, it.after, here.language)
        yield words[f"became_{it.kind}"], f"{it.dataset}: {said}"
    for known in alert.reminders:
        said = title_of(known.condition, known.summary, known.before, known.after, here.language)
        yield (
            words["became_escalated" if known.id in escalated else "became_reminder"],
            f"{known.dataset}: {said}",
        )


def _counts(found: Sequence[Replayed]) -> dict[str, int]:
    from pipelines.model import AlertKind

    messages = [it for night in found for it in night.judgement.alerts if it.kind is not AlertKind.NOTICE]
    notices = [it for night in found for it in night.judgement.alerts if it.kind is AlertKind.NOTICE]
    return {
        "count": len(found),
        "messages": len(messages),
        "recipients": len({it.recipient.email or it.recipient.name for it in messages}),
        "held": sum(len(it.transitions) for it in notices),
    }


def _document(it: Replayed) -> dict[str, object]:
    return {
        "night": it.night,
        "datasets": it.datasets,
        "alerts": [_plain(alert) for alert in it.judgement.alerts],
    }


def _plain(alert: Alert) -> dict[str, object]:
    return {
        "kind": alert.kind,
        "recipient": alert.recipient.name,
        "address": alert.recipient.email,
        "reason": alert.reason,
        "transitions": [
            {
                "dataset": it.dataset,
                "condition": it.condition,
                "kind": it.kind,
                "before": it.before,
                "after": it.after,
            }
            for it in alert.transitions
        ],
        "reminders": [{"dataset": it.dataset, "condition": it.condition} for it in alert.reminders],
    }
