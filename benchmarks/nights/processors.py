"""What the machine itself does to figures of processor time: work takes more of it when every processor is busy.

Belongs here: that ratio. Two processors are often two halves of one core, and on a shared machine a neighbour takes
part of both: then a night, which keeps all of them busy, costs more processor time than the same work one thing after
the other. Figures are left as they are; the ratio says how to read them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from statistics import mean, median

ROUNDS = 5
STEPS = 400_000


def work() -> float:
    """Seconds of processor that a fixed work takes: of the interpreter, and of memory."""
    begun = time.process_time()
    known: dict[str, bytes] = {}
    for number in range(STEPS):
        text = f"{number % 50_000} {number}"
        known[text[:6]] = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return time.process_time() - begun


def busy_over_alone(rounds: int = ROUNDS) -> float:
    """How many times as much processor time `work` takes beside its like, on every processor, as alone."""
    processors = os.cpu_count() or 1
    return round(median(mean(_taken(processors)) / mean(_taken(1)) for _ in range(rounds)), 2)


def _taken(at_once: int) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.nights.processors"]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(at_once)]
    return [float(one.communicate()[0]) for one in several]


if __name__ == "__main__":
    print(work())
