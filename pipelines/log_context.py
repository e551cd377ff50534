"""Where in the night a line of the log was written: night, source, run, dataset, distribution, stage.

Belongs here: what is known at this point of the work, for whoever logs below it. It is held in a context variable, so
that sources in threads of their own do not mix. Does not belong here: how a line looks (`logs`). Only keys are held,
which the operator chose in sources.yaml; never a published value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date
from types import MappingProxyType

_HERE: ContextVar[Mapping[str, str]] = ContextVar("veedor_here", default=MappingProxyType({}))


def here() -> Mapping[str, str]:
    """What is known at this point, by name."""
    return _HERE.get()


@contextmanager
def within(**known: str) -> Iterator[None]:
    """Know this besides until the context ends."""
    token = _HERE.set({**_HERE.get(), **known})
    try:
        yield
    finally:
        # A generator that nobody went on with may be closed anywhere; its context has gone by then.
        with suppress(ValueError):
            _HERE.reset(token)


@contextmanager
def within_source(night: date, source: str) -> Iterator[None]:
    """At work on one source's night. `run` is the name under which the history knows it."""
    with within(night=str(night), source=source, run=f"{night}/{source}"):
        yield


@contextmanager
def within_stage(stage: str, key: str) -> Iterator[None]:
    """At work on a stage of what `key` names: a source, a dataset or a distribution (`source/dataset/distribution`)."""
    parts = key.split("/")
    known = {"stage": stage}
    if len(parts) > 1:
        known["dataset"] = "/".join(parts[:2])
    if len(parts) > 2:
        known["distribution"] = key
    with within(**known):
        yield
