"""360Giving Data Standard, JSON: grants as one table, with the first of each array beside the grant.

Belongs here: telling a grant, and which of its arrays have their first object beside it (`recipientOrganization/0/id`).
The standard writes recipient, funder, programme, period and place as arrays, which nearly always hold one object; an
array stays whole in a column of its own, as JSON, so that nothing is lost where it holds more.
Source: the 360Giving grant schema. Does not belong here: JSON itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pipelines.tables import json_records

_BESIDE = (
    "recipientOrganization",
    "recipientIndividual",
    "fundingOrganization",
    "grantProgramme",
    "plannedDates",
    "actualDates",
    "beneficiaryLocation",
)
_OF_A_GRANT = {"fundingOrganization", "recipientOrganization", "recipientIndividual"}
_AWARDED = {"amountAwarded", "awardDate"}

read = partial(json_records.read, beside=_BESIDE)


def unpacked(value: Any) -> list[Any] | None:
    """None always: an array of grants is found as in any JSON."""
    return None


def recognises(value: Any) -> bool:
    """Whether an object is a grant: something awarded, and who gives or receives it in an array."""
    if not isinstance(value, Mapping) or not _AWARDED & value.keys():
        return False
    return any(isinstance(value.get(name), list) for name in _OF_A_GRANT)
