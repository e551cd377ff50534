"""Whether a domain takes mail at all (RFC 5321, 5.1; RFC 7505).

Belongs here: the question to the name service. Does not belong here: what follows from the answer, or asking the mail
server itself, which shows only when a mail is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 5.0


def takes_mail(domain: str, resolver: Resolver | None = None) -> bool | None:
    """True when a mail server is named for `domain`, or the domain has an address of its own; False when there is
    neither, no such domain, or a null MX; None when the name service does not say.

    `resolver` asks (default: as this machine is set up); each question has SECONDS.
    """
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        name = dns.name.from_text(domain)
    except (dns.exception.DNSException, UnicodeError):
        return False
    if len(name) < 3:  # a name without a dot, as in a network of one's own, or the root
        return None
    try:
        asked = resolver or dns.resolver.Resolver()
        exchanges = _asked(asked, name, "MX")
        if exchanges is None:
            return bool(_asked(asked, name, "A") or _asked(asked, name, "AAAA"))
        return any(it != "." for it in exchanges)
    except dns.resolver.NXDOMAIN:
        return False
    except (dns.exception.DNSException, OSError, ValueError):
        return None


def _asked(resolver: Resolver, name: object, kind: str) -> list[str] | None:
    """The answers, None when there is none of that kind. Raises as the resolver does."""
    import dns.resolver

    try:
        found = resolver.resolve(name, kind, lifetime=SECONDS, search=False)  # type: ignore[arg-type]
    except dns.resolver.NoAnswer:
        return None
    return [str(getattr(it, "exchange", it)) for it in found]
