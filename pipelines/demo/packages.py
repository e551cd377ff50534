"""The six datasets that the demo's portal has, as CKAN packages of one file each.

Belongs here: their names, titles, organizations and formats, and the published bytes with their validator.
Does not belong here: the API's answers about them (`ckan.py`).
"""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://datos.example/")
NOTICE = "Datos ficticios, generados para una demostración."


@dataclass(frozen=True)
class Organization:
    """A CKAN organization and the address of whoever maintains its datasets."""

    name: str
    title: str
    mail: str


@dataclass(frozen=True)
class Package:
    """A CKAN dataset of one file. `frequency` is an ISO 8601 repeating interval."""

    name: str
    title: str
    organization: Organization
    file: str
    media_type: str
    frequency: str

    @property
    def id(self) -> str:
        """The dataset's UUID, the same on every start."""
        return str(uuid.uuid5(NAMESPACE, f"dataset/{self.name}"))

    @property
    def resource_id(self) -> str:
        """The UUID of its one resource."""
        return str(uuid.uuid5(NAMESPACE, f"resource/{self.file}"))

    @property
    def download_path(self) -> str:
        """Path of the file's address, without the file's name: CKAN ignores what follows."""
        return f"/dataset/{self.id}/resource/{self.resource_id}/download/"


CONTRACTING = Organization(
    "contrataciones", "Dirección de Contrataciones (demostración)", "contrataciones@dependencia.example"
)
REGISTERS = Organization(
    "registros", "Dirección de Registros Públicos (demostración)", "registros@dependencia.example"
)
TREASURY = Organization(
    "hacienda", "Dirección de Presupuesto (demostración)", "presupuesto@dependencia.example"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKAGES: tuple[Package, ...] = (
    Package("contratos", "Registro de contratos", CONTRACTING, "contratos.csv", "text/csv", "R/P1D"),
    Package(
        "licitaciones", "Licitaciones (OCDS)", CONTRACTING, "licitaciones.json", "application/json", "R/P1D"
    ),
    Package("sancionados", "Proveedores sancionados", CONTRACTING, "sancionados.csv", "text/csv", "R/P1D"),
    Package("empresas", "Registro de empresas", REGISTERS, "empresas.xlsx", XLSX, "R/P1M"),
    Package(
        "servidores", "Personas servidoras públicas", REGISTERS, "servidores.zip", "application/zip", "R/P1D"
    ),
    Package("presupuesto", "Presupuesto de egresos", TREASURY, "presupuesto.csv", "text/csv", "R/P3M"),
)
FILES = frozenset(package.file for package in PACKAGES)


@dataclass(frozen=True)
class PublishedFile:
    """The bytes of a file and the instant (UTC) at which they last changed."""

    content: bytes
    modified: datetime

    @cached_property
    def etag(self) -> str:
        """A strong validator in the manner of CKAN's: time, size, checksum."""
        return f'"{int(self.modified.timestamp())}-{len(self.content)}-{zlib.adler32(self.content)}"'
