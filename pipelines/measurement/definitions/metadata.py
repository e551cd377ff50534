"""Metrics of metadata: does the catalog say what one must know of a dataset?

Belongs here: their words and versions. They are computed in `measurement.metadata` and
`measurement.visited`.
"""

from __future__ import annotations

from pipelines.measurement.metric import Metric, metric


def _profile(name: str, title: tuple[str, str], of: tuple[str, str]) -> Metric:
    return metric(
        f"metadata.{name}",
        title,
        (
            f"Share of {of[0]} that the catalog gives; a property that its interface does not tell, or that "
            "sources.yaml says in its stead, is left out.",
            f"Proporción de {of[1]} que da el catálogo; no cuenta la que su interfaz no informa o que sources.yaml "
            "dice en su lugar.",
        ),
        (
            "Fill in the properties that are missing in the catalog's entry of the dataset.",
            "Complete las propiedades que faltan en la ficha del conjunto en el catálogo.",
        ),
    )


def _answers(name: str, title: tuple[str, str], page: tuple[str, str], advice: tuple[str, str]) -> Metric:
    return metric(
        f"metadata.{name}_answers",
        title,
        (
            f"{page[0]} answers whoever opens it (1) or does not (0), as when it is gone or leads to a login; unknown "
            "when it turned us away, gave no answer at all on one night only, or has not been visited yet.",
            f"{page[1]} responde a quien la abre (1) o no (0), como cuando ya no existe o lleva a una página que pide "
            "contraseña; desconocido si nos rechazó, no dio ninguna respuesta una sola noche o aún no se visita.",
        ),
        advice,
    )


METRICS = (
    metric(
        "metadata.core",
        ("Core metadata", "Metadatos esenciales"),
        (
            "Share of title, description, publisher, contact point, licence, periodicity, dates of issue and change, "
            "coverage in time and space, and theme that the catalog gives; a property that its interface does not "
            "tell, or that sources.yaml says in its stead, is left out.",
            "Proporción de título, descripción, institución, contacto, licencia, periodicidad, fechas de publicación "
            "y cambio, cobertura temporal y espacial, y tema que da el catálogo; no cuenta la que su interfaz no "
            "informa o que sources.yaml dice en su lugar.",
        ),
        (
            "Fill in the properties that are missing in the catalog's entry of the dataset.",
            "Complete las propiedades que faltan en la ficha del conjunto en el catálogo.",
        ),
    ),
    _profile(
        "dcat_ap",
        ("Metadata of DCAT-AP 3", "Metadatos de DCAT-AP 3"),
        (
            "the properties that DCAT-AP 3 makes mandatory or recommends, of the dataset and its files,",
            "las propiedades obligatorias o recomendadas por DCAT-AP 3, del conjunto y sus archivos,",
        ),
    ),
    _profile(
        "dcat_us",
        ("Metadata of DCAT-US 3", "Metadatos de DCAT-US 3"),
        (
            "the properties that DCAT-US 3 requires of a dataset",
            "las propiedades que DCAT-US 3 exige a un conjunto",
        ),
    ),
    _profile(
        "dcat_mx",
        ("Mexico's required metadata", "Metadatos obligatorios en México"),
        (
            "the properties that Mexico's guide of 2017 requires, of the dataset and its files,",
            "las propiedades que exige la guía mexicana de 2017, del conjunto y sus archivos,",
        ),
    ),
    metric(
        "metadata.dictionary",
        ("Data dictionary", "Diccionario de datos"),
        (
            "The catalog leads to a description of the columns (1) or does not (0); unknown without a catalog.",
            "El catálogo lleva a una descripción de las columnas (1) o no (0); desconocido si no hay catálogo.",
        ),
        (
            "Publish a description of every column, its type, unit and values, and link it from the catalog.",
            "Publique una descripción de cada columna, su tipo, unidad y valores, y enlácela desde el catálogo.",
        ),
    ),
    metric(
        "metadata.contact",
        ("Contact for faults", "Contacto para fallas"),
        (
            "The catalog gives a mail address that could receive mail, or a page to write to (1), or neither (0); "
            "unknown when sources.yaml names the owner's address in its stead. No mail is sent to find out.",
            "El catálogo da un correo que podría recibir mensajes, o una página donde escribir (1), o ninguno (0); "
            "desconocido si sources.yaml da el correo del responsable en su lugar. No se envía ningún correo para "
            "averiguarlo.",
        ),
        (
            "Name in the catalog an address or a form that an office reads, not a person's.",
            "Indique en el catálogo un correo o formulario que atienda una oficina, no el de una persona.",
        ),
        version="2",
    ),
    _answers(
        "landing_page",
        ("The dataset's page answers", "La página del conjunto responde"),
        ("The dataset's page on the portal", "La página del conjunto en el portal"),
        (
            "Bring the dataset's page back, or correct its address in the catalog.",
            "Restablezca la página del conjunto, o corrija su dirección en el catálogo.",
        ),
    ),
    _answers(
        "contact_page",
        ("The contact page answers", "La página de contacto responde"),
        ("The page where faults can be told", "La página donde se puede avisar de fallas"),
        (
            "Bring the contact page back, open to anybody, or correct its address in the catalog.",
            "Restablezca la página de contacto, abierta a cualquiera, o corrija su dirección en el catálogo.",
        ),
    ),
    _answers(
        "dictionary",
        ("The data dictionary answers", "El diccionario de datos responde"),
        ("The address of the data dictionary", "La dirección del diccionario de datos"),
        (
            "Publish the data dictionary again under the address that the catalog gives, or correct this.",
            "Publique de nuevo el diccionario en la dirección que da el catálogo, o corrija esta.",
        ),
    ),
    _answers(
        "licence",
        ("The licence's text answers", "El texto de la licencia responde"),
        ("The address by which the licence is named", "La dirección con que se nombra la licencia"),
        (
            "Name the licence by an address at which its text can be read.",
            "Nombre la licencia con una dirección en la que se pueda leer su texto.",
        ),
    ),
)
