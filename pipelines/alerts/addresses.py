"""Whether whoever answers for a dataset can be written to.

Belongs here: the verdict on one address, from what came of earlier mails and from its domain. Does not belong here:
who is written to instead (`recipients`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

# So many questions without an answer are enough.
PATIENCE = 5

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
    taken = takes_mail(domain_of(address))
    return None if taken is None else not taken


def believed(takes_mail: TakesMail, domains: Iterable[str]) -> TakesMail:
    """`takes_mail`, asked once for each of `domains`; when it knows of none that takes mail, nothing is known of any.

    A name service that finds no domain at all is our own trouble, and must not make every contact look dead.
    """
    found: dict[str, bool | None] = {}
    for domain in sorted(set(domains)):
        if len(found) >= PATIENCE and not any(answer is not None for answer in found.values()):
            break  # it does not answer at all, and each question waits
        found[domain] = takes_mail(domain)
    alive = any(found.values())
    return lambda domain: found.get(domain) if alive else None


def domain_of(address: str) -> str:
    """What stands after the @, in lower case."""
    return address.rpartition("@")[2].lower()
