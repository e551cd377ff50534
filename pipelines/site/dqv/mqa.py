"""The European metadata quality assessment (MQA): which of its metrics ours equal, and which they only resemble.

Belongs here: the mapping to the metrics of data.europa.eu's vocabulary (https://piveau.eu/ns/voc#, in which the MQA
publishes every dataset's results as dqv:QualityMeasurement), and what is measured by its definition too. Does not
belong here: points, which are on the MQA scale (`expectations/scales.json`).

`SAME`: the question is word for word the same ("is at least one dcat:keyword specified?"), so the answer is given as a
measurement of their metric, true or false. `CLOSE`: it differs, as said beside it: no measurement of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.site.dqv import names

Row = Mapping[str, Any]

SCALE = "mqa"
DIMENSIONS = ("findability", "accessibility", "interoperability", "reusability", "contextuality")

# Item of the scale to their metric; of the dataset, then of each file by the column that answers it.
SAME = {
    "keyword": "keywordAvailability",
    "theme": "categoryAvailability",
    "spatial": "spatialAvailability",
    "temporal": "temporalAvailability",
    "access_rights": "accessRightsAvailability",
}
SAME_OF_FILES = {
    "download_url": ("downloadUrlAvailability", "download_url"),
    "format": ("formatAvailability", "format"),
    "media_type": ("mediaTypeAvailability", "media_type"),
    "byte_size": ("byteSizeAvailability", "byte_size"),
}
# Their metric, and why ours is another (English, Spanish).
CLOSE = {
    "access_url": (
        "accessUrlStatusCode",
        "theirs is the status of a HEAD request; ours asks whether the data came",
        "la suya es el código de una petición HEAD; la nuestra pregunta si llegaron los datos",
    ),
    "download_answers": (
        "downloadUrlStatusCode",
        "theirs is the status of a HEAD request; ours asks whether the data came",
        "la suya es el código de una petición HEAD; la nuestra pregunta si llegaron los datos",
    ),
    "vocabulary": (
        "formatMediaTypeVocabularyAlignment",
        "theirs asks for format and media type; for us a known format suffices",
        "la suya pide formato y tipo de medio; a nosotros nos basta un formato conocido",
    ),
    "non_proprietary": (
        "formatMediaTypeNonProprietary",
        "theirs looks at the declared format; ours at the file itself too",
        "la suya mira el formato declarado; la nuestra, también el archivo",
    ),
    "machine_readable": (
        "formatMediaTypeMachineInterpretable",
        "theirs looks at the declared format; ours at the file itself too",
        "la suya mira el formato declarado; la nuestra, también el archivo",
    ),
    "valid": (
        "dcatApCompliance",
        "the portal's own record is not validated; for us it stays unknown",
        "no se valida la ficha del portal; para nosotros queda como desconocido",
    ),
    "licence": (
        "licenceAvailability",
        "theirs is about each distribution, ours about the dataset",
        "la suya trata de cada distribución; la nuestra, del conjunto",
    ),
    "licence_known": (
        "knownLicence",
        "another list of licences",
        "otra lista de licencias",
    ),
    "access_rights_known": (
        "accessRightsVocabularyAlignment",
        "ours knows the levels of DCAT-US too",
        "la nuestra conoce también los niveles de DCAT-US",
    ),
    "contact_point": (
        "contactPointAvailability",
        "ours asks for an address to which one can write",
        "la nuestra pide una dirección a la que se pueda escribir",
    ),
    "publisher": (
        "publisherAvailability",
        "ours asks for a publisher's name",
        "la nuestra pide el nombre de la institución",
    ),
    "rights": (
        "rightsAvailability",
        "theirs is about each distribution, ours about the dataset",
        "la suya trata de cada distribución; la nuestra, del conjunto",
    ),
    "issued": (
        "dateIssuedAvailability",
        "theirs is about each distribution, ours about the dataset",
        "la suya trata de cada distribución; la nuestra, del conjunto",
    ),
    "modified": (
        "dateModifiedAvailability",
        "theirs is about each distribution, ours about the dataset",
        "la suya trata de cada distribución; la nuestra, del conjunto",
    ),
}
# The metric of the piveau vocabulary to the dimension in which it stands there.
MEASURED = {
    **{SAME[item]: "findability" for item in ("keyword", "theme", "spatial", "temporal")},
    SAME["access_rights"]: "reusability",
    "downloadUrlAvailability": "accessibility",
    "formatAvailability": "interoperability",
    "mediaTypeAvailability": "interoperability",
    "byteSizeAvailability": "contextuality",
}


def flags(scale: Sequence[Row], files: Sequence[Row]) -> Iterator[tuple[str, str, bool]]:
    """Metric, what it was computed on and the answer, wherever it is known. `files` are as the portal has them."""
    for row in scale:
        if row["scale"] != SCALE or row["points"] is None:
            continue
        if row["item"] in SAME:
            yield f"pv:{SAME[row['item']]}", "d:dataset", row["points"] > 0
        elif row["item"] in SAME_OF_FILES:
            metric, column = SAME_OF_FILES[row["item"]]
            for file in files:
                yield f"pv:{metric}", names.distribution(file["distribution"]), bool(file[column])
