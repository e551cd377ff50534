"""How a night is started: environment and command lines, for the past and for tonight alike.

Belongs here: words of command lines. Does not belong here: measuring (`process`), or what a night has to have done.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from benchmarks.nights.process import run

# When the schedule of the world begins a night.
BEGINS = time(3, 0, tzinfo=UTC)
PROFILED = "benchmarks.nights.profiled"


def environment(data: Path, sources: Path, **more: str) -> dict[str, str]:
    """The environment of a night: the machine's path and home, our settings, and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return {
        **kept,
        "VEEDOR_DATA": str(data),
        "VEEDOR_SOURCES": str(sources),
        "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "1",
        "VEEDOR_CONTACT": "datos@observatorio.example",
        "VEEDOR_DELIVERY": "files",
        **more,
    }


def ticked(night: date, told: dict[str, str]) -> dict[str, Any]:
    """What the schedule asks for tonight (`runs`), and what asking took (`cpu_s`)."""
    scheduled = datetime.combine(night, BEGINS).isoformat()
    command = [sys.executable, "-m", "benchmarks.nights.scheduled", "tick", scheduled]
    found: dict[str, Any] = json.loads(run(command, told, memory=False).out.splitlines()[-1])
    return found


def executions(asked: dict[str, Any], module: str = "pipelines.definitions") -> list[list[str]]:
    """The command lines that execute the runs that a schedule asked for, each preceded by its entry point."""
    return [
        [
            "dagster._cli:main",
            "job",
            "execute",
            "-m",
            module,
            "-j",
            it["job"],
            "--tags",
            json.dumps(it["tags"]),
        ]
        for it in asked["runs"]
    ]


def python(command: list[str], usual: list[str], profile: Path | None = None) -> list[str]:
    """A command line for an entry point (`module:function`) and its arguments; `usual` starts it without a profile."""
    entry, *rest = command
    begin = ["-m", PROFILED, str(profile.absolute()), entry] if profile else usual
    return [sys.executable, *begin, *rest]


def at_least(least: int) -> Callable[[str], int]:
    """The type of an option that takes a number, `least` or more."""

    def number(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise ArgumentTypeError(f"a number is wanted, {least} or more")
        return int(text)

    return number
