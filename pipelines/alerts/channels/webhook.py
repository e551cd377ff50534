"""The webhook channel: a signed request for each alert (https://www.standardwebhooks.com, version 1.0.0).

Belongs here: signature and headers. Does not belong here: the body (`payload`), trying again (the outbox; the
webhook-id is the same each time, so that the other side can drop what it has).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from pipelines.alerts.channels import environment as env
from pipelines.alerts.channels import http_answers, payload
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.redaction import secrets_in
from pipelines.settings import Settings
from pipelines.sources_channels import WebhookChannel

# The only answer by which a receiver says that it wants no more of this; the others have to be seen twice.
GONE = frozenset({410})


def opened(
    declared: WebhookChannel, settings: Settings, http: HttpClient, environment: Mapping[str, str]
) -> Channel:
    """The receiver as a channel."""
    url, secret = environment.get(declared.url_env, ""), environment.get(declared.secret_env, "")

    def deliver(letter: Letter) -> str:
        address = env.web_address(declared.url_env, environment, plain=settings.allow_private_addresses)
        key = env.signing_key(declared.secret_env, environment)
        body = payload.of(letter)
        headers = {"Content-Type": "application/json", **signed(letter, body, key)}
        try:
            reply = http.send(address, body, headers, seconds=http_answers.SECONDS)
        except FetchFault as fault:
            raise http_answers.no_answer(fault) from None
        if not 200 <= reply.status < 300:
            raise http_answers.refusal(reply, sure=GONE)
        return ""  # the address is a secret

    secrets = (*secrets_in(url), secret, secret.removeprefix(env.WHSEC))
    return Channel(deliver, Audience(declared.audience), (declared.kind, url, secret), secrets)


def signed(letter: Letter, body: bytes, key: bytes) -> dict[str, str]:
    """The three headers; the time is that of the attempt."""
    identity, stamp = f"veedor_{letter.message.id}", str(int(letter.now.timestamp()))
    code = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(code).decode()}",
    }
