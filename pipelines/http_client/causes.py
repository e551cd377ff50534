"""What stands behind an exception of `requests` or urllib3: certificates, handshakes, names, connections.

Belongs here: finding the cause in a chain of exceptions, and the `FetchFault` for it. Does not belong here: faults
that an answer shows (`faults`).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException

from urllib3.exceptions import IncompleteRead

from pipelines.errors import FetchFault
from pipelines.http_client import faults
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind

# By OpenSSL's X509_V_ERR_* code.
CERTIFICATE = {
    10: ("its certificate has expired", "Renew the certificate."),
    18: ("its certificate is self-signed", "Install a certificate of a recognised authority."),
    19: ("its certificate's authority is not recognised", "Install a certificate of a recognised authority."),
    20: (
        "its certificate chain lacks the intermediate certificate",
        "Install the whole chain on the server; browsers guess what is missing, programs do not.",
    ),
    62: ("its certificate is for another host name", "Install a certificate for this host name."),
}

# By OpenSSL's names of reasons.
HANDSHAKE = {
    "PROTOCOL_VERSION": "it only speaks an old version of TLS",
    "UNSUPPORTED_PROTOCOL": "it only speaks an old version of TLS",
    "LEGACY_RENEGOTIATION": "it only speaks an old version of TLS",
    "DH_KEY_TOO_SMALL": "its keys are too short",
    "WRONG_VERSION_NUMBER": "it does not speak TLS at this port",
}


def of_error(error: Exception) -> FetchFault:
    """The fault behind an exception of `requests` or urllib3 from before the body."""
    chain = list(_chain(error))
    for cause in chain:
        if isinstance(cause, FetchFault):
            return cause
        if isinstance(cause, ssl.SSLCertVerificationError):
            seen, advice = CERTIFICATE.get(
                cause.verify_code,
                (f"its certificate: {printable(cause.verify_message, 100)}", faults.PUBLISHER),
            )
            return FetchFault(FaultKind.TLS, f"the server is not to be trusted: {seen}", advice)
    for cause in chain:
        if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
            return FetchFault(
                FaultKind.TIMED_OUT, "the server does not answer in time", faults.LATER, transient=True
            )
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            reason = printable(cause.reason or str(cause), 100)
            told = next((words for sign, words in HANDSHAKE.items() if sign in reason), "")
            message = f"no secure connection can be made: {told}{f' ({reason})' if told else reason}"
            return FetchFault(FaultKind.TLS, message, faults.PUBLISHER)
        if isinstance(cause, socket.gaierror):
            known = cause.errno != socket.EAI_NONAME
            message = f"the host name {'cannot be resolved now' if known else 'does not exist'}"
            return FetchFault(FaultKind.NOT_REACHABLE, message, faults.PUBLISHER, transient=True)
        if isinstance(cause, HTTPException) and not isinstance(cause, OSError):
            message = f"the server does not speak HTTP as it should: {printable(str(cause), 100)}"
            return FetchFault(FaultKind.NOT_REACHABLE, message, faults.PUBLISHER, transient=True)
    system = [cause.strerror for cause in chain if isinstance(cause, OSError) and cause.strerror]
    reason = printable(system[-1] if system else str(chain[-1]), 150)
    return FetchFault(
        FaultKind.NOT_REACHABLE, f"the connection failed: {reason}", faults.LATER, transient=True
    )


def of_broken_body(error: Exception) -> FetchFault:
    """The fault behind an exception in the middle of a body."""
    fault = of_error(error)
    if fault.kind is FaultKind.TIMED_OUT:
        return fault
    for cause in _chain(error):
        if isinstance(cause, IncompleteRead) and isinstance(cause.expected, int):
            return faults.cut_short(f"{cause.partial:,} bytes came, {cause.expected:,} more were announced")
    return faults.cut_short("the connection broke off")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything that it was raised from, outermost first."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, BaseException) and id(item) not in seen:
            seen.add(id(item))
            yield item
            waiting += [getattr(item, "reason", None), item.__cause__, item.__context__, *item.args]
