"""Incidents as issues of GitHub and GitLab: opened once, commented when worse, closed with the incident."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.alerts.channels import github, gitlab
from pipelines.alerts.channels.issues import WORDS, plain
from pipelines.alerts.channels.letter import Channel, Letter
from pipelines.clock import FixedClock
from pipelines.errors import DeliveryError
from pipelines.http_client import HttpClient
from pipelines.model import AlertKind, DeliveryFailure, TransitionKind, UnexpectedExample
from pipelines.settings import Settings
from pipelines.sources_channels import GithubChannel, GitlabChannel
from tests import receivers
from tests.letters import TOKEN, letter
from tests.receivers import Issues, Receiver

BASE = {"repo": "institucion/datos", "token_env": "TOKEN"}


@dataclass
class Tracked:
    """One tracker that is asked over loopback."""

    issues: Issues
    receiver: Receiver
    open: Callable[[dict[str, str]], Channel]

    def deliver(self, **changes: Any) -> str:
        return self.open({"TOKEN": TOKEN}).deliver(letter(**changes))

    def written(self) -> list[str]:
        return [it.method for it in self.receiver.requests if it.method != "GET"]


@pytest.fixture(params=["github", "gitlab"])
def tracked(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Tracked]:
    issues, receiver = Issues(TOKEN), Receiver()
    receiver.answer = getattr(issues, request.param)
    with ExitStack() as held:
        base = {**BASE, "base_url": held.enter_context(receivers.running(receiver))}
        http = held.enter_context(HttpClient(settings, FixedClock(datetime(2026, 3, 5, tzinfo=UTC))))

        def opened(environment: dict[str, str]) -> Channel:
            if request.param == "github":
                declared = GithubChannel.model_validate({"kind": "github", **base})
                return github.opened(declared, settings, http, environment)
            project = GitlabChannel.model_validate({"kind": "gitlab", **base})
            return gitlab.opened(project, settings, http, environment)

        yield Tracked(issues, receiver, opened)


def test_an_incident_from_its_beginning_to_its_end(tracked: Tracked) -> None:
    url = tracked.deliver()
    assert url.endswith("/issues/1")
    (issue,) = tracked.issues.issues
    assert issue["title"] == "Veedor: compras/contratos: El importe está presente"
    assert "Antes 0, ahora 33.3 (% de los valores no cumple)" in issue["body"]
    assert "4, 7" in issue["body"]
    assert "S/N" not in issue["body"]
    assert tracked.deliver(kind=TransitionKind.WORSENED, id="t2", after=80.0) == url
    assert tracked.issues.comments[1][0].startswith("**Empeoró más:**")
    assert tracked.deliver(kind=TransitionKind.RECOVERED, id="t3", after=0.0) == url
    assert issue["state"] == "closed"
    assert len(tracked.issues.comments[1]) == 2
    assert len(tracked.issues.issues) == 1


def test_nothing_is_done_twice(tracked: Tracked) -> None:
    steps: list[dict[str, Any]] = [
        {},
        {"kind": TransitionKind.WORSENED, "id": "t2"},
        {"kind": TransitionKind.RECOVERED, "id": "t3"},
    ]
    for step in steps:
        tracked.deliver(**step)
        before = (len(tracked.issues.issues), len(tracked.issues.comments.get(1, [])))
        tracked.deliver(**step)
        assert (len(tracked.issues.issues), len(tracked.issues.comments.get(1, []))) == before
    assert [it["state"] for it in tracked.issues.issues] == ["closed"]


def test_an_issue_that_people_opened_or_that_lies_far_back_is_known_by_its_mark(tracked: Tracked) -> None:
    tracked.issues.add("Cambiado a mano", "Nuestro texto\n\n<!-- veedor-incident:incident-1 -->\r\n")
    for number in range(250):
        tracked.issues.add(f"Otro {number}", "sin marca" if number % 2 else "<!-- veedor-incident:x -->")
    tracked.issues.add("A pull request", "<!-- veedor-incident:pr -->", pull_request={})
    tracked.deliver()
    tracked.deliver(kind=TransitionKind.RECOVERED, id="t3")
    assert tracked.issues.issues[0]["state"] == "closed"
    assert len(tracked.issues.issues) == 252


def test_what_was_closed_by_hand_stays_so_and_what_begins_anew_is_opened_anew(tracked: Tracked) -> None:
    tracked.deliver()
    tracked.issues.issues[0]["state"] = "closed"
    tracked.deliver(kind=TransitionKind.RECOVERED, id="t2")
    assert len(tracked.issues.comments) == 0
    tracked.deliver(id="t9")
    assert [it["state"] for it in tracked.issues.issues] == ["closed", "open"]
    tracked.deliver(kind=TransitionKind.WORSENED, incident="incident-2", id="t10")
    assert len(tracked.issues.open) == 2


@pytest.mark.parametrize(
    ("answer", "failure", "wait"),
    [
        (receivers.said(404, {"message": "Not Found"}), DeliveryFailure.CHANNEL, None),
        (receivers.said(410, {"message": "Issues are disabled"}), DeliveryFailure.CHANNEL, None),
        (receivers.said(403, {"message": "Resource not accessible"}), DeliveryFailure.CHANNEL, None),
        (receivers.said(301, {"message": "Moved"}, Location="/x"), DeliveryFailure.CHANNEL, None),
        (receivers.said(422, {"message": "Validation Failed"}), DeliveryFailure.REFUSED, None),
        (
            receivers.said(403, {"message": "secondary rate limit"}, **{"Retry-After": "60"}),
            DeliveryFailure.LATER,
            60.0,
        ),
        (receivers.said(429, {}, **{"Retry-After": "9"}), DeliveryFailure.LATER, 9.0),
        (receivers.said(502, {}), DeliveryFailure.LATER, None),
        ((200, {}, b"<html>a portal of the network</html>"), DeliveryFailure.LATER, None),
        (receivers.said(200, {"not": "a list"}), DeliveryFailure.LATER, None),
    ],
)
def test_what_a_tracker_may_answer(
    tracked: Tracked, answer: receivers.Answer, failure: DeliveryFailure, wait: float | None
) -> None:
    tracked.issues.refuse = answer
    with pytest.raises(DeliveryError) as caught:
        tracked.deliver()
    assert (caught.value.failure, caught.value.sure) == (failure, True)
    assert caught.value.retry_after == wait
    assert TOKEN not in caught.value.message
    assert tracked.issues.issues == []


def test_a_used_up_quota_is_waited_for(tracked: Tracked) -> None:
    tracked.issues.refuse = receivers.said(
        403,
        {"message": "API rate limit exceeded"},
        **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "90"},
    )
    with pytest.raises(DeliveryError) as caught:
        tracked.deliver()
    assert (caught.value.failure, caught.value.retry_after) == (DeliveryFailure.LATER, 90.0)


def test_a_bad_token_closes_the_channel(tracked: Tracked) -> None:
    with pytest.raises(DeliveryError, match="401") as caught:
        tracked.open({"TOKEN": "another-token"}).deliver(letter())
    assert (caught.value.failure, caught.value.sure) == (DeliveryFailure.CHANNEL, True)


def test_an_answer_without_a_number_is_no_success(tracked: Tracked) -> None:
    real = tracked.receiver.answer
    tracked.receiver.answer = lambda it: receivers.said(201, []) if it.method == "POST" else real(it)
    with pytest.raises(DeliveryError, match="lacks"):
        tracked.deliver()


def test_a_notice_is_an_issue_and_a_reminder_is_none(tracked: Tracked) -> None:
    one = letter()
    assert one.alert is not None
    channel = tracked.open({"TOKEN": TOKEN})
    notice = replace(
        one.alert, kind=AlertKind.NOTICE, transitions=(), reason="el canal «chat» quedó desactivado"
    )
    for _ in range(2):
        channel.deliver(replace(one, alert=notice))
    assert [it["title"] for it in tracked.issues.issues] == ["Veedor: el canal «chat» quedó desactivado"]
    for alert in (replace(notice, kind=AlertKind.REMINDER), None):
        assert channel.deliver(Letter(one.message, one.recipient, one.now, alert)) == ""
    assert len(tracked.issues.issues) == 1


def test_strangers_text_calls_nobody_links_nothing_and_commands_nothing(tracked: Tracked) -> None:
    evil = "/close @everybody #1 !5 <img src=x> [a](http://x.example) `code` --> \r\n/close\r\n persona@x.example"
    tracked.deliver(
        dataset="compras/contratos",
        summary={"es": evil},
        advice={"es": evil},
        column=evil,
        examples=(UnexpectedExample(4, evil),),
    )
    (issue,) = tracked.issues.issues
    text = f"{issue['title']}\n{issue['body']}"
    assert "@everybody" not in text
    assert "persona@" not in text
    assert " #1" not in text
    assert re.findall(r"(?<!\\)<(?!!-- veedor-incident)", issue["body"]) == []
    assert re.findall(r"(?<!\\)\]\(|://", issue["body"]) == []
    assert not any(line.lstrip().startswith("/") for line in text.splitlines())
    assert issue["body"].count("-->") == 1


def test_a_base_address_without_tls_gets_no_token(settings: Settings) -> None:
    public = replace(settings, allow_private_addresses=False)
    declared = GithubChannel.model_validate({"kind": "github", **BASE, "base_url": "http://git.example"})
    with (
        HttpClient(public, FixedClock(datetime(2026, 3, 5, tzinfo=UTC))) as http,
        pytest.raises(DeliveryError, match="https") as caught,
    ):
        github.opened(declared, public, http, {"TOKEN": TOKEN}).deliver(letter())
    assert caught.value.failure is DeliveryFailure.CHANNEL


def test_both_languages_say_the_same() -> None:
    assert WORDS["es"].keys() == WORDS["en"].keys()
    assert plain("a*b_c\n<d>") == "a\\*b\\_c \\<d\\>"
