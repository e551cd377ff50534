"""No secret comes through, however it is written and whatever surrounds it."""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redaction import redacted, secrets_in, spellings

SECRETS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=6, max_size=40).filter(
    lambda it: not it.isspace() and set(it) != {"*"}
)
NAMES = st.sampled_from(
    ["access_token", "api_key", "apikey", "X-Amz-Signature", "password", "client_secret", "sig"]
)
PLAIN = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.~", min_size=6, max_size=30)


@given(SECRETS, st.text(max_size=50), st.text(max_size=50))
def test_a_secret_is_taken_out_in_every_spelling(secret: str, before: str, after: str) -> None:
    spelled = spellings([secret])
    coded = base64.b64encode(secret.encode()).decode()
    for written in (
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        coded,
        repr(secret)[1:-1],
    ):
        assert written not in redacted(f"{before} {written} {after}", spelled).replace("***", "\0")


@given(PLAIN, PLAIN, st.sampled_from(["https", "postgresql", "mailtos", "redis"]))
def test_the_log_in_of_an_address_is_taken_out(user: str, password: str, scheme: str) -> None:
    told = redacted(f"could not reach {scheme}://{user}:{password}@host.example:99/path, trying again")
    assert told == f"could not reach {scheme}://***@host.example:99/path, trying again"


@given(PLAIN, NAMES, st.sampled_from(["?", "?a=b&", "?a=b;", "#"]))
def test_parameters_that_are_for_one_reader_are_taken_out(secret: str, name: str, before: str) -> None:
    told = redacted(f"GET https://datos.example/file.csv{before}{name}={secret}&page=2 gave 403")
    assert told == f"GET https://datos.example/file.csv{before}{name}=***&page=2 gave 403"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Authorization: Bearer abc.def", "abc.def"),
        ("{'X-App-Token': 'k9Qw-Zx81'}", "k9Qw"),
        ("PRIVATE-TOKEN=glpat-1", "glpat"),
        ("https://u:p@ss/w@host.example/x", "p@ss"),
    ],
)
def test_headers_and_crooked_addresses(text: str, gone: str) -> None:
    assert gone not in redacted(text)


def test_signed_links_are_taken_out() -> None:
    from itsdangerous import URLSafeTimedSerializer

    signed = URLSafeTimedSerializer(
        "k" * 32, signer_kwargs={"digest_method": __import__("hashlib").sha256}
    ).dumps(["alert", ["incident"], "hash", "owner"])
    told = redacted(f"https://veedor.example/a/acknowledge-{signed} was followed")
    assert str(signed).rpartition(".")[2] not in told
    assert "was followed" in told


@pytest.mark.parametrize(
    "text",
    [
        "source compras is through: success",
        "https://datos.example/dataset?id=contratos&format=csv",
        "pipelines.alerts.channels.environment is not where you think it is",
        "Clave: 12, keys: 3, the session ended",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.timeout(60)  # what is not bounded takes hours
@pytest.mark.parametrize(
    "piece",
    ["a", "key", "?key", "a://", "?", "a.", "token=", "-", "authorization:", "abcdefghijklmnopq.abcdef."],
)
def test_no_text_takes_for_ever(piece: str) -> None:
    assert redacted(piece * (40_000 // len(piece)))


def test_very_short_secrets_hide_nothing() -> None:
    assert redacted("a b c", spellings(["a", ""])) == "a b c"


def test_the_parts_of_an_address_that_may_be_secret() -> None:
    found = secrets_in("https://hooks.example/api/T0KEN-123?key=v4lue-9")
    assert {"T0KEN-123", "v4lue-9"} <= set(found)
    assert "api" not in found
