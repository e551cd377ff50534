"""Openness: may and can anybody use the data, with any tool, all of it at once? (guide checks G21, G22, G23, G25)

Belongs here: what follows from the licence and from the formats of what arrived. Which formats are open is that of
CKAN's openness scale: workbooks and shapefiles are machine-readable, and not open standards.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.measurement.evidence import Evidence, measurement, tables
from pipelines.measurement.published import WITHOUT
from pipelines.model import QualityMeasurement

OPEN = frozenset(
    (
        "csv",
        "tsv",
        "txt",
        "text",
        "delimited",
        "json",
        "ndjson",
        "jsonl",
        "geojson",
        "ocds",
        "bods",
        "xml",
        "iati",
        "ods",
        "parquet",
        "rdf",
        "ttl",
        "jsonld",
        "kml",
    )
)
PROPRIETARY = frozenset(
    ("xlsx", "xls", "xlsb", "excel", "spreadsheetml", "dbf", "shp", "mdb", "accdb", "sav")
)
# Made to be looked at: no program reads records from them.
DOCUMENTS = frozenset(
    (
        "pdf",
        "doc",
        "docx",
        "odt",
        "rtf",
        "ppt",
        "pptx",
        "html",
        "htm",
        "png",
        "jpg",
        "jpeg",
        "tif",
        "tiff",
        "gif",
    )
)


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset's licence and formats."""
    yield _licence(evidence)
    formats = []
    for read in tables(evidence):
        readable = read.fault is None
        kind = family(read.format if readable else _declared(read.distribution, evidence))
        if readable or kind in OPEN | PROPRIETARY | DOCUMENTS:
            formats.append(kind)
            machine = readable or kind not in DOCUMENTS
            reason = "" if machine else f"a document ({kind}) holds no records"
            yield measurement(
                "openness.machine_readable", evidence, machine, on=read.distribution, reason=reason
            )
    if any(kind in OPEN for kind in formats):
        yield measurement("openness.non_proprietary", evidence, 1)
    elif formats and all(kind in PROPRIETARY | DOCUMENTS for kind in formats):
        reason = f"only {', '.join(sorted(set(formats)))}"
        yield measurement("openness.non_proprietary", evidence, 0, reason=reason)
    else:
        reason = "no format is known"
        yield measurement("openness.non_proprietary", evidence, None, reason=reason)
    yield _bulk(evidence)


def family(name: str | None) -> str:
    """A format's name without what stands behind a stroke: `ocds/release package` is `ocds`."""
    return (name or "").lower().split("/")[0].strip(". ")


def _licence(evidence: Evidence) -> QualityMeasurement:
    dataset = evidence.dataset
    if evidence.portal in WITHOUT or dataset.fault is not None or "license" in dataset.declared:
        reason = "no catalog says under which licence"
        return measurement("openness.licence_open", evidence, None, reason=reason)
    if dataset.license is None:
        return measurement("openness.licence_open", evidence, 0, reason="no licence is named")
    reason = "" if dataset.license_open else f"the licence is {dataset.license}"
    return measurement("openness.licence_open", evidence, dataset.license_open, reason=reason)


def _bulk(evidence: Evidence) -> QualityMeasurement:
    paged = {file.key for file in evidence.dataset.distributions if file.paging}
    arrived = [it.distribution for it in evidence.snapshots if it.sha256 is not None]
    if not arrived:
        return measurement("openness.bulk", evidence, None, reason="nothing arrived")
    return measurement("openness.bulk", evidence, any(key not in paged for key in arrived))


def _declared(distribution: str, evidence: Evidence) -> str | None:
    return next((it.format for it in evidence.dataset.distributions if it.key == distribution), None)
