"""Published files of which somebody else has said what is wrong: we say the same of nearly all of them.

Belongs here: the share of `tests/ground_truth.py`, and that each claim on which we differ has its reason. Does not
belong here: what else fails on each file than what it is known for (`test_bods_fixtures`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failing_keys import layouts, suites
from tests.ground_truth import OCDS, claims, explained, ocds_fixtures

SMALLEST_SHARE = 0.95
# Schemas of extensions of OCDS, which are not there
NO_DATA = {"extensions_invalid-metadata_release-schema.json", "extensions_no-metadata_release-schema.json"}


@pytest.mark.slow
def test_we_agree_with_what_is_known_or_it_is_said_why_not(corpus: Path) -> None:
    found = claims()
    assert len({claim.id for claim in found}) == len(found) > 150
    assert {claim.id for claim in found if not claim.agrees} == set(explained())
    assert sum(claim.agrees for claim in found) / len(found) >= SMALLEST_SHARE


def test_each_reason_says_something() -> None:
    assert [reason for reason in explained().values() if len(reason) < 40] == []


def test_every_fixture_of_ocds_is_there_and_its_key_is_one(corpus: Path) -> None:
    fixtures = ocds_fixtures()
    assert set(fixtures) | NO_DATA == {path.name for path in (corpus / "dirty" / "ocds").iterdir()}
    assert not [name for name, it in fixtures.items() if ("fault" in it) != ("seen_by" in it)]
    datasets = {it.guide_dataset for it in layouts(*OCDS)}
    keys = {it.key.partition(".")[2] for name in datasets for it in suites()[name].expectations}
    assert {it["seen_by"] for it in fixtures.values() if it.get("seen_by")} <= keys
