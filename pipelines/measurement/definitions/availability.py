"""Metrics of availability: can anybody get the file, whole, as promised, and does it stay?

Belongs here: their words and versions. They are computed in `measurement.availability`, `measurement.kept` and
`measurement.visited`.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    metric(
        "availability.listed",
        ("Listed by the portal", "Incluido en el portal"),
        (
            "The portal lists the dataset (1) or does not (0); unknown of files that are watched without a portal.",
            "El portal incluye el conjunto de datos (1) o no (0); desconocido si los archivos se vigilan sin portal.",
        ),
        (
            "List the dataset in the catalog again, under the same name.",
            "Incluya de nuevo el conjunto en el catálogo, con el mismo nombre.",
        ),
        version="2",
    ),
    metric(
        "availability.reachable",
        ("Can be downloaded", "Se puede descargar"),
        (
            "The file could be downloaded whole without login (1) or not (0), as when the dataset is no longer "
            "listed or has no file; unknown when the portal turned us away, or gave no answer at all on one night "
            "only (that may be our own network).",
            "El archivo se pudo descargar completo sin registrarse (1) o no (0), como cuando el conjunto ya no "
            "aparece en el portal o no tiene archivos; desconocido cuando el portal nos rechazó, o no hubo ninguna "
            "respuesta una sola noche (puede ser nuestra propia red).",
        ),
        (
            "Publish the file again under the address that the catalog gives, open to anybody.",
            "Publique de nuevo el archivo en la dirección que da el catálogo, abierto a cualquiera.",
        ),
        version="2",
    ),
    metric(
        "availability.as_promised",
        ("In the declared format", "En el formato declarado"),
        (
            "What arrived is of the declared format (1), or an error page or another format (0).",
            "Lo recibido es del formato declarado (1), o una página de error u otro formato (0).",
        ),
        (
            "Correct the declared format, or the address, so that the link leads to the file itself.",
            "Corrija el formato declarado, o la dirección, para que el enlace lleve al archivo mismo.",
        ),
    ),
    metric(
        "availability.secure",
        ("Secure connection (HTTPS)", "Conexión segura (HTTPS)"),
        (
            "The file is served over HTTPS (1) or in the clear (0).",
            "El archivo se sirve por HTTPS (1) o sin cifrar (0).",
        ),
        (
            "Serve the file over HTTPS, and declare that address.",
            "Sirva el archivo por HTTPS y declare esa dirección.",
        ),
    ),
    metric(
        "availability.files_kept",
        ("Earlier files are still there", "Los archivos anteriores siguen ahí"),
        (
            "Share of the files that the portal listed on the night before which it lists still; unknown on a first "
            "night.",
            "Proporción de los archivos que el portal mostraba la noche anterior y que sigue mostrando; desconocido "
            "en la primera noche.",
        ),
        (
            "Put the files of earlier periods back: a new edition is published beside the old ones.",
            "Restituya los archivos de periodos anteriores: una edición nueva se publica junto a las previas.",
        ),
    ),
    metric(
        "availability.links_answer",
        ("Published links answer", "Los enlaces publicados responden"),
        (
            "Share of the links in the file that answer whoever follows them, of up to 10 chosen as by lot; "
            "a page of login is no answer. Left out are those that turned us away, that gave no answer at all on one "
            "night only (that may be our own network), and that have not been visited yet.",
            "Proporción de los enlaces del archivo que responden a quien los sigue, de hasta 10 elegidos como "
            "por sorteo; una página que pide contraseña no es respuesta. No cuentan los que nos rechazaron, los "
            "que no dieron ninguna respuesta una sola noche (puede ser nuestra red) ni los que aún no se visitan.",
        ),
        (
            "Put the documents back under the addresses that the file gives, or correct these.",
            "Restituya los documentos en las direcciones que da el archivo, o corrija estas.",
        ),
        version="2",
    ),
    metric(
        "availability.seconds",
        ("Time to download", "Tiempo de descarga"),
        ("Time that the download took.", "Tiempo que tomó la descarga."),
        unit="seconds",
    ),
    metric(
        "availability.bytes",
        ("Size of the file", "Tamaño del archivo"),
        ("Size of the file.", "Tamaño del archivo."),
        unit="bytes",
    ),
)
