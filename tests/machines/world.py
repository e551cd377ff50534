"""What is watched in the trial of several machines: small sources at some hosts, tables of the demonstration's story.

Every third source changes each night. Every sixth has contracts too, which lose a column on `BROKEN_NIGHT` and have it
again on the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime

import yaml

from pipelines.demo import story
from tests.portal_server import PortalServer

SEEDS = 3
GUIDE = {"contratos.csv": "contracts_register", "sancionados.csv": "debarred_contractors"}
BROKEN_NIGHT = story.BROKEN_NIGHT


def night(number: int) -> date:
    """The calendar date of a night of the story."""
    return story.night_date(number)


def now(number: int) -> datetime:
    """The moment at which that night is run, by everybody's clock."""
    day = night(number)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@contextmanager
def hosts(count: int) -> Iterator[list[PortalServer]]:
    """So many portals, each at an address of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(PortalServer(address=f"127.0.1.{number + 1}")) for number in range(count)]


def publish(portals: Sequence[PortalServer], sources: int, number: int) -> None:
    """Publish the tables of night `number`."""
    for source in range(sources):
        seed, shown = 1 + source % SEEDS, number if source % 3 == 0 else 3
        portal = portals[source % len(portals)]
        edition = _EDITIONS.setdefault((seed, shown), story.edition(seed, shown))
        for name in files_of(source):
            header, newline, rows = edition[name].partition(b"\n")
            # One table is large enough for a process of its own.
            portal.files[f"/{source}/{name}"] = header + newline + rows * (2 if source == 0 else 1)


_EDITIONS: dict[tuple[int, int], Mapping[str, bytes]] = {}


def files_of(source: int) -> tuple[str, ...]:
    """The names of a source's files."""
    return ("contratos.csv", "sancionados.csv") if source % 6 == 0 else ("sancionados.csv",)


def declaration(portals: Sequence[PortalServer], sources: int) -> str:
    """The text of sources.yaml."""
    return yaml.safe_dump(
        {
            "version": 1,
            "time_zone": "America/Mexico_City",
            "language": "es",
            "schedule": "0 3 * * *",
            "sources": [_source(portals[number % len(portals)].url, number) for number in range(sources)],
        }
    )


def _source(url: str, number: int) -> dict[str, object]:
    return {
        "id": f"fuente-{number:03}",
        "portal": "direct",
        "title": f"Fuente {number} (prueba)",
        "publisher": {"name": f"Dependencia {number} (prueba)", "country": "MX"},
        "owner": {"name": f"Unidad {number}", "email": f"unidad{number}@dependencia.example"},
        "datasets": [
            {
                "id": name.partition(".")[0],
                "title": f"{name} de {number}",
                "guide_dataset": GUIDE[name],
                "accrual_periodicity": "R/P1D",
                "distributions": [{"id": "csv", "url": f"{url}/{number}/{name}", "format": "csv"}],
            }
            for name in files_of(number)
        ],
    }
