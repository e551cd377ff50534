"""Issues of a GitLab project (https://docs.gitlab.com/api/issues/), there or on a server of one's own.

Belongs here: addresses and fields of that API.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from pipelines.alerts.channels import environment as env
from pipelines.alerts.channels.issues import MARK, MARKED, Issue, follow
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.alerts.channels.tracker_api import Api, demanded
from pipelines.http_client import HttpClient
from pipelines.settings import Settings
from pipelines.sources_channels import GitlabChannel


def opened(
    declared: GitlabChannel, settings: Settings, http: HttpClient, environment: Mapping[str, str]
) -> Channel:
    """The project as a channel."""
    secret = environment.get(declared.token_env, "")

    def deliver(letter: Letter) -> str:
        base = env.base_address(declared.base_url, plain=settings.allow_private_addresses)
        headers = {"PRIVATE-TOKEN": env.token(declared.token_env, environment)}
        project = quote(declared.repo, safe="")
        issues = f"{base}/api/v4/projects/{project}/issues"
        return follow(letter, Project(Api(issues, http, headers)))

    made_of = (declared.kind, declared.base_url, declared.repo, secret)
    return Channel(deliver, Audience(declared.audience), made_of, (secret,))


class Project:
    """A `Tracker`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def open_issues(self) -> Mapping[str, Issue]:
        """The open issues that bear our mark."""
        found: dict[str, Issue] = {}
        wanted = {"state": "opened", "search": MARK, "in": "description", "order_by": "created_at"}
        for entry in self._api.pages("", **wanted):
            marked = MARKED.search(str(entry.get("description") or ""))
            if marked:
                found.setdefault(marked[1], _issue(entry))
        return found

    def open(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return _issue(self._api.tell("", {"title": title, "description": body}))

    def comments(self, issue: Issue) -> str:
        """The texts of all comments."""
        return "\n".join(str(it.get("body") or "") for it in self._api.pages(f"/{issue.number}/notes"))

    def comment(self, issue: Issue, body: str) -> None:
        """Add a comment."""
        self._api.tell(f"/{issue.number}/notes", {"body": body})

    def close(self, issue: Issue) -> None:
        """Close the issue."""
        self._api.tell(f"/{issue.number}", {"state_event": "close"}, method="PUT")


def _issue(entry: object) -> Issue:
    issue: Issue = demanded(entry, lambda it: Issue(int(it["iid"]), str(it["web_url"])))
    return issue
