"""Bodies: what a form sends, read with limits of size, of number and of time.

Belongs here: from bytes to fields. Forms are `application/x-www-form-urlencoded`; nothing else is taken, files least of
all. Does not belong here: what may be in a field (`feedback.written`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LONGEST_BYTES = 64_000
MOST_FIELDS = 40
SECONDS = 15.0
FORM = "application/x-www-form-urlencoded"


async def form_of(request: Request, *, seconds: float = SECONDS) -> Mapping[str, str]:
    """The fields of a form; of two with one name the last. Raises `HTTPException` for what is none, and too much."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise _refused(415)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:12]) > LONGEST_BYTES:
        raise _refused(413)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_BYTES:
                    raise _refused(413)
    except TimeoutError:
        raise _refused(408) from None
    except ClientDisconnect:
        raise _refused(400) from None
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except (UnicodeDecodeError, ValueError):
        raise _refused(400) from None
    return dict(pairs)


def _refused(status: int) -> HTTPException:
    """The refusal, after which nothing more is read: whoever sends without end is hung up on."""
    return HTTPException(status, headers={"connection": "close"})
