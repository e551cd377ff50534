"""The measured night, through both shells, each on a fresh copy of the same past and against the same portal.

Belongs here: how a night is started, and what it has to have done to count. The plain night is `veedor run`. Dagster's
is what its scheduler asks for (`scheduled`), each run in a fresh process that makes the run, loads the definitions and
executes it, as a run worker does; the processor time of the tick is added, that of the scheduler's own start is not,
because it is always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.nights.commands import environment, executions, python, ticked
from benchmarks.nights.past import Past
from benchmarks.nights.portal import Portal
from benchmarks.nights.process import Used, run
from benchmarks.nights.world import World

LATENCY = 0.05


@dataclass(frozen=True)
class Night:
    """What a measured night used. `event_bytes` is by how much Dagster's records grew, `portal` what it was asked."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    portal: dict[str, Any]
    event_bytes: int = 0

    @property
    def portal_busy(self) -> float:
        """Which share of one processor the portal took."""
        return float(self.portal["cpu_s"]) / self.wall_s


@dataclass(frozen=True)
class Stage:
    """A past, the portal that it was made with, and the pause between requests to one host, in seconds."""

    past: Past
    portal: Portal
    pause: float

    def plain(self, profile: Path | None = None) -> Night:
        """Tonight through `veedor run`."""
        with self.past.copied("plain") as data:
            self.portal.night(self.past.mix.nights + 1, LATENCY)
            command = ["pipelines.cli:main", "run", "--json", "--night", self.past.today.isoformat()]
            used = run(python(command, ["-m", "pipelines"], profile), self._environment(data))
            return self._through(data, [used])

    def dagster(self, profile: Path | None = None) -> Night:
        """Tonight through Dagster."""
        with self.past.copied("dagster") as data:
            home = data / "dagster"
            told = self._environment(data, DAGSTER_HOME=str(home))
            before = _bytes(home)
            asked = ticked(self.past.today, told)
            self.portal.night(self.past.mix.nights + 1, LATENCY)
            used = [run(python(it, ["-m", "dagster"], profile), told) for it in executions(asked)]
            return self._through(data, used, asked["cpu_s"], _bytes(home) - before)

    def _environment(self, data: Path, **more: str) -> dict[str, str]:
        return environment(data, self.past.sources, VEEDOR_HOST_PAUSE_SECONDS=str(self.pause), **more)

    def _through(self, data: Path, used: Sequence[Used], cpu_s: float = 0.0, grown: int = 0) -> Night:
        asked = self.portal.asked()
        demand_all(self.past, data, asked["sources"])
        return Night(
            wall_s=sum(it.wall_s for it in used),
            cpu_s=sum(it.cpu_s for it in used) + cpu_s,
            peak_mb=max(it.peak_mb for it in used),
            portal={name: value for name, value in asked.items() if name != "sources"},
            event_bytes=grown,
        )


def demand_all(past: Past, data: Path, asked: Sequence[int]) -> None:
    """Stop the benchmark when the measured night left a source out, by whatever rule."""
    world = World(past.mix)
    missing = sorted({it.number for it in world.sources} - set(asked))
    if missing:
        raise SystemExit(f"{len(missing)} sources were not asked tonight, the first is {missing[0]}")
    folder = data / "runs" / past.today.isoformat()
    waiting = [it.id for it in world.sources if not (folder / it.id / "index.json").exists()]
    if waiting:
        raise SystemExit(f"{len(waiting)} sources are not through with tonight, the first is {waiting[0]}")


def _bytes(folder: Path) -> int:
    return sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())
