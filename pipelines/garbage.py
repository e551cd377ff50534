"""How often Python looks for garbage while it is at work on a night.

Belongs here: that, for a block. Does not belong here: memory that is not Python's (`arenas`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# So many more objects than went are worth a look for garbage; by itself Python 3.11 looks after 700.
SELDOM = 10_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage less often, and not among the modules and rules that stay for the whole night anyway.

    Values read from artifacts have no cycles, and come and go by the hundred thousand. In a process that has loaded
    Dagster's definitions, a changed small source costs some hundredth of a second less.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
