"""Real SMTP servers on loopback for tests: one that can refuse, greylist and ask for a log-in, and rude ones."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Inbox:
    """What the server received, and what it answers to the next recipient or message.

    `greylisted`: how many times each recipient is put off. `nobody`: whom it does not know. `login` is the only one
    that is let in.
    """

    refuse_sender: str | None = None
    refuse_recipient: str | None = None
    refuse_message: str | None = None
    greylisted: int = 0
    nobody: frozenset[str] = frozenset()
    login: tuple[str, str] | None = None
    envelopes: list[Envelope] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        if address in self.nobody:
            return "550 5.1.1 no such user"
        self.seen[address] += 1
        if self.seen[address] <= self.greylisted:
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_message:
            return self.refuse_message
        self.envelopes.append(envelope)
        return "250 OK"

    def authenticated(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> Any:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self.login, handled=False)

    def message(self, index: int = -1) -> EmailMessage:
        """One received message, the last one if not said otherwise."""
        content: Any = self.envelopes[index].content
        return message_from_bytes(content, policy=policy.default)

    @property
    def ids(self) -> list[str]:
        """The Message-ID of everything that was received, in order."""
        return [str(self.message(index)["Message-ID"]) for index in range(len(self.envelopes))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    inbox: Inbox,
    *,
    certificate: tuple[Path, Path] | None = None,
    implicit: bool = False,
    size: int | None = None,
) -> Iterator[str]:
    """Serve `inbox`; give its address. With a certificate it offers STARTTLS, or is all TLS (`implicit`)."""
    port = free_port()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": port, "data_size_limit": size}
    if inbox.login is not None:
        options |= {"authenticator": inbox.authenticated, "auth_require_tls": False}
    controller = Controller(
        inbox,
        ssl_context=context if implicit else None,
        tls_context=None if implicit else context,
        **options,
    )
    controller.start()
    user = f"{inbox.login[0]}:{inbox.login[1]}@" if inbox.login else ""
    mode = ("ssl" if implicit else "starttls") if certificate else "insecure"
    try:
        yield f"mailto://{user}127.0.0.1:{port}?mode={mode}"
    finally:
        controller.stop()


Talk = Callable[[socket.socket], None]


@contextmanager
def rude(talk: Talk) -> Iterator[str]:
    """A server that does with each connection what `talk` does; give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"mailto://127.0.0.1:{listener.getsockname()[1]}?mode=insecure"
    finally:
        over.set()
        listener.close()
        thread.join(timeout=5)


def says_nothing(connection: socket.socket) -> None:
    """Takes the connection, and then nothing."""
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        connection.recv(1)


def drips(connection: socket.socket) -> None:
    """Sends a greeting that never ends, fast enough for any time-out of a single read."""
    for _ in range(200):
        connection.sendall(b"220-still here\r\n")
        time.sleep(0.05)


def cut_in_data(connection: socket.socket) -> None:
    """Is polite until the middle of the data, and hangs up there."""
    connection.settimeout(5)
    connection.sendall(b"220 hello\r\n")
    stream = connection.makefile("rb")
    for line in stream:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
            stream.read(50)
            # With data unread, closing resets the connection.
            return
        connection.sendall(b"250 OK\r\n")


def cut_after_data(connection: socket.socket) -> None:
    """Takes the whole mail, and hangs up before it says so."""
    connection.settimeout(5)
    connection.sendall(b"220 hello\r\n")
    inside = False
    for line in connection.makefile("rb"):
        if inside:
            if line == b".\r\n":
                return
            continue
        inside = line.upper().startswith(b"DATA")
        connection.sendall(b"354 go on\r\n" if inside else b"250 OK\r\n")
