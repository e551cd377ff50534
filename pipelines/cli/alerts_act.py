"""`veedor alerts ack|mute|unmute|release`: what the operator answers, as a file of the night and in the history.

Belongs here: which incidents an answer is about, and what it may be. What it changes is in `alerts.incidents`; the next
night goes by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.alerts_here import Here, Language, demand_source, opened
from pipelines.cli.console import AsJson, cell, out, print_json
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.alerts.standing import Standing
    from pipelines.model import IncidentAction

# Who wants silence for longer says so in sources.yaml, where everybody sees it.
LONGEST_MUTE_DAYS = 366
LONGEST_NOTE = 2000

Ids = Annotated[list[str], typer.Argument(help="Ids of incidents, or their beginnings.")]
Note = Annotated[str, typer.Option("--note", help="Why, for whoever looks later; it is never published.")]


def acknowledge(incidents: Ids, note: Note = "", language: Language = None, as_json: AsJson = False) -> None:
    """Say that somebody is on it: it is followed, and nobody is reminded."""
    here = opened(language)
    chosen = [_open(it) for it in _named(here, incidents)]
    _answer(here, "acknowledge", chosen, note=note, as_json=as_json)


def mute(
    incidents: Ids,
    days: Annotated[int | None, typer.Option(min=1, max=LONGEST_MUTE_DAYS, help="For so many days.")] = None,
    until: Annotated[str | None, typer.Option(help="Until this day, as YYYY-MM-DD.")] = None,
    note: Note = "",
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Write to nobody about it for some days; it is followed all the same."""
    here = opened(language)
    end = _end(days, until, here.night)
    chosen = [_open(it) for it in _named(here, incidents)]
    _answer(here, "mute", chosen, until=end, note=note, as_json=as_json)


def unmute(incidents: Ids, language: Language = None, as_json: AsJson = False) -> None:
    """End a mute, or take an acknowledgement back: it is told and reminded of again."""
    here = opened(language)
    chosen = [_open(it) for it in _named(here, incidents)]
    for it in chosen:
        if it.incident.state.value == "open":
            raise ConfigurationError(
                f"{it.incident.id} ({it.incident.dataset}) is neither muted nor acknowledged.",
                "See `veedor alerts list`.",
            )
    _answer(here, "unmute", chosen, as_json=as_json)


def release(
    incidents: Annotated[
        list[str] | None, typer.Argument(help="Ids of held incidents, or their beginnings.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is held.")] = False,
    source: Annotated[str | None, typer.Option(help="All that is held of this source.")] = None,
    note: Note = "",
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Let held alerts go: the next night tells their owners of what still stands."""
    from pipelines.alerts.standing import matching

    if sum((bool(incidents), everything, source is not None)) != 1:
        raise ConfigurationError(
            "it is not said what to release.",
            "Give ids, or --source, or --all; `veedor alerts list --held` shows them.",
        )
    here = opened(language)
    if incidents:
        chosen = _named(here, incidents)
        for it in chosen:
            if not it.incident.held or not it.is_open:
                raise ConfigurationError(
                    f"{it.incident.id} ({it.incident.dataset}) is not held.",
                    "See `veedor alerts list --held`.",
                )
    else:
        demand_source(source, here.sources)
        chosen = matching(here.every, source=source, held=True)
        if not chosen and not as_json:
            out.print(here.words["nothing_held"])
            return
    _answer(here, "release", chosen, note=note, as_json=as_json)


def answer(
    token: Annotated[str, typer.Argument(help="A link of a message, or what stands behind its last slash.")],
    text: Annotated[
        str, typer.Option("--text", help="What somebody says with it; it is never published.")
    ] = "",
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Apply an answer that came by a message's link, as following it would: for those who write or telephone."""
    from pipelines.alerts.answers import act

    here = opened(language)
    if here.settings.link_key is None:
        raise ConfigurationError("there is no key by which a link could be known.", "Set VEEDOR_LINK_KEY.")
    action = act(token.strip().rpartition("/")[2], here.now, here.settings.link_key, text=text)
    _keep(here, action, [it for it in here.every if it.incident.id in action.incidents], as_json=as_json)


def _answer(
    here: Here,
    kind: str,
    chosen: Sequence[Standing],
    *,
    until: date | None = None,
    note: str = "",
    as_json: bool,
) -> None:
    """Keep the answer, and say so."""
    action = _action(kind, [it.incident.id for it in chosen], here.now, until, note)
    _keep(here, action, chosen, as_json=as_json)


def _keep(here: Here, action: IncidentAction, chosen: Sequence[Standing], *, as_json: bool) -> None:
    from pipelines import night
    from pipelines.cli.alerts_show import title

    if action.incidents:
        night.answer(action, here.sources, here.settings)
    if as_json:
        print_json({"action": action, "datasets": [it.incident.dataset for it in chosen]})
        return
    for it in chosen:
        out.print(f"{cell(it.incident.dataset)}: {cell(title(it.incident, here.language))}", soft_wrap=True)
    done = here.words[
        "did_mute_whole" if action.until is None and action.kind == "mute" else f"did_{action.kind}"
    ]
    out.print(done.format(until=action.until), soft_wrap=True)


def _named(here: Here, beginnings: Sequence[str]) -> list[Standing]:
    """The incidents that are meant, each once. Raises `ConfigurationError`."""
    from pipelines.alerts.standing import one

    found = [one(here.every, it) for it in beginnings]
    return list({it.incident.id: it for it in found}.values())


def _action(kind: str, ids: Sequence[str], now: datetime, until: date | None, note: str) -> IncidentAction:
    from pipelines.model import ActionKind, IncidentAction

    said = "|".join(("operator", kind, now.isoformat(), str(until), *sorted(ids)))
    return IncidentAction(
        id=hashlib.sha256(said.encode()).hexdigest()[:20],
        kind=ActionKind(kind),
        incidents=tuple(sorted(ids)),
        at=now,
        by="operator",
        until=until,
        text=note.strip()[:LONGEST_NOTE],
    )


def _open(it: Standing) -> Standing:
    if not it.is_open:
        raise ConfigurationError(
            f"{it.incident.id} ({it.incident.dataset}) ended on {it.incident.resolved_on}.",
            "There is nothing to answer any more; `veedor alerts list` shows what stands.",
        )
    return it


def _end(days: int | None, until: str | None, night: date) -> date:
    if (days is None) == (until is None):
        raise ConfigurationError("it is not said for how long.", "Give --days 14, or --until 2026-03-31.")
    if until is None:
        return night + timedelta(days=days or 0)
    try:
        end = datetime.strptime(until, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        raise ConfigurationError(f"--until {until!r} is not a date.", "Write it as 2026-03-31.") from None
    if end <= night:
        raise ConfigurationError(f"--until {end} is not after tonight, {night}.", "Give a later day.")
    if end > night + timedelta(days=LONGEST_MUTE_DAYS):
        raise ConfigurationError(
            f"--until {end} is more than {LONGEST_MUTE_DAYS} days away.",
            "What should never be told belongs under `alerts.ignore` in sources.yaml.",
        )
    return end
