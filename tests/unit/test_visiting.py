"""Whose turn it is to be visited, and what a silence means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.model import Catalog, Fault, FaultKind, PagePurpose, PageVisit
from pipelines.visiting import Key, Wanted, anybody_answered, judged, key, visit_all

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def page(number: int, host: str = "datos.example", **changes: object) -> PageVisit:
    visit = PageVisit("s/d", PagePurpose.LANDING_PAGE, f"https://{host}/{number}")
    return replace(visit, **changes)  # type: ignore[arg-type]


def cell(number: int) -> PageVisit:
    return page(number, purpose=PagePurpose.CELL)


def fault(kind: FaultKind) -> Fault:
    return Fault(kind, "seen")


class Asked:
    """Visits that are answered in a moment, and who was asked."""

    def __init__(self, kind: FaultKind | None = None) -> None:
        self.urls: list[str] = []
        self.kind = kind

    def __call__(self, wanted: Wanted) -> PageVisit:
        self.urls.append(wanted.url)
        return replace(wanted.visit, asked_on=NOW, fault=fault(self.kind) if self.kind else None)


def night(
    visits: list[PageVisit],
    asked: Asked,
    earlier: Sequence[PageVisit] = (),
    done: Sequence[PageVisit] = (),
    most: int = 50,
) -> dict[Key, PageVisit]:
    wanted = [Wanted(it, it.address or "") for it in visits]
    before, tonight = ({key(it): it for it in them} for them in (earlier, done))
    return visit_all(wanted, before, tonight, asked, NOW, most=most, days=7)


def test_an_address_of_several_datasets_is_asked_once() -> None:
    asked = Asked()
    night([page(1), page(1, dataset="s/e"), page(2)], asked)
    assert asked.urls == ["https://datos.example/1", "https://datos.example/2"]


def test_what_answered_lately_is_not_asked_again() -> None:
    asked = Asked()
    lately = page(1, asked_on=NOW - timedelta(days=6), answers=True)
    long_ago = page(2, asked_on=NOW - timedelta(days=7), answers=True)
    dead = page(3, asked_on=NOW - timedelta(days=1), answers=False, fault=fault(FaultKind.GONE))
    found = night([page(1), page(2), page(3)], asked, [lately, long_ago, dead])
    assert sorted(asked.urls) == ["https://datos.example/2", "https://datos.example/3"]
    assert found[key(lately)] == lately


def test_pages_come_before_links_and_new_ones_before_old_ones() -> None:
    asked = Asked()
    old = page(3, asked_on=NOW - timedelta(days=30), answers=True)
    older = page(4, asked_on=NOW - timedelta(days=31), answers=True)
    night([cell(1), page(3), page(4), page(2)], asked, [old, older])
    assert [url[-1] for url in asked.urls] == ["2", "4", "3", "1"]


def test_a_limit_only_makes_it_take_more_nights() -> None:
    visits = [page(number) for number in range(5)]
    first = Asked()
    known = night(visits, first, most=3)
    assert len(first.urls) == len(known) == 3
    second = Asked()
    night(visits, second, list(known.values()), most=3)
    assert set(first.urls) | set(second.urls) == {it.address for it in visits}
    assert not set(first.urls) & set(second.urls)


def test_a_night_that_goes_on_asks_nobody_twice_and_no_more_than_it_may() -> None:
    asked = Asked()
    done = [page(number, asked_on=NOW) for number in range(2)]
    found = night([page(number) for number in range(5)], asked, done=done, most=3)
    assert asked.urls == ["https://datos.example/2"]
    assert len(found) == 3


def test_a_host_that_does_not_answer_is_not_asked_for_all_its_pages() -> None:
    asked = Asked(FaultKind.TIMED_OUT)
    night([*(page(number) for number in range(5)), page(9, host="otros.example")], asked)
    assert asked.urls == ["https://datos.example/0", "https://datos.example/1", "https://otros.example/9"]


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        (None, True),
        (FaultKind.GONE, False),
        (FaultKind.HTTP_STATUS, False),
        (FaultKind.TLS, False),
        (FaultKind.HTML_INSTEAD, False),
        (FaultKind.UNSUPPORTED_ADDRESS, False),
        (FaultKind.BLOCKED, None),
        (FaultKind.THROTTLED, None),
        (FaultKind.NOT_REACHABLE, None),
        (FaultKind.TIMED_OUT, None),
    ],
)
def test_what_a_first_visit_tells(kind: FaultKind | None, answers: bool | None) -> None:
    seen = page(1, asked_on=NOW, fault=fault(kind) if kind else None)
    assert judged(seen, None, NOW, somebody_answered=True).answers is answers


def test_a_second_silent_night_is_the_publishers_while_others_answer() -> None:
    seen = page(1, asked_on=NOW, fault=fault(FaultKind.NOT_REACHABLE))
    first = judged(seen, None, NOW, somebody_answered=True)
    assert (first.answers, first.silent_nights) == (None, 1)
    second = judged(seen, first, NOW, somebody_answered=True)
    assert (second.answers, second.silent_nights) == (False, 2)
    mended = judged(replace(seen, fault=None), second, NOW, somebody_answered=True)
    assert (mended.answers, mended.silent_nights) == (True, 0)


def test_nights_without_a_network_say_nothing_however_many() -> None:
    seen = page(1, asked_on=NOW, fault=fault(FaultKind.NOT_REACHABLE))
    before = None
    for _ in range(5):
        before = judged(seen, before, NOW, somebody_answered=False)
        assert (before.answers, before.silent_nights) == (None, 0)


def test_what_was_known_before_stays_as_it_was_judged() -> None:
    known = page(1, asked_on=NOW - timedelta(days=3), answers=False, fault=fault(FaultKind.GONE))
    assert judged(known, known, NOW, somebody_answered=False) == known


def test_who_counts_as_somebody_that_answered() -> None:
    direct = Catalog("s", "direct", "", (), NOW)
    assert not anybody_answered(direct, [], [page(1, fault=fault(FaultKind.NOT_REACHABLE))])
    assert anybody_answered(direct, [], [page(1, http_status=404, fault=fault(FaultKind.GONE))])
    assert anybody_answered(replace(direct, portal="ckan"), [], [])
    silent = replace(direct, portal="ckan", fault=fault(FaultKind.NOT_REACHABLE))
    assert not anybody_answered(silent, [], [])
