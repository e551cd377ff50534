"""What strangers send and we act on: the addresses that we may connect to, and text made safe to keep.

Belongs here: the rule which network addresses are never asked (RFC 6890's special-purpose blocks, cloud
metadata services), and the cleaning of titles, names and header values. Does not belong here: connecting
(`connections`), or the schema of the addresses that our own operator writes (`pipelines.sources`).
"""

from __future__ import annotations

import ipaddress
import unicodedata
from ipaddress import IPv4Address, IPv6Address

# The agents of clouds that do not live on a link-local address, where `is_link_local` would find them.
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254")
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address meant
NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215
IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, deprecated: some stacks still route it as IPv4

# By Unicode category: control, formatting, unpaired surrogate.
REPLACED = {"Cc": " ", "Cf": "", "Cs": ""}


def refusal(address: str, *, allow_private: bool = False) -> str | None:
    """Why no connection may be made to `address` (an IP address as resolved), or None when it may.

    `allow_private` lets loopback and private networks through (an intranet's portal); metadata services,
    link-local, multicast and reserved addresses stay closed. An IPv6 address that stands for an IPv4 one
    (mapped, 6to4, Teredo, NAT64) is judged by that.
    """
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    reasons = (_refusal_of(candidate, allow_private) for candidate in _meant(given))
    return next((reason for reason in reasons if reason is not None), None)


def _refusal_of(address: IPv4Address | IPv6Address, allow_private: bool) -> str | None:
    if address in METADATA or address.is_link_local:
        return "link-local or a cloud's metadata service"
    if address.is_multicast or address.is_unspecified:
        return "multicast or unspecified"
    if isinstance(address, IPv4Address):
        if address.is_reserved:
            return "reserved"
        local = not address.is_global
    else:
        local = not address.is_global or address.is_site_local or address in NAT64_LOCAL
    return "private or loopback" if local and not allow_private else None


def _meant(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return (address,)
    for within in (address.ipv4_mapped, address.sixtofour):
        if within is not None:
            return (within,)
    if address.teredo is not None:
        return address.teredo
    if address in NAT64 or (address in IPV4_COMPATIBLE and int(address) > 1):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)


def printable(value: object, limit: int) -> str:
    """`value` as one line of at most `limit` characters; anything but text or a number gives "".

    Control, formatting (the direction overrides that turn a name round) and unpaired surrogate characters
    go, white space becomes single spaces, and a cut is shown by an ellipsis.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)[: limit * 4 + 1000]
    line = " ".join("".join(REPLACED.get(unicodedata.category(it), it) for it in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
