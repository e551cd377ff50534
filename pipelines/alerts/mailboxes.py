"""The mailbox to which undelivered mails come back: a Maildir, an mbox file, or a folder of an IMAP server over TLS.

Belongs here: its newest mails, as bytes. The mailbox is only read: nothing in it is moved, marked or removed. Does not
belong here: what is in the mails (`bounces`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    import imaplib
    import ssl

# A bounce comes within days. Who has more mails than so many has the newest looked at.
NEWEST = timedelta(days=14)
MOST_MAILS = 1000
LARGEST_MAIL = 1_000_000
MBOX_TAIL = 50_000_000
IMAP_SECONDS = 30.0
IMAP_DEADLINE_SECONDS = 180.0
IMAP_PORT = 993


def mails(address: str, now: datetime, *, context: ssl.SSLContext | None = None) -> Iterator[bytes]:
    """The newest mails of the mailbox. Raises `OSError` when it cannot be read; no part of `address` is in its text."""
    if "://" in address:
        yield from _imap(address, now, context)
    elif (Path(address) / "new").is_dir():
        yield from _maildir(Path(address), now)
    else:
        yield from _mbox(Path(address))


def _maildir(folder: Path, now: datetime) -> Iterator[bytes]:
    oldest = (now - NEWEST).timestamp()
    found = []
    for part in ("new", "cur"):
        for path in (folder / part).iterdir():
            try:
                changed = path.stat().st_mtime
            except FileNotFoundError:
                continue  # a mail program has just moved it
            if changed >= oldest and path.is_file() and not path.name.startswith("."):
                found.append((changed, path))
    for _, path in sorted(found, reverse=True)[:MOST_MAILS]:
        try:
            with path.open("rb") as handle:
                yield handle.read(LARGEST_MAIL)
        except FileNotFoundError:
            continue


def _mbox(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(size - MBOX_TAIL, 0))
        # What stands before the first separator of the tail is the rest of a mail.
        pieces = re.split(rb"(?:\A|\n)From [^\n]*\n", handle.read(MBOX_TAIL))[1:]
    for piece in pieces[-MOST_MAILS:]:
        yield re.sub(rb"(?m)^>(>*From )", rb"\1", piece[:LARGEST_MAIL])


def _imap(address: str, now: datetime, context: ssl.SSLContext | None) -> Iterator[bytes]:
    import imaplib
    import ssl

    parts = urlsplit(address)
    ends = time.monotonic() + IMAP_DEADLINE_SECONDS
    try:
        server = imaplib.IMAP4_SSL(
            parts.hostname or "",
            parts.port or IMAP_PORT,
            ssl_context=context or ssl.create_default_context(),
            timeout=IMAP_SECONDS,
        )
    except OSError:
        raise
    except (imaplib.IMAP4.error, ValueError) as error:
        raise OSError(f"the mail server does not speak IMAP: {type(error).__name__}") from None
    try:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _done(server.select(_quoted(unquote(parts.path).strip("/") or "INBOX"), readonly=True))
        since = (now - NEWEST).strftime("%d-%b-%Y")
        (listed,) = _done(server.search(None, "SINCE", since))
        for number in (listed or b"").split()[-MOST_MAILS:]:
            if time.monotonic() > ends:
                break
            yield from _fetched(server, number.decode("ascii", "replace"))
    except OSError:
        raise
    except (imaplib.IMAP4.error, ValueError) as error:
        # Never what the server says: some repeat the log-in.
        raise OSError(f"the mailbox cannot be read: {type(error).__name__}") from None
    finally:
        server.shutdown()


def _fetched(server: imaplib.IMAP4, number: str) -> Iterator[bytes]:
    for item in _done(server.fetch(number, f"(BODY.PEEK[]<0.{LARGEST_MAIL}>)")):
        if isinstance(item, tuple) and isinstance(item[1], bytes):
            yield item[1]


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise ValueError(kind)
    return data


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
