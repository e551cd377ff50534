"""Issues of a GitHub repository (https://docs.github.com/en/rest/issues).

Belongs here: addresses and fields of that API. The list of issues is gone through, not the search, which is an index
that lags behind.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.alerts.channels import environment as env
from pipelines.alerts.channels.issues import MARKED, Issue, follow
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.alerts.channels.tracker_api import Api, demanded
from pipelines.http_client import HttpClient
from pipelines.settings import Settings
from pipelines.sources_channels import GithubChannel

VERSION = "2022-11-28"


def opened(
    declared: GithubChannel, settings: Settings, http: HttpClient, environment: Mapping[str, str]
) -> Channel:
    """The repository as a channel."""
    secret = environment.get(declared.token_env, "")

    def deliver(letter: Letter) -> str:
        base = env.base_address(declared.base_url, plain=settings.allow_private_addresses)
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {env.token(declared.token_env, environment)}",
            "X-GitHub-Api-Version": VERSION,
        }
        issues = f"{base}/repos/{declared.repo}/issues"
        return follow(letter, Repository(Api(issues, http, headers)))

    made_of = (declared.kind, declared.base_url, declared.repo, secret)
    return Channel(deliver, Audience(declared.audience), made_of, (secret,))


class Repository:
    """A `Tracker`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def open_issues(self) -> Mapping[str, Issue]:
        """The open issues that bear our mark. Pull requests are listed among issues, and are none."""
        found: dict[str, Issue] = {}
        for entry in self._api.pages("", state="open", sort="created", direction="desc"):
            marked = MARKED.search(str(entry.get("body") or ""))
            if marked and "pull_request" not in entry:
                found.setdefault(marked[1], _issue(entry))
        return found

    def open(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return _issue(self._api.tell("", {"title": title, "body": body}))

    def comments(self, issue: Issue) -> str:
        """The texts of all comments."""
        return "\n".join(str(it.get("body") or "") for it in self._api.pages(f"/{issue.number}/comments"))

    def comment(self, issue: Issue, body: str) -> None:
        """Add a comment."""
        self._api.tell(f"/{issue.number}/comments", {"body": body})

    def close(self, issue: Issue) -> None:
        """Close the issue."""
        self._api.tell(f"/{issue.number}", {"state": "closed", "state_reason": "completed"}, method="PATCH")


def _issue(entry: object) -> Issue:
    issue: Issue = demanded(entry, lambda it: Issue(int(it["number"]), str(it["html_url"])))
    return issue
