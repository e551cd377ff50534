"""The generated world: which sources there are, where they live, and what each publishes on which night.

Belongs here: pure facts, the same for the portal and for whoever asks it. Does not belong here: bytes (`data`) or
HTTP (`portal`). Night 1 is the first of the past, night `nights` + 1 the one that is measured.

Half of the sources are CKAN packages, half files at addresses of their own (`direct`): in lists of published
anti-corruption datasets the two are about equally frequent, and they are the cheapest and the commonest catalog.
A source that fails has a host to itself, because a server in trouble fails all that it has; of the others four share a
host. Every fifth sound source has a server without validators. Sources are declared over the first week, so that on the
measured night the pages of a seventh of them are due, as in life.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

SEED = 2017
ON_A_HOST = 4
WITHOUT_VALIDATORS = 5
# For how many nights before the measured one half of the faults have stood; the others begin on that night.
STANDING = 4
DAYS_OF_DECLARING = 7
CLASSES = ("unchanged", "small", "faulty", "large")
FAULTS = (
    "not_found",
    "server_error",
    "html",
    "truncated",
    "empty",
    "encoding",
    "reset",
    "throttled",
    "blocked",
)


@dataclass(frozen=True)
class Mix:
    """How many sources of each class there are, and how many nights they had before the one that is measured."""

    unchanged: int
    small: int
    faulty: int
    large: int
    nights: int = 10

    @property
    def total(self) -> int:
        """All sources."""
        return self.unchanged + self.small + self.faulty + self.large

    @property
    def text(self) -> dict[str, Any]:
        """What `Mix(**...)` takes, to be handed to another process."""
        return asdict(self)


def mix_of(total: int, nights: int) -> Mix:
    """80 % unchanged, 15 % changed tables, 4 % faulty, 1 % large."""
    small, faulty, large = round(total * 0.15), round(total * 0.04), round(total * 0.01)
    return Mix(total - small - faulty - large, small, faulty, large, nights)


@dataclass(frozen=True)
class Watched:
    """One source. `fault` is what its server does from night `fails_on`, `host` a loopback address."""

    number: int
    kind: str
    portal: str
    host: str
    validators: bool
    declared_on: int
    fault: str | None = None
    fails_on: int = 0

    @property
    def id(self) -> str:
        """Its id in sources.yaml."""
        return f"fuente-{self.number:05}"

    @property
    def dataset(self) -> str:
        """The name of its dataset at the portal."""
        return f"contratos-{self.number:05}"

    def version(self, night: int, nights: int) -> int:
        """Which version it publishes on `night`: a changed table changes every other night, the last one included."""
        if self.kind == "small":
            return 1 + (night + 1 - nights % 2) // 2
        return 2 if self.kind == "large" and night > nights else 1

    def fails(self, night: int) -> str | None:
        """The fault of `night`, if there is one."""
        return self.fault if self.fault and night >= self.fails_on else None


@dataclass(frozen=True)
class World:
    """All sources of a mix."""

    mix: Mix

    @cached_property
    def sources(self) -> tuple[Watched, ...]:
        """In the order of sources.yaml, the classes mingled; the sources of one host far apart."""
        kinds = [kind for kind in CLASSES for _ in range(getattr(self.mix, kind))]
        random.Random(SEED).shuffle(kinds)  # noqa: S311 - test data, no secret
        return tuple(self._watched(kinds))

    def _watched(self, kinds: list[str]) -> Iterator[Watched]:
        sound = max(1, (len(kinds) - kinds.count("faulty")) // ON_A_HOST)
        seen = dict.fromkeys(CLASSES, 0)
        whole = failing = 0
        week = max(1, min(DAYS_OF_DECLARING, self.mix.nights - STANDING))
        for number, kind in enumerate(kinds):
            place = seen[kind]
            seen[kind] += 1
            if kind == "faulty":
                host, failing = sound + failing, failing + 1
            else:
                host, whole = whole % sound, whole + 1
            standing = place // 2 % 2 == 0 and self.mix.nights > STANDING
            yield Watched(
                number=number,
                kind=kind,
                # By place in its class, so that each class has both
                portal=("ckan", "direct")[place % 2],
                host=address(host),
                validators=kind == "large" or place % WITHOUT_VALIDATORS != 0,
                declared_on=1 + number % week,
                fault=FAULTS[place % len(FAULTS)] if kind == "faulty" else None,
                fails_on=self.mix.nights + 1 - (STANDING if standing else 0),
            )

    def sources_yaml(self, port: int, night: int) -> str:
        """What is declared on `night`, as the text of sources.yaml."""
        entries = [_entry(it, port) for it in self.sources if it.declared_on <= night]
        return "\n".join([HEAD, *entries, ""])


def address(host: int) -> str:
    """The loopback address of the host with this number; all are equally long."""
    return f"127.{101 + host // 10_000}.{101 + host // 100 % 100}.{101 + host % 100}"


HEAD = """version: 1
time_zone: UTC
language: es
schedule: "0 3 * * *"
sources:"""


def _entry(it: Watched, port: int) -> str:
    base = f"http://{it.host}:{port}"
    office = it.host.replace(".", "-")
    lines = [
        f"  - id: {it.id}",
        f"    portal: {it.portal}",
        *([f'    url: "{base}"'] if it.portal == "ckan" else []),
        f"    publisher: {{name: Dependencia {office}, country: MX}}",
        f"    owner: {{name: Unidad {office}, email: datos-{office}@dependencia.example}}",
        "    datasets:",
        f"      - id: {it.dataset}",
        f"        title: Contratos de la unidad {it.number}",
        "        guide_dataset: contracts_register",
        "        accrual_periodicity: R/P1D",
    ]
    if it.portal == "direct":
        lines += [
            "        distributions:",
            f'          - {{id: csv, format: csv, url: "{base}/datos/{it.number:05}.csv"}}',
        ]
    return "\n".join(lines)
