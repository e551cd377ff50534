"""Metrics of structure: is the file a clean table, the same one as before?

Belongs here: their words and versions. They are computed in `measurement.structure` and `measurement.kept`.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    metric(
        "structure.readable",
        ("Can be read as a table", "Se puede leer como tabla"),
        (
            "The file could be read as a table (1) or not (0).",
            "El archivo se pudo leer como tabla (1) o no (0).",
        ),
        (
            "Publish the data as a plain table, such as CSV; export it again if the file is broken.",
            "Publique los datos como tabla sencilla, por ejemplo CSV; si el archivo está dañado, expórtelo de nuevo.",
        ),
    ),
    metric(
        "structure.read_whole",
        ("Read whole", "Leído completo"),
        (
            "Share of the file's records that could be read.",
            "Proporción de registros del archivo que se pudieron leer.",
        ),
        (
            "Mend the records that could not be read: quote cells that hold the delimiter or a line end.",
            "Corrija los registros que no se pudieron leer: entrecomille las celdas que contengan el separador o "
            "saltos de línea.",
        ),
    ),
    metric(
        "structure.utf8",
        ("UTF-8 encoding", "Codificación UTF-8"),
        (
            "A text file is UTF-8 (1) or another encoding (0).",
            "Un archivo de texto está en UTF-8 (1) o en otra codificación (0).",
        ),
        ("Export the file as UTF-8.", "Exporte el archivo en UTF-8."),
    ),
    metric(
        "structure.named_columns",
        ("Columns have names", "Columnas con nombre"),
        ("Share of columns with a name of their own.", "Proporción de columnas con nombre propio."),
        ("Give every column a name of its own.", "Dé a cada columna un nombre propio."),
    ),
    metric(
        "structure.usable_names",
        ("Column names can be used", "Nombres de columna utilizables"),
        (
            "Share of columns whose name has at most 60 characters, no blank at its ends, no line end, and does not "
            "differ from another only by case or accents.",
            "Proporción de columnas cuyo nombre tiene como máximo 60 caracteres, sin espacios en los extremos ni "
            "saltos de línea, y no difiere de otro solo por mayúsculas o acentos.",
        ),
        (
            "Shorten the names and make them differ in more than case or accents; explain them in the dictionary.",
            "Acorte los nombres y haga que difieran en algo más que mayúsculas o acentos; explíquelos en el "
            "diccionario.",
        ),
    ),
    metric(
        "structure.regular_rows",
        ("Rows of equal width", "Filas del mismo ancho"),
        (
            "Share of rows that have as many cells as the header.",
            "Proporción de filas con tantas celdas como el encabezado.",
        ),
        (
            "Give every row as many cells as the header; quote cells that hold the delimiter.",
            "Dé a cada fila tantas celdas como el encabezado; entrecomille las que contengan el separador.",
        ),
    ),
    metric(
        "structure.known_layout",
        ("Known column layout", "Disposición de columnas conocida"),
        (
            "The columns are those of a known layout of this guide dataset (1) or not (0).",
            "Las columnas son de una disposición conocida para este conjunto de la guía (1) o no (0).",
        ),
        (
            "Use the same column names in every edition, or tell us of the new ones.",
            "Use los mismos nombres de columna en todas las ediciones, o avise de los nuevos.",
        ),
    ),
    metric(
        "structure.columns_kept",
        ("Columns are still there", "Las columnas siguen ahí"),
        (
            "Share of the columns of the last table that was read of the file which it has still; unknown on a first "
            "visit.",
            "Proporción de las columnas de la última tabla leída del archivo que siguen en él; desconocido en la "
            "primera visita.",
        ),
        (
            "Keep the columns and their names; add new ones at the end.",
            "Conserve las columnas y sus nombres; agregue las nuevas al final.",
        ),
    ),
    metric(
        "structure.rows_kept",
        ("Records are still there", "Los registros siguen ahí"),
        (
            "Share of the records of the last table that was read of the file which it has still, told by their key; "
            "amended ones count as there. Without a key that tells records apart, their number against that of before, "
            "at most 1. Unknown on a first visit.",
            "Proporción de los registros de la última tabla leída del archivo que siguen en él, según su clave; los "
            "modificados cuentan como presentes. Sin una clave que distinga los registros, su número respecto del "
            "anterior, como máximo 1. Desconocido en la primera visita.",
        ),
        (
            "Publish again the records that are gone, or keep earlier periods in files of their own; `veedor diff` "
            "lists them.",
            "Publique de nuevo los registros que faltan, o conserve los periodos anteriores en archivos propios; "
            "`veedor diff` los enumera.",
        ),
        version="2",
    ),
    metric(
        "structure.columns_changed",
        ("Columns changed", "Columnas cambiadas"),
        (
            "Number of columns renamed, dropped, added or of another type than in the last snapshot that could be "
            "read; the reason names them.",
            "Número de columnas renombradas, suprimidas, agregadas o de otro tipo que en la última copia que se pudo "
            "leer; el motivo las nombra.",
        ),
        unit="count",
    ),
    metric(
        "structure.rows",
        ("Number of records", "Número de registros"),
        ("Number of records.", "Número de registros."),
        unit="rows",
    ),
)
