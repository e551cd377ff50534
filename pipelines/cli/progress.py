"""A progress bar for long work, drawn on standard error, and only where somebody is looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.cli.console import err

if TYPE_CHECKING:
    from pipelines.tools import Step


@contextmanager
def progress(sources: int, *, quiet: bool = False) -> Iterator[Callable[[Step], None]]:
    """Give a `step` that shows which stage is at work on what, one unit for each of `sources` and one for the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
    ) as bar:
        task = bar.add_task("declare", total=sources + 1)

        def step(point: Step) -> None:
            bar.update(task, description=f"{point.stage:9} {point.key}"[:60])
            if point.done and point.stage in ("record", "publish"):
                bar.advance(task)

        yield step


@contextmanager
def counting(work: str, total: int | None, *, quiet: bool = False) -> Iterator[Callable[..., None]]:
    """Give a function that is told what is through, one unit of `total` (None: nobody knows how many)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=quiet or not err.is_terminal,
    ) as bar:
        task = bar.add_task(work, total=total)

        def through(*what: object) -> None:
            bar.update(task, description=f"{work} {' '.join(map(str, what))}"[:60], advance=1)

        yield through
