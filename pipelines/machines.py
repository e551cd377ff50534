"""One night on several machines: what they agree about, and gathering what each has done. docs/machines.md

Belongs here: the night's plan as an object of the run store, and the run folders of all machines on the one that
records, alerts and publishes. Does not belong here: who does which source (`defs`), or how a folder gets into the store
(`run_store`). Without VEEDOR_RUNS_STORE there is one machine, and nothing to be done.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged, ConfigurationError
from pipelines.locks import alone
from pipelines.object_store import Objects
from pipelines.run_store import LOOK_BACK
from pipelines.sources import Sources
from pipelines.tools import Tools

log = logging.getLogger("veedor")

AT_ONCE = 8
LARGEST = 1_000_000
# Settings that change what is found; the others may differ from machine to machine.
ALIKE = ("max_bytes", "deadline_seconds", "min_bytes_per_second", "page_visits", "page_days", "retries")


def announce(sources: Sources, night: date, tools: Tools) -> None:
    """At the recorder, when a night is planned: tell the other machines by what it is done and what went before it."""
    if tools.run_store is not None:
        earlier = [it.isoformat() for it in artifacts.nights(tools.settings.runs) if it < night]
        told = {**_rules(sources, tools), "nights": earlier[-LOOK_BACK:]}
        tools.run_store.objects.write(_key(night), (json.dumps(told, indent=1) + "\n").encode())


def join(sources: Sources, night: date, tools: Tools) -> None:
    """Before a batch, on whatever machine: make sure that it works by the same rules, and knows of the same nights.

    The stages look back over so many *nights*, whether the source was visited on them or not: each is a folder here,
    even if empty. Raises `ConfigurationError` when software, rules or `sources.yaml` are not those of the plan, and
    when the plan is not there or damaged.
    """
    if tools.run_store is None:
        return
    told, nights = _planned(night, tools.run_store.objects)
    ours = _rules(sources, tools)
    if differs := [name for name, value in ours.items() if told.get(name) != value]:
        raise ConfigurationError(
            f"this machine differs from the one that planned the night of {night} in: {', '.join(differs)}.",
            "Bring the same version of Veedor, expectations/, sources.yaml and settings to every machine.",
        )
    for it in nights:
        (tools.settings.runs / it.isoformat()).mkdir(parents=True, exist_ok=True)


def _planned(night: date, objects: Objects) -> tuple[dict[str, Any], list[date]]:
    """The plan of a night, and the nights before it."""
    try:
        told = json.loads(objects.read(_key(night), LARGEST))
        return dict(told), [date.fromisoformat(it) for it in told["nights"]]
    except FileNotFoundError:
        raise ConfigurationError(
            f"the run store knows of no plan for the night of {night}.",
            "Give VEEDOR_RUNS_STORE the same value on every machine.",
        ) from None
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise ConfigurationError(
            f"the plan for the night of {night} in the run store is damaged: {_key(night)}.",
            "Ask for the night again: planning it writes the plan anew.",
        ) from fault


def gather(names: Iterable[str], night: date, tools: Tools, *, tonight: bool) -> dict[str, ArtifactDamaged]:
    """At the recorder: have the runs of these sources here and in the store: those before `night`, or its own.

    Gives the sources of which an object is damaged, which keeps no other source from the night: one of an earlier night
    stops its source wherever that is visited. Raises `OSError` as `RunStore.bring` does.
    """
    store = tools.run_store
    if store is None:
        return {}

    def bring(name: str) -> ArtifactDamaged | None:
        try:
            with alone(tools.settings, name, wait=True):  # this machine too may be at work on it
                if tonight:
                    store.bring_one(name, night)
                else:
                    store.bring(name, night)
        except ArtifactDamaged as fault:
            log.error("%s; the source %s is stopped by it", fault.message, name)
            return fault
        return None

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="veedor-gather") as threads:
        waiting = {name: threads.submit(bring, name) for name in names}
    found = {name: each.result() for name, each in waiting.items()}
    return {name: fault for name, fault in found.items() if fault is not None}


def _rules(sources: Sources, tools: Tools) -> dict[str, str]:
    """By what a night is done, as far as machines might differ."""
    declared = "\n".join([sources.time_zone, *(it.declaration for it in sources.enabled)])
    return {
        "rules": tools.rules,
        "sources": hashlib.sha256(declared.encode()).hexdigest(),
        **{f"VEEDOR_{name.upper()}": str(getattr(tools.settings, name)) for name in ALIKE},
    }


def _key(night: date) -> str:
    return f"nights/{night.isoformat()}.json"
