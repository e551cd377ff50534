"""Downloading what an API gives page by page, as one file: a line of JSON for each record (NDJSON).

Belongs here: following pages until all are here, and the proof of it. Does not belong here:
where a kind of API says that the next page begins (`page_rules`), one request (`http_client`), or what the records
mean (`tables`).

A record is written letter by letter as it was published: 100.50 stays 100.50. The file is whole or there is none: a
page that fails, repeats another, or leaves records missing that the API declares, is the fault of the snapshot.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.clock import Clock
from pipelines.errors import FetchFault
from pipelines.http_client import Download, HttpClient, faults, pages
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind
from pipelines.snapshots import counts
from pipelines.snapshots.page_rules import Page, Rule, not_whole

MAX_PAGES = 50_000
MAX_PAGE_BYTES = 100_000_000
MAX_BYTES = 8 << 30
MAX_SECONDS = 6 * 3600.0
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def download(url: str, rule: Rule, http: HttpClient, destination: Path, clock: Clock) -> Download:
    """Every page from `url` on, into `destination`. Raises `FetchFault`, and leaves it unfinished."""
    started = clock.seconds()
    seen: set[bytes] = set()
    digest, written, came, size, total = hashlib.sha256(), 0, 0, 0, None
    asked: set[str] = set()
    todo = iter(rule.enumerated(url, lambda it: _ids(it, http)) if rule.enumerated else (url,))
    following = next(todo, None)
    with destination.open("wb") as handle:
        while following is not None:
            _demand_progress(following, asked, written, clock.seconds() - started)
            asked.add(following)
            body, records = _page(following, rule, http, destination, len(asked))
            known = len(seen)
            count = 0
            for text, record in records:
                line = re.sub(r"[\r\n]+", " ", text).encode() + b"\n"
                handle.write(line)
                digest.update(line)
                written, count = written + len(line), count + 1
                seen.add(
                    hashlib.blake2b(
                        (rule.name(record) or text).encode("utf-8", "replace"), digest_size=12
                    ).digest()
                )
            came += count
            if count and len(seen) == known and not rule.enumerated:
                raise not_whole(
                    f"page {len(asked)} repeats records of the pages before it and brings no other"
                )
            size = size or count
            total = rule.total(body) or total
            following = rule.following(Page(following, body, count, size)) or next(todo, None)
    if rule.counted and (total := counts.told(rule.counted(url), http)) is None:
        raise not_whole("it does not say how many there are")
    # A number that was asked for is the only proof that there is no more; one on a page may lag behind.
    distinct = came if rule.enumerated else len(seen)  # each was asked for once: alike are not the same
    if total is not None and (distinct < total or (rule.counted and distinct != total)):
        raise not_whole(f"{distinct:,} distinct records came, {total:,} are declared")
    if not seen:
        raise faults.empty(200)
    return Download(
        status=200,
        bytes=written,
        sha256=digest.hexdigest(),
        etag=None,
        last_modified=None,
        media_type="application/x-ndjson",
        file_name=None,
        final_url=printable(url, 2000),
        seconds=clock.seconds() - started,
    )


def _ids(url: str, http: HttpClient) -> Any:
    return http.get_json(url, max_bytes=MAX_PAGE_BYTES).body


def _demand_progress(following: str, asked: set[str], written: int, seconds: float) -> None:
    if following in asked:
        raise not_whole(f"its pages lead in a circle, to {printable(following, 200)} again")
    if len(asked) >= MAX_PAGES:
        raise FetchFault(
            FaultKind.TOO_LARGE, f"the API has more than {MAX_PAGES:,} pages", "Publish it as a file."
        )
    if written > MAX_BYTES:
        raise faults.too_large(MAX_BYTES)
    if seconds > MAX_SECONDS:
        raise faults.too_slow(MAX_SECONDS)


def _page(
    url: str, rule: Rule, http: HttpClient, destination: Path, number: int
) -> tuple[Mapping[str, Any], list[tuple[str, Any]]]:
    """One page and its records, each as published and parsed. Raises `FetchFault`, saying which page it was."""
    temporary = destination.with_name(f"{destination.name}.page")
    try:
        http.download(url, temporary)
        if temporary.stat().st_size > MAX_PAGE_BYTES:
            raise faults.too_large(MAX_PAGE_BYTES, temporary.stat().st_size)
        raw = temporary.read_bytes()
        if pages.is_page(raw[: pages.HEAD_BYTES]):
            raise pages.page_instead(raw[: pages.HEAD_BYTES], "a page of JSON")
        return _parsed(raw, rule)
    except FetchFault as fault:
        if number == 1:
            raise
        # What came before shows that the data is there: it is not gone, this page is broken.
        kind = FaultKind.HTTP_STATUS if fault.kind is FaultKind.GONE else fault.kind
        message = f"page {number} of the API cannot be had: {fault.message}"
        raise FetchFault(kind, message, fault.advice, transient=fault.fault.transient) from fault
    finally:
        temporary.unlink(missing_ok=True)


def _parsed(raw: bytes, rule: Rule) -> tuple[Mapping[str, Any], list[tuple[str, Any]]]:
    try:
        text = raw.decode("utf-8-sig")
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"the API's answer is not valid JSON: {printable(str(error), 100)}"
        raise FetchFault(FaultKind.BROKEN_FILE, message) from None
    held = body if isinstance(body, dict) else {}
    name = next((it for it in rule.lists if isinstance(held.get(it), list)), None)
    if name is None:
        said = printable(json.dumps(held.get("error") or held.get("message") or "no reason given"), 200)
        message = f"the API answered without any of {', '.join(rule.lists)}: {said}"
        raise FetchFault(FaultKind.NOT_WHAT_WAS_PROMISED, message)
    return held, _items(text, name)


def _items(text: str, name: str) -> list[tuple[str, Any]]:
    """The items of the array `name` of a valid JSON object that has it: each as it stands, and parsed."""
    found: list[tuple[str, Any]] = []
    at = _after(text, 0)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _after(text, at)  # the colon
        if key == name and text[at] == "[":
            found = []  # JSON takes the last of two fields of one name
            at = _after(text, at)
            while text[at] != "]":
                value, end = _DECODER.raw_decode(text, at)
                found.append((text[at:end], value))
                at = _behind(text, end)
            at = _behind(text, at + 1)
        else:
            _, end = _DECODER.raw_decode(text, at)
            at = _behind(text, end)
    return found


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int) -> int:
    """Behind the next sign and the white space around it."""
    return _space(text, _space(text, at) + 1)


def _behind(text: str, at: int) -> int:
    """The next value, or the sign that closes: behind white space, and a comma if there is one."""
    at = _space(text, at)
    return _after(text, at) if text[at] == "," else at
