"""Redaction: texts without the secrets that this installation was given.

Belongs here: what may be secret in an address, in which spellings a secret comes back, and taking it out of a text.
Does not belong here: which values are secret (`Settings` and the channels know), or where texts go (`logs`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
# Shorter ones would be found in any text, and hide nothing.
SHORTEST_SECRET = 3
SHORTEST_TOKEN = 6

# https://user:password@host: the log-in of an address (RFC 3986, "userinfo"), whatever characters it wrongly holds.
# Every repetition is bounded: a published text may be long, and made to take for ever.
_LOG_IN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://)[^\s/?#]{0,500}@")
# ?access_token=..., &api_key=..., ;sig=...: parameters that by their name are for one reader only.
_PARAMETER = re.compile(
    r"([?&;#][\w.%-]{0,40}?(?:token|key|secret|passw|pwd|sig|auth|credential|session|jwt)[\w.%-]{0,40}=)[^&;\s#\"'<>]+",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"((?:authorization|x-app-token|private-token|api-key|set-cookie|cookie)['\"]?\s*[:=]\s*['\"]?)[^\r\n'\"]+",
    re.IGNORECASE,
)
# The signed part of the links by which alerts are answered, and of other tokens that end in an HMAC-SHA-256 (JWT).
_SIGNED = re.compile(r"(?<![\w-])[\w-]{16,}\.[\w-]{5,}\.[\w-]{43}(?![\w-])")


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every way in which one of `secrets` may be written in a text, the longest first."""
    found: set[str] = set()
    for secret in secrets:
        if len(secret) < SHORTEST_SECRET:
            continue
        coded = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()
        # Log-ins are coded with what stands before them, so the end of a code may differ.
        inner = (coded.rstrip("="),) if len(coded) > 8 else ()
        safe = secret.encode("utf-8", "replace").decode()
        found |= {secret, unquote(secret), quote(safe), quote(safe, safe=""), quote_plus(safe), coded, *inner}
        found.add(repr(secret)[1:-1])  # as a traceback or a list shows it
    return tuple(sorted((it for it in found if len(it) >= SHORTEST_SECRET), key=len, reverse=True))


def without(text: str, spelled: Iterable[str]) -> str:
    """`text` with every one of those spellings replaced."""
    for written in spelled:
        if written in text:
            text = text.replace(written, HIDDEN)
    return text


def redacted(text: str, spelled: Iterable[str] = ()) -> str:
    """The same, and without what is secret by its form: log-ins and tokens in addresses and headers, signed links."""
    text = without(text, spelled)
    text = _LOG_IN.sub(rf"\g<1>{HIDDEN}@", text)
    text = _PARAMETER.sub(rf"\g<1>{HIDDEN}", text)
    text = _HEADER.sub(rf"\g<1>{HIDDEN}", text)
    return _SIGNED.sub(HIDDEN, text)


def secrets_in(address: str, *, host: bool = False) -> tuple[str, ...]:
    """What may be secret in an address: log-in, path, query; with `host` also where others name a server."""
    try:
        parts = urlsplit(address)
        named = (parts.hostname or "", parts.netloc) if host else ()
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return (address,)
    found = [address, *named, *parts.path.split("/"), parts.path.strip("/"), parts.fragment]
    found += [value for _, value in parse_qsl(parts.query)] + ([user] if host else [])
    # Parts of a path such as "api" are no secrets.
    return tuple(dict.fromkeys([password, *(it for it in found if len(it) >= SHORTEST_TOKEN)]))
