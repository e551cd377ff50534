"""What `veedor alerts list` and `show` say: a table of incidents, one incident in full, or JSON.

Belongs here: the terminal. Values of published data are cleaned; those of personal columns are masked where they are
stored. Does not belong here: which incidents (`alerts.standing`), the words (`alerts_words`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.alerts.kind_words import words_of
from pipelines.alerts.reason_words import reason_of
from pipelines.alerts.standing import Standing, consequences
from pipelines.cli.alerts_words import WORDS
from pipelines.cli.console import cell, err, out, plain, print_json, table
from pipelines.model import ActionKind, Incident, IncidentAction, IncidentState, TransitionKind

if TYPE_CHECKING:
    from pipelines.history.incident_facts import Attempt

STYLES = {"critical": "red", "warning": "yellow", "info": "dim"}
UNITS = {
    "expectation": "percent",
    "personal": "percent",
    "score": "points",
    "rows": "rows",
    "rows_removed": "rows",
}
SHOWN_EXAMPLES = 5
LONGEST = 100  # characters of a published value

Words = Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """One incident, all others, their short names, and what happened around it."""

    found: Standing
    every: Sequence[Standing]
    codes: Mapping[str, str]
    course: Sequence[tuple[date, IncidentState]]
    attempts: Sequence[Attempt]
    answers: Sequence[IncidentAction]


def list_of(
    found: Sequence[Standing],
    codes: Mapping[str, str],
    language: str,
    every: Sequence[Standing],
    *,
    as_json: bool,
) -> None:
    """Show some of `every` incident."""
    if as_json:
        print_json({"incidents": [_document(it, codes) for it in found]})
        return
    words = WORDS[language]
    if not found:
        out.print(words["none"] if not any(it.is_open for it in every) else words["none_matching"])
        return
    shown = table([words[name] for name in ("id", "what", "since", "state", "told")], ())
    for column in (shown.columns[0], shown.columns[2]):
        column.no_wrap = True
    shown.columns[1].overflow = "fold"
    listed = {it.incident.id for it in found}
    for it in found:
        incident = it.incident
        below = words["consequence"] if incident.cause != incident.id and incident.cause in listed else ""
        what = f"{below}{cell(title(incident, language))}"
        style = STYLES[incident.severity.value]
        shown.add_row(
            cell(codes[incident.id]),
            what if below else f"[bold]{cell(incident.dataset)}[/bold]\n[{style}]{what}[/{style}]",
            cell(incident.first_seen),
            cell(state_of(incident, words)),
            _told(incident, words),
        )
    out.print(shown)
    held = sum(bool(it.incident.held) and it.is_open for it in found)
    out.print(f"\n{words['count'].format(count=len(found), held=held)}")
    if held:
        err.print(f"[dim]{words['how_held']}[/dim]")
    if any(not it.heard for it in found):
        err.print(f"[dim]{words['unheard']}[/dim]")


def one_of(facts: Facts, language: str, *, as_json: bool) -> None:
    """Show one incident in full."""
    incident = facts.found.incident
    if as_json:
        print_json(
            {
                **_document(facts.found, facts.codes),
                "consequences": [it.incident.id for it in consequences(facts.every, incident)],
                "course": [{"night": night, "state": state.value} for night, state in facts.course],
                "answers": [plain(it) for it in facts.answers],
                "messages": [plain(it) for it in facts.attempts],
            }
        )
        return
    words = WORDS[language]
    style = STYLES[incident.severity.value]
    out.print(f"[bold {style}]{cell(title(incident, language))}[/bold {style}]")
    shown = table(("", ""), [(name, value) for name, value in _rows(facts, language) if value])
    shown.columns[0].style, shown.columns[0].no_wrap = "dim", True
    out.print(shown)
    advice = incident.advice.get(language, "")
    if advice and facts.found.is_open:
        out.print(f"\n[bold]{words['advice']}[/bold]\n{cell(advice)}")
    if incident.examples:
        out.print(f"\n[bold]{words['examples']}[/bold]")
        for example in incident.examples[:SHOWN_EXAMPLES]:
            value = words["empty"] if example.value is None else f"«{example.value[:LONGEST]}»"
            out.print(f"{words['row'].format(row=example.row)}: {cell(value)}")
    for name, lines in (
        ("course", [(night, words[f"now_{state.value}"]) for night, state in facts.course]),
        ("answers", [_answer(it, words) for it in facts.answers]),
        ("notifications", [_attempt(it, words) for it in facts.attempts]),
    ):
        if lines:
            out.print(f"\n[bold]{words[name]}[/bold]")
            out.print(table([""] * len(lines[0]), lines))
    if not facts.found.heard:
        err.print(f"\n[dim]{words['unheard']}[/dim]")


def title(incident: Incident, language: str) -> str:
    """What is wrong, in the words of its kind."""
    return title_of(incident.condition, incident.summary, incident.before, incident.after, language)


def title_of(
    condition: str, summary: Mapping[str, str], before: float | None, after: float | None, language: str
) -> str:
    """What began in a condition, in the words of its kind."""
    named = summary.get(language) or condition.partition(":")[2] or condition
    try:
        said = words_of(condition, TransitionKind.OPENED, language, before=before, after=after)
    except LookupError:
        return named  # of a condition that there is no more
    return said.titled(named) if "{title}" in said.title else said.title


def state_of(incident: Incident, words: Words) -> str:
    """How it stands, and until or since when."""
    if incident.state is IncidentState.RESOLVED:
        return words[incident.resolution or "resolved"].format(on=incident.resolved_on)
    if incident.held:
        return words["held"]
    if incident.state is IncidentState.MUTED and incident.muted_until is None:
        return words["muted_whole"]
    return words[incident.state.value].format(until=incident.muted_until)


def _told(incident: Incident, words: Words) -> str:
    if incident.told_on is None:
        return words["not_told"]
    told = str(incident.told_on)
    if not incident.reminded:
        return told
    name = "reminded_one" if incident.reminded == 1 else "reminded_many"
    return f"{told}\n{words[name].format(count=incident.reminded)}"


def _rows(facts: Facts, language: str) -> Iterator[tuple[str, object]]:
    found, incident, words = facts.found, facts.found.incident, WORDS[language]
    by_id = {it.incident.id: it.incident for it in facts.every}
    cause = by_id.get(incident.cause)
    second = incident.escalated_on
    yield words["id"], incident.id
    yield words["dataset"], _both(incident.dataset, found.title)
    yield words["publisher"], found.publisher
    yield words["owner"], f"{found.owner} <{found.address}>" if found.address else found.owner
    yield words["second"], found.second
    yield words["condition"], incident.condition
    yield words["severity"], words[incident.severity.value]
    yield words["state"], state_of(incident, words)
    yield words["why_held"], reason_of(incident.held, language) if incident.held and found.is_open else ""
    yield words["first_seen"], incident.first_seen
    yield words["opened_on"], incident.opened_on
    yield words["values"], _values(incident, words)
    yield words["column"], incident.column[:LONGEST]
    yield words["told_on"], incident.told_on or words["not_told"]
    if incident.reminded:
        last = words["reminders_value"].format(count=incident.reminded, on=incident.reminded_on)
        yield words["reminders"], last
    yield words["escalated_on"], second
    yield words["reopened"], incident.reopened or ""
    if cause is not None and cause.id != incident.id:
        yield words["cause"], f"{facts.codes[cause.id]} {title(cause, language)}"
    below = [it.incident for it in consequences(facts.every, incident)]
    yield words["consequences"], "\n".join(f"{facts.codes[it.id]} {title(it, language)}" for it in below)
    yield words["rules"], incident.rules


def _values(incident: Incident, words: Words) -> str:
    """The numbers before, now and at the worst, for the kinds that have some."""
    unit = UNITS.get(incident.condition.partition(":")[0])
    if unit is None:
        return ""
    shown = ("?" if it is None else _number(it) for it in (incident.before, incident.after, incident.worst))
    return " · ".join(shown) + f" {words[unit]}"


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _answer(it: IncidentAction, words: Words) -> tuple[object, ...]:
    by = words.get(f"by_{it.by}", it.by)
    whole = it.kind is ActionKind.MUTE and it.until is None
    said = words["mute_whole"] if whole else words[it.kind.value].format(until=it.until)
    return f"{it.at:%Y-%m-%d %H:%M} UTC", by, said, it.text[:500]


def _attempt(it: Attempt, words: Words) -> tuple[object, ...]:
    state = words[f"is_{it.state or ('held' if it.alert_state == 'held' else 'waiting')}"]
    return (
        it.night,
        words[f"alert_{it.kind}"],
        _both(it.recipient, it.address or ""),
        it.channel or "",
        state,
        it.error or "",
    )


def _both(one: str, other: str) -> str:
    return f"{one} ({other})" if other and other != one else one


def _document(it: Standing, codes: Mapping[str, str]) -> dict[str, Any]:
    return {
        **plain(it.incident),
        "code": codes[it.incident.id],
        "title": it.title,
        "publisher": it.publisher,
        "owner": it.owner,
        "address": it.address,
        "second": it.second,
        "heard": it.heard,
    }
