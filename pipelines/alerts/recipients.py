"""Recipients: who is told of a dataset. sources.yaml, else the portal's contact point, else the operator.

Belongs here: the order in which an address is looked for, and what is done when it is known to be dead. A publisher
without an address is named in the mail that the operator gets instead. Does not belong here: finding an address in a
portal's answer (`portals.contacts`), sending (`outbox`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from pipelines.alerts.decide import Recipient
from pipelines.model import ContactPoint, Dataset
from pipelines.settings import Settings
from pipelines.sources import Source, Sources


class Why(StrEnum):
    """Where a recipient's address comes from. `none`: nobody names one. `dead`: mail to it comes back."""

    SOURCES = "sources"
    PORTAL = "portal"
    NONE = "none"
    DEAD = "dead"


def operator_of(settings: Settings, sources: Sources) -> Recipient:
    """The operator, written to in the language of sources.yaml."""
    return Recipient(ContactPoint("Veedor", settings.operator), sources.language)


def recipients(
    datasets: Iterable[Dataset], sources: Sources, operator: Recipient, dead: Collection[str] = ()
) -> dict[str, Recipient]:
    """The recipient of each dataset, by key. `dead` are addresses that take no mail."""
    declared = {source.id: source for source in sources.sources}
    return {it.key: _recipient(it, declared.get(it.key.split("/", 1)[0]), operator, dead) for it in datasets}


def _recipient(
    dataset: Dataset, source: Source | None, operator: Recipient, dead: Collection[str]
) -> Recipient:
    owner = source.owner if source else None
    contact = dataset.contact_point
    second = owner.second if owner else None
    other = ContactPoint(second.name, second.email) if second and second.email not in dead else None
    if not contact.email:
        return Recipient(operator.contact, dataset.language, other, Why.NONE)
    if contact.email in dead:
        return Recipient(other or operator.contact, dataset.language, None, Why.DEAD)
    why = Why.SOURCES if owner and owner.email == contact.email else Why.PORTAL
    return Recipient(contact, dataset.language, other, why)
