"""`veedor status`: the last nights, what did not run and why, what is slow, what is away, room on the disk.

Belongs here: the command and its JSON. How it is shown is in `status_show`, what is known in `pipelines.operation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.console import AsJson, print_json
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.operation.status import Status


def status(
    nights: Annotated[int, typer.Option(min=1, max=366, help="How many nights are shown.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Show how the last nights went. It may be called at any time: it disturbs no night that is at work."""
    from pipelines.cli.status_show import show
    from pipelines.clock import SystemClock
    from pipelines.operation.status import status as look

    settings = Settings.from_env()
    found = look(settings, SystemClock().now(), nights)
    if as_json:
        print_json(document(found))
    else:
        show(found, settings)


def document(found: Status) -> dict[str, Any]:
    """Everything as one JSON document."""
    declared = found.sources
    return {
        "now": found.now,
        "time_zone": found.time_zone,
        "sources": None
        if declared is None
        else {"declared": len(declared.sources), "enabled": len(declared.enabled)},
        "sources_error": str(found.sources_error) if found.sources_error else None,
        "at_work": found.at_work,
        "last_finished": found.last_finished,
        "late": [vars(it) for it in found.missed],
        "next": found.next_on,
        "nights": [{**vars(it), "told": vars(it.told) if it.told else None} for it in found.nights],
        "slow": [vars(it) for it in found.slow],
        "away": [vars(it) for it in found.away],
        "away_unknown": found.away_unknown or None,
        "disk": {
            "free": found.room.free,
            "total": found.room.total,
            "parts": found.room.parts,
            "parts_of": found.parts_of,
        },
        "forecast": vars(found.forecast),
    }
