"""How `veedor status` looks: one sentence that matters, then the nights, then what differs from a good one.

Belongs here: words, order and what fits into 80 columns. A part with nothing to say is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from pipelines.cli.console import cell, out
from pipelines.operation import late
from pipelines.operation.disk import in_words
from pipelines.operation.nights import Night, State
from pipelines.operation.status import Status
from pipelines.settings import Settings

SHOWN, SLOWEST = 5, 3
NAMES = 6
GOOD, BAD, BUSY = "bold green", "bold red", "bold yellow"


def show(found: Status, settings: Settings) -> None:
    """Print it all."""
    zone = ZoneInfo(found.time_zone)
    now = found.now.astimezone(zone)
    out.print(f"[bold]Veedor[/bold]  {now:%Y-%m-%d %H:%M} {cell(found.time_zone)}  {cell(settings.data)}")
    for style, sentence in sentences(found, settings):
        out.print(f"[{style}]●[/{style}] {cell(sentence)}")
    if found.nights:
        out.print()
        out.print(_nights(found.nights, {it.night for it in found.missed}, zone))
        _not_run(found)
        _slow(found)
        _away(found)
    _disk(found)
    out.print("\n[dim]`veedor doctor` says what to do about it; --json has everything.[/dim]")


def sentences(found: Status, settings: Settings) -> Iterable[tuple[str, str]]:
    """What matters, each with its colour."""
    zone = ZoneInfo(found.time_zone)
    if found.sources_error is not None:
        yield BAD, f"{found.sources_error.title}: {found.sources_error.message}"
    newest = next((it for it in found.nights if it.state is not State.NOT_BEGUN), None)
    if found.missed:
        yield BAD, late.sentence(found.missed, found.last_finished, zone)
    if newest is None:
        yield BUSY, "No night has run yet: `veedor run` runs one now."
    elif newest.state is State.AT_WORK:
        yield BUSY, f"The night of {newest.night} is at work: {newest.through:,} sources are through."
    elif newest.state is State.UNFINISHED:
        yield (
            BAD,
            f"The night of {newest.night} is not finished, and nobody is at work on it: "
            f"`veedor run --night {newest.night}`.",
        )
    elif newest.failures:
        yield (
            BAD,
            f"The night of {newest.night} is finished; a fault of ours stopped {_sources(len(newest.failures))}.",
        )
    elif not found.missed:
        yield GOOD, f"The night of {newest.night} is finished. All is well with the watch itself."
    if found.sources is not None and not found.sources.enabled:
        yield BUSY, "sources.yaml has no enabled source: nothing is watched."
    elif found.next_on is not None:
        yield "dim", f"The next night begins {found.next_on.astimezone(zone):%Y-%m-%d %H:%M}."


def _nights(nights: Sequence[Night], late_nights: set[date], zone: ZoneInfo) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in ("night", "began", "ended", "sources", "fine", "partly", "ours", "alerts", "held", "unsent"):
        shown.add_column(name, justify="left" if name == "night" else "right", no_wrap=True)
    for it in nights:
        if it.state is State.NOT_BEGUN:
            early = it is nights[0] and it.night not in late_nights
            shown.add_row(str(it.night), "—", "not yet" if early else "[red]missed[/red]", _through(it))
            continue
        told = it.told
        shown.add_row(
            str(it.night),
            _clock(it.began_on, zone),
            _ended(it, zone),
            _through(it),
            *(_count(it.results.get(name, 0)) for name in ("success", "partial")),
            _count(len(it.failures), "bold red"),
            *(
                ("—", "—", "—")
                if told is None
                else (_count(told.alerts), _count(told.held, "yellow"), _count(told.undelivered, "bold red"))
            ),
        )
    return shown


def _not_run(found: Status) -> None:
    it = next((night for night in found.nights if night.state is not State.NOT_BEGUN), None)
    if it is None:
        return
    rows: list[tuple[str, str]] = []
    for source, reason in sorted(it.failures)[:SHOWN]:
        rows.append(("fault of ours", f"{source}: {reason}"))
    if len(it.failures) > SHOWN:
        rows.append(("", f"and {len(it.failures) - SHOWN:,} more"))
    if it.waiting:
        rows.append(("not through", f"{len(it.waiting):,}, {it.begun:,} of them begun: {_named(it.waiting)}"))
    own = [source for source, until in it.resting.items() if until is None]
    if own:
        rows.append(("other schedule", f"{len(own):,}: {_named(own)}"))
    until = Counter(day for day in it.resting.values() if day is not None)
    if until:
        days = ", ".join(f"{count:,} until {day:%m-%d}" for day, count in sorted(until.items())[:SHOWN])
        rows.append(("unchanged, rest", f"{sum(until.values()):,}: {days}"))
    disabled = [] if found.sources is None else [s.id for s in found.sources.sources if not s.enabled]
    if disabled:
        rows.append(("disabled", f"{len(disabled):,}: {_named(disabled)}"))
    if it.ping.startswith("not"):
        rows.append(("ping", it.ping))
    _part(f"Not visited, or not well, on {it.night}", rows)


def _slow(found: Status) -> None:
    _part(
        "Slowest",
        [
            (
                it.source,
                f"{_long(it.seconds)}{_usual(it.usual)}"
                + (f", {it.stage} {_long(it.stage_seconds)}{_usual(it.stage_usual)}" if it.stage else "")
                + ("  ← unusual" if it.unusual else ""),
            )
            for it in found.slow[:SLOWEST]
        ],
    )


def _away(found: Status) -> None:
    rows = [(f"since {it.since}", f"{it.dataset}: {it.reason or it.outcome}") for it in found.away[:SHOWN]]
    if len(found.away) > SHOWN:
        rows.append(("", f"and {len(found.away) - SHOWN:,} more: --json"))
    if found.away_unknown:
        rows.append(("not known", found.away_unknown))
    _part("Cannot be had", rows)


def _disk(found: Status) -> None:
    room, forecast = found.room, found.forecast
    share = room.free / room.total if room.total else 1.0
    parts = sorted(room.parts.items(), key=lambda part: -part[1])
    rows = [
        ("free", f"{in_words(room.free)} of {in_words(room.total)} ({share:.0%})"),
        (
            "used by",
            ", ".join(f"{name} {in_words(size)}" for name, size in parts if size) or "nothing yet",
        ),
    ]
    if forecast.full_on is not None and forecast.days is not None and forecast.per_night is not None:
        when = f"full on {forecast.full_on}, in {forecast.days:,.0f} days"
        rows.append(("forecast", f"{when} ({in_words(-forecast.per_night)} a day: {forecast.why})"))
    else:
        rows.append(("forecast", forecast.why))
    _part("Disk", rows, wrap=True)


def _part(title: str, rows: Sequence[tuple[str, str]], *, wrap: bool = False) -> None:
    if not rows:
        return
    shown = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    wide = min(max(len(name) for name, _ in rows) + 2, 30)
    shown.add_column(no_wrap=True, width=wide, overflow="ellipsis")
    shown.add_column()
    for name, text in rows:
        # Cut in the cell: a column that may not wrap would take its room from the first one.
        told = Text.from_markup(cell(text), overflow="ellipsis")
        told.no_wrap = not wrap
        shown.add_row(f"  {cell(name)}", told)
    out.print(f"\n[bold]{title}[/bold]")
    out.print(shown)


def _sources(count: int) -> str:
    return "one source" if count == 1 else f"{count:,} sources"


def _through(it: Night) -> str:
    return f"{it.through:,}/{'?' if it.due is None else f'{it.due:,}'}"


def _ended(it: Night, zone: ZoneInfo) -> str:
    if it.state is State.AT_WORK:
        return "[yellow]at work[/yellow]"
    if it.state is State.UNFINISHED:
        return "[bold red]never[/bold red]"
    return _clock(it.ended_on, zone, it.night if it.began_on is None else it.began_on.astimezone(zone).date())


def _clock(instant: datetime | None, zone: ZoneInfo, day: date | None = None) -> str:
    """The hour; with `+1d` when it is on a later day than `day`."""
    if instant is None:
        return "—"
    local = instant.astimezone(zone)
    later = (local.date() - day).days if day else 0
    return f"{local:%H:%M}" + (f" +{later}d" if later > 0 else "")


def _count(number: int, style: str = "") -> str:
    if not number:
        return "[dim]0[/dim]"
    return f"[{style}]{number:,}[/{style}]" if style else f"{number:,}"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMES]) + (", …" if len(names) > NAMES else "")


def _usual(seconds: float | None) -> str:
    return "" if seconds is None else f" (usually {_long(seconds)})"


def _long(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"
