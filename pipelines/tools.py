"""What the stages work with, gathered once for a night and handed in.

Belongs here: opening and closing it, and the checks that stop a night before any work: a declared guide
dataset or layout that does not exist. `step` is told where the work stands; it draws progress bars and logs,
and the tests use it to end the process at every stage.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from pipelines import __version__, logs
from pipelines.alerts import domains
from pipelines.alerts.addresses import TakesMail
from pipelines.alerts.channels import registry
from pipelines.alerts.outbox import Post
from pipelines.clock import Clock, SystemClock
from pipelines.errors import SourcesError
from pipelines.feedback.as_of import Heard
from pipelines.guide import Guide, load_guide
from pipelines.http_client import HttpClient
from pipelines.measurement.scale import Scales, load_scales
from pipelines.measurement.score import Weights, load_weights
from pipelines.portals import socrata
from pipelines.run_store import RunStore, run_store_of
from pipelines.settings import Settings
from pipelines.snapshots.store import Store, store_at
from pipelines.sources import Sources
from pipelines.tables.layouts import Layout, load_layouts
from pipelines.validation.suites import Suite, load_suites


@dataclass(frozen=True)
class Step:
    """A point of the night: which stage, of what (a key), and whether it begins or ends."""

    stage: str
    key: str
    done: bool


def silent(step: Step) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Tools:
    """Everything that a stage may use besides its input. `rules` changes with the software or any rule.

    `processor` is held while something is computed, so that threads which wait for servers do not all fill the memory
    with tables at once. `heard` is what readers had reported, read once for all sources. `run_store` is where several
    machines keep their run folders.
    """

    settings: Settings
    clock: Clock
    http: HttpClient
    store: Store
    guide: Guide
    suites: Mapping[str, Suite]
    layouts: tuple[Layout, ...]
    weights: Weights
    scales: Scales
    rules: str
    post: Post
    takes_mail: TakesMail
    heard: Heard
    step: Callable[[Step], None] = silent
    run_store: RunStore | None = None
    processor: AbstractContextManager[object] = field(default_factory=nullcontext)

    def at(self, stage: str, key: str) -> None:
        """Tell that `stage` begins on `key`."""
        self.step(Step(stage, key, done=False))


@contextmanager
def opened_tools(
    settings: Settings,
    sources: Sources,
    *,
    clock: Clock | None = None,
    step: Callable[[Step], None] = silent,
    takes_mail: TakesMail | None = None,
) -> Iterator[Tools]:
    """Load the rules, check the declaration against them, and open the HTTP client for one night.

    Raises `SuiteError` or `SourcesError` before any work.
    """
    clock = clock or SystemClock()
    guide = load_guide(settings.expectations)
    suites = load_suites(settings.expectations)
    layouts = load_layouts(settings.expectations)
    weights = load_weights(settings.expectations)
    check(sources, guide, layouts, str(settings.sources))
    told = socrata.credentials(settings, sources)
    with HttpClient(settings, clock, named=sources.addresses, credentials=told) as http:
        yield Tools(
            settings=settings,
            clock=clock,
            http=http,
            store=store_at(settings.store, settings.snapshots),
            guide=guide,
            suites=suites,
            layouts=layouts,
            weights=weights,
            scales=load_scales(settings.expectations),
            rules=rules_of(settings.expectations),
            post=_post(settings, sources, clock, http, lambda stage, key: step(Step(stage, key, done=False))),
            takes_mail=takes_mail or _domains(settings),
            heard=Heard(settings.runs),
            step=step,
            run_store=run_store_of(settings),
            processor=threading.BoundedSemaphore(_computing(settings.workers)),
        )


@contextmanager
def opened_post(settings: Settings, sources: Sources, clock: Clock | None = None) -> Iterator[Post]:
    """What delivering alone works with, without the rules."""
    clock = clock or SystemClock()
    with HttpClient(settings, clock) as http:
        yield _post(settings, sources, clock, http, lambda stage, key: None)


def _computing(workers: int) -> int:
    """How many threads compute at a time, where `workers` processes at the most read large files.

    One for each processor that this process may use but one, and one at least. That one is left for what fetches and
    records, and for large files; without processes for these, one of them stops one thread of several. Where two
    threads share Python's lock and two processors, a small file costs a fourteenth more, and a night of such files is
    an eighth shorter.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, allowed - 1) if workers else allowed


def _domains(settings: Settings) -> TakesMail:
    """Whether a domain takes mail, each asked once; nobody is asked while nobody is written to."""
    return cache(domains.takes_mail) if settings.delivery == "live" else lambda _: None


def _post(
    settings: Settings,
    sources: Sources,
    clock: Clock,
    http: HttpClient,
    step: Callable[[str, str], None],
) -> Post:
    channels = registry.opened(settings, sources.channels, http)
    logs.hide(secret for channel in channels.values() for secret in channel.secrets)
    return Post(settings, channels, clock, sources.language, step)


def check(sources: Sources, guide: Guide, layouts: tuple[Layout, ...], file: str) -> None:
    """Raise `SourcesError` when the declaration names a guide dataset or a layout that does not exist.

    A layout of another guide dataset than the declared one is refused too: it would never be laid.
    """
    meant_for = {layout.name: layout.guide_dataset for layout in layouts}
    for source in sources.sources:
        for dataset in source.datasets:
            where = f"source {source.id!r}, dataset {dataset.id!r}"
            if dataset.guide_dataset is not None and dataset.guide_dataset not in guide:
                raise SourcesError(
                    f"{where}: the guide has no dataset {dataset.guide_dataset!r}.",
                    f"Use one of: {', '.join(guide)}.",
                    file=file,
                )
            for name in dataset.layout or ():
                if dataset.guide_dataset is None:
                    raise SourcesError(
                        f"{where}: `layout` says nothing without `guide_dataset`.",
                        "Name the guide dataset too, or leave `layout` out.",
                        file=file,
                    )
                if meant_for.get(name) != dataset.guide_dataset:
                    what = f"is for {meant_for[name]}" if name in meant_for else "does not exist"
                    raise SourcesError(
                        f"{where}: layout {name!r} {what}.",
                        _other_layouts(name, dataset.guide_dataset, meant_for),
                        file=file,
                    )


def _other_layouts(name: str, guide_dataset: str, meant_for: Mapping[str, str]) -> str:
    """What to write instead of a layout that cannot be used: those of the dataset, the most alike first."""
    known = sorted(
        (each for each, dataset in meant_for.items() if dataset == guide_dataset),
        key=lambda each: -SequenceMatcher(None, name, each).ratio(),
    )
    out = "leave `layout` out to have it chosen by the columns"
    if not known:
        return f"There is no layout for {guide_dataset} yet: {out}, or add one (docs/add-a-layout.md)."
    named = ", ".join(known[:5]) + (", ..." if len(known) > 5 else "")
    return f"For {guide_dataset} there are: {named}. Use one of them, or {out}."


def rules_of(expectations: Path) -> str:
    """A short hash of the software's version and of every rule in `expectations/`."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(expectations.rglob("*")):
        if path.suffix in (".json", ".yaml"):
            digest.update(path.relative_to(expectations).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
