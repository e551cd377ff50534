"""Unchanged: which lines of an artifact are those of the run before, so that DuckDB need not read them again.

Belongs here: comparing an artifact with the same artifact of the source's run before, dataset by dataset. In a source
of many datasets a few change from one night to the next. Does not belong here: what the history knows of either
(`store`), what a line says (`lines`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.history.lines import hash_of

# As Veedor writes them; a key with anything that JSON escapes is not looked at further.
_DATASET = re.compile(rb'\{"dataset":"([^"\\]+)"')
_DISTRIBUTION = re.compile(rb'\{"distribution":"([^"\\]+)/[^"\\/]*"')


@dataclass(frozen=True)
class Change:
    """What an artifact has that the run before had not: all lines of the `datasets` that differ in any line."""

    datasets: tuple[str, ...]
    lines: tuple[str, ...]


def change(artifact: Path, before: Path, hash_before: int) -> Change | None:
    """How `artifact` differs from `before`, whose bytes gave `hash_before` when they were recorded.

    None when that cannot be said: `before` is gone or is not what was recorded, or a line is not as Veedor writes it.
    """
    try:
        old_content = before.read_bytes()
    except FileNotFoundError:
        return None
    if hash_of(old_content) != hash_before:
        return None
    lines, old_lines = _lines(artifact.read_bytes()), _lines(old_content)
    now, old = set(lines), set(old_lines)
    if len(now) != len(lines) or len(old) != len(old_lines):
        return None
    datasets = {_dataset(line) for line in now ^ old}
    if None in datasets:
        return None
    found = sorted(it for it in datasets if it is not None)
    starts = tuple(it for name in found for it in (b'{"dataset":"%s"' % name, b'{"distribution":"%s/' % name))
    rest = (line for line in lines if line.startswith(starts) and _dataset(line) in datasets)
    return Change(tuple(it.decode() for it in found), tuple(line.decode() for line in rest))


def _lines(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\n") if line]


def _dataset(line: bytes) -> bytes | None:
    found = _DATASET.match(line) or _DISTRIBUTION.match(line)
    return found[1] if found else None
