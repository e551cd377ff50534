"""What is said of changed rows, in each language.

Belongs here: the words of files and of the terminal alike.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "removed": "removed",
        "amended": "amended",
        "added": "added",
        "unchanged": "unchanged",
        "kind": "change",
        "row_before": "row before",
        "row_after": "row now",
        "changed": "columns amended",
        "before": "before",
        "after": "now",
        "sheet_rows": "Rows",
        "sheet_summary": "Summary",
        "cut": "CUT: a sheet holds {written:,} of the {found:,} rows. Ask for .csv or .parquet to get all.",
        "version": "{side}: {name}, {rows:,} rows",
        "night": "night {night}",
        "by_key": "Rows are told apart by their key: {key}.",
        "by_row": "Whole rows were compared: an amended row counts as one removed and one added. {reason}",
        "no_key": "No key is known; name one with --key.",
        "key_not_unique": "{key} does not tell the rows apart: too many rows share a value of it, or have none. "
        "Name other columns with --key.",
        "key_lost": "The columns of the key cannot be followed from one version to the other; name a key with --key.",
        "same": "Nothing has changed: the bytes are the same.",
        "nothing": "No row has changed; the bytes differ.",
        "repeated": "Of the rows removed, {count:,} are copies of a key that is still there.",
        "keyless": "Without a key: {before:,} rows before, {after:,} now. They are compared as whole rows, and are "
        "among those removed ({removed:,}) and added ({added:,}).",
        "partly": "Only {share} of “{side}” could be read: rows may be missing here that are in the file.",
        "columns": "Columns: {told}.",
        "by_column": "Amended rows by column",
        "column": "column",
        "rows": "rows",
        "share": "share of amended rows",
        "some": "Rows {kind}: {shown:,} of {count:,}",
        "all": "Rows {kind}: {count:,}",
        "row": "row {row}",
        "empty": "(empty)",
        "written": "All {found:,} rows are in {path}.",
        "written_cut": "CUT: {path} holds {written:,} of {found:,} rows, which is all that a sheet can hold. "
        "Ask for .csv or .parquet to get all.",
        "more": "--rows FILE.xlsx writes all of them.",
    },
    "es": {
        "removed": "suprimidas",
        "amended": "modificadas",
        "added": "agregadas",
        "unchanged": "sin cambios",
        "kind": "cambio",
        "row_before": "fila antes",
        "row_after": "fila ahora",
        "changed": "columnas modificadas",
        "before": "antes",
        "after": "ahora",
        "sheet_rows": "Filas",
        "sheet_summary": "Resumen",
        "cut": "CORTADO: una hoja admite {written:,} de las {found:,} filas. Pida .csv o .parquet para tenerlas todas.",
        "version": "{side}: {name}, {rows:,} filas",
        "night": "noche del {night}",
        "by_key": "Las filas se distinguen por su clave: {key}.",
        "by_row": "Se compararon filas completas: una fila modificada cuenta como una suprimida y una "
        "agregada. {reason}",
        "no_key": "No se conoce ninguna clave; indique una con --key.",
        "key_not_unique": "{key} no distingue las filas: demasiadas comparten un valor, o no lo tienen. Indique otras "
        "columnas con --key.",
        "key_lost": "No se pueden seguir las columnas de la clave de una versión a la otra; indique una clave con "
        "--key.",
        "same": "Nada ha cambiado: los bytes son los mismos.",
        "nothing": "No ha cambiado ninguna fila; los bytes sí son otros.",
        "repeated": "De las filas suprimidas, {count:,} son copias de una clave que sigue ahí.",
        "keyless": "Sin clave: {before:,} filas antes, {after:,} ahora. Se comparan como filas completas y están "
        "entre las suprimidas ({removed:,}) y las agregadas ({added:,}).",
        "partly": "Solo se pudo leer el {share} de «{side}»: aquí pueden faltar filas que sí están en el archivo.",
        "columns": "Columnas: {told}.",
        "by_column": "Filas modificadas por columna",
        "column": "columna",
        "rows": "filas",
        "share": "proporción de las modificadas",
        "some": "Filas {kind}: {shown:,} de {count:,}",
        "all": "Filas {kind}: {count:,}",
        "row": "fila {row}",
        "empty": "(vacío)",
        "written": "Las {found:,} filas están en {path}.",
        "written_cut": "CORTADO: {path} contiene {written:,} de las {found:,} filas, que es lo que admite una hoja. "
        "Pida .csv o .parquet para tenerlas todas.",
        "more": "--rows ARCHIVO.xlsx las escribe todas.",
    },
}
