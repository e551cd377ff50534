"""Metrics of timeliness: are the data as fresh as promised, and is what is said of it true?

Belongs here: their words and versions. They are computed in `measurement.timeliness` and `measurement.dates`.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    metric(
        "timeliness.periodicity_declared",
        ("Periodicity declared", "Periodicidad declarada"),
        (
            "The publisher says how often the data change (1) or does not (0).",
            "La institución declara cada cuánto cambian los datos (1) o no (0).",
        ),
        (
            "Declare in the catalog how often the data change.",
            "Declare en el catálogo cada cuánto cambian los datos.",
        ),
    ),
    metric(
        "timeliness.age",
        ("Age of the file", "Antigüedad del archivo"),
        (
            "Days since the data last changed, by the newest evidence: our own comparison of records (of bytes, when "
            "they cannot be read), the server's Last-Modified unless the data were the same before it, the portal's "
            "date. Another order of the records is no change.",
            "Días desde el último cambio de los datos, según la evidencia más reciente: nuestra comparación de "
            "registros (de bytes, si no se pueden leer), el Last-Modified del servidor salvo que los datos ya fueran "
            "los mismos antes, o la fecha del portal. Otro orden de los registros no es un cambio.",
        ),
        unit="days",
        version="2",
    ),
    metric(
        "timeliness.as_of_age",
        ("Age of the newest record", "Antigüedad del registro más reciente"),
        (
            "Days since the newest date inside the file that was not in the future when the file was read; only of "
            "files that have a suite and a column of dates.",
            "Días desde la fecha más reciente dentro del archivo que no fuera futura cuando se leyó; solo de archivos "
            "con suite y alguna columna de fechas.",
        ),
        unit="days",
    ),
    metric(
        "timeliness.current",
        ("As fresh as promised", "Al día según lo prometido"),
        (
            "1 while the age is within 1.5 times the declared period (else the guide's maximum age), falling to 0 at "
            "three times it. The age is that of the newest date inside the file, where the file has dates; else that "
            "of the file. Unknown without any date.",
            "1 mientras la antigüedad no rebase 1.5 veces el periodo declarado (o la antigüedad máxima de la guía) y "
            "baja a 0 al triple. La antigüedad es la de la fecha más reciente dentro del archivo, si las tiene; si "
            "no, la del archivo. Desconocido si no hay ninguna fecha.",
        ),
        (
            "Publish the records that are missing since then, or declare the period in which the data really change.",
            "Publique los registros que faltan desde entonces, o declare el periodo con que los datos cambian en "
            "realidad.",
        ),
        version="3",
    ),
    metric(
        "timeliness.publication_lag",
        ("Time to publication", "Tiempo hasta la publicación"),
        (
            "Days from the newest date inside the file to the visit that first found its records; unknown until we "
            "have seen the records change.",
            "Días entre la fecha más reciente dentro del archivo y la visita en que aparecieron sus registros; "
            "desconocido mientras no los hayamos visto cambiar.",
        ),
        unit="days",
    ),
    metric(
        "timeliness.modified_honest",
        ("The date of the last change is true", "La fecha del último cambio es cierta"),
        (
            "Where the portal gave another date of change than on the night before, the data did change (1) or are "
            "the same (0); unknown where the date stayed.",
            "Si el portal dio otra fecha de cambio que la noche anterior, los datos sí cambiaron (1) o son los mismos "
            "(0); desconocido si la fecha no se movió.",
        ),
        (
            "Let the catalog's date of change move only when the data change.",
            "Haga que la fecha de cambio del catálogo se mueva solo cuando cambien los datos.",
        ),
    ),
)
