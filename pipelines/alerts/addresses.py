"""Whether whoever answers for a dataset can be written to.

Belongs here: the verdict on one address, from what came of earlier mails and from its domain. Does not belong here:
who is written to instead (`recipients`).
"""

from __future__ import annotations

from collections.abc import Callable, Container

TakesMail = Callable[[str], bool | None]


def is_dead(address: str | None, dead: Container[str], takes_mail: TakesMail) -> bool | None:
    """True when mail to `address` is refused or comes back, or its domain takes none; None when that is unknown.

    `dead` are the addresses that earlier mails did not reach, in lower case (`history.deliveries`). Each domain should
    be asked for once a night: hand in a `functools.cache` of `domains.takes_mail`.
    """
    if not address:
        return None
    if address.lower() in dead:
        return True
    taken = takes_mail(address.rpartition("@")[2].lower())
    return None if taken is None else not taken
