"""What a declared channel takes from the environment: addresses and secrets that stand in no file.

Belongs here: looking a variable up, and refusing what cannot be used without repeating it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlsplit

from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure

WHSEC = "whsec_"
# Bytes of a symmetric secret (Standard Webhooks, "Signature scheme").
SECRET_BYTES = range(24, 65)


def value_of(name: str, environment: Mapping[str, str]) -> str:
    """The value of a variable. Raises `DeliveryError` when there is none, or one that cannot stand in a header."""
    value = environment.get(name, "").strip()
    if not value:
        raise unusable(name, "is not set")
    if not value.isprintable():
        raise unusable(name, "holds a character that cannot be printed")
    return value


def web_address(name: str, environment: Mapping[str, str], *, plain: bool) -> str:
    """A variable that holds an https address; with `plain` http will do."""
    value = value_of(name, environment)
    try:
        parts = urlsplit(value)
        fine = parts.scheme in (("http", "https") if plain else ("https",)) and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        fine = False
    if not fine or "@" in urlsplit(value).netloc:
        raise unusable(name, "holds no address that begins with https://")
    return value


def base_address(address: str, *, plain: bool) -> str:
    """The base address of an API to which a token is shown: https, or with `plain` http as well."""
    if not plain and not address.startswith("https://"):
        message = "its `base_url` does not begin with https://, and a token would be sent there"
        raise DeliveryError(message, DeliveryFailure.CHANNEL)
    return address.rstrip("/")


def token(name: str, environment: Mapping[str, str]) -> str:
    """A variable that holds a token."""
    value = value_of(name, environment)
    if not value.isascii() or " " in value:
        raise unusable(name, "holds no token: it has letters, digits and signs only")
    return value


def signing_key(name: str, environment: Mapping[str, str]) -> bytes:
    """A variable that holds a secret for signatures, as Standard Webhooks writes one."""
    try:
        key = base64.b64decode(value_of(name, environment).removeprefix(WHSEC), validate=True)
    except (binascii.Error, ValueError):
        raise unusable(name, "holds no secret: `whsec_` and base64") from None
    if len(key) not in SECRET_BYTES:
        raise unusable(name, "holds a secret that is not of 24 to 64 bytes")
    return key


def unusable(name: str, why: str) -> DeliveryError:
    """The failure of a channel that is not set up."""
    return DeliveryError(f"the environment variable {name} {why}", DeliveryFailure.CHANNEL)
