"""Addresses as people publish them, made into addresses that can be fetched.

Belongs here: well-known hosts whose share links show a viewer, turned into the download behind them; which
addresses are none. Does not belong here: where no connection is made (`addresses`, `connections`).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from pipelines.http_client import faults


def fetchable(url: str) -> str:
    """`url` without the blanks around it, an accent in its host's name one letter with the letter below it (IDNA).

    Raises `FetchFault` UNSUPPORTED_ADDRESS unless it is of the web.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise faults.unsupported(url, "it is no valid address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise faults.unsupported(url, "only http:// and https:// can be fetched")
    return url.strip().replace(parts.netloc, unicodedata.normalize("NFC", parts.netloc), 1)


def host_of(url: str) -> str:
    """Host and port of a fetchable address, as both the default port and none are written."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.hostname}:{port}"


def origin_of(url: str) -> str:
    """Scheme, host and port of a fetchable address, without a user's name or password."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))


def direct(url: str) -> str:
    """The download behind a share link of a host that is known; any other address as it is."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if host == "drive.google.com":
        return _drive(parts)
    if host == "docs.google.com":
        return _sheet(parts)
    if host == "dropbox.com":
        return _with(parts, dl="1") if not parts.path.startswith("/home") else url
    if host.endswith(".sharepoint.com") and re.match("/:[a-z]:/", parts.path):
        return _with(parts, download="1")
    if host == "github.com" and re.match("/[^/]+/[^/]+/blob/", parts.path):
        return urlunsplit(parts._replace(path=parts.path.replace("/blob/", "/raw/", 1)))
    return url


def _drive(parts: SplitResult) -> str:
    named = re.match(r"/file/d/([\w-]+)", parts.path)
    id_ = named.group(1) if named else dict(parse_qsl(parts.query)).get("id")
    if not id_ or not (named or parts.path in ("/open", "/uc")):
        return urlunsplit(parts)
    return _with(parts._replace(path="/uc", query=""), export="download", id=id_)


def _sheet(parts: SplitResult) -> str:
    """A spreadsheet as a whole; the one sheet that the link names, as CSV."""
    named = re.match(r"(/spreadsheets/d/[\w-]+)/(?:edit|view|htmlview)", parts.path)
    if not named:
        return urlunsplit(parts)
    sheet = re.search(r"\bgid=(\d+)", f"{parts.query}#{parts.fragment}")
    wanted = {"format": "csv", "gid": sheet.group(1)} if sheet else {"format": "xlsx"}
    return _with(parts._replace(path=f"{named.group(1)}/export", query="", fragment=""), **wanted)


def _with(parts: SplitResult, **values: str) -> str:
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **values}
    return urlunsplit(parts._replace(query=urlencode(query)))
