"""The instance: where Dagster keeps its own records (DAGSTER_HOME). https://docs.dagster.io/deployment/oss/dagster-yaml

Belongs here: the folder and its `dagster.yaml`. Nothing of what Veedor knows is in it: it may be deleted, and
costs the run screen's past, no night. `python -m pipelines.defs.instance` makes the folder and says where it is.
"""

from __future__ import annotations

import sys
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
    """The absolute path of `data/dagster`, made with its `dagster.yaml` when missing."""
    home = (settings.data / "dagster").resolve()
    if not (home / "dagster.yaml").exists():
        artifacts.write_text(home / "dagster.yaml", DAGSTER_YAML)
    return home


if __name__ == "__main__":
    sys.stdout.write(f"{dagster_home(Settings.from_env())}\n")
