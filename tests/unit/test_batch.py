"""Whose turn it is: hosts are spared, every source gets its turn, and the parts of a night are fair."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import batch
from pipelines.batch import Turns, batches, host_of, run_batch
from pipelines.settings import Settings
from pipelines.sources import Source, parse
from pipelines.tools import Tools, opened_tools

HEAD = "version: 1\ntime_zone: UTC\nsources:\n"
ENTRY = (
    "  - {{id: s{0}, portal: ckan, url: 'https://h{1}.example/', publisher: {{name: P}}, owner: {{name: O}},"
    " datasets: [{{id: d}}]}}\n"
)
hosts = st.lists(st.integers(0, 5), min_size=1, max_size=25)


def sources(of_hosts: list[int]) -> list[Source]:
    return list(parse(HEAD + "".join(ENTRY.format(n, host) for n, host in enumerate(of_hosts))).enabled)


def test_the_host_of_a_source_is_its_portals_else_that_of_its_first_file() -> None:
    (portal,) = sources([3])
    assert host_of(portal) == "h3.example"
    files = parse(
        HEAD
        + "  - {id: f, portal: direct, publisher: {name: P}, owner: {name: O}, datasets: [{id: d, distributions: "
        "[{id: a, url: 'https://FILES.example:8443/a.csv'}, {id: b, url: 'https://other.example/b.csv'}]}]}\n"
    ).enabled[0]
    assert host_of(files) == "files.example"


@given(hosts, st.integers(1, 3))
def test_every_source_is_given_out_once_and_no_host_more_than_its_share(
    of_hosts: list[int], at_once: int
) -> None:
    declared = sources(of_hosts)
    turns = Turns(declared, at_once)
    lock, taken, busy, most = threading.Lock(), [], Counter[str](), Counter[str]()

    def work() -> None:
        while (source := turns.take()) is not None:
            with lock:
                taken.append(source.id)
                busy[host_of(source)] += 1
                most[host_of(source)] = max(most[host_of(source)], busy[host_of(source)])
            with lock:
                busy[host_of(source)] -= 1
            turns.done(source)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    assert sorted(taken) == sorted(source.id for source in declared)
    assert max(most.values()) <= at_once


def test_hosts_take_turns_so_that_a_large_portal_does_not_stand_in_the_way() -> None:
    turns = Turns(sources([0, 0, 0, 1, 2]), 2)
    taken = [turns.take() for _ in range(4)]
    assert [host_of(source) for source in taken if source] == [
        "h0.example",
        "h1.example",
        "h2.example",
        "h0.example",
    ]


def test_nobody_is_kept_waiting_once_the_turns_are_stopped() -> None:
    turns = Turns(sources([0, 0]), 1)
    first = turns.take()
    assert first is not None
    found: list[Source | None] = []
    waiting = threading.Thread(target=lambda: found.append(turns.take()))
    waiting.start()
    turns.stop()
    waiting.join(timeout=10)
    assert found == [None]


@given(hosts, st.integers(1, 10))
def test_a_host_is_in_one_part_and_parts_are_no_larger_than_they_must_be(
    of_hosts: list[int], largest: int
) -> None:
    declared = sources(of_hosts)
    parts = batches(declared, largest)
    assert sorted(it.id for part in parts for it in part) == sorted(it.id for it in declared)
    of_part = [{host_of(it) for it in part} for part in parts]
    assert sum(map(len, of_part)) == len(set().union(*of_part))
    for part, at in zip(parts, of_part, strict=True):
        assert len(part) <= largest or len(at) == 1
    assert batches([], largest) == []


def test_what_want_of_memory_may_have_stopped_is_tried_again_with_all_of_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = parse(HEAD + ENTRY.format(1, 1) + ENTRY.format(2, 2))
    processes: list[int] = []
    tried: list[str] = []

    class Counted:
        def __init__(self, night: date, tools: Tools, *_: object) -> None:
            processes.append(tools.settings.workers)

        def close(self) -> None:
            pass

    def stopped(source: Source, *_: object, **__: object) -> SimpleNamespace:
        tried.append(source.id)
        return SimpleNamespace(source=source.id, result="failure")

    monkeypatch.setattr(batch, "Workers", Counted)
    monkeypatch.setattr(batch, "run_unless_large", stopped)
    with opened_tools(replace(settings, workers=3), declared) as tools:
        found = list(run_batch(declared.enabled, date(2026, 3, 2), tools, declared))
    assert processes == [3, 1]
    assert sorted(tried) == ["s1", "s1", "s2", "s2"]
    assert [it.result for it in found] == ["failure", "failure"]
