"""TAR: members out of a tape archive, under the guards of `archives`.

Belongs here: regular files alone. Links, devices and whatever else a tape can hold are passed over, and names are
shown, never used as paths. Does not belong here: the compression around a tar (`compressed`).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.archives import Budget, copied, enough_room, passed_over, shown


def unpack(
    path: Path, target: Path, budget: Budget, aside: list[str]
) -> Iterator[tuple[str, ReadFault | None]]:
    """Unpack as `archives.unzip` does; a tar that is cut off gives the members before the cut, then a fault."""
    sizes: list[int] = []
    name = ""
    try:
        with tarfile.open(path, "r:", errorlevel=1, encoding="utf-8") as archive:
            for member in archive:
                name = shown(member.name)
                if not member.isfile() or member.issparse():
                    if not member.isdir():
                        aside.append(name)
                    continue
                sizes.append(member.size)
                room = enough_room(path, sizes, budget)
                if passed_over(member.name, aside):
                    continue
                source = archive.extractfile(member)
                if source is None:
                    continue
                with source:
                    done = copied(source.read, target, room, budget)
                if done < member.size:
                    yield name, _cut()
                    return
                yield name, None
    except (tarfile.TarError, ValueError, EOFError) as error:
        if not sizes:
            raise ReadFault(
                FaultKind.BROKEN_FILE, f"The TAR file is damaged: {shown(str(error))}.", "Publish it again."
            ) from None
        yield f"after {name}", _cut()


def _cut() -> ReadFault:
    return ReadFault(
        FaultKind.TRUNCATED,
        "The TAR file ends in the middle, or is damaged.",
        "Publish the whole file again.",
    )
