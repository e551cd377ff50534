"""Files of Beneficial Ownership data, each named after a fault: what fails on each is what was written down.

Belongs here: that the suite of the company register agrees with `tests/samples/company_register/bods_fixtures.yaml`,
where each fault has the key that speaks of it. Does not belong here: that each rule can fail (`contract/test_rules`),
or on how many files we agree (`test_ground_truth`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failing_keys import ends, laid, layouts, suites
from tests.ground_truth import bods_fixtures

UNDER = ("bods_statements", "bods_older_")


@pytest.mark.slow
def test_what_fails_on_each_file_is_what_was_written_down(corpus: Path) -> None:
    fixtures = bods_fixtures()
    found = {name: ends(laid(corpus / "dirty" / "bods" / name, layouts(*UNDER))) for name in fixtures}
    assert found == {name: set(it["fails"]) for name, it in fixtures.items()}


def test_every_file_is_there_and_every_fault_has_its_key(corpus: Path) -> None:
    fixtures = bods_fixtures()
    assert set(fixtures) == {path.name for path in (corpus / "dirty" / "bods").iterdir()}
    assert not [name for name, it in fixtures.items() if ("fault" in it) != ("seen_by" in it)]
    keys = {item.key.partition(".")[2] for item in suites()["company_register"].expectations}
    assert {key for it in fixtures.values() for key in (*it["fails"], it.get("seen_by"))} - {None} <= keys
