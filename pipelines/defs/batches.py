"""How a batch of sources gets from the step that plans the night to the step that runs it.

Belongs here: an IO manager (https://docs.dagster.io/guides/build/io-managers) for lists of names, as files in the data
folder. All else that passes between steps is in run folders.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from pipelines import artifacts
from pipelines.settings import Settings

BATCHES = "batches"


class BatchFiles(dg.IOManager):
    """One small JSON file for each batch of a run."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data / "batches"

    def handle_output(self, context: dg.OutputContext, obj: Sequence[str]) -> None:
        """Write the names of the sources of one batch."""
        artifacts.write_text(self._path(context), json.dumps(list(obj)))

    def load_input(self, context: dg.InputContext) -> list[str]:
        """Read them."""
        assert context.upstream_output is not None
        names: list[str] = json.loads(self._path(context.upstream_output).read_text(encoding="utf-8"))
        return names

    def clear(self, run_id: str, instance: dg.DagsterInstance) -> None:
        """Remove the batches of a run that is through with them, and of runs that ended before they were."""
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name != run_id:
                run = instance.get_run_by_id(path.name)
                if run is not None and not run.is_finished:
                    continue
            shutil.rmtree(path, ignore_errors=True)

    def _path(self, context: dg.OutputContext) -> Path:
        return self._folder / context.run_id / f"{context.mapping_key}.json"
