"""The `channels:` block of `sources.yaml`: ways to deliver alerts besides mail, by name.

Belongs here: which kinds there are and what each has to be told. An address, token or secret never stands in the file:
the file names the environment variable that holds it. Does not belong here: delivering (`alerts.channels`).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipelines.sources_values import Block, Slug, WebAddress

ENVIRONMENT_NAME = re.compile(r"^[A-Z][A-Z0-9_]{0,99}$")
REPOSITORY = re.compile(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")
OUR_OWN = ("file", "mail")


def _environment_name(value: str) -> str:
    if not ENVIRONMENT_NAME.match(value):
        # Never the value: somebody may have written the secret itself.
        raise ValueError(
            "write the name of an environment variable there, such as CHAT_URL, never what it holds"
        )
    return value


def _repository(value: str) -> str:
    if not REPOSITORY.match(value) or {".", ".."} & set(value.split("/")):
        raise ValueError(f"{value!r} is not a repository, written as owner/name")
    return value


def _name(value: str) -> str:
    if value in OUR_OWN:
        raise ValueError(f"{value!r} is the name of a channel that every installation has; use another")
    return value


EnvironmentName = Annotated[str, AfterValidator(_environment_name)]
Repository = Annotated[str, AfterValidator(_repository)]
ChannelName = Annotated[Slug, AfterValidator(_name)]


class _Channel(Block):
    audience: Literal["owners", "operator"] = Field(
        default="operator",
        alias="for",
        description="Whose messages go through it: `owners`, what the owners of the data are told; `operator`, what "
        "you are told about this installation.",
    )


class AppriseChannel(_Channel):
    """Slack, Teams, Telegram and a hundred others: whatever Apprise has an address for."""

    kind: Literal["apprise"] = Field(description="Kind of channel.")
    url_env: EnvironmentName = Field(
        description="Environment variable that holds the Apprise address, such as slack://..."
    )


class WebhookChannel(_Channel):
    """A program of your own: a signed request for each alert, as standardwebhooks.com has it."""

    kind: Literal["webhook"] = Field(description="Kind of channel.")
    url_env: EnvironmentName = Field(description="Environment variable that holds the address (https).")
    secret_env: EnvironmentName = Field(
        description="Environment variable that holds the secret for the signature: `whsec_` and 24 to 64 random bytes "
        "in base64."
    )


class GithubChannel(_Channel):
    """Issues of a GitHub repository: one for each incident, closed with it."""

    kind: Literal["github"] = Field(description="Kind of channel.")
    repo: Repository = Field(description="The repository: `owner/name`.")
    token_env: EnvironmentName = Field(
        description="Environment variable that holds a token that may write issues there."
    )
    base_url: WebAddress = Field(
        default="https://api.github.com", description="Base address of the API, for GitHub Enterprise."
    )


class GitlabChannel(_Channel):
    """Issues of a GitLab project: one for each incident, closed with it."""

    kind: Literal["gitlab"] = Field(description="Kind of channel.")
    repo: Repository = Field(description="The project: `group/name`.")
    token_env: EnvironmentName = Field(
        description="Environment variable that holds a token that may write issues there."
    )
    base_url: WebAddress = Field(
        default="https://gitlab.com", description="Base address of the server, for one of your own."
    )


DeclaredChannel = Annotated[
    AppriseChannel | WebhookChannel | GithubChannel | GitlabChannel, Field(discriminator="kind")
]
