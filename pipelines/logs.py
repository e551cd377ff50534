"""Logs: what every line carries, how it looks, and that no secret gets into one.

Belongs here: the one factory of log records of this process. It stands before all handlers, ours, Dagster's and those
of libraries, so that none can show what it took out; tracebacks too. Does not belong here: what is secret by its value
(it is handed in), or where the work stands (`log_context`).

Exceptions that nobody foresaw may quote a published cell, and such a cell may be personal: of those our own lines tell
the kind and the place, never the words. These are in failure.log of the run folder, which is not public.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pipelines import redaction
from pipelines.errors import VeedorError
from pipelines.log_context import here

OURS = "veedor"
TEXT, JSON = "text", "json"
FORMS = (TEXT, JSON)
LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
LONGEST = 20_000

log = logging.getLogger(OURS)


class Guard:
    """Makes this process's log records: with where the work stands, and without secrets."""

    def __init__(self, make: Callable[..., logging.LogRecord], *, told_in_text: bool) -> None:
        self._make = make
        self.secrets: frozenset[str] = frozenset()
        self._spelled: tuple[str, ...] = ()
        self.told_in_text = told_in_text
        self.shown: tuple[str, str] | None = None

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these out of all lines from now on."""
        fresh = self.secrets | {it for it in secrets if it}
        if fresh != self.secrets:
            self._spelled = redaction.spellings(fresh)
            self.secrets = fresh

    def redacted(self, text: str) -> str:
        """`text` without secrets, cut if it is very long."""
        # Cut twice: half a secret would not be known as one, so more is looked at than is shown.
        return self.whole(text[: 2 * LONGEST])[:LONGEST]

    def whole(self, text: str) -> str:
        """`text` without secrets, however long it is."""
        return redaction.redacted(text, self._spelled)

    def __call__(self, *arguments: Any, **named: Any) -> logging.LogRecord:
        """A record, as `logging.LogRecord` is made."""
        record = self._make(*arguments, **named)
        known = dict(here()) if record.name == OURS else {}
        record.veedor = known
        try:
            text = record.getMessage()
        except Exception:  # the caller's own mistake, which logging would print with all it was given
            text = f"{record.msg} {record.args!r}"
        if self.told_in_text and known:
            text = f"{text} [{' '.join(f'{name}={value}' for name, value in known.items())}]"
        record.msg, record.args = self.redacted(text), ()
        if record.exc_info:
            # exc_text is what every formatter shows in place of exc_info.
            record.exc_text = self.redacted(_trace(record.exc_info, ours=record.name == OURS))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self.redacted(record.stack_info)
        return record


def guard(*, told_in_text: bool = False) -> Guard:
    """The factory of this process, put in place when it is not there yet.

    `told_in_text`: where the work stands is part of the message, for handlers that are not ours (Dagster's).
    """
    found = logging.getLogRecordFactory()
    if not isinstance(found, Guard):
        found = Guard(found, told_in_text=told_in_text)
        logging.setLogRecordFactory(found)
    found.told_in_text = told_in_text
    return found


def hide(secrets: Iterable[str]) -> None:
    """Take these too out of all lines, if lines are guarded at all in this process."""
    found = logging.getLogRecordFactory()
    if isinstance(found, Guard):
        found.hide(secrets)


def without_secrets(text: str) -> str:
    """`text` without what is secret, as far as this process knows of it: for a traceback that is kept in a file."""
    found = logging.getLogRecordFactory()
    return found.whole(text) if isinstance(found, Guard) else redaction.redacted(text)


@dataclass(frozen=True)
class Shared:
    """How a process logs, for one that it starts. It holds secrets, and goes through a pipe alone."""

    shown: tuple[str, str] | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def shared() -> Shared:
    """How this process logs."""
    found = logging.getLogRecordFactory()
    return Shared(found.shown, found.secrets) if isinstance(found, Guard) else Shared()


def set_up_as(known: Shared) -> None:
    """Log as the process does that has started this one."""
    guard().hide(known.secrets)
    if known.shown is not None:
        set_up(*known.shown, known.secrets)


def set_up(form: str, level: str, secrets: Iterable[str]) -> None:
    """Log to standard error from now on: `form` is one of FORMS, `level` of LEVELS."""
    made = guard()
    made.hide(secrets)
    made.shown = (form, level)
    handler = _Stderr()
    handler.setFormatter(_json() if form == JSON else _Text())
    # On the handler, not only on the root: some libraries set levels of their own.
    handler.setLevel(LEVELS[level])
    logging.basicConfig(level=handler.level, handlers=[handler])


class _Stderr(logging.StreamHandler[Any]):
    """Standard error as it is when a line is written: progress that is drawn there takes its place meanwhile."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


class _Text(logging.Formatter):
    """One line for people: when, how serious, what, where; a traceback below it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        known: dict[str, str] = getattr(record, "veedor", {})
        # `run` is night and source.
        where = " ".join(f"{name}={value}" for name, value in known.items() if name != "run")
        # A line end in a published text must not begin a line that looks like one of ours.
        message = "".join(part if part.isprintable() else " " for part in record.getMessage())
        line = f"{_instant(record)} {record.levelname.lower():7} {record.name}: {message}"
        line += f"  [{where}]" if where else ""
        below = "\n".join(text for text in (record.exc_text, record.stack_info) if text)
        return line + "".join(f"\n    {_shown(text)}" for text in below.splitlines())


def _json() -> logging.Formatter:
    """One JSON object a line, made by structlog."""
    import structlog

    def described(_: object, __: str, event: Any) -> Any:
        record: logging.LogRecord = event["_record"]
        found = {
            "timestamp": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **getattr(record, "veedor", {}),
            "event": event["event"],
        }
        trace = "\n".join(text for text in (record.exc_text, record.stack_info) if text)
        return {**found, **({"exception": trace} if trace else {})}

    return structlog.stdlib.ProcessorFormatter(
        processors=[described, structlog.processors.JSONRenderer(json.dumps, ensure_ascii=False)],
        keep_exc_info=True,
        keep_stack_info=True,
    )


def _instant(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03d}Z"


def _shown(text: str) -> str:
    return "".join(part if part.isprintable() else " " for part in text)


def _trace(exc_info: Any, *, ours: bool) -> str:
    """A traceback; in our own lines without the words of exceptions that are not ours."""
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if not isinstance(error, BaseException):
        return ""
    if not ours:
        return "".join(traceback.format_exception(error)).rstrip("\n")
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
        lines[:0] = [*([frames] if frames else []), f"{type(error).__qualname__}{_words(error)}"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def _words(error: BaseException) -> str:
    if isinstance(error, VeedorError):
        return f": {error.message}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    return ""
