"""What an answer over HTTP, or none, says of the next attempt.

Belongs here: the judgement that webhooks and issue trackers share. Does not belong here: requests (`http_client`).
"""

from __future__ import annotations

import json

from pipelines.alerts.message import clean
from pipelines.errors import DeliveryError, FetchFault
from pipelines.http_client import Reply
from pipelines.model import DeliveryFailure, FaultKind

SECONDS = 30.0
# What says that this very message is not taken.
REFUSED = frozenset({400, 406, 413, 415, 422})
# What says that nothing will be taken, of anybody who comes like this.
CLOSED = frozenset({401, 403, 404, 405, 410})


def no_answer(fault: FetchFault) -> DeliveryError:
    """The `DeliveryError` for a request that brought no answer."""
    if fault.kind is FaultKind.UNSUPPORTED_ADDRESS:
        return DeliveryError(fault.message, DeliveryFailure.CHANNEL)
    unknown = "the host name does not exist" in fault.message
    if fault.kind is FaultKind.TLS or unknown:
        return DeliveryError(fault.message, DeliveryFailure.CHANNEL, sure=False)
    return DeliveryError(fault.message, whole=True)


def refusal(reply: Reply, *, sure: frozenset[int]) -> DeliveryError:
    """The `DeliveryError` for an answer that is no success. `sure` are the statuses that need not be seen twice."""
    status = reply.status
    seen = f"the server answered {status}{_told(reply.body)}"
    patient = reply.throttled or status == 429 or (status == 403 and reply.retry_after is not None)
    if patient or status >= 500:
        return DeliveryError(seen, retry_after=reply.retry_after, whole=True)
    if status in REFUSED:
        return DeliveryError(seen, DeliveryFailure.REFUSED)
    if 300 <= status < 400:
        message = f"{seen}: it sends us elsewhere, where nothing is sent to; set the new address"
        return DeliveryError(message, DeliveryFailure.CHANNEL, sure=status in sure)
    if status in CLOSED:
        return DeliveryError(seen, DeliveryFailure.CHANNEL, sure=status in sure)
    return DeliveryError(seen, retry_after=reply.retry_after)


def _told(body: bytes) -> str:
    """The reason that a JSON body gives, if it gives one."""
    try:
        told = json.loads(body)
        said = told.get("message") or told.get("error") if isinstance(told, dict) else None
    except (ValueError, RecursionError):
        return ""
    return f" ({clean(json.dumps(said) if not isinstance(said, str) else said, 200)})" if said else ""
