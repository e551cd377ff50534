"""Dagster's daemon at another time: `python -m tests.soak.nights.clock_of_dagster -w workspace.yaml`.

Belongs here: the one seam. Dagster takes no clock, but all of its scheduler's time comes from two functions, which its
own tests replace too; here they go on from `SOAK_DAEMON_FROM` at the pace of the machine. Everything else is the
daemon as it is.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


def main() -> None:
    """Run the daemon, from the instant that the environment names."""
    import dagster._time as seam
    from dagster._daemon.cli import run_command

    begins = datetime.fromisoformat(os.environ["SOAK_DAEMON_FROM"]).timestamp()
    loaded = time.monotonic()

    def now() -> float:
        return begins + time.monotonic() - loaded

    seam._mockable_get_current_timestamp = now
    seam._mockable_get_current_datetime = lambda: datetime.fromtimestamp(now(), UTC)
    run_command(prog_name="dagster-daemon run")


if __name__ == "__main__":
    main()
