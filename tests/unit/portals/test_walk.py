"""The loop over pages: what proves that a catalog was seen whole, and what keeps it from going on for ever."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.clock import FixedClock
from pipelines.errors import CatalogFault
from pipelines.model import FaultKind
from pipelines.portals import walk
from pipelines.portals.direct import declared
from pipelines.portals.walk import Entry, Page, by_offset, gathered, undeclared, whole


def name_of(entry: Entry) -> str:
    return str(entry.get("id", ""))


def entries(*ids: object) -> list[Entry]:
    return [{"id": it} for it in ids]


@given(st.integers(0, 60), st.integers(1, 20), st.integers(1, 20))
def test_pages_of_any_size_are_walked_to_the_end(count: int, clip: int, rows: int) -> None:
    every = entries(*range(count))
    found = gathered(by_offset(lambda start: (every[start : start + min(clip, rows)], count)), name_of)
    assert (found.complete, found.total, len(found.entries)) == (True, count, count)
    assert found.pages <= count + 1


cursors = st.sampled_from("abcd")
pages = st.builds(
    Page,
    st.lists(st.fixed_dictionaries({}, optional={"id": st.integers(0, 9)}), max_size=5),
    st.one_of(st.integers(-2, 12), st.none(), st.sampled_from(["", "3", "x", [], 2.5, True])),
    st.one_of(st.none(), cursors),
    st.booleans(),
)


@given(st.dictionaries(cursors, pages))
def test_whatever_the_pages_are_it_ends_and_completeness_is_proven(told: dict[str, Page]) -> None:
    def ask(cursor: str) -> Page:
        if cursor not in told:
            raise CatalogFault(FaultKind.TIMED_OUT, "no answer")
        return told[cursor]

    if "a" not in told:
        with pytest.raises(CatalogFault):
            gathered(ask, name_of, "a")
        return
    found = gathered(ask, name_of, "a")
    assert found.pages <= 4
    assert found.reason
    if found.complete and found.total is None:
        assert "leads to no other" in found.reason
    elif found.complete and "without any name" not in found.reason:
        assert found.total == len(found.entries)


def test_pages_that_lead_in_a_circle_are_left() -> None:
    ring = {"0": Page(entries(1), 9, "1"), "1": Page(entries(2), 9, "0")}
    found = gathered(ring.__getitem__, name_of)
    assert (found.complete, len(found.entries)) == (False, 2)
    assert "circle" in found.reason


def test_pages_without_an_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_PAGES", 10)
    found = gathered(lambda it: Page(entries(it), 10**9, str(int(it) + 1)), name_of)
    assert (found.complete, found.pages) == (False, 10)
    assert "more than 10 pages" in found.reason


def test_a_number_that_changes_on_the_way_proves_nothing_until_it_stays() -> None:
    totals = iter([3, 2, 2, 2])
    told = {"0": entries(1), "1": entries(2)}
    found = gathered(lambda it: Page(told[it], next(totals), "1" if it == "0" else None), name_of)
    assert found.complete
    assert "in a second walk" in found.reason
    assert "the total changed on the way in the first" in found.reason


def test_entries_without_a_name_are_told_and_the_one_page_of_a_catalog_is_whole_but_for_them() -> None:
    found = gathered(lambda _: Page([*entries(1), {}, {}], 3), name_of)
    assert (found.complete, found.total, len(found.entries)) == (True, 3, 1)
    assert found.reason == "1 distinct of 3 declared; 2 without any name cannot be a dataset"


def test_entries_without_a_name_on_one_of_many_pages_prove_nothing() -> None:
    told = {"0": Page([*entries(1), {}], 3, "1"), "1": Page(entries(2), 3)}
    found = gathered(told.__getitem__, name_of)
    assert (found.complete, len(found.entries)) == (False, 2)
    assert "1 without any name cannot be a dataset" in found.reason


def test_linked_pages_end_where_no_other_is_linked() -> None:
    told = {"0": Page(entries(1), None, "1", linked=True), "1": Page(entries(2), None, linked=True)}
    found = gathered(told.__getitem__, name_of)
    assert (found.complete, found.total, len(found.entries)) == (True, None, 2)
    assert "the last page leads to no other" in found.reason
    told["0"] = Page(entries(1), 3, "1", linked=True)  # a total may stand on the first page only
    assert not gathered(told.__getitem__, name_of).complete
    told["0"] = Page(entries(1), 2, "1", linked=True)
    assert gathered(told.__getitem__, name_of).reason == "2 distinct of 2 declared"


def test_pages_that_are_not_linked_prove_nothing_without_a_total() -> None:
    found = gathered(lambda _: Page(entries(1), None), name_of)
    assert (found.complete, "no total is declared" in found.reason) == (False, True)


def test_no_page_is_asked_for_after_enough() -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page:
        asked.append(cursor)
        return Page(entries(cursor), 9, str(int(cursor) + 1))

    found = gathered(ask, name_of, enough=lambda: len(asked) == 2)
    assert (asked, found.complete, "no more pages" in found.reason) == (["0", "1"], False, True)


def test_ids_for_sources_yaml_are_never_the_same_twice(clock: FixedClock) -> None:
    names = ["Año", "ano", "AÑO!", "***", "?", "x" * 100, "x" * 99]
    source = undeclared("ckan", "https://u:p@Datos.Example:8443/data/")
    walked = whole(
        source,
        clock,
        lambda _: Page(entries(*names), len(names)),
        name_of,
        lambda s, item, _: declared(s, item),
    )
    keys = [it.key for it in walked.catalog.datasets]
    assert keys[:5] == [
        f"datos-example-8443/{it}" for it in ("ano", "ano-2", "ano-3", "dataset", "dataset-2")
    ]
    assert len(set(keys)) == len(names)
    assert all(len(key.partition("/")[2]) <= 63 for key in keys)
    assert [it.identifier for it in walked.catalog.datasets] == names
    assert (walked.catalog.url, walked.catalog.datasets[0].publisher.name) == (source.url, "")


def test_a_dataset_that_cannot_be_made_bears_its_fault(clock: FixedClock) -> None:
    def fail(*_: Any) -> Any:
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "no sense")

    walked = whole(
        undeclared("ckan", "https://x.example"), clock, lambda _: Page(entries(1), 1), name_of, fail
    )
    (dataset,) = walked.catalog.datasets
    assert walked.complete
    assert dataset.fault is not None
