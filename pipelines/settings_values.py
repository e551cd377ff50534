"""What a setting may be: from the text of an environment variable to a value that can be used.

Belongs here: conversion and every refusal, each naming the variable and the remedy. A secret's value is never told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines import mail_server
from pipelines.errors import ConfigurationError
from pipelines.public_licenses import PUBLIC_LICENSES

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from pipelines.settings import Settings

# DuckDB's own forms of a size; without a unit, or of zero, it refuses (its documentation, "memory_limit").
SIZE = re.compile(r"^(?=.*[1-9])\d+(\.\d+)?\s*([KMGT]i?B|%)$", re.IGNORECASE | re.ASCII)
# What can stand in a header, and is long enough to be told from other text where it comes back.
TOKEN = re.compile("[!-~]{8,200}")
# Of the characters of an address (RFC 3986), those that stand in a folder's.
BASE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/!$&'()*+,;=@%\[\]-]+")
EXECUTORS = ("in_process", "celery", "k8s")
MAIL_FORM = (
    "Set VEEDOR_MAIL_URL, e.g. mailtos://user:password@smtp.example.org:587; "
    "write special characters of the password as %40, %23, %2F."
)


def demand_usable(settings: Settings) -> None:
    """Raise `ConfigurationError` for settings that contradict each other or cannot be what they are for."""
    if settings.delivery not in ("files", "live"):
        raise ConfigurationError(
            f"VEEDOR_DELIVERY is {settings.delivery!r}; it must be 'files' or 'live'.",
            "Set VEEDOR_DELIVERY=files until the operator has looked at the messages in data/outbox.",
        )
    _check_executor(settings)
    if settings.delivery == "live" and not settings.mail_url:
        raise ConfigurationError("VEEDOR_DELIVERY is 'live' but VEEDOR_MAIL_URL is not set.", MAIL_FORM)
    if settings.mail_url is not None:
        try:
            mail_server.parse(settings.mail_url)
        except ValueError as error:  # which never tells the value itself: it holds the password
            raise ConfigurationError(f"VEEDOR_MAIL_URL cannot be used: {error}.", MAIL_FORM) from None
    if settings.bounces is not None and not mail_server.is_mailbox(settings.bounces):
        raise ConfigurationError(
            "VEEDOR_BOUNCES is neither a path nor imaps://user:password@host/folder.",
            "Write special characters of the password as %40, %23, %2F.",
        )
    if settings.socrata_app_token is not None and not TOKEN.fullmatch(settings.socrata_app_token):
        # Never the value itself.
        raise ConfigurationError(
            "VEEDOR_SOCRATA_APP_TOKEN is no app token: it has letters, digits and signs only, at least 8.",
            "Copy the token as the portal's developer settings show it, not the secret beside it, or unset it.",
        )
    if settings.public_license not in PUBLIC_LICENSES:
        raise ConfigurationError(
            f"VEEDOR_PUBLIC_LICENSE is {settings.public_license!r}, which is none of the open licences for data.",
            f"Set it to one of: {', '.join(PUBLIC_LICENSES)}.",
        )
    asks = "VEEDOR_SERVE_URL" if settings.serve_url is not None else "VEEDOR_ANSWER_URL"
    check_key(settings.link_key, needed=asks if settings.answer_url is not None else None)
    networks(settings.trusted_proxies)
    if settings.issues_url is not None:
        base_address("VEEDOR_ISSUES_URL", settings.issues_url)
    if not SIZE.match(settings.memory_limit):
        raise ConfigurationError(
            f"VEEDOR_MEMORY_LIMIT is {settings.memory_limit!r}, which is not a size.",
            "Write it as DuckDB does: 512MB, 1GB, 2GiB.",
        )
    check_address("VEEDOR_MAIL_FROM", parseaddr(settings.mail_from)[1], settings.mail_from)
    if settings.operator is not None:
        check_address("VEEDOR_OPERATOR", settings.operator, settings.operator)
    if settings.ping_url is not None:
        check_ping("VEEDOR_PING_URL", settings.ping_url)
    check_word("VEEDOR_LOG", settings.log_form, ("text", "json"))
    check_word("VEEDOR_LOG_LEVEL", settings.log_level, ("debug", "info", "warning", "error"))


def part_of(size: str, parts: int) -> str:
    """One of so many equal parts of a size in DuckDB's form: `part_of("512MB", 2)` is 256MB."""
    found = SIZE.match(size)
    assert found, size
    unit = found.group(2)
    return f"{float(size[: found.start(2)]) / parts:.3f}{unit}"


def _check_executor(settings: Settings) -> None:
    if settings.executor not in EXECUTORS:
        raise ConfigurationError(
            f"VEEDOR_EXECUTOR is {settings.executor!r}, which is none.",
            f"Set it to one of: {', '.join(EXECUTORS)}.",
        )
    if settings.executor != "in_process" and not (settings.runs_store and settings.store):
        raise ConfigurationError(
            f"VEEDOR_EXECUTOR is {settings.executor!r}, but the machines share no files.",
            "Set VEEDOR_STORE and VEEDOR_RUNS_STORE, on every machine to the same (docs/machines.md).",
        )
    if settings.executor == "celery" and not settings.broker:
        raise ConfigurationError(
            "VEEDOR_EXECUTOR is 'celery' but VEEDOR_BROKER is not set.",
            "Set VEEDOR_BROKER to a Redis server, e.g. redis://:password@redis.example.org:6379/0.",
        )


def check_number(name: str, value: object, positive: bool) -> None:
    """Refuse numbers below 0, or up to it when they have to be `positive`, and what is no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        wanted = "greater than 0" if positive else "0 or greater"
        raise ConfigurationError(f"{name} is {value}; it must be {wanted}.", f"Correct or unset {name}.")


def check_address(name: str, address: str, written: str) -> None:
    """Refuse what no mail can be sent from or to; `written` is how it was given."""
    try:
        built = Address(addr_spec=address)
        usable = bool(built.username and built.domain) and written.isprintable() and " " not in address
    except (MessageError, ValueError, IndexError):  # the parser's ways to say no
        usable = False
    if not usable:
        raise ConfigurationError(
            f"{name} is {written!r}, which is not a mail address.",
            f"Set {name} to an address such as open.data@example.org.",
        )


def networks(proxies: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The proxies that are believed. Raises `ConfigurationError` for what is neither an address nor a network."""
    from ipaddress import ip_network

    try:
        return tuple(ip_network(it.strip()) for it in proxies.split(",") if it.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"VEEDOR_TRUSTED_PROXIES is {proxies!r}: {error}.",
            "Name addresses or networks, separated by commas: 127.0.0.1,10.0.0.0/8.",
        ) from None


def check_key(key: str | None, *, needed: str | None) -> None:
    """Refuse a key that can be guessed, and none where the setting `needed` asks for one."""
    weak = key is not None and (len(key) < 32 or len(set(key)) < 10)
    if weak or (needed is not None and key is None):  # never the value itself
        raise ConfigurationError(
            f"VEEDOR_LINK_KEY is {'too easy to guess' if weak else f'not set, but {needed} is'}.",
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )


def check_word(name: str, value: str, known: Collection[str]) -> None:
    """Refuse a word that is none of `known`."""
    if value not in known:
        raise ConfigurationError(
            f"{name} is {value!r}; it must be one of: {', '.join(known)}.", f"Correct or unset {name}."
        )


def check_ping(name: str, address: str) -> None:
    """Refuse what is no address to ping. It is a secret: it is never repeated."""
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable()
        _ = parts.port
    except ValueError:
        fine = False
    if not fine or "#" in address or " " in address:
        raise ConfigurationError(
            f"{name} is no web address.",
            "Copy it as the service shows it, such as https://hc-ping.com/<uuid>.",
        )


def base_address(name: str, text: str) -> str:
    """An address below which other addresses are made: it ends in a slash."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        fine = False
    if not fine or "?" in text or "#" in text or not BASE.fullmatch(text):
        raise ConfigurationError(
            f"{name} is {text!r}, which is not an address of a folder on the web.",
            f"Set {name} to one such as https://datos.example.org/veedor/, without ? and #.",
        )
    return text if text.endswith("/") else f"{text}/"


def convert(name: str, kind: str, text: str) -> Any:
    """The value of the type `kind` that `text` stands for."""
    kind = kind.removesuffix(" | None")
    try:
        if kind == "Path":
            return Path(text).expanduser()
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                text.lower()
            ]
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except (ValueError, KeyError):
        raise ConfigurationError(
            f"{name} is {text!r}, which is not a valid {kind}.", f"Correct or unset {name}."
        ) from None
    return text
