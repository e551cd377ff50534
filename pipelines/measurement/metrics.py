"""The metric registry: what each number means, in which unit, under which version (dqv:Metric).

Belongs here: definitions. A metric whose meaning changes gets another `version` and a line under
*Measurement* in the CHANGELOG; its measurements are never compared across versions. Each metric family
computes its metrics in a file of its own: availability, timeliness, structure, expectations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["share", "days", "bytes", "seconds", "rows", "count"]


@dataclass(frozen=True)
class Metric:
    """One dqv:Metric. A `share` lies in [0, 1], 1 being best; only shares take part in scores."""

    id: str
    dimension: str
    unit: Unit
    title: dict[str, str]
    definition: dict[str, str]
    version: str = "1"


METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (
        Metric(
            "availability.listed",
            "availability",
            "share",
            {"en": "Listed by the portal", "es": "Incluido en el portal"},
            {
                "en": "The portal lists the dataset (1) or does not (0).",
                "es": "El portal incluye el conjunto de datos (1) o no (0).",
            },
        ),
        Metric(
            "availability.reachable",
            "availability",
            "share",
            {"en": "Can be downloaded", "es": "Se puede descargar"},
            {
                "en": "The file could be downloaded whole without login (1) or not (0), as when the dataset is no "
                "longer listed or has no file; unknown when the portal turned us away, or gave no answer at all on "
                "one night only (that may be our own network).",
                "es": "El archivo se pudo descargar completo sin registrarse (1) o no (0), como cuando el conjunto "
                "ya no aparece en el portal o no tiene archivos; desconocido cuando el portal nos rechazó, o no "
                "hubo ninguna respuesta una sola noche (puede ser nuestra propia red).",
            },
            version="2",
        ),
        Metric(
            "availability.as_promised",
            "availability",
            "share",
            {"en": "In the declared format", "es": "En el formato declarado"},
            {
                "en": "What arrived is of the declared format (1), or an error page or another format (0).",
                "es": "Lo recibido es del formato declarado (1), o una página de error u otro formato (0).",
            },
        ),
        Metric(
            "availability.secure",
            "availability",
            "share",
            {"en": "Secure connection (HTTPS)", "es": "Conexión segura (HTTPS)"},
            {
                "en": "The file is served over HTTPS (1) or in the clear (0).",
                "es": "El archivo se sirve por HTTPS (1) o sin cifrar (0).",
            },
        ),
        Metric(
            "availability.seconds",
            "availability",
            "seconds",
            {"en": "Time to download", "es": "Tiempo de descarga"},
            {"en": "Time that the download took.", "es": "Tiempo que tomó la descarga."},
        ),
        Metric(
            "availability.bytes",
            "availability",
            "bytes",
            {"en": "Size of the file", "es": "Tamaño del archivo"},
            {"en": "Size of the file.", "es": "Tamaño del archivo."},
        ),
        Metric(
            "timeliness.periodicity_declared",
            "timeliness",
            "share",
            {"en": "Periodicity declared", "es": "Periodicidad declarada"},
            {
                "en": "The publisher says how often the data change (1) or does not (0).",
                "es": "La institución declara cada cuánto cambian los datos (1) o no (0).",
            },
        ),
        Metric(
            "timeliness.age",
            "timeliness",
            "days",
            {"en": "Age of the file", "es": "Antigüedad del archivo"},
            {
                "en": "Days since the data last changed, by the newest evidence: our own comparison of records "
                "(of bytes, when they cannot be read), the server's Last-Modified unless the data were the same "
                "before it, the portal's date. Another order of the records is no change.",
                "es": "Días desde el último cambio de los datos, según la evidencia más reciente: nuestra "
                "comparación de registros (de bytes, si no se pueden leer), el Last-Modified del servidor salvo "
                "que los datos ya fueran los mismos antes, o la fecha del portal. Otro orden de los registros no "
                "es un cambio.",
            },
            version="2",
        ),
        Metric(
            "timeliness.current",
            "timeliness",
            "share",
            {"en": "As fresh as promised", "es": "Al día según lo prometido"},
            {
                "en": "1 while the age is within 1.5 times the declared period (else the guide's maximum age), "
                "falling to 0 at three times it; unknown without any date.",
                "es": "1 mientras la antigüedad no rebase 1.5 veces el periodo declarado (o la antigüedad máxima "
                "de la guía) y baja a 0 al triple; desconocido si no hay ninguna fecha.",
            },
            version="2",
        ),
        Metric(
            "structure.readable",
            "structure",
            "share",
            {"en": "Can be read as a table", "es": "Se puede leer como tabla"},
            {
                "en": "The file could be read as a table (1) or not (0).",
                "es": "El archivo se pudo leer como tabla (1) o no (0).",
            },
        ),
        Metric(
            "structure.read_whole",
            "structure",
            "share",
            {"en": "Read whole", "es": "Leído completo"},
            {
                "en": "Share of the file's records that could be read.",
                "es": "Proporción de registros del archivo que se pudieron leer.",
            },
        ),
        Metric(
            "structure.utf8",
            "structure",
            "share",
            {"en": "UTF-8 encoding", "es": "Codificación UTF-8"},
            {
                "en": "A text file is UTF-8 (1) or another encoding (0).",
                "es": "Un archivo de texto está en UTF-8 (1) o en otra codificación (0).",
            },
        ),
        Metric(
            "structure.named_columns",
            "structure",
            "share",
            {"en": "Columns have names", "es": "Columnas con nombre"},
            {
                "en": "Share of columns with a name of their own.",
                "es": "Proporción de columnas con nombre propio.",
            },
        ),
        Metric(
            "structure.regular_rows",
            "structure",
            "share",
            {"en": "Rows of equal width", "es": "Filas del mismo ancho"},
            {
                "en": "Share of rows that have as many cells as the header.",
                "es": "Proporción de filas con tantas celdas como el encabezado.",
            },
        ),
        Metric(
            "structure.known_layout",
            "structure",
            "share",
            {"en": "Known column layout", "es": "Disposición de columnas conocida"},
            {
                "en": "The columns are those of a known layout of this guide dataset (1) or not (0).",
                "es": "Las columnas son de una disposición conocida para este conjunto de la guía (1) o no (0).",
            },
        ),
        Metric(
            "structure.rows",
            "structure",
            "rows",
            {"en": "Number of records", "es": "Número de registros"},
            {"en": "Number of records.", "es": "Número de registros."},
        ),
        *(
            Metric(
                f"{dimension}.expectations",
                dimension,
                "share",
                {
                    "en": f"Expectations of {dimension}",
                    "es": f"Expectativas de {spanish}",
                },
                {
                    "en": f"Mean share of values that meet the suite's {dimension} expectations, weighted by "
                    "severity; a missing core column counts as wholly incomplete.",
                    "es": f"Proporción media de valores que cumplen las expectativas de {spanish}, "
                    "ponderada por gravedad; una columna esencial ausente cuenta como totalmente incompleta.",
                },
            )
            for dimension, spanish in (
                ("completeness", "completitud"),
                ("validity", "validez"),
                ("uniqueness", "unicidad"),
                ("consistency", "coherencia"),
            )
        ),
        Metric(
            "validity.critical_failed",
            "validity",
            "count",
            {"en": "Critical expectations failed", "es": "Expectativas críticas incumplidas"},
            {
                "en": "Number of critical expectations that failed.",
                "es": "Número de expectativas críticas que fallaron.",
            },
        ),
    )
}
