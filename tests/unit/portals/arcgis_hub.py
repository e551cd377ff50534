"""An ArcGIS Hub of our own for tests: one item, its service, and what discovery makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pipelines.clock import Clock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset
from pipelines.portals import arcgis
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

ID = "0123456789abcdef0123456789abcdef"
ITEM = f"{arcgis.SEARCH}/{ID}"
SERVICE = "/server/rest/services/Contratos/FeatureServer"
HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: arcgis
    url: {url}/
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"{email}}}
    datasets:
"""
LAYER = {
    "id": 3,
    "name": "Contratos vigentes",
    "type": "Table",
    "editingInfo": {"lastEditDate": 1785589554570, "dataLastEditDate": 1785589536398},
}


def as_bytes(value: object) -> bytes:
    """A JSON answer."""
    return json.dumps(value).encode()


@dataclass(frozen=True)
class Hub:
    """The server, and a client that loses patience soon."""

    portal: PortalServer
    http: HttpClient
    clock: Clock

    def ask(self, datasets: str, base: str = "", email: str | None = None) -> Catalog:
        """The catalog of `datasets`, lines of sources.yaml; `base` follows the server's address."""
        owner = f", email: {email}" if email else ""
        lines = "".join(f"      {line}\n" for line in datasets.splitlines())
        (source,) = parse(HEAD.format(url=self.portal.url + base, email=owner) + lines).sources
        return arcgis.catalog(source, self.http, self.clock)

    def show(
        self,
        item: dict[str, Any] | None = None,
        layers: list[Any] | None = None,
        declared: str = "",
        name: str = ID,
        base: str = "",
        email: str | None = None,
    ) -> Dataset:
        """The dataset that comes of an item and its layers; `declared` are further lines of its entry."""
        url = self.portal.url + SERVICE
        served = {"title": "Contratos", "type": "Feature Service", "url": url, **(item or {})}
        listed = [LAYER] if layers is None else layers
        for path, body in {
            ITEM: {"id": ID, "type": "Feature", "properties": served},
            f"{base}/content/items/{ID}": served,
            f"{SERVICE}/layers": {"layers": [], "tables": listed},
            f"{SERVICE}/3": LAYER,
        }.items():
            self.portal.files.setdefault(path, as_bytes(body))
        lines = "".join(f"  {line}\n" for line in declared.splitlines())
        text = f'- id: contratos\n  identifier: "{name}"\n{lines}'
        (dataset,) = self.ask(text, base, email).datasets
        return dataset


@contextmanager
def running(settings: Settings, clock: Clock) -> Iterator[Hub]:
    """A Hub that runs until the end of the block."""
    hurried = replace(settings, retries=0, deadline_seconds=1.0)
    with PortalServer() as portal, HttpClient(hurried, clock, sleep=lambda _: None) as http:
        yield Hub(portal, http, clock)
