"""Nights with everything that can go wrong leave the history, and the mails, of the same nights undisturbed.

Run workers, daemon and everything are killed, the disk is full, portals and mail server are dead, clocks are changed,
and two schedulers run. `make soak-nights` does it for longer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def replayed(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.soak.nights", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-5_000:]
    account: dict[str, Any] = json.loads(done.stdout)
    assert account["wrong"] == [], (account, done.stderr[-2_000:])
    assert done.returncode == 0
    assert account["mails to owners"] > 0
    return account


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1200)
def test_eight_nights_around_both_changes_of_the_clocks() -> None:
    account = replayed("--nights", 8, "--seed", 2, "--kills", 2)
    assert len(account["troubles"]) == 8, "no two nights are alike"
    assert account["killed"] > 3
    assert account["ended by a full disk"] > 0


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(14_400)
def test_a_hundred_nights() -> None:
    account = replayed("--nights", 100, "--seed", 2026)
    assert account["killed"] > 50
    assert account["mails to owners"] > 20
