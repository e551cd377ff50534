"""The `channels:` block of sources.yaml, and that no complaint about it repeats a secret."""

from __future__ import annotations

import pytest

from pipelines.errors import SourcesError
from pipelines.sources import parse

CHANNELS = """\
version: 1
time_zone: America/Mexico_City
channels:
  {}
sources: []
"""


def test_channels_are_declared_by_name_and_name_the_variables_that_hold_their_secrets() -> None:
    declared = parse(CHANNELS.format("chat: {kind: apprise, url_env: VEEDOR_CHAT_URL, for: owners}")).channels
    assert [(name, it.kind, it.audience) for name, it in declared.items()] == [("chat", "apprise", "owners")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "chat: {kind: apprise, url_env: 'slack://TokenA/TokenB'}",
            "channels.chat.url_env: write the name of",
        ),
        ("chat: {kind: apprise, url: 'slack://TokenA/TokenB'}", "channels.chat.url_env is missing"),
        ("chat: {kind: telegraph, url_env: A}", "channels.chat: Input tag 'telegraph'"),
        ("chat: {url_env: A}", "channels.chat.kind is missing"),
        ("mail: {kind: apprise, url_env: A}", "channels.mail: 'mail' is the name of a channel"),
        ("Chat Room: {kind: apprise, url_env: A}", "channels.Chat Room: 'Chat Room' is not a slug"),
        ("git: {kind: github, repo: institucion, token_env: A}", "not a repository, written as owner/name"),
        ("git: {kind: gitlab, repo: a/../b, token_env: A}", "not a repository"),
        ("git: {kind: github, repo: a/b, token_env: A, for: everybody}", "channels.git.for: Input should be"),
        ("chat: apprise", "channels.chat: "),
    ],
)
def test_what_is_wrong_with_a_channel_is_said_with_its_line_and_without_a_secret(
    line: str, said: str
) -> None:
    with pytest.raises(SourcesError) as caught:
        parse(CHANNELS.format(line))
    assert said in str(caught.value)
    assert caught.value.line == 4
    assert "TokenA" not in f"{caught.value} {caught.value.__cause__}"
