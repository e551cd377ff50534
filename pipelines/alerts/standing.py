"""Standing: the incidents as they stand now, whose they are, and finding one by the beginning of its id.

Belongs here: what an operator is shown and acts on, made of the history, of what was answered since the last night, and
of sources.yaml. Does not belong here: how an incident changes (`incidents`), the terminal (`cli`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.alerts.incidents import answered
from pipelines.errors import ConfigurationError
from pipelines.history import incident_facts, incidents
from pipelines.history.database import reading
from pipelines.model import Incident, IncidentState, Severity
from pipelines.settings import Settings
from pipelines.sources import Sources

# Fewer characters of an id than this are a slip rather than a name.
SHORTEST = 4
# So many are shown: messages name incidents by them.
CODE = 8
NAMED = 5


@dataclass(frozen=True)
class Standing:
    """One incident, the name of its dataset, and who answers for it: as sources.yaml and the portal say.

    `heard` is false when somebody answered since the last night: the next one goes by it.
    """

    incident: Incident
    title: str
    publisher: str
    owner: str
    address: str
    second: str = ""
    heard: bool = True

    @property
    def source(self) -> str:
        """The source that its dataset belongs to."""
        return self.incident.dataset.split("/", 1)[0]

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.incident.state is not IncidentState.RESOLVED


def standing(settings: Settings, sources: Sources, night: date) -> list[Standing]:
    """Every incident there ever was, as it stands on `night`: the most serious and oldest first, each followed by its
    consequences. Raises `HistoryMissing` and as `database.reading`.
    """
    with reading(settings.history) as connection:
        if not incidents.are_known(connection):
            return []
        found = incidents.incidents(connection, date.max)
        since = incidents.last_judged(connection)
        actions = incidents.actions(connection, since or date.min)
        described = incident_facts.described(connection)
    now = answered(found.values(), actions, night)
    unheard = {one for action in actions for one in action.incidents}
    return [_of(it, described.get(it.dataset), sources, heard=it.id not in unheard) for it in _ordered(now)]


def matching(
    found: Iterable[Standing],
    *,
    source: str | None = None,
    owner: str | None = None,
    states: Collection[str] = (),
    held: bool = False,
) -> list[Standing]:
    """Those of a source, of an owner (any part of a name or address), in one of some states, and held."""
    return [
        it
        for it in found
        if (source is None or it.source == source)
        and (owner is None or owner.casefold() in f"{it.owner}\n{it.address}\n{it.publisher}".casefold())
        and (it.incident.state.value in states if states else it.is_open)
        and (not held or (bool(it.incident.held) and it.is_open))
    ]


def one(found: Sequence[Standing], beginning: str) -> Standing:
    """The incident whose id begins so. Raises `ConfigurationError` when there is none, or several."""
    wanted = beginning.strip()
    exact = [it for it in found if it.incident.id == wanted]
    if exact:
        return exact[0]
    if len(wanted) < SHORTEST:
        raise ConfigurationError(
            f"{wanted!r} is too short for the id of an incident.",
            f"Give at least {SHORTEST} characters of it; `veedor alerts list` shows them.",
        )
    several = [it for it in found if it.incident.id.startswith(wanted)]
    if not several:
        raise ConfigurationError(
            f"there is no incident whose id begins with {wanted!r}.",
            "`veedor alerts list` shows those that stand; `--state resolved` those that have ended.",
        )
    if len(several) > 1:
        known = codes(found)
        named = ", ".join(f"{known[it.incident.id]} ({it.incident.dataset})" for it in several[:NAMED])
        more = f" and {len(several) - NAMED} more" if len(several) > NAMED else ""
        raise ConfigurationError(
            f"{len(several)} incidents have an id that begins with {wanted!r}.", f"One of {named}{more}."
        )
    return several[0]


def codes(found: Iterable[Standing]) -> dict[str, str]:
    """A short name of each id, CODE characters or as many more as tell it from all others."""
    ids = sorted({it.incident.id for it in found})
    short = {}
    for at, name in enumerate(ids):
        beside = [ids[other] for other in (at - 1, at + 1) if 0 <= other < len(ids)]
        same = max((_shared(name, other) for other in beside), default=0)
        short[name] = name[: max(CODE, same + 1)]
    return short


def consequences(found: Iterable[Standing], incident: Incident) -> list[Standing]:
    """The incidents that are told as consequences of this one."""
    return [it for it in found if it.incident.cause == incident.id != it.incident.id]


def _shared(one_id: str, other: str) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one_id, other, strict=False)) if a != b),
        min(len(one_id), len(other)),
    )


def _ordered(found: Iterable[Incident]) -> list[Incident]:
    by_id = {it.id: it for it in found}

    def place(it: Incident) -> tuple[int, date, str, str, bool, str]:
        cause = by_id.get(it.cause, it)
        rank = list(Severity).index(cause.severity)
        return (rank, cause.first_seen, cause.dataset, cause.id, it.id != cause.id, it.condition)

    return sorted(by_id.values(), key=place)


def _of(now: Incident, portal: incident_facts.Described | None, sources: Sources, *, heard: bool) -> Standing:
    source_id = now.dataset.split("/", 1)[0]
    declared = next((it for it in sources.sources if it.id == source_id), None)
    owner = declared.owner if declared else None
    return Standing(
        incident=now,
        title=portal.title if portal else now.dataset,
        publisher=portal.publisher if portal else (declared.publisher.name if declared else ""),
        owner=owner.name if owner else (portal.contact if portal else ""),
        address=(owner.email if owner else None) or (portal.address if portal else ""),
        second=f"{owner.second.name} <{owner.second.email}>" if owner and owner.second else "",
        heard=heard,
    )
