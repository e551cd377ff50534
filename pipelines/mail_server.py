"""The mail server's address, as Apprise writes it, taken apart; and the form of a mailbox's.

    mailto://smtp.example.org:25                            without TLS, which is for a server on the same machine
    mailtos://user:password@smtp.example.org:587            STARTTLS, which the server has to offer
    mailtos://user:password@smtp.example.org?mode=ssl       TLS from the first byte, port 465

Belongs here: the form, and what is wrong with another. No part of the address is ever in an error: it holds a password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

MODES = ("starttls", "ssl", "insecure")
PORTS = {"starttls": 587, "ssl": 465, "insecure": 25}
SCHEMES = {"mailto": "insecure", "mailtos": "starttls"}
OPTIONS = ("mode", "smtp", "user", "pass", "verify")

Mode = Literal["starttls", "ssl", "insecure"]


@dataclass(frozen=True)
class MailServer:
    """Where and how mails are handed in. `verify`: the server's certificate has to be good."""

    host: str
    port: int
    mode: Mode
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    verify: bool = True


def parse(text: str) -> MailServer:
    """Take the address apart. Raises `ValueError`, which says what is wrong and repeats nothing of it."""
    try:
        parts = urlsplit(text)
        port = parts.port  # an unescaped '/' or '#' in the password shows here, as a port that is no number
    except ValueError:
        raise ValueError(
            "its port is no number; write special characters of the password as %40, %23, %2F"
        ) from None
    if parts.scheme not in SCHEMES or not parts.hostname or parts.fragment:
        raise ValueError("it is not a mail server's address (mailto:// or mailtos:// with a host)")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not set(options) <= set(OPTIONS):
        raise ValueError(f"it has an option that is none of {', '.join(OPTIONS)}")
    mode = options.get("mode", SCHEMES[parts.scheme]).lower()
    if mode not in MODES or options.get("verify", "yes").lower() not in ("yes", "no"):
        raise ValueError(f"`mode` is one of {', '.join(MODES)}, `verify` is yes or no")
    server = MailServer(
        host=options.get("smtp") or parts.hostname,
        port=port or PORTS[mode],
        mode=mode,  # type: ignore[arg-type]
        user=unquote(parts.username or "") or options.get("user", ""),
        password=unquote(parts.password or "") or options.get("pass", ""),
        verify=options.get("verify", "yes").lower() == "yes",
    )
    if not all(it.isprintable() for it in (server.host, server.user, server.password)) or " " in server.host:
        raise ValueError("it holds a character that cannot be printed")
    return server


def is_mailbox(text: str) -> bool:
    """Whether `text` is a path, or imaps://user:password@host/folder."""
    if "://" not in text:
        return True
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "imaps" and bool(parts.hostname and parts.username and parts.password)
