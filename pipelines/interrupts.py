"""Whether somebody has told this process to stop (Ctrl-C), whatever has become of it on its way.

Belongs here: the handler that remembers it. A `KeyboardInterrupt` that is raised while a library calls Python back
does not always arrive: DuckDB and pyarrow make an error of their own of it, in many words, and Python drops one that
a destructor meets. Who catches every exception asks here first, so that no source is blamed for it and no night goes
on. Does not belong here: how a running query is ended (`duck`).
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_HEARD = threading.Event()


def listen() -> None:
    """Remember interrupts of this process from now on. For its main thread; where they are ignored they stay so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _heard)


def heard() -> bool:
    """Whether an interrupt has come since `listen` or `forget`."""
    return _HEARD.is_set()


def forget() -> None:
    """The interrupt was meant for one question only, and has been answered."""
    _HEARD.clear()


def end_if_heard(fault: Exception | None = None) -> None:
    """Raise the `KeyboardInterrupt` that has not arrived, or that came out as `fault`."""
    if heard():
        raise KeyboardInterrupt from fault


def _heard(number: int, frame: FrameType | None) -> None:
    _HEARD.set()
    signal.default_int_handler(number, frame)
