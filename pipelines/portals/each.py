"""Asking a portal for each declared dataset in turn, whatever its API is.

Belongs here: what it means for the catalog when some or all of them cannot be had, and when to leave a portal in
peace. A portal's own file only knows how to ask for one dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipelines.clock import Clock
from pipelines.errors import PublisherFault
from pipelines.model import Catalog, Dataset, Fault, FaultKind
from pipelines.portals.answers import UNHEARD
from pipelines.portals.direct import declared, declared_catalog
from pipelines.sources import Source, SourceDataset

# Faults of the portal, not of one dataset. After this many in a row it is left in peace until tomorrow.
OF_THE_PORTAL = UNHEARD
PATIENCE = 2

Ask = Callable[[SourceDataset], Dataset]


def each_declared(source: Source, clock: Clock, ask: Ask) -> Catalog:
    """The declared datasets as `ask` gives them; it raises `PublisherFault` for one that cannot be had.

    A dataset that cannot be had bears the fault, GONE when it vanished. When not one could be had for
    another reason than that, the catalog bears the first fault too: the portal did not answer.
    """
    datasets = tuple(_datasets(source, ask))
    faults = [item.fault for item in datasets]
    silent = all(fault is not None and fault.kind is not FaultKind.GONE for fault in faults)
    return replace(declared_catalog(source, clock), datasets=datasets, fault=faults[0] if silent else None)


def _datasets(source: Source, ask: Ask) -> Iterator[Dataset]:
    failures: list[Fault] = []
    for item in source.datasets:
        if len(failures) < PATIENCE:
            try:
                yield ask(item)
            except PublisherFault as caught:
                failures = [*failures, caught.fault] if caught.kind in OF_THE_PORTAL else []
                yield _faulty(source, item, caught.fault)
            else:
                failures = []
        else:
            yield _faulty(source, item, failures[-1])


def _faulty(source: Source, item: SourceDataset, fault: Fault) -> Dataset:
    return replace(declared(source, item), distributions=(), fault=fault)
