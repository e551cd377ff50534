"""The fingerprints of a table as it was last read, kept for the night on which it has changed again.

Belongs here: where they lie, and how it is known that they are of what is asked for. They only spare a second reading
of the older version: without them, or with those of anything else, it is read. Does not belong here: making them
(`fingerprint`), or comparing them.
"""

from __future__ import annotations

import inspect
import shutil
from functools import cache
from hashlib import blake2b
from pathlib import Path

from pipelines import duck
from pipelines.artifacts import replacing
from pipelines.row_changes import canonical, fingerprint
from pipelines.row_changes.fingerprint import Fingerprints
from pipelines.tables import by_value

# A row takes some 100 bytes. Whoever compares larger tables reads both.
MOST_ROWS = 2_000_000


def place(folder: Path, distribution: str, table: str, member: str | None) -> Path:
    """Where in `folder` the newest fingerprints of a table lie; a name of our own, because theirs are anything."""
    name = blake2b(repr((distribution, table, member)).encode("utf-8", "backslashreplace"), digest_size=16)
    return folder / f"{name.hexdigest()}.parquet"


def made_of(*facts: object) -> str:
    """A hash of the facts that fingerprints are made of, and of how they are made."""
    said = repr((facts, _how())).encode("utf-8", "backslashreplace")
    return blake2b(said, digest_size=16).hexdigest()


def is_kept(path: Path, made_of: str, rows: int) -> bool:
    """Whether whole fingerprints of so many rows lie at `path`, made of that."""
    import pyarrow
    import pyarrow.parquet

    try:
        found = pyarrow.parquet.read_metadata(path)
    except (OSError, pyarrow.ArrowInvalid):  # not there, cut off, or with a damaged end
        return False
    named = (found.metadata or {}).get(fingerprint.MADE_OF.encode())
    return found.num_rows == rows and named == made_of.encode()


def keep(prints: Fingerprints, path: Path) -> None:
    """Put a copy of them to `path`, in place of older ones, whole or not at all. Raises `OSError`."""
    with replacing(path) as temporary:
        shutil.copyfile(prints.path, temporary)


@cache
def _how() -> tuple[str, ...]:
    return duck.version(), *map(inspect.getsource, (canonical, fingerprint, by_value))
