"""`veedor alerts test` and `deliver`: who would get what, a sample to look at, and what is due now.

Belongs here: what is asked for and what is said. Who a recipient is, is in `alerts.rehearsal`; what is tried, in
`alerts.outbox`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.alerts_here import Language, demand_source, installed
from pipelines.cli.console import AsJson, cell, err, out, plain, print_json, table
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.alerts.rehearsal import Rehearsed
    from pipelines.cli.alerts_here import Installed
    from pipelines.model import Notification

SHOWN = 5  # datasets of one recipient


def rehearse(
    source: Annotated[str | None, typer.Option(help="Only the datasets of this source.")] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send", help="Also mail the sample to the operator (VEEDOR_OPERATOR), to nobody else."
        ),
    ] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show who would be told of which dataset, and why them; write a sample message to the outbox."""
    from pipelines.alerts import rehearsal
    from pipelines.alerts.channels import registry
    from pipelines.alerts.channels.letter import Letter
    from pipelines.model import ContactPoint

    here = installed(language)
    demand_source(source, here.sources)
    settings = here.settings
    if send and not (settings.operator and settings.mail_url):
        raise ConfigurationError(
            "the sample cannot be mailed.",
            "Set VEEDOR_OPERATOR to your address and VEEDOR_MAIL_URL to a mail server.",
        )
    found = rehearsal.whom(settings, here.sources, here.night)
    if source is not None:
        found = rehearsal.only(found, source)
    operator = ContactPoint("Veedor", settings.operator)
    letter = Letter(rehearsal.sample(settings, here.sources, here.night, here.language), operator, here.now)
    channels = registry.always(settings)
    written = settings.outbox / channels["file"].deliver(letter)
    sent = channels["mail"].deliver(letter) if send else None
    if as_json:
        print_json(
            {
                "delivery": settings.delivery,
                "operator": settings.operator,
                "recipients": [_document(it) for it in found],
                "subscribers": here.sources.subscriptions,
                "channels": {name: it.audience for name, it in here.sources.channels.items()},
                "sample": written,
                "sent": sent,
            }
        )
        return
    _show(found, here, every=source is not None)
    out.print(here.words["sample_written"].format(path=written), soft_wrap=True, markup=False)
    if sent:
        out.print(here.words["sample_sent"].format(address=sent), soft_wrap=True, markup=False)


def deliver(
    again: Annotated[
        list[str] | None,
        typer.Option(help="A channel that is switched off, or an address given up, to be tried again."),
    ] = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Try now what is due: messages that were not sent, and are not to wait any longer."""
    from pipelines import night
    from pipelines.alerts import troubles
    from pipelines.clock import SystemClock
    from pipelines.model import TroubleKind

    here = installed(language)
    settings = here.settings
    for name in again or ():
        lifted = [troubles.lift(settings.troubles, kind, name) for kind in TroubleKind]
        if not any(lifted):
            standing = ", ".join(it.subject for it in troubles.all_standing(settings.troubles)) or "nothing"
            raise ConfigurationError(f"{name!r} is not switched off.", f"Switched off: {standing}.")
    made = night.deliver_due(here.sources, settings, SystemClock())
    off = [it for it in troubles.all_standing(settings.troubles) if it.believed]
    if as_json:
        print_json({"attempts": [plain(it) for it in made], "off": [plain(it) for it in off]})
        return
    out.print(_told(made, here.words))
    for it in made:
        if it.error:
            out.print(f"{cell(it.channel)} {cell(it.address)}: {cell(it.error)}", soft_wrap=True)
    for trouble in off:
        words = here.words[f"off_{trouble.kind}"].format(
            subject=trouble.subject, since=f"{trouble.since:%Y-%m-%d}", reason=trouble.reason
        )
        err.print(f"[dim]{cell(words)}[/dim]")


def _told(made: Sequence[Notification], words: Mapping[str, str]) -> str:
    if not made:
        return words["nothing_due"]
    counts = Counter(it.state.value for it in made)
    return ", ".join(f"{count:,} {words[f'is_{state}']}" for state, count in counts.most_common()) + "."


def _show(found: Sequence[Rehearsed], here: Installed, *, every: bool) -> None:
    words, settings = here.words, here.settings
    out.print(words[f"delivery_{settings.delivery}"])
    if not settings.operator:
        err.print(f"[yellow]{words['no_operator']}[/yellow]")
    shown = table([words[name] for name in ("recipient", "because", "datasets")], ())
    for column in shown.columns:
        column.overflow = "fold"
    for it in found:
        why = "silent" if it.silent else str(it.recipient.why)
        reason = words[f"why_{why}"].format(reason=it.reason)
        shown.add_row(_recipient(it, words), cell(reason), _datasets(it.datasets, words, every=every))
    out.print()
    out.print(shown)
    _others(here)


def _others(here: Installed) -> None:
    """The subscribers of the weekly summary, and the channels besides mail."""
    words = here.words
    for address, datasets in here.sources.subscriptions.items():
        out.print(
            "\n" + cell(words["subscribed"].format(address=address, count=len(datasets))), soft_wrap=True
        )
    for name, channel in here.sources.channels.items():
        out.print(
            "\n" + cell(words[f"channel_{channel.audience}"].format(name=name, kind=channel.kind)),
            soft_wrap=True,
        )
    out.print()


def _recipient(it: Rehearsed, words: Mapping[str, str]) -> str:
    if it.silent:
        return f"[dim]{words['nobody']}[/dim]"
    contact, second = it.recipient.contact, it.recipient.second
    lines = [cell(contact.name), cell(contact.email or words["no_address"])]
    if second is not None:
        lines.append(f"[dim]{cell(words['and_then'].format(address=second.email))}[/dim]")
    return "\n".join(lines)


def _datasets(keys: Sequence[str], words: Mapping[str, str], *, every: bool) -> str:
    few = list(keys if every else keys[:SHOWN])
    more = [words["more"].format(count=len(keys) - len(few))] if len(keys) > len(few) else []
    return "\n".join(cell(it) for it in (*few, *more))


def _document(it: Rehearsed) -> dict[str, Any]:
    return {
        "name": it.recipient.contact.name,
        "address": it.recipient.contact.email,
        "because": "silent" if it.silent else str(it.recipient.why),
        "reason": it.reason,
        "second": it.recipient.second.email if it.recipient.second else None,
        "datasets": it.datasets,
    }
