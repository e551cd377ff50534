"""The replay: each night once undisturbed and once in trouble, until it is through, and then compared.

Belongs here: the order of things and the account. The undisturbed night is a plain `run_night`. The disturbed one is
begun as its trouble wants (`troubles`), again and again, and at last left in peace.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.soak.nights import judge, portals, troubles
from tests.soak.nights.disk import Disk, disk
from tests.soak.nights.processes import Processes, ended, kill, killed_after, until
from tests.soak.nights.session import INSTALLATION as DISTURBED
from tests.soak.nights.session import befall, session
from tests.soak.nights.story import OPERATOR, SCHEDULE, ZONE, Shown, sources_yaml, story
from tests.soak.nights.troubles import Attempt, Plan, Trouble

UNDISTURBED = "undisturbed"
ROOT = Path(__file__).resolve().parents[3]
# A file beyond this goes to a process of its own.
LARGE_BYTES = 8_000
TRIES = 3


@dataclass
class Replay:
    """What has been done so far. `ticks` are by night; `deaths` by alert, of processes that had its mail under way."""

    base: Path
    world: portals.World
    processes: Processes
    disk: Disk
    dice: Random
    kills: int
    ticks: dict[str, list[datetime]]
    wrong: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    killed: int = 0
    ended_full: int = 0
    attempts: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    points: int = 100
    lasts: float = 5.0

    def seen_to(self, night: str) -> None:
        """Leave both in peace on a last night of which all is known."""
        now = {"SOAK_NOW": self.ticks[night][0].isoformat()}
        for process in (
            self.processes.start(UNDISTURBED, "plain", more=now, night=night),
            self.processes.start(DISTURBED, "seen_to", more=now, tags={"veedor/night": night}),
        ):
            if ended(process):
                self.wrong.append(f"{process.name} at the end: {self.processes.tail(DISTURBED)}")

    def aged(self) -> None:
        """Let a day pass for what was left lying about: the age of a file is taken by the machine's own clock."""
        data = self.base / DISTURBED / "data"
        day = time.time() - 86_400
        for it in (*data.rglob(".*.tmp*"), *data.glob("locks/runs/*")):
            os.utime(it, (day, day))

    def night(self, shown: Shown, plan: Plan) -> None:
        """Both nights, and whether they are alike."""
        night = str(shown.night)
        before = len(self.wrong)
        self.world.show(shown)
        self.aged()
        (tick,) = self.ticks[night]
        now = {"SOAK_NOW": tick.isoformat()}
        steps = self.base / "steps.json"
        began = time.monotonic()
        if ended(self.processes.start(UNDISTURBED, "plain", more=now, night=night, steps=str(steps))):
            raise RuntimeError(f"{night} undisturbed: {self.processes.tail(UNDISTURBED)}")
        self.lasts = time.monotonic() - began
        self.points = len(steps.read_text(encoding="utf-8").split(","))
        mailbox, killed = self.world.mailboxes[DISTURBED], self.killed
        came = mailbox.received()
        if plan.trouble is Trouble.DAEMON:
            self._by_daemon(night, tick, plan)
        else:
            self._troubled(night, now, plan)
            self._through(night, now)
        at_once = self.killed - killed if plan.together or plan.daemon else 0
        wrong, excused = judge.repeated(came, mailbox.received()[len(came) :], self.deaths, at_once)
        self.wrong += [f"{night}: {it}" for it in wrong]
        self.repeated += excused
        found = judge.differences(self.processes, UNDISTURBED, DISTURBED)
        self.wrong += [f"{night}: {it}" for it in found if it not in self.told]  # it stays as it is
        self.told.update(found)
        if len(self.wrong) > before:
            told = f"after {plan.trouble}{f' ({plan.daemon})' if plan.daemon else ''}, {plan.attempts}"
            self.wrong.append(f"{night}: {told}")

    def _troubled(self, night: str, now: dict[str, str], plan: Plan) -> None:
        if plan.together:
            first, second = (self._begin(night, now, it) for it in plan.attempts)
            # Whoever lives may take up the mail of the one that died before we can look.
            self._finish(night, first, plan.attempts[0])
            self._finish(night, second, plan.attempts[1])
            return
        for attempt in plan.attempts:
            began = time.time()
            process = self._begin(night, now, attempt)
            watcher = self.world.mailboxes[DISTURBED].watcher
            if attempt.mail:
                watcher.taken = lambda process=process: kill(process, whole=True)
            self._finish(night, process, attempt)
            watcher.taken = None
            self.deaths.update(judge.under_way(self.base / DISTURBED / "data" / "runs", began))

    def _begin(self, night: str, now: dict[str, str], attempt: Attempt) -> Any:
        self.attempts += 1
        more = dict(now)
        if attempt.point is not None:
            more["SOAK_KILL_AT"] = str(int(attempt.point * self.points))
        values = {"night": night} if attempt.shell == "plain" else {"tags": {"veedor/night": night}}
        limit = self.disk.fill(attempt.limit) if attempt.limit else 0
        return self.processes.start(DISTURBED, attempt.shell, limit=limit, more=more, **values)

    def _finish(self, night: str, process: Any, attempt: Attempt) -> None:
        if attempt.seconds is not None:
            # A run worker that comes to life needs as long as the night itself, about.
            lasts = self.lasts * (2 if attempt.shell == "dagster" else 1)
            status = killed_after(process, attempt.seconds * lasts, whole=attempt.whole)
        else:
            status = ended(process)
        self.disk.make_room()
        if status == -signal.SIGKILL:
            self.killed += 1
        elif attempt.limit:
            self.ended_full += status != 0
        elif status:
            told = self.processes.tail(DISTURBED)
            self.wrong.append(f"{night}: {attempt} ended by itself with {status}: {told}")

    def _through(self, night: str, now: dict[str, str]) -> None:
        """In peace at last, in either shell."""
        shell = self.dice.choice(("dagster", "plain"))
        self._finish(night, self._begin(night, now, Attempt(shell)), Attempt(shell))

    def _by_daemon(self, night: str, tick: datetime, plan: Plan) -> None:
        assert plan.daemon is not None
        self.processes.asked(DISTURBED, "prepared")
        for other in other_hours(night, tick):
            with session(self.processes, night, tick, other) as running:
                running.start_server()
                running.start_daemon()
                until(running.workers, 25.0)
                if running.runs():
                    self.wrong.append(f"{night}: the schedule began it at {other}, which is not its hour")
        with session(self.processes, night, tick, tick) as running:
            wrong, killed = befall(running, plan.daemon, self.dice, self.lasts, self.kills)
            begun = [it for it in running.runs() if it.parent is None]
        self.killed += killed
        self.wrong += wrong
        if len(begun) != 1 and plan.daemon is not troubles.Daemon.TWO:
            self.wrong.append(f"{night}: the schedule began {len(begun)} runs")


def other_hours(night: str, tick: datetime) -> list[datetime]:
    """The instants before `tick` at which a clock on the wall shows the hour of the schedule too."""
    minute, hour = (int(it) for it in SCHEDULE.split()[:2])
    day = datetime.fromisoformat(night).replace(hour=hour, minute=minute, tzinfo=ZoneInfo(ZONE))
    found = {day.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(it for it in found if it < tick)


def ticks_of(processes: Processes, shown: list[Shown]) -> tuple[dict[str, list[datetime]], list[str]]:
    """By night the instants at which the schedule begins it; and where that is not one instant."""
    now = {"SOAK_NOW": datetime.now(UTC).isoformat()}  # no tick looks at it
    asked = processes.asked(UNDISTURBED, "ticks", more=now, nights=[str(it.night) for it in shown])
    found: dict[str, list[datetime]] = {}
    for tick in asked:
        for tags in tick["tags"]:
            found.setdefault(tags["veedor/night"], []).append(datetime.fromisoformat(tick["at"]))
    wrong = [
        f"{it.night} is begun {len(found.get(str(it.night), []))} times"
        for it in shown
        if len(found.get(str(it.night), [])) != 1
    ]
    return found, wrong


def run(
    base: Path, count: int, seed: int, kills: int, only: str, told: Any
) -> tuple[dict[str, Any], list[str]]:
    """Replay `count` nights below `base`; the account and what is wrong. `told` hears of each night."""
    began = time.monotonic()
    for it in (UNDISTURBED, DISTURBED):
        (base / it).mkdir(parents=True)
    with portals.world((UNDISTURBED, DISTURBED)) as world, disk(base / DISTURBED / "data") as own:
        declared = base / "sources.yaml"
        declared.write_text(sources_yaml(world.addresses), encoding="utf-8")
        environment = {it: _environment(declared, world.mail_urls[it]) for it in (UNDISTURBED, DISTURBED)}
        processes = Processes(base, environment)
        shown = story(count, seed)
        ticks, wrong = ticks_of(processes, shown)
        if wrong:
            return {}, wrong
        dice = Random(f"replay {seed}")  # noqa: S311
        replay = Replay(base, world, processes, own, dice, kills, ticks)
        planned = troubles.plans(count, seed, kills, only)
        for number, (night, plan) in enumerate(zip(shown, planned, strict=True), 1):
            replay.night(night, plan)
            what = f"{plan.trouble}{f', {plan.daemon}' if plan.daemon else ''}"
            told(
                f"{number}/{count} {night.night} {what}: {len(replay.wrong)} wrong, {time.monotonic() - began:.0f} s"
            )
            if len(replay.wrong) > 20:
                break
        replay.aged()
        replay.seen_to(str(shown[-1].night))
        wrong = replay.wrong + processes.asked(DISTURBED, "proof")
        wrong += judge.differences(processes, UNDISTURBED, DISTURBED)
        theirs, ours = (world.mailboxes[it].received() for it in (UNDISTURBED, DISTURBED))
        about_mails = judge.mails(theirs, ours)
        about_runs, runs_told = judge.runs_told(ours)
        if wrong or about_mails or about_runs:
            own.keep()
        account = {
            "nights": count,
            "seconds": round(time.monotonic() - began),
            "troubles": dict(
                Counter(f"{it.trouble}{f', {it.daemon}' if it.daemon else ''}" for it in planned)
            ),
            "attempts": replay.attempts,
            "killed": replay.killed,
            "ended by a full disk": replay.ended_full,
            "disk": own.kind,
            "mails": len(set(theirs)),
            "mails to owners": len({it for it in theirs if it[0] != OPERATOR}),
            "repeated under their Message-ID": replay.repeated,
            "mails of failed runs": runs_told,
            "nights without a portal": sum(bool(it.portals) for it in shown),
            "nights without a mail server": sum(it.mail_refused for it in shown),
        }
    return account, wrong + about_mails + about_runs


def _environment(declared: Path, mail_url: str) -> dict[str, str]:
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "VEEDOR_DATA": "data",
        "VEEDOR_SOURCES": str(declared),
        "VEEDOR_EXPECTATIONS": str(ROOT / "expectations"),
        "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "1",
        "VEEDOR_DELIVERY": "live",
        "VEEDOR_MAIL_URL": mail_url,
        "VEEDOR_OPERATOR": OPERATOR,
        "VEEDOR_HOST_PAUSE_SECONDS": "0",
        "VEEDOR_RETRIES": "0",
        "VEEDOR_RETRY_SECONDS": "0",
        "VEEDOR_WORKERS": "1",
        "VEEDOR_LARGE_BYTES": str(LARGE_BYTES),
    }
