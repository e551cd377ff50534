"""The instance: where Dagster keeps its own records (DAGSTER_HOME). https://docs.dagster.io/deployment/oss/dagster-yaml

Belongs here: the folder and its `dagster.yaml`. Nothing of what Veedor knows is in it: it may be deleted, and
costs the run screen's past, no night. `python -m pipelines.defs.instance` makes the folder and says where it is.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import uuid
from pathlib import Path

from pipelines import artifacts
from pipelines.settings import Settings

DAGSTER_YAML = """\
# Written once by Veedor; change it at will, it is not written again.
telemetry:
  enabled: false

# No dialogue that asks the operator for a mail address.
nux:
  enabled: false

# A night is one run in one process. The second place is for a source that is run again by hand, and keeps a run
# whose process died with the machine from standing in the next one's way.
concurrency:
  runs:
    max_concurrent_runs: 2

# A run whose process was killed is started anew, twice. One that failed in a step is not: its steps were tried again.
run_retries:
  enabled: true
  max_retries: 2
  retry_on_asset_or_op_failure: false

# A run that goes on for longer (seconds) is given up, so that the operator is told.
run_monitoring:
  enabled: true
  max_runtime_seconds: 72000

# What Veedor itself logs stands among a run's own lines, from this level on: each one is an event that is kept.
python_logs:
  managed_python_loggers: [veedor]
  python_log_level: WARNING

# Days for which ticks are kept. (How long runs are kept is VEEDOR_KEEP_DAGSTER_DAYS.)
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days: {skipped: 1, started: 7, success: 30, failure: 90}
"""


def dagster_home(settings: Settings) -> Path:
    """The absolute path of `data/dagster`, made with its `dagster.yaml` and Dagster's tables when missing."""
    home = (settings.data / "dagster").resolve()
    if not home.exists():
        _make(home)
    elif not (home / "dagster.yaml").exists():
        artifacts.write_text(home / "dagster.yaml", DAGSTER_YAML)
    return home


def _make(home: Path) -> None:
    """Make the folder beside its place, and put it there whole.

    Two processes that begin at once on a new folder make Dagster's tables in each other's way: one of them ends, and
    what is left passes for a database of long ago, whose sensors stop when the code server moves.
    """
    import dagster as dg

    for left in home.parent.glob(f".{home.name}.*.tmp"):  # of a process that was killed
        if time.time() - left.stat().st_mtime > artifacts.ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
    temporary = home.with_name(f".{home.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")
    temporary.mkdir(parents=True)
    try:
        artifacts.write_text(temporary / "dagster.yaml", DAGSTER_YAML)
        with dg.DagsterInstance.from_config(str(temporary)) as instance:
            # Each of the three stores makes its tables when it is first asked.
            instance.get_run_ids(limit=1)
            instance.all_instigator_state()
            instance.fetch_run_status_changes(dg.DagsterEventType.RUN_SUCCESS, limit=1)
        try:
            temporary.rename(home)
        except OSError:
            if not home.exists():
                raise
            # Another process was faster.
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


if __name__ == "__main__":
    sys.stdout.write(f"{dagster_home(Settings.from_env())}\n")
