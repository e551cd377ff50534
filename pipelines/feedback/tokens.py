"""Tokens: what a signed, expiring address stands for, so that nobody needs an account.

Belongs here: three purposes, each with a salt of its own, so that a token is never good for another: the form that was
given out, the owner's answer to one report, the operator's moderation. Does not belong here: the links of alerts
(`alerts.answers`), pages.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.errors import AnswerRefused

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

SALT = "veedor feedback: "
LONGEST_TOKEN = 1_000


class Purpose(StrEnum):
    """What a token is for."""

    FORM = "form"
    OWNER = "owner"
    MODERATION = "moderation"


# Reports are written in minutes, answers in weeks: an owner gets a new link with the reminder.
LIFE = {
    Purpose.FORM: timedelta(hours=12),
    Purpose.OWNER: timedelta(days=90),
    Purpose.MODERATION: timedelta(days=7),
}


def nonce() -> str:
    """What makes a form that is given out unlike every other."""
    return secrets.token_urlsafe(12)


def sign(purpose: Purpose, content: Sequence[str], key: str, now: datetime) -> str:
    """A token that stands for `content` from now on."""
    signed = _serializer(key, purpose, int(now.timestamp())).dumps(list(content))
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read(purpose: Purpose, token: str, key: str, now: datetime) -> tuple[tuple[str, ...], datetime]:
    """What a token stands for, and since when. Raises `AnswerRefused`."""
    from itsdangerous import BadData, SignatureExpired

    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise _refused("malformed")
    seconds = int(LIFE[purpose].total_seconds())
    try:
        content, since = _serializer(key, purpose, int(now.timestamp())).loads(
            token, max_age=seconds, return_timestamp=True
        )
        parts = tuple(str(part) for part in content)
    except SignatureExpired:
        raise _refused("expired") from None
    except (BadData, ValueError, TypeError):
        raise _refused("forged") from None
    return parts, since.astimezone(UTC)


def _refused(refusal: str) -> AnswerRefused:
    said = {
        "malformed": "the link is not whole",
        "forged": "the link was not made here, or not for this",
        "expired": "the link is too old",
    }
    return AnswerRefused(said[refusal], refusal)


def _serializer(key: str, purpose: Purpose, instant: int) -> URLSafeTimedSerializer:
    """The signer of one purpose, for which it is `instant` now."""
    from itsdangerous import TimestampSigner, URLSafeTimedSerializer

    class AtInstant(TimestampSigner):
        def get_timestamp(self) -> int:
            return instant

    return URLSafeTimedSerializer(
        key, salt=f"{SALT}{purpose}", signer=AtInstant, signer_kwargs={"digest_method": hashlib.sha256}
    )
