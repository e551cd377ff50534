"""Whether a domain takes mail, asked of a name server on loopback."""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from pipelines.alerts import addresses, domains

# name -> type -> records; a name that is not here does not exist.
ZONE: dict[str, dict[str, list[str]]] = {
    "dependencia.example.": {"MX": ["10 mx1.dependencia.example.", "20 mx2.dependencia.example."]},
    "web.example.": {"A": ["192.0.2.1"]},
    "six.example.": {"AAAA": ["2001:db8::1"]},
    "no-mail.example.": {"MX": ["0 ."], "A": ["192.0.2.1"]},
    "empty.example.": {"TXT": ['"only words"']},
    "broken.example.": {"SERVFAIL": []},
    "silent.example.": {"SILENT": []},
    "xn--dependenca-s8a.example.": {"MX": ["10 mx.example."]},
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    wire, sender = server.recvfrom(4096)
                except OSError:
                    continue
                answer = _answer(dns.message.from_wire(wire))
                if answer is not None:
                    server.sendto(answer.to_wire(), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join(timeout=5)


def _answer(query: dns.message.Message) -> dns.message.Message | None:
    (question,) = query.question
    known = ZONE.get(str(question.name).lower())
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    kind = dns.rdatatype.to_text(question.rdtype)
    if known is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif "SILENT" in known:
        return None
    elif "SERVFAIL" in known:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif kind in known:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *known[kind]))
    return answer


@pytest.fixture
def resolver(port: int, monkeypatch: pytest.MonkeyPatch) -> dns.resolver.Resolver:
    monkeypatch.setattr(domains, "SECONDS", 0.5)
    found = dns.resolver.Resolver(configure=False)
    found.nameservers = ["127.0.0.1"]
    found.port = port
    found.timeout = 0.2
    return found


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("dependencia.example", True),
        ("DEPENDENCIA.example.", True),
        ("dependencía.example", True),
        ("web.example", True),
        ("six.example", True),
        ("no-mail.example", False),
        ("empty.example", False),
        ("gone.example", False),
        ("broken.example", None),
        ("silent.example", None),
        ("localhost", None),
        ("", None),
        ("a..b", False),
        ("x" * 64 + ".example", False),
        (("x" * 60 + ".") * 5, False),
    ],
)
def test_a_domain(resolver: dns.resolver.Resolver, domain: str, expected: bool | None) -> None:
    assert domains.takes_mail(domain, resolver) is expected


def test_a_machine_without_a_name_service_knows_nothing() -> None:
    nobody = dns.resolver.Resolver(configure=False)
    assert domains.takes_mail("dependencia.example", nobody) is None


def test_an_address_is_dead_when_mails_or_its_domain_say_so(resolver: dns.resolver.Resolver) -> None:
    asked: list[str] = []

    @functools.cache
    def takes_mail(domain: str) -> bool | None:
        asked.append(domain)
        return domains.takes_mail(domain, resolver)

    dead = {"vieja@dependencia.example": "550"}
    verdicts = {
        None: None,
        "": None,
        "Vieja@dependencia.example": True,
        "unidad@dependencia.example": False,
        "otra@DEPENDENCIA.example": False,
        "x@no-mail.example": True,
        "x@silent.example": None,
    }
    assert {it: addresses.is_dead(it, dead, takes_mail) for it in verdicts} == verdicts
    assert asked.count("dependencia.example") == 1


def test_a_name_service_that_finds_nothing_at_all_makes_no_contact_dead() -> None:
    known = addresses.believed({"a.example": True, "b.example": False}.get, ["a.example", "b.example"])
    assert (known("a.example"), known("b.example")) == (True, False)
    silent = addresses.believed({"a.example": False, "b.example": False}.get, ["a.example", "b.example"])
    assert (silent("a.example"), silent("b.example")) == (None, None)
    assert addresses.is_dead("unidad@b.example", (), silent) is None
