"""An IMAP server on loopback, as far as a mailbox is read: one connection, TLS, a list of mails."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(mails: Sequence[bytes], certificate: tuple[Path, Path], *, fault: str = "") -> Iterator[int]:
    """Serve `mails`; give the port. `fault`: refuse the `login` or the `select`, or `cut` off a mail."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            plain.settimeout(10)
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                _talk(connection, mails, fault)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(timeout=5)


def _talk(connection: ssl.SSLSocket, mails: Sequence[bytes], fault: str) -> None:
    def say(text: str) -> None:
        connection.sendall(text.encode() + b"\r\n")

    say("* OK ready")
    for line in connection.makefile("rb"):
        tag, command, *rest = line.decode().rstrip().split(" ")
        match command.upper():
            case "CAPABILITY":
                say("* CAPABILITY IMAP4rev1")
                say(f"{tag} OK done")
            case "LOGIN" if fault == "login" or rest[1] not in ('"p@ss"', "p@ss"):
                say(f"{tag} NO wrong password {rest[1]}")
            case "EXAMINE" if fault == "select":
                say(f"{tag} NO there is no such folder")
            case "EXAMINE":
                assert rest == ['"Bounces"']
                say(f"* {len(mails)} EXISTS")
                say(f"{tag} OK [READ-ONLY]")
            case "SEARCH":
                assert rest == ["SINCE", "20-Feb-2026"]
                say("* SEARCH " + " ".join(str(number + 1) for number in range(len(mails))))
                say(f"{tag} OK done")
            case "FETCH":
                mail = mails[int(rest[0]) - 1]
                assert "BODY.PEEK[]" in rest[1]
                connection.sendall(f"* {rest[0]} FETCH (BODY[]<0> {{{len(mail)}}}\r\n".encode())
                if fault == "cut":
                    connection.sendall(mail[:50])
                    return
                connection.sendall(mail + b")\r\n")
                say(f"{tag} OK done")
            case "LOGOUT":
                say("* BYE")
                say(f"{tag} OK done")
                return
            case _:
                say(f"{tag} OK done")
