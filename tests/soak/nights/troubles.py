"""What goes wrong on our side on which night: the dice, and nothing else.

Belongs here: the kinds of trouble and which night has which, by a seed; every kind comes up once before any comes up
again. Does not belong here: making it (`replay`, `session`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

# Bytes of room on a full disk: none, and so little that it is used up in the midst of the night.
LIMITS = (10, 700, 2_500, 20_000, 120_000, 400_000, 1_500_000)


class Trouble(StrEnum):
    """The trouble of a night."""

    KILLED = "run worker killed"
    PLAIN_KILLED = "veedor run killed"
    MAIL_TAKEN = "killed as a mail was taken"
    DISK_FULL = "disk full"
    TWICE = "two runs of the night at once"
    BESIDE = "veedor run beside Dagster"
    DAEMON = "by the daemon"
    QUIET = "none"


class Daemon(StrEnum):
    """What befalls a night that the real daemon runs."""

    WORKER = "run worker killed"
    DAEMON = "daemon killed"
    MACHINE = "everything killed"
    TWO = "two daemons"


@dataclass(frozen=True)
class Attempt:
    """One try of the night: by `dagster` or `plain`, killed at the `point` of it or after `seconds`, as shares of a
    whole night; `whole` with all its own processes. `limit` is the room on the disk in bytes, 0 for enough.
    """

    shell: str
    point: float | None = None
    seconds: float | None = None
    whole: bool = False
    limit: int = 0
    mail: bool = False


@dataclass(frozen=True)
class Plan:
    """The trouble of one night. `together`: the attempts begin at once, else one after the other."""

    trouble: Trouble
    attempts: tuple[Attempt, ...] = ()
    together: bool = False
    daemon: Daemon | None = None


def plans(count: int, seed: int, kills: int, only: str = "") -> list[Plan]:
    """The trouble of each of `count` nights; a night that is killed is killed up to `kills` times. `only` one kind.

    The two nights on which clocks change are the daemon's, whose schedule has to find the hour.
    """
    dice = Random(f"troubles {seed}")  # noqa: S311
    half = count // 2
    changes = {half // 2, half + (count - half) // 2}
    deck: list[Trouble] = []
    daemons: list[Daemon] = []
    found = []
    for number in range(count):
        if not deck:
            deck = [it for it in Trouble if only in ("", it)]
            dice.shuffle(deck)
        if not daemons:
            daemons = [*Daemon]
            dice.shuffle(daemons)
        if number in changes:
            trouble = Trouble.DAEMON
            if trouble in deck:
                deck.remove(trouble)
        else:
            trouble = deck.pop()
        daemon = daemons.pop() if trouble is Trouble.DAEMON else None
        found.append(_plan(trouble, daemon, dice, kills))
    return found


def _plan(trouble: Trouble, daemon: Daemon | None, dice: Random, kills: int) -> Plan:
    def killed(shell: str) -> Attempt:
        by_point = dice.random() < 0.6
        return Attempt(
            shell,
            point=dice.random() if by_point else None,
            seconds=None if by_point else dice.random(),
            whole=dice.random() < 0.5,
        )

    times = dice.randint(1, kills)
    if trouble is Trouble.KILLED:
        return Plan(trouble, tuple(killed("dagster") for _ in range(times)))
    if trouble is Trouble.PLAIN_KILLED:
        return Plan(trouble, tuple(killed("plain") for _ in range(times)))
    if trouble is Trouble.MAIL_TAKEN:
        return Plan(trouble, tuple(Attempt(dice.choice(("dagster", "plain")), mail=True) for _ in range(2)))
    if trouble is Trouble.DISK_FULL:
        full = (Attempt(dice.choice(("dagster", "plain")), limit=dice.choice(LIMITS)) for _ in range(2))
        return Plan(trouble, tuple(full))
    if trouble in (Trouble.TWICE, Trouble.BESIDE):
        second = "dagster" if trouble is Trouble.TWICE else "plain"
        spared = dice.random() < 0.5
        return Plan(
            trouble, (Attempt("dagster") if spared else killed("dagster"), Attempt(second)), together=True
        )
    return Plan(trouble, daemon=daemon)
