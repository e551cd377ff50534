"""The script of the data: which nights there are, what is watched, and what each portal shows on each night.

Belongs here: pure facts that follow from the number of nights and a seed. Does not belong here: servers (`portals`), or
what goes wrong on our side (`troubles`): that is no part of the data, and must leave no trace.

The nights lie around the two days of a year on which clocks change in Madrid; between the two halves the machine was
off. The schedule names half past two, an hour that does not exist on the first of these days and comes twice on the
second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

ZONE = "Europe/Madrid"
SCHEDULE = "30 2 * * *"
# Years that have passed, so that no clock of Dagster's own is behind them; the samples are of the year after.
FORWARD, BACK = date(2025, 3, 30), date(2025, 10, 26)
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
OPERATOR = "operacion@equipo.example"


@dataclass(frozen=True)
class Watched:
    """One dataset: its suite, the source and the portal that it is of. A CKAN portal has `catalog`."""

    suite: str
    source: str
    portal: str
    catalog: bool

    @property
    def id(self) -> str:
        return self.suite.replace("_", "-")

    @property
    def path(self) -> str:
        return f"/{self.id}.csv"


WATCHED = (
    Watched("spending", "norte-gasto", "norte", True),
    Watched("land_register", "norte-gasto", "norte", True),
    Watched("meeting_records", "norte-agenda", "norte", True),
    Watched("pep_list", "sur-padron", "sur", False),
    Watched("government_grants", "sur-becas", "sur", False),
    Watched("tax_records", "sur-fisco", "sur", False),
)
SOURCES = tuple(dict.fromkeys(it.source for it in WATCHED))
PORTALS = tuple(dict.fromkeys(it.portal for it in WATCHED))
# What a publisher does to a file, and what a whole portal does on a night.
BROKEN = ("column", "values", "gone", "page", "empty", "error")
DEAD, HALF_DEAD = "dead", "half dead"


@dataclass(frozen=True)
class Shown:
    """What is to be seen on one night: by suite the version and what is wrong with it, by portal what is."""

    night: date
    versions: dict[str, int]
    broken: dict[str, str]
    portals: dict[str, str]
    mail_refused: bool


def nights(count: int) -> list[date]:
    """`count` nights, a half around either change of the clocks."""
    first = count // 2
    halves = ((FORWARD, first), (BACK, count - first))
    return [around + timedelta(days=it - many // 2) for around, many in halves for it in range(many)]


def story(count: int, seed: int) -> list[Shown]:
    """What is shown on each of `count` nights."""
    dice = Random(f"story {seed}")  # noqa: S311
    days = nights(count)
    versions = {it.suite: 0 for it in WATCHED}
    until: dict[str, tuple[str, int]] = {"spending": ("column", 3), "pep_list": ("gone", count // 2 + 3)}
    begun = {"spending": 1, "pep_list": count // 2 + 1}
    shown = []
    for number, night in enumerate(days):
        for suite in versions:
            versions[suite] += dice.random() < 0.15
            if suite not in until and dice.random() < 0.06:
                until[suite] = (dice.choice(BROKEN), number + dice.randint(1, 6))
        until = {suite: (what, end) for suite, (what, end) in until.items() if end > number}
        down = {it: dice.choice((DEAD, HALF_DEAD)) for it in PORTALS if number and dice.random() < 0.06}
        if number == count - 2:
            down["norte"] = DEAD
        shown.append(
            Shown(
                night=night,
                versions=dict(versions),
                broken={it: what for it, (what, _) in until.items() if begun.get(it, 0) <= number},
                portals=down,
                mail_refused=dice.random() < 0.06,
            )
        )
    return shown


def content(watched: Watched, version: int, broken: str) -> bytes | None:
    """The bytes of a file; None when there is none to be had."""
    if broken in ("gone", "error"):
        return None
    if broken == "page":
        return b"<!doctype html><html lang='es'><title>Mantenimiento</title><h1>Vuelva pronto</h1></html>"
    if broken == "empty":
        return b""
    name = "bad.csv" if broken == "values" else "good.csv"
    text = (SAMPLES / watched.suite / name).read_text(encoding="utf-8")
    # The samples are of 2026, and these nights of the year before.
    text = re.sub(r"\b20(2[4-7])-", lambda found: f"20{int(found[1]) - 1}-", text)
    header, *rows = text.splitlines()
    rows = rows[: len(rows) - version % 4]
    if broken == "column":
        header, *rows = [line.partition(",")[2] for line in (header, *rows)]
    return "\n".join([header, *rows, ""]).encode()


def sources_yaml(addresses: dict[str, str]) -> str:
    """The declaration of everything; `addresses` of the portals."""
    entries = "".join(_source(it, addresses) for it in SOURCES)
    return (
        f'version: 1\ntime_zone: {ZONE}\nschedule: "{SCHEDULE}"\nlanguage: es\n'
        f"alerts: {{confirmations: 1}}\nsubscribers: [lectora@observatorio.example]\nsources:\n{entries}"
    )


# Two sources have nights of their own; the others rest while nothing changes, or not, as the night decides.
OWN_NIGHTS = {"sur-becas": "0 3 * * 1,4", "norte-gasto": "0 3 * * *", "sur-padron": "0 3 * * *"}


def _source(source: str, addresses: dict[str, str]) -> str:
    datasets = [it for it in WATCHED if it.source == source]
    first = datasets[0]
    url = addresses[first.portal]
    lines = [
        f"  - id: {source}",
        f"    portal: {'ckan' if first.catalog else 'direct'}",
        *([f'    url: "{url}"'] if first.catalog else []),
        f"    publisher: {{name: Dependencia {source}, country: MX}}",
        f"    owner: {{name: Unidad {source}, email: {source}@dependencia.example}}",
        *([f'    schedule: "{OWN_NIGHTS[source]}"'] if source in OWN_NIGHTS else []),
        "    datasets:",
    ]
    for it in datasets:
        lines += [f"      - id: {it.id}", f"        guide_dataset: {it.suite}"]
        lines += ["        accrual_periodicity: R/P7D"]
        if not it.catalog:
            lines += [f"        title: {it.suite}"]
            lines += [f'        distributions: [{{id: csv, format: csv, url: "{url}{it.path}"}}]']
    return "\n".join([*lines, ""])
