"""What the catalog itself says of a dataset: each property told, not told, or unknown.

Belongs here: which properties each kind of portal is asked for, and telling what a portal published from what
sources.yaml says in its stead. Metrics of metadata and scales ask it. Nothing that nobody could see counts as told.
"""

from __future__ import annotations

from pipelines.measurement.evidence import Evidence

COMMON = frozenset(
    (
        "title",
        "description",
        "publisher",
        "contact_point",
        "license",
        "accrual_periodicity",
        "identifier",
        "issued",
        "modified",
        "landing_page",
        "keywords",
        "data_dictionary",
    )
)
COVERAGE = frozenset(("themes", "spatial", "temporal", "access_rights", "rights"))
# Kinds whose descriptions are read for coverage, themes and rights, too.
FULL = frozenset(("ckan", "dcat", "dcat_us", "dkan"))
# Kinds without a description of each dataset.
WITHOUT = frozenset(("direct", "ocds_api"))
OF_FILES = ("title", "download_url", "format", "media_type", "byte_size", "issued", "modified", "portal_id")


def told(name: str, evidence: Evidence) -> bool | None:
    """Whether the catalog gives a property of the dataset; None when that is unknown."""
    dataset = evidence.dataset
    asked = COMMON | COVERAGE if evidence.portal in FULL else COMMON
    if evidence.portal in WITHOUT or dataset.fault is not None or name not in asked:
        return None
    if name in dataset.declared:
        return None  # sources.yaml says the same, or says it in the portal's stead
    if name == "identifier":
        return True  # it was found there under its name
    if name == "contact_point":
        return dataset.contact_point.email is not None
    if name == "publisher":
        return bool(dataset.publisher.name)
    return bool(getattr(dataset, name))


def told_of_files(name: str, evidence: Evidence) -> float | None:
    """Share of the files of which the catalog gives a property; None when that is unknown, or there is no file."""
    files = evidence.dataset.distributions
    if evidence.portal in WITHOUT or evidence.dataset.fault is not None or not files:
        return None
    return sum(bool(getattr(file, name)) for file in files) / len(files)
