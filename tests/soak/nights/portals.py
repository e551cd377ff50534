"""The other side: two portals and two mail servers on loopback, which do what the script says.

Belongs here: showing a night. Each installation has a mail server of its own; the portals are the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.portal_server.server import PACKAGE_SHOW, PAGES, ROBOTS, PortalServer
from tests.smtp_server import Inbox, running
from tests.soak.nights import story
from tests.soak.nights.story import DEAD, PORTALS, WATCHED, Shown

REFUSED = "451 4.3.0 no room, try again later"
ADDRESSES = {"norte": "127.0.0.1", "sur": "127.0.0.2"}


@dataclass
class Watcher:
    """Is called as soon as a mail has been taken, before the other side hears that it was."""

    taken: Any = None

    def __call__(self) -> None:
        if self.taken is not None:
            self.taken()


@dataclass
class Mailbox(Inbox):
    """An inbox that can have somebody killed the moment that it has taken a mail."""

    watcher: Watcher = field(default_factory=Watcher)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            self.watcher()
        return answer

    def received(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of everything that came, in order."""
        return list(zip((it.rcpt_tos[0] for it in self.envelopes), self.ids, strict=True))


@dataclass(frozen=True)
class World:
    """Everything that answers. Mailboxes and their addresses by installation."""

    portals: dict[str, PortalServer]
    mailboxes: dict[str, Mailbox]
    mail_urls: dict[str, str]

    @property
    def addresses(self) -> dict[str, str]:
        return {name: portal.url for name, portal in self.portals.items()}

    def show(self, shown: Shown) -> None:
        """Publish what is to be seen on a night; nobody may be asking meanwhile."""
        for name, portal in self.portals.items():
            portal.heal()
            portal.files.clear()
            portal.ckan.clear()
            for it in WATCHED:
                if it.portal != name:
                    continue
                broken = shown.broken.get(it.suite, "")
                content = story.content(it, shown.versions[it.suite], broken)
                if content is not None:
                    portal.files[it.path] = content
                if it.catalog:
                    portal.ckan[it.id] = _package(it.id, it.path)
                if broken == "error":
                    portal.fault(it.path, "answer", status=500)
            if name in shown.portals:
                own = [it for it in WATCHED if it.portal == name]
                dead = [it.path for it in own]
                if shown.portals[name] == DEAD:
                    dead += [ROBOTS, PACKAGE_SHOW, *(f"{PAGES}{it.id}" for it in own)]
                for path in dead:
                    portal.fault(path, "reset")
        for mailbox in self.mailboxes.values():
            mailbox.refuse_message = REFUSED if shown.mail_refused else None


def _package(name: str, path: str) -> dict[str, Any]:
    return {
        "title": name,
        "notes": f"El conjunto {name}, inventado.",
        "license_id": "cc-by",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "resources": [{"id": "csv", "name": "csv", "url": "{portal}" + path, "format": "CSV"}],
    }


@contextmanager
def world(installations: tuple[str, ...]) -> Iterator[World]:
    """Two portals, and a mail server for each installation, until the end of the block."""
    with ExitStack() as stack:
        portals = {it: stack.enter_context(PortalServer(address=ADDRESSES[it])) for it in PORTALS}
        mailboxes = {it: Mailbox() for it in installations}
        urls = {it: stack.enter_context(running(mailboxes[it])) for it in installations}
        yield World(portals, mailboxes, urls)
