"""Metrics of openness: may and can anybody use the data, with any tool, all of it at once?

Belongs here: their words and versions. They are computed in `measurement.openness`.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    metric(
        "openness.licence_open",
        ("Open licence", "Licencia abierta"),
        (
            "The licence conforms to the Open Definition (1) or does not, or there is none (0); unknown when nobody "
            "could say, or only sources.yaml names it.",
            "La licencia cumple la Definición de Apertura (1) o no la cumple o no hay ninguna (0); desconocido si "
            "nadie pudo decirlo o solo la nombra sources.yaml.",
        ),
        (
            "Name an open licence in the catalog by its address, for example CC BY 4.0.",
            "Indique en el catálogo una licencia abierta con su dirección, por ejemplo CC BY 4.0.",
        ),
    ),
    metric(
        "openness.machine_readable",
        ("Machine-readable format", "Formato legible por máquina"),
        (
            "Programs can read records from the format of the file (1) or cannot, as from a document or image (0).",
            "Los programas pueden leer registros del formato del archivo (1) o no, como en documentos o imágenes (0).",
        ),
        (
            "Publish the data themselves, as CSV or JSON, beside the document.",
            "Publique los datos mismos, en CSV o JSON, junto al documento.",
        ),
    ),
    metric(
        "openness.non_proprietary",
        ("Non-proprietary format", "Formato no propietario"),
        (
            "At least one file of the dataset is in a format whose description is an open standard (1), or none (0).",
            "Al menos un archivo del conjunto está en un formato descrito por un estándar abierto (1), o ninguno (0).",
        ),
        ("Publish a CSV beside the workbook.", "Publique un CSV junto al libro de cálculo."),
    ),
    metric(
        "openness.bulk",
        ("Bulk download", "Descarga completa"),
        (
            "At least one file that arrived was one download (1), or all were put together from the pages of an API "
            "(0); unknown when nothing arrived.",
            "Al menos un archivo recibido fue una sola descarga (1), o todos se reunieron de las páginas de una API "
            "(0); desconocido si nada se recibió.",
        ),
        (
            "Offer the whole dataset as one file beside the API.",
            "Ofrezca el conjunto completo en un archivo, además de la API.",
        ),
    ),
)
