"""The public bodies that all six datasets share, under one code and one name.

Belongs here: one table and the record that it is made of. The code is written as in Mexican federal files:
the budget branch (ramo, three digits) and the responsible unit (three characters), as in `012-NBV`. The
names of branches are the budget's own; the bodies are made up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """A public body. `branch` is the ramo's number as the budget writes it, `unit` the responsible unit."""

    branch: str
    branch_name: str
    unit: str
    name: str
    short: str
    level: str = "FEDERAL"
    power: str = "EJECUTIVO"

    @property
    def code(self) -> str:
        """The body's code in registers of contracts and officials, e.g. `012-NBV`."""
        return f"{int(self.branch):03d}-{self.unit}"


AGRICULTURE = "Agricultura y Desarrollo Rural"
ROADS = "Infraestructura, Comunicaciones y Transportes"
EDUCATION = "Educación Pública"
HEALTH = "Salud"
ENVIRONMENT = "Medio Ambiente y Recursos Naturales"
WELFARE = "Bienestar"
FINANCE = "Hacienda y Crédito Público"
CULTURE = "Cultura"

FEDERAL: tuple[Body, ...] = (
    Body("6", FINANCE, "HKA", "Instituto de Catálogos Presupuestarios", "icp"),
    Body("6", FINANCE, "G2T", "Comisión de Subastas y Bienes Recuperados", "csbr"),
    Body("8", AGRICULTURE, "I6L", "Comisión Nacional de Riego Parcelario", "cnrp"),
    Body("8", AGRICULTURE, "JAG", "Instituto de Semillas y Maíz Criollo", "ismc"),
    Body("9", ROADS, "KDK", "Dirección General de Puentes y Túneles", "dgpt"),
    Body("9", ROADS, "J3L", "Administración de Caminos Rurales", "acr"),
    Body("9", ROADS, "KCZ", "Agencia de Estaciones y Andenes", "aea"),
    Body("11", EDUCATION, "L4J", "Centro de Formación de Maestras y Maestros", "cfmm"),
    Body("11", EDUCATION, "L6H", "Comisión de Bibliotecas Escolares", "cbe"),
    Body("11", EDUCATION, "MGC", "Patronato de Talleres y Laboratorios", "ptl"),
    Body("12", HEALTH, "NBV", "Instituto de Atención Oncológica del Altiplano", "iaoa"),
    Body("12", HEALTH, "NCG", "Hospital de la Niñez del Bajío", "hnb"),
    Body("12", HEALTH, "NDE", "Centro de Vacunación y Epidemiología", "cve"),
    Body("16", ENVIRONMENT, "RHQ", "Comisión de Bosques y Manantiales", "cbm"),
    Body("16", ENVIRONMENT, "RJE", "Instituto del Agua Limpia", "ial"),
    Body("20", WELFARE, "VZG", "Fondo de Comedores Comunitarios", "fcc"),
    Body("20", WELFARE, "V3A", "Instituto de las Personas Mayores del País", "ipmp"),
    Body("48", CULTURE, "E2D", "Fonoteca y Archivo de la Imagen", "fai"),
    Body("48", CULTURE, "D00", "Instituto de Museos y Sitios", "ims"),
    Body(
        "35",
        "Órganos de Derechos Humanos",
        "100",
        "Defensoría de la Ciudadanía",
        "dc",
        power="ORGANO_AUTONOMO",
    ),
)

OTHERS: tuple[Body, ...] = (
    Body("1", "Poder Legislativo", "101", "Auditoría de la Cámara Territorial", "act", power="LEGISLATIVO"),
    Body("3", "Poder Judicial", "211", "Tribunal de Asuntos Administrativos", "taa", power="JUDICIAL"),
    Body(
        "901", "Gobierno estatal", "A01", "Secretaría de Obras del Estado de Sierra Alta", "sosa", "ESTATAL"
    ),
    Body("901", "Gobierno estatal", "A02", "Congreso de Sierra Alta", "csa", "ESTATAL", "LEGISLATIVO"),
    Body("951", "Gobierno municipal", "B01", "Ayuntamiento de Valle Ameno", "ava", "MUNICIPAL"),
    Body("952", "Gobierno municipal", "B02", "Ayuntamiento de Peñón Chico", "apc", "MUNICIPAL"),
)

BODIES: tuple[Body, ...] = FEDERAL + OTHERS
