"""Run a command line under cProfile, in all its threads (its child processes are left out).

    python -m benchmarks.nights.profiled out.prof pipelines.cli:main run --night 2026-03-02

Seconds are those of the processor: what waits costs nothing. Belongs here: profiling, and nothing of a night.
"""

from __future__ import annotations

import cProfile
import importlib
import pstats
import sys
import threading
import time
from pathlib import Path


def main() -> None:
    """Profile `module:function` with the arguments that follow it, and write what was found."""
    out = Path(sys.argv[1]).absolute()
    module, _, function = sys.argv[2].partition(":")
    sys.argv = [module, *sys.argv[3:]]
    profiles: list[cProfile.Profile] = []

    def begin(*_: object) -> None:
        """Called at a thread's first event: from then on its profile takes the place of this function."""
        profile = cProfile.Profile(time.thread_time)
        profiles.append(profile)
        profile.enable()

    run = getattr(importlib.import_module(module), function)
    threading.setprofile(begin)
    main_thread = cProfile.Profile(time.thread_time)
    try:
        main_thread.runcall(run)
    finally:
        threading.setprofile(None)
        told = pstats.Stats(main_thread)
        for profile in profiles:
            profile.create_stats()
            if profile.stats:  # type: ignore[attr-defined]
                told.add(profile)
        told.dump_stats(str(out))


if __name__ == "__main__":
    main()
