"""Metadata: does the catalog say what one must know of a dataset? (guide checks G31, G32, G48)

Belongs here: the profiles, and the share of each that is told. What is told is known by `published`. Sources of the
profiles: DCAT-AP 3 and the DCAT-US 3 schema of their maintainers; Mexico's implementation guide of 2017.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.measurement.evidence import Evidence, measurement
from pipelines.measurement.published import WITHOUT, told, told_of_files
from pipelines.model import QualityMeasurement

# By metric: properties of the dataset, properties of its files.
PROFILES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "metadata.core": (
        (
            "title",
            "description",
            "publisher",
            "contact_point",
            "license",
            "accrual_periodicity",
            "issued",
            "modified",
            "temporal",
            "spatial",
            "themes",
        ),
        (),
    ),
    "metadata.dcat_ap": (
        (
            "title",
            "description",
            "contact_point",
            "keywords",
            "publisher",
            "spatial",
            "temporal",
            "themes",
            "license",
        ),
        ("download_url", "format"),
    ),
    "metadata.dcat_us": (("title", "description", "identifier", "contact_point"), ()),
    "metadata.dcat_mx": (
        (
            "identifier",
            "title",
            "description",
            "modified",
            "contact_point",
            "landing_page",
            "accrual_periodicity",
            "data_dictionary",
        ),
        ("portal_id", "title", "download_url", "media_type"),
    ),
}
SINGLE = {"metadata.dictionary": "data_dictionary", "metadata.contact": "contact_point"}


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset's entry in the catalog; unknown when no catalog describes it."""
    nobody = _nobody(evidence)
    for metric, (of_dataset, of_files) in PROFILES.items():
        found: dict[str, float | None] = {name: told(name, evidence) for name in of_dataset}
        found |= {f"file.{name}": told_of_files(name, evidence) for name in of_files}
        known = {name: float(value) for name, value in found.items() if value is not None}
        if not known:
            yield measurement(metric, evidence, None, reason=nobody)
            continue
        missing = ", ".join(name for name, value in known.items() if value < 1)
        reason = f"not told: {missing}" if missing else ""
        yield measurement(metric, evidence, sum(known.values()) / len(known), reason=reason)
    for metric, name in SINGLE.items():
        value = told(name, evidence)
        if metric == "metadata.contact" and value is False:
            value = evidence.dataset.contact_point.url is not None
        yield measurement(metric, evidence, value, reason=nobody if value is None else "")


def _nobody(evidence: Evidence) -> str:
    if evidence.portal in WITHOUT:
        return "no catalog describes it: it is watched at addresses of its own"
    if evidence.dataset.fault is not None:
        return evidence.dataset.fault.message
    return "sources.yaml says it in the catalog's stead"
