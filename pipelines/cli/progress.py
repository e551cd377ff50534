"""Progress of long work, drawn on standard error, and only where somebody is looking.

Belongs here: the bar, and for a night a line for each thread and process that is at work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.cli.console import cell, err

if TYPE_CHECKING:
    from rich.progress import TaskID

    from pipelines.tools import Step

# What is done for the night as a whole.
ENDING = ("record", "alert", "publish", "export", "site")
WIDTH = 66


@contextmanager
def progress(sources: int, *, quiet: bool = False) -> Iterator[Callable[[Step], None]]:
    """Give a `step` that shows how far the night is, and of each thread which stage it is at, of what, for how long.

    The night has one unit for each of `sources` and one for the end.
    """
    from rich.console import Group
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    night = Progress(
        TextColumn("{task.description:10}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
    )
    at_work = Progress(
        TextColumn("  {task.description}", markup=False), TimeElapsedColumn(), console=err, expand=False
    )
    task = night.add_task("visit", total=sources + 1)
    lines: dict[str, TaskID] = {}
    lock = threading.Lock()

    def step(point: Step) -> None:
        where = threading.current_thread().name
        with lock:
            if point.stage in ENDING:
                night.update(task, description=point.stage)
                night.advance(task, point.done and point.stage == "publish")
            elif point.stage == "source":
                night.advance(task)
            elif point.done and where in lines:
                at_work.remove_task(lines.pop(where))
            elif not point.done:
                text = f"{point.stage:9} {cell(point.key)}"[:WIDTH]
                if where in lines:
                    at_work.reset(lines[where], description=text)
                else:
                    lines[where] = at_work.add_task(text, total=None)

    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    with Live(Group(night, at_work), console=err, transient=True, refresh_per_second=5):
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
