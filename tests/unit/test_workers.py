"""What a process for large files is given, and how it takes its memory."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import workers
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools

# Threads that hold memory at the same time, and in how many arenas glibc keeps it (malloc_info(3)).
ARENAS = """
import ctypes, sys, threading
from pipelines import arenas
if sys.argv[2] == "few":
    arenas.keep_few()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
held = threading.Barrier(9)
def hold():
    libc.malloc(ctypes.c_size_t(50_000))
    held.wait()
    held.wait()
for _ in range(8):
    threading.Thread(target=hold, daemon=True).start()
held.wait()
told = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
held.wait()
"""


def test_the_processes_share_the_memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = parse("version: 1\ntime_zone: UTC\nsources: []\n")
    given: list[Settings] = []
    told: queue.SimpleQueue[object] = queue.SimpleQueue()

    def process(*, args: tuple[Any, ...], **_: object) -> object:
        given.append(args[1])
        raise OSError("no process can be made")

    context = SimpleNamespace(Pipe=lambda: (None, None), Process=process)
    monkeypatch.setattr(workers.multiprocessing, "get_context", lambda _: context)
    for count in (1, 2):
        limits = replace(settings, memory_limit="512MB", workers=count)
        with opened_tools(limits, sources) as tools:
            at_work = workers.Workers(date(2026, 3, 2), tools, sources, lambda _, found: told.put(found))
            at_work.add("one", 10)
            assert isinstance(told.get(timeout=30), OSError)
            at_work.close()
    assert [float(it.memory_limit.removesuffix("MB")) for it in given] == [512, 256]


@pytest.mark.skipif(
    "glibc" not in os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in os.confstr_names else True,
    reason="the C library is not glibc",
)
def test_threads_share_their_memory_unless_the_operator_says_otherwise(tmp_path: Path) -> None:
    def counted(which: str, **environment: str) -> int:
        path = tmp_path / "told.xml"
        command = [sys.executable, "-c", ARENAS, str(path), which]
        kept = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
        subprocess.run(command, env={**kept, **environment}, check=True, timeout=60)
        return path.read_text().count("<heap nr=")

    usual = counted("usual")
    assert usual > 2
    assert counted("few") <= 2
    assert counted("few", MALLOC_ARENA_MAX="5") > 2
