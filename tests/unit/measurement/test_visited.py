"""What visits to pages and links come to: shares of what is known, never of what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.measurement.visited import NOT_YET, measure
from pipelines.model import FaultKind, PagePurpose, PageVisit, QualityMeasurement
from tests.unit.measurement.evidence_of import NOW, dataset, evidence, fault

PAGE = PageVisit("s/d", PagePurpose.LANDING_PAGE, "https://datos.example/d", True, NOW, 200)
CELL = replace(
    PAGE, purpose=PagePurpose.CELL, distribution="s/d/csv", table="t", role="document_url", row=2, sha256="a"
)
DEAD = replace(CELL, answers=False, http_status=404, fault=fault(FaultKind.GONE))
REFUSED = replace(CELL, answers=None, http_status=403, fault=fault(FaultKind.BLOCKED))
WAITING = replace(CELL, answers=None, asked_on=None, http_status=None)


def measured(*pages: PageVisit) -> dict[str, QualityMeasurement]:
    return {it.metric: it for it in measure(evidence(pages=pages))}


@pytest.mark.parametrize(
    ("purpose", "metric"),
    [
        (PagePurpose.LANDING_PAGE, "metadata.landing_page_answers"),
        (PagePurpose.CONTACT_PAGE, "metadata.contact_page_answers"),
        (PagePurpose.DATA_DICTIONARY, "metadata.dictionary_answers"),
        (PagePurpose.LICENSE, "metadata.licence_answers"),
    ],
)
def test_each_page_has_its_metric(purpose: PagePurpose, metric: str) -> None:
    page = replace(PAGE, purpose=purpose)
    assert measured(page)[metric].value == 1
    dead = measured(replace(page, answers=False, fault=fault(FaultKind.GONE)))[metric]
    assert (dead.value, dead.reason) == (0, "it was gone")
    blocked = measured(replace(page, answers=None, fault=fault(FaultKind.BLOCKED)))[metric]
    assert (blocked.value, blocked.reason) == (None, "it was blocked")
    waiting = measured(replace(page, answers=None, asked_on=None))[metric]
    assert (waiting.value, waiting.reason) == (None, NOT_YET)


def test_a_page_that_a_dataset_does_not_have_is_not_measured() -> None:
    assert measured() == {}


def test_links_are_a_share_of_those_that_are_known() -> None:
    found = measured(CELL, CELL, CELL, DEAD, REFUSED, WAITING)["availability.links_answer"]
    assert found.value == 0.75
    assert found.reason == "1 of 4 links do not answer, the first: it was gone"
    assert (found.computed_on, found.sha256) == ("s/d/csv", "a")


def test_links_of_which_nothing_is_known_are_unknown() -> None:
    found = measured(REFUSED, WAITING)["availability.links_answer"]
    assert found.value is None
    assert found.reason == "unknown of all 2 links that were looked at: it was blocked"


def test_a_contact_page_is_a_contact() -> None:
    from pipelines.measurement import metadata
    from pipelines.model import ContactPoint

    def contact(point: ContactPoint) -> float | None:
        found = metadata.measure(evidence(dataset=dataset(contact_point=point), portal="ckan"))
        return next(it.value for it in found if it.metric == "metadata.contact")

    assert contact(ContactPoint("O")) == 0
    assert contact(ContactPoint("O", "datos@dependencia.example")) == 1
    assert contact(ContactPoint("O", None, "https://datos.example/contacto")) == 1
