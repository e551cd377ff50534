"""7z: members out of an archive, under the guards of `archives`.

Belongs here: starting the process that unpacks, and what its complaints mean. Does not belong here: unpacking
itself (`seven_zip_members`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import apart, seven_zip_members
from pipelines.tables.archives import MAX_MEMBERS, Budget, allowed, locked, passed_over, rejected, shown

MAX_MEGABYTES = 2_000


def unpack(
    path: Path, target: Path, budget: Budget, aside: list[str]
) -> Iterator[tuple[str, ReadFault | None]]:
    """Unpack as `archives.unzip` does. The members share one stream, and so lie on the disk all at once."""
    folder = target.with_name(f"{target.name}-members")
    folder.mkdir()
    room = allowed(path.stat().st_size, budget)
    try:
        done = apart.run(seven_zip_members.__file__, "7z", path, folder, MAX_MEGABYTES, MAX_MEMBERS, room)
        names = [str(name) for name in done["names"]]
        for number, name in enumerate(names):
            member = folder / str(number)
            budget.left -= member.stat().st_size
            if passed_over(name, aside):
                continue
            if done["cut"] and number == len(names) - 1:
                yield shown(name), _damaged("the file in it")
                return
            member.replace(target)
            yield shown(name), None
    except apart.Unreadable as caught:
        complaint = str(caught)
        if "password" in complaint:
            raise locked("it needs a password") from None
        if complaint.startswith(seven_zip_members.REJECTED):
            raise rejected(
                f"is larger than it may be:{complaint.removeprefix(seven_zip_members.REJECTED)}"
            ) from None
        raise _damaged(complaint) from None
    finally:
        shutil.rmtree(folder)


def _damaged(why: str) -> ReadFault:
    return ReadFault(
        FaultKind.BROKEN_FILE,
        f"The 7z archive is damaged or cut off ({shown(why)}).",
        "Publish the whole file again, as ZIP if need be.",
    )
