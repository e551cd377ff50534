"""Do the pages of a dataset answer, and the links that it publishes? (guide checks G01, G25, G32, G48; `url_ok`)

Belongs here: counting what the visits found. Does not belong here: visiting, or telling a dead address from an unknown
one (`pipelines.visiting`). A link inside the data counts for access, not for content: whether a server answers is no
property of the bytes, whose results are kept while they do not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import PagePurpose, PageVisit, QualityMeasurement

PAGES: Mapping[PagePurpose, str] = {
    PagePurpose.LANDING_PAGE: "metadata.landing_page_answers",
    PagePurpose.CONTACT_PAGE: "metadata.contact_page_answers",
    PagePurpose.DATA_DICTIONARY: "metadata.dictionary_answers",
    PagePurpose.LICENSE: "metadata.licence_answers",
}
NOT_YET = "not visited yet: the visits of a night are limited"


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure each page that the dataset has, and the sample of links of each of its files."""
    for visit in evidence.pages:
        if visit.purpose in PAGES:
            yield measurement(PAGES[visit.purpose], evidence, visit.answers, reason=_seen(visit))
    cells = [it for it in evidence.pages if it.purpose is PagePurpose.CELL]
    for distribution in dict.fromkeys(it.distribution for it in cells):
        yield _links([it for it in cells if it.distribution == distribution], evidence)


def _links(cells: list[PageVisit], evidence: Evidence) -> QualityMeasurement:
    """The share that answers of those of which it is known."""
    known = [it for it in cells if it.answers is not None]
    dead = [it for it in known if not it.answers]
    on, sha256 = cells[0].distribution, cells[0].sha256
    if not known:
        seen = f"unknown of all {len(cells)} links that were looked at: {_seen(cells[0])}"
        return measurement("availability.links_answer", evidence, None, on=on, reason=seen, sha256=sha256)
    seen = f"{len(dead)} of {len(known)} links do not answer, the first: {_seen(dead[0])}" if dead else ""
    return measurement(
        "availability.links_answer", evidence, 1 - len(dead) / len(known), on=on, reason=seen, sha256=sha256
    )


def _seen(visit: PageVisit) -> str:
    if visit.asked_on is None:
        return NOT_YET
    return visit.fault.message if visit.fault else ""
