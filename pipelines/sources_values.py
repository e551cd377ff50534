"""What a value of `sources.yaml` may be: slugs, cron lines, addresses, texts.

Belongs here: the types of single values, each refusing with words that say what is wanted, and the block whose
unknown keys are refused. Does not belong here: which keys there are (`sources`, `sources_alerts`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from functools import lru_cache
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.functional_validators import BeforeValidator

from pipelines import record_path

SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")
ADDRESS = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+$")
# A field of a five-field cron line: *, numbers, ranges, lists and steps (man 5 crontab).
CRON_FIELD = re.compile(r"^(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*$")
CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _slug(value: str) -> str:
    if not SLUG.match(value):
        raise ValueError(f"{value!r} is not a slug: use a-z, 0-9 and '-', beginning with a letter or digit")
    return value


def _cron(value: str) -> str:
    parts = value.split()
    if len(parts) != 5:
        raise ValueError(f"{value!r} is not a cron line of five fields, such as '0 3 * * *'")
    for part, (low, high) in zip(parts, CRON_BOUNDS, strict=True):
        numbers = [int(n) for n in re.findall(r"\d+", part.split("/")[0])]
        if not CRON_FIELD.match(part) or any(not low <= n <= high for n in numbers) or "/0" in part:
            raise ValueError(f"{part!r} in the cron line {value!r} is not between {low} and {high}")
    try:
        next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"the cron line {value!r} names no day: {error}") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:
        raise ValueError(f"{value!r} is not a time zone, such as 'America/Mexico_City'") from None
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is not an address that begins with http:// or https://")
    return value


@lru_cache(10_000)  # thousands of sources have few owners
def usable_address(text: str) -> bool:
    """Whether a mail can be addressed to `text`: what a header refuses, no mail server would take either."""
    try:
        return ADDRESS.match(text) is not None and text.isascii() and bool(Address(addr_spec=text).domain)
    except (MessageError, ValueError, IndexError):
        return False


def _mail_address(value: str) -> str:
    if not usable_address(value):
        raise ValueError(f"{value!r} is not a mail address")
    return value


def _record_path(value: str) -> str:
    record_path.steps(value)
    return value


Slug = Annotated[str, AfterValidator(_slug)]
Cron = Annotated[str, AfterValidator(_cron)]
Zone = Annotated[str, AfterValidator(_zone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
RecordPath = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_record_path)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(lambda it: [it] if isinstance(it, str) else it, Text | tuple[Text, ...]),
]
Language = Literal["es", "en"]


class Block(BaseModel):
    """A mapping of known keys."""

    # A value may be a secret in the wrong place: no error repeats it.
    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )
