"""Every published file of the corpus gives what was approved of it, or ends as "unknown layout".

How to look at a difference and approve it: `python -m tests.approved_corpus`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import approved_corpus


@pytest.mark.slow
def test_every_published_file_gives_what_was_approved(corpus: Path) -> None:
    now = dict(approved_corpus.found())
    before = approved_corpus.approved()
    assert {name: now[name] for name in now if now[name] != before.get(name)} == {}
    assert set(before) == set(now)


def test_no_expectation_ends_in_an_error_on_a_published_file() -> None:
    tables = [
        table
        for outcome in approved_corpus.approved().values()
        if isinstance(outcome, list)
        for table in outcome
    ]
    assert len(tables) > 20
    assert [table for table in tables if table["error"]] == []
