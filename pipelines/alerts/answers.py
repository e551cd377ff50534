"""Answers: signed links by which people acknowledge, mute or dispute what they were told, without an account.

Belongs here: making a link, and making an `IncidentAction` of one that is genuine. A link is for one answer (each has a
salt of its own), one recipient and some incidents, and expires. Following it is not answering it: mail programs and
virus scanners open every link of a mail. Whoever serves these addresses shows on GET what would be done (`read`), with
a button, and calls `act` and `write_action` on POST only. Following a link twice gives an action of the same id, of
which the first is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts
from pipelines.alerts.words import words
from pipelines.errors import AnswerRefused
from pipelines.model import ActionKind, Alert, IncidentAction
from pipelines.settings import Settings

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

DAYS = 45
SNOOZE = timedelta(days=7)
LONGEST_TEXT = 2_000
LONGEST_TOKEN = 4_000
SEPARATOR = "-"
SIGNATURE = 43  # letters of a SHA-256 in base64
# From the day before the night, to the end of its last day in every time zone.
LIFE = timedelta(days=DAYS + 2, hours=12)
SALT = "veedor alert answer: "


class Answer(StrEnum):
    """What a link is for. `snooze` is a mute of some days, `mute` one for as long as the condition lasts."""

    ACKNOWLEDGE = "acknowledge"
    DISPUTE = "dispute"
    ASK = "ask"
    SNOOZE = "snooze"
    MUTE = "mute"

    @property
    def action(self) -> ActionKind:
        """The action that it comes to."""
        return ActionKind.MUTE if self is Answer.SNOOZE else ActionKind(self.value)


class Refusal(StrEnum):
    """Why a link cannot be used; `refused` has the words."""

    MALFORMED = "malformed"
    FORGED = "forged"
    EXPIRED = "expired"
    PURPOSE = "purpose"


@dataclass(frozen=True)
class Read:
    """What a genuine link would do. `recipient` is a hash of the address it was sent to, `by` as in the action."""

    answer: Answer
    alert: str
    incidents: tuple[str, ...]
    recipient: str
    by: str


@dataclass(frozen=True)
class Links:
    """The links of one alert's message. The same alert gives the same ones: they count from its night."""

    alert: Alert
    key: str
    url: str
    by: str

    def __call__(self, answer: str, incidents: Sequence[str]) -> str:
        """The address of one answer to some incidents."""
        signed = _serializer(self.key, Answer(answer), _issued(self.alert.night)).dumps(
            [self.alert.id, sorted(set(incidents)), _hashed(self.alert.recipient.email), self.by]
        )
        return f"{self.url}{answer}{SEPARATOR}{signed if isinstance(signed, str) else signed.decode('ascii')}"

    @property
    def until(self) -> date:
        """The last day on which they can be used, wherever it is read."""
        return self.alert.night + timedelta(days=DAYS)


def links_of(alert: Alert, settings: Settings) -> Links | None:
    """The links of a message; None where nobody would answer them, or there is nobody to answer."""
    if settings.answer_url is None or settings.link_key is None or not alert.recipient.email:
        return None
    own = settings.operator is not None and alert.recipient.email.casefold() == settings.operator.casefold()
    return Links(alert, settings.link_key, settings.answer_url, "operator" if own else "owner")


def read(token: str, now: datetime, key: str, answer: Answer | None = None) -> Read:
    """What a link would do; `answer` is what it has to be for, if that is known. Changes nothing.

    Raises `AnswerRefused`.
    """
    from itsdangerous import BadData, SignatureExpired

    name, separator, signed = token.partition(SEPARATOR)
    if (
        not separator
        or len(signed.rpartition(".")[2]) != SIGNATURE
        or len(token) > LONGEST_TOKEN
        or not token.isascii()
    ):
        raise _refused(Refusal.MALFORMED)
    if name not in list(Answer):
        raise _refused(Refusal.FORGED)
    if answer is not None and name != answer:
        raise _refused(Refusal.PURPOSE)
    serializer = _serializer(key, Answer(name), int(now.timestamp()))
    try:
        content = serializer.loads(signed, max_age=int(LIFE.total_seconds()))
        if not _as_written(signed, serializer):
            raise _refused(Refusal.FORGED)
        alert, incidents, recipient, by = content
    except SignatureExpired:
        raise _refused(Refusal.EXPIRED) from None
    except (BadData, ValueError, TypeError):
        raise _refused(Refusal.FORGED) from None
    return Read(Answer(name), alert, tuple(incidents), recipient, by)


def act(
    token: str, now: datetime, key: str, *, answer: Answer | None = None, text: str = ""
) -> IncidentAction:
    """The action that a link comes to, with what somebody wrote. Raises `AnswerRefused`."""
    found = read(token, now, key, answer)
    written = _written(text)
    identity = "|".join((found.answer, found.alert, *found.incidents, found.recipient, written))
    return IncidentAction(
        id=hashlib.sha256(identity.encode()).hexdigest()[:20],
        kind=found.answer.action,
        incidents=found.incidents,
        at=now,
        by=found.by,
        until=(now + SNOOZE).date() if found.answer is Answer.SNOOZE else None,
        text=written,
    )


def write_action(runs: Path, night: date, action: IncidentAction) -> Path:
    """Store an answer among those of `night`; one that was given on whatever night stays as it was given first."""
    name = f"{action.id}.json"
    for earlier in artifacts.nights(runs):
        path = artifacts.night_folder(runs, earlier) / artifacts.ACTIONS / name
        if path.exists():
            return path
    path = artifacts.night_folder(runs, night) / artifacts.ACTIONS / name
    artifacts.write_value(path, action)
    return path


def refused(error: AnswerRefused, language: str) -> str:
    """Why a link cannot be used, and what to do, in the reader's language."""
    return words(language)[f"refused_{error.refusal}"]


def _refused(refusal: Refusal) -> AnswerRefused:
    return AnswerRefused(words("en")[f"refused_{refusal}"], refusal)


def _issued(night: date) -> int:
    """An instant before the night in every time zone."""
    return int((datetime.combine(night, time(), UTC) - timedelta(days=1)).timestamp())


def _hashed(address: str | None) -> str:
    return hashlib.sha256((address or "").casefold().encode()).hexdigest()[:16]


def _serializer(key: str, answer: Answer, instant: int) -> URLSafeTimedSerializer:
    """The signer of one answer, for which it is `instant` now."""
    from itsdangerous import TimestampSigner, URLSafeTimedSerializer

    class AtInstant(TimestampSigner):
        def get_timestamp(self) -> int:
            return instant

    return URLSafeTimedSerializer(
        key, salt=f"{SALT}{answer}", signer=AtInstant, signer_kwargs={"digest_method": hashlib.sha256}
    )


def _as_written(signed: str, serializer: URLSafeTimedSerializer) -> bool:
    """Whether the signature is letter for letter the one that is made: base64 lets some letters stand for others."""
    value, _, signature = signed.rpartition(".")
    made = serializer.make_signer(serializer.salt).get_signature(value.encode("ascii"))
    return hmac.compare_digest(made, signature.encode("ascii"))


def _written(text: str) -> str:
    """What somebody wrote, without what cannot be seen; line breaks stay."""
    kept = (
        part if unicodedata.category(part) not in ("Cc", "Cf", "Cs", "Co", "Cn") or part == "\n" else " "
        for part in text[: 2 * LONGEST_TEXT]
    )
    return "".join(kept).strip()[:LONGEST_TEXT]
