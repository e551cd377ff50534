"""Where the failing rows behind a message come from: the door through which whoever knows the store hands them in.

Belongs here: what is asked for and given. Does not belong here: opening a snapshot, which is above this floor
(`pipelines.evidence_rows`), or writing rows down (`attachments`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pipelines.validation.evidence.failing import Failing
from pipelines.validation.evidence.lines import Said


@dataclass(frozen=True)
class Found:
    """The failing rows of one file. `failing` is read while `take` runs, and has records; `lines` says in the reader's
    language what each expectation's rows have in common, in the order of `failing.expectations`."""

    file: str
    failing: Failing
    lines: tuple[Said, ...]


class FailingRows(Protocol):
    """The failing rows of one night, from the bytes of that night."""

    def counts(self, dataset: str) -> Mapping[str, int]:
        """How many values fail, by the key of each expectation of a dataset that names rows; all files together."""

    def each(
        self, dataset: str, keys: frozenset[str], language: str, take: Callable[[Found], None]
    ) -> Mapping[str, str]:
        """Call `take` with the failing rows of these expectations, file by file.

        Gives why there are none by key: `gone`, `unreadable` or `whole` (see `known.Sheet`).
        """
