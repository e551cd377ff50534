"""How a batch of sources gets from the step that plans the night to the step that runs it.

Belongs here: an IO manager (https://docs.dagster.io/guides/build/io-managers) for lists of names, as files in the data
folder, or as objects where several machines keep their run folders. All else that passes between steps is in those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property

import dagster as dg

from pipelines.object_store import Objects, located, objects_at
from pipelines.settings import Settings

BATCHES = "batches"
LARGEST = 10_000_000


class BatchFiles(dg.IOManager):
    """One small JSON file for each batch of a run; with several machines, where they keep their run folders."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _objects(self) -> Objects:
        store = self._settings.runs_store
        return objects_at(located(store, "VEEDOR_RUNS_STORE") if store else self._settings.data)

    def handle_output(self, context: dg.OutputContext, obj: Sequence[str]) -> None:
        """Write the names of the sources of one batch."""
        self._objects.write(_key(context), json.dumps(list(obj)).encode())

    def load_input(self, context: dg.InputContext) -> list[str]:
        """Read them."""
        assert context.upstream_output is not None
        names: list[str] = json.loads(self._objects.read(_key(context.upstream_output), LARGEST))
        return names

    def clear(self, run_id: str, instance: dg.DagsterInstance) -> None:
        """Remove the batches of a run that is through with them, and of runs that ended before they were."""
        for other in self._objects.folders(BATCHES):
            if other != run_id:
                run = instance.get_run_by_id(other)
                if run is not None and not run.is_finished:
                    continue
            self._objects.remove(f"{BATCHES}/{other}")


def _key(context: dg.OutputContext) -> str:
    return f"batches/{context.run_id}/{context.mapping_key}.json"
