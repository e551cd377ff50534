"""Which two versions `veedor diff` compares: nights, checksums or files, and what is known of each.

Belongs here: finding them, and saying what there is when they cannot be found. Does not belong here: comparing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines import artifacts
from pipelines.errors import ConfigurationError, ReadFault
from pipelines.model import Catalog, Part, ReadReport, Snapshot
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.row_changes.version import Choosing, Opening
    from pipelines.snapshots.store import Store
    from pipelines.tables.layouts import Fit, Layout
    from pipelines.tables.table import Opened, Table
    from pipelines.validation.suites import Suite

T = TypeVar("T")
PREVIOUS, LATEST = "previous", "latest"
SHORTEST = 6  # digits of a checksum
SHOWN = 12


@dataclass(frozen=True)
class Side:
    """One version: what it is called, its bytes, how it is opened, and whose columns are never shown."""

    name: str
    night: date | None
    sha256: str
    opening: Opening
    choosing: Choosing
    personal: Callable[[Sequence[str]], frozenset[str]]


@dataclass(frozen=True)
class Visit:
    """What one night's run left of one distribution."""

    night: date
    folder: Path
    snapshot: Snapshot


def of_nights(
    distribution: str, first: str | None, second: str | None, settings: Settings, store: Store
) -> tuple[Side, Side]:
    """The two versions of a distribution that the words ask for. Raises `ConfigurationError` and `ReadFault`."""
    visits = _visits(distribution, settings.runs)
    after = _named(second or LATEST, visits, None)
    before = _named(first or PREVIOUS, visits, after)
    for visit in (before, after):
        if not store.has(visit.snapshot.sha256 or ""):
            kept = [each for each in visits if each.snapshot.sha256 and store.has(each.snapshot.sha256)]
            raise ConfigurationError(
                f"the bytes of the night {visit.night} are no longer kept.",
                f"Kept are those of {_nights(kept)}. VEEDOR_KEEP_SNAPSHOTS_DAYS says for how long."
                if kept
                else "No version of it is kept.",
            )
    return _side(before, settings, store), _side(after, settings, store)


def of_files(
    old: Path, new: Path, guide: str | None, layout: str | None, part: Part, settings: Settings
) -> tuple[Side, Side]:
    """Two files of this machine; with a dataset of the guide or a layout their columns have roles, and a key."""
    from pipelines.cli.read import hint_of_file
    from pipelines.tables.layouts import choose, load_layouts, of_roles
    from pipelines.tables.read import worked
    from pipelines.validation.suites import load_suites

    suites = load_suites(settings.expectations)
    layouts = load_layouts(settings.expectations)
    if guide is not None and guide not in suites:
        raise _unknown("dataset of the guide", guide, list(suites))
    if layout is not None:
        layouts = tuple(item for item in layouts if item.name == layout)
        if not layouts:
            raise _unknown("layout", layout, [it.name for it in load_layouts(settings.expectations)])
    dataset = guide or (layouts[0].guide_dataset if layout else "")
    suite = suites.get(dataset)
    known = layouts if layout or suite is None else (*layouts, of_roles(dataset, suite.roles))

    def side(file: Path) -> Side:
        hint = hint_of_file(file, part)

        def opening(work: Callable[[Opened], T]) -> T:
            return worked(file, hint, work, memory_limit=settings.memory_limit, threads=settings.threads)

        def choosing(content: Opened) -> tuple[Table, Fit | None, Suite | None]:
            minimum = suite.minimum_roles if suite else 1
            fits = [
                (table, fit)
                for table in content.tables
                if suite
                and (
                    fit := choose(
                        known, table.report.columns, dataset, table=table.report.table, minimum=minimum
                    )
                )
            ]
            best = max(fits, key=lambda pair: pair[1].quality, default=None)
            return (*best, suite) if best else (content.tables[0], None, suite)

        return Side(file.name, None, hint.sha256, opening, choosing, _personal(known, suite, dataset))

    return side(old), side(new)


def _visits(distribution: str, runs: Path) -> list[Visit]:
    """The visits to a distribution, the oldest first. Raises `ConfigurationError` when there was none."""
    found: list[Visit] = []
    for night in artifacts.nights(runs):
        folder = artifacts.run_folder(runs, night, distribution.partition("/")[0])
        path = folder / artifacts.SNAPSHOTS
        snapshots = artifacts.read_values(path, Snapshot) if path.exists() else []
        found += [Visit(night, folder, it) for it in snapshots if it.distribution == distribution]
    if not found:
        raise _unknown("distribution", distribution, sorted(_distributions(runs)))
    return found


def _distributions(runs: Path) -> set[str]:
    return {
        snapshot.distribution
        for path in runs.glob(f"*/*/{artifacts.SNAPSHOTS}")
        for snapshot in artifacts.read_values(path, Snapshot)
    }


def _named(word: str, visits: Sequence[Visit], after: Visit | None) -> Visit:
    """The visit that a word means; `after` is the newer version, which `previous` precedes."""
    came = [visit for visit in visits if visit.snapshot.sha256]
    if not came:
        fault = visits[-1].snapshot.fault
        raise ConfigurationError(
            "no night has had the file.",
            fault.advice if fault else "See its visits in the view availability.",
        )
    if word == LATEST:
        return came[-1]
    if word == PREVIOUS:
        newer = after or came[-1]
        other = [it for it in came if it.night < newer.night and it.snapshot.sha256 != newer.snapshot.sha256]
        if not other:
            raise ConfigurationError(
                f"there is no earlier version than that of {newer.night}: its bytes have not changed "
                f"since {came[0].night}, the first night.",
                "Name two nights, or wait for the file to change.",
            )
        return other[-1]
    if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", word):
        named = [it for it in came if (it.snapshot.sha256 or "").startswith(word)]
        if len({it.snapshot.sha256 for it in named}) > 1:
            raise ConfigurationError(f"several versions begin with {word}.", "Give more digits of it.")
        if named:
            return named[-1]
        raise ConfigurationError(
            f"no version of it has a checksum that begins with {word}.",
            f"There are {', '.join(dict.fromkeys((it.snapshot.sha256 or '')[:12] for it in came[-SHOWN:]))}.",
        )
    try:
        night = date.fromisoformat(word)
    except ValueError:
        raise ConfigurationError(
            f"{word!r} names no version.",
            f"Give a night (2026-01-31), the first {SHORTEST} or more digits of a checksum, previous or latest.",
        ) from None
    visit = next((it for it in visits if it.night == night), None)
    if visit is not None and visit.snapshot.sha256:
        return visit
    fault = visit.snapshot.fault if visit else None
    why = f"could not be had: {fault.message}" if fault else "was not visited"
    raise ConfigurationError(f"on the night {night} the file {why}.", f"It came on {_nights(came)}.")


def _side(visit: Visit, settings: Settings, store: Store) -> Side:
    from pipelines.comparing import table_of
    from pipelines.gathering import main_table
    from pipelines.reading import declared, hint_of
    from pipelines.tables.layouts import lay, load_layouts, of_roles
    from pipelines.tables.read import worked
    from pipelines.validation.suites import load_suites

    catalog = artifacts.read_value(visit.folder / artifacts.CATALOG, Catalog)
    dataset, _ = declared(catalog, visit.snapshot.distribution)
    path = visit.folder / artifacts.READS
    reads = artifacts.read_values(path, ReadReport) if path.exists() else []
    report = main_table(visit.snapshot.distribution, reads)
    if report is not None and report.fault is not None:
        raise ReadFault(
            report.fault.kind,
            f"the file of the night {visit.night} is no table: {report.fault.message}",
            report.fault.advice,
        )
    guide = dataset.guide_dataset or ""
    suite = load_suites(settings.expectations).get(guide)
    layouts = load_layouts(settings.expectations)
    known = (*layouts, of_roles(guide, suite.roles)) if suite else layouts
    layout = next((it for it in known if report and it.name == report.layout), None)
    hint = hint_of(catalog, visit.snapshot)

    def opening(work: Callable[[Opened], T]) -> T:
        with store.local(hint.sha256) as file:
            return worked(file, hint, work, memory_limit=settings.memory_limit, threads=settings.threads)

    def choosing(content: Opened) -> tuple[Table, Fit | None, Suite | None]:
        table = table_of(content, report) if report else content.tables[0]
        return table, lay(layout, table.report.columns) if layout else None, suite

    return Side(
        visit.snapshot.distribution,
        visit.night,
        hint.sha256,
        opening,
        choosing,
        _personal(known, suite, guide),
    )


def _personal(
    layouts: Sequence[Layout], suite: Suite | None, guide: str
) -> Callable[[Sequence[str]], frozenset[str]]:
    """Columns that are personal by their name in any layout of the dataset, for a table that none fits any more."""
    from pipelines.tables.layouts import fold

    own = [it for it in layouts if it.guide_dataset == guide]
    roles = {role for role, spec in suite.roles.items() if spec.personal} if suite else set()
    names = {
        fold(name)
        for layout in own
        for role, columns in layout.columns.items()
        if role in roles or role in layout.personal
        for name in columns
    }
    return lambda columns: frozenset(name for name in columns if fold(name) in names)


def _nights(visits: Sequence[Visit]) -> str:
    told = ", ".join(str(visit.night) for visit in visits[-SHOWN:])
    return f"... {told}" if len(visits) > SHOWN else told


def _unknown(what: str, given: str, known: Sequence[str]) -> ConfigurationError:
    near = [name for name in known if given.lower() in name.lower()]
    near = (near or difflib.get_close_matches(given, known, cutoff=0.5) or list(known))[:8]
    return ConfigurationError(
        f"there is no {what} {given!r}.",
        f"Did you mean {', '.join(near)}?" if near else "No night has run yet: `veedor run`.",
    )
