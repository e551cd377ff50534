"""robots.txt (RFC 9309): what a host asks programs to leave alone, and how slowly it wants to be asked.

It speaks to crawlers, which find their addresses themselves. So it decides about files that a catalog lists; not
about hosts that `sources.yaml` names, which are visited because a person asked for that, nor about the APIs of
portals, which are made for programs: CKAN's own robots.txt closes `/api/` to crawlers. A wish for a pause
(`Crawl-delay`) is kept for every host, up to a limit. Belongs here: keeping a host's rules for a day, and the
judgement. Does not belong here: the request itself (`client`).
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from pipelines.http_client import faults
from pipelines.http_client.hosts import DAY, Hosts
from pipelines.http_client.links import host_of, origin_of

if TYPE_CHECKING:
    from protego import Protego

TOKEN = "Veedor"  # noqa: S105 - the name that rules are addressed to
MAX_BYTES = 500_000  # RFC 9309, 2.5: what is to be read at least
CRAWL_DELAY_SECONDS = 5.0


class Robots:
    """The rules of every host. `read` gives the text at an address, "" for none, None when it is not known yet."""

    def __init__(
        self,
        hosts: Hosts,
        named: Collection[str],
        read: Callable[[str], str | None],
        now: Callable[[], float],
    ) -> None:
        self._hosts = hosts
        self._named = named
        self._read = read
        self._now = now
        self._parsed: dict[str, tuple[float, Protego]] = {}

    def demand(self, url: str) -> None:
        """Raise `FetchFault` BLOCKED when the host of `url` does not want programs to ask for it."""
        rules = self._rules(url)
        if rules is not None and host_of(url) not in self._named and not rules.can_fetch(url, TOKEN):
            raise faults.disallowed(host_of(url))

    def _rules(self, url: str) -> Protego | None:
        from protego import Protego

        host = host_of(url)
        path = self._hosts.file(host, "robots")
        with contextlib.suppress(FileNotFoundError):
            written = path.stat().st_mtime
            if 0 <= self._now() - written < DAY:
                if self._parsed.get(host, (0.0, None))[0] != written:
                    self._parsed[host] = written, Protego.parse(path.read_text(encoding="utf-8"))
                return self._parsed[host][1]
        text = self._read(origin_of(url) + "/robots.txt")
        if text is None:
            return None
        rules = Protego.parse(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        incoming = path.with_name(f"{uuid.uuid4().hex}.part")
        incoming.write_text(text, encoding="utf-8")
        os.utime(incoming, (self._now(), self._now()))
        incoming.replace(path)
        delay = rules.crawl_delay(TOKEN) or 0.0
        self._hosts.crawl_delay(host, min(max(delay, 0.0), CRAWL_DELAY_SECONDS))
        return rules
