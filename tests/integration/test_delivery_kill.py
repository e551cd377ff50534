"""A delivery that is killed at any moment loses no mail, and repeats at most the one that was on its way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deliver_driver import ALERTS, DEAD, OPERATOR
from tests.smtp_server import Inbox, running

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2026])
def test_each_mail_once_but_for_the_one_that_was_taken_as_we_died(tmp_path: Path, seed: int) -> None:
    inbox = Inbox(nobody=frozenset({DEAD}))
    with running(inbox) as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.integration.deliver_driver", str(tmp_path), url, str(seed), "40"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert outcome["killed"] >= 10
    assert all(len(half) <= 1 for half in outcome["under_way"])
    assert outcome["left"] == []

    received = Counter(zip((envelope.rcpt_tos[0] for envelope in inbox.envelopes), inbox.ids, strict=True))
    assert {recipient for recipient, _ in received} == {
        OPERATOR,
        *(f"u{number}@dependencia.example" for number in range(ALERTS) if number != 5),
    }
    # Each recipient got one message, whatever was killed: it has one id.
    assert len(received) == ALERTS
    deaths = Counter(alert for half in outcome["under_way"] for alert in half)
    for (_, message_id), count in received.items():
        assert count - 1 <= deaths[message_id.strip("<>").partition("@")[0]]
    files = {path.name for path in (tmp_path / "outbox").glob("*.eml")}
    assert len(files) == ALERTS + 1
