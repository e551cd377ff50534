"""Portals of every kind as they speak: the same datasets behind each API, clipped, drifting or lying as told.

with PortalServer() as portal:
    world = WORLDS["ckan"](portal, count=25)
    portal.answers(world.answer)
A new kind of portal needs a class here, and passes tests/contract/test_portals.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.portal_server.world import Entry, Told, World

BROKEN: Told = (500, {"message": "out of order"})


class Ckan(World):
    kind, listing = "ckan", "/api/3/action/package_search"
    shown = "/api/3/action/package_show"

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        action = path.removeprefix("/api/3/action/")
        if action == "status_show":
            return 200, {"success": True, "result": {"ckan_version": "2.11.0", "site_title": "Datos"}}
        if action == "package_search":
            entries = self.page(int(query.get("start", 0)), int(query.get("rows", 10)))
            if entries is None:
                return BROKEN
            return 200, {"success": True, "result": {"count": self.declared, "results": entries}}
        if action == "package_show":
            found = self.find(query.get("id", ""))
            if found:
                return 200, {"success": True, "result": self.entry(found)}
            return 404, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}
        return None

    def written(self, dataset: Entry) -> Any:
        return {
            "id": dataset["id"],
            "name": dataset["id"],
            "title": dataset["title"],
            "maintainer_email": dataset["mail"],
            "resources": [{"id": "r", "format": "CSV", "url": dataset["file"]}],
        }


class Socrata(World):
    kind, listing, inside = "socrata", "/api/catalog/v1", "/d/aaaa-0001"

    def name(self, number: int) -> str:
        return f"aaaa-{number:04d}"

    @property
    def shown(self) -> str:
        return f"/api/views/{self.name(0)}.json"

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path == self.listing:
            offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
            if offset + limit > 10_000:
                return 400, {"error": "offset + limit must not exceed 10000"}
            last = query.get("scroll_id")
            if last is not None:
                offset = sum(1 for it in self.datasets if it["id"] <= last)
            if limit == 0:
                return 200, {"results": [], "resultSetSize": self.declared}
            entries = self.page(offset, limit)
            return BROKEN if entries is None else (200, {"results": entries, "resultSetSize": self.declared})
        if path.startswith("/api/views/") and path.endswith(".json"):
            found = self.find(path.removeprefix("/api/views/").removesuffix(".json"))
            if found is None:
                return 404, {"code": "not_found", "error": True, "message": "Cannot find view"}
            fields = {"custom_fields": {"Contacto": {"Correo": found["mail"]}}}
            return 200, {"id": found["id"], "name": found["title"], "metadata": fields}
        return None

    def written(self, dataset: Entry) -> Any:
        return {
            "resource": {"id": dataset["id"], "name": dataset["title"], "type": "dataset"},
            "classification": {
                "domain_metadata": [{"key": "Contacto_Correo-electrónico", "value": dataset["mail"]}]
            },
            "permalink": f"{self.url}/d/{dataset['id']}",
        }


class Opendatasoft(World):
    kind, listing, inside = (
        "opendatasoft",
        "/api/explore/v2.1/catalog/datasets",
        "/explore/dataset/d-001/table/",
    )

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path == self.listing:
            offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10))
            if offset + limit > 10_000:
                return 400, {"error_code": "InvalidRESTParameterError", "message": "10000"}
            if limit == 0:
                return 200, {"total_count": self.declared, "results": []}
            entries = self.page(offset, limit)
            return BROKEN if entries is None else (200, {"total_count": self.declared, "results": entries})
        if path == "/api/explore/v2.1/catalog/exports/json":
            return 200, [self.entry(it) for it in self.datasets]
        if path.startswith(f"{self.listing}/"):
            found = self.find(path.removeprefix(f"{self.listing}/"))
            error = {"error_code": "ODSError", "message": "not found"}
            return (200, self.entry(found)) if found else (404, error)
        return None

    def written(self, dataset: Entry) -> Any:
        metas = {"default": {"title": dataset["title"]}, "dcat": {"contact_email": dataset["mail"]}}
        return {"dataset_id": dataset["id"], "has_records": True, "metas": metas}


class Arcgis(World):
    kind, listing = "arcgis", "/api/search/v1/collections/all/items"
    inside = "/datasets/dependencia::datos-1/about"

    def name(self, number: int) -> str:
        return f"{number:032x}"

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path == self.listing:
            entries = self.page(int(query.get("startindex", 1)) - 1, int(query.get("limit", 10)))
            if entries is None:
                return BROKEN
            return 200, {"type": "FeatureCollection", "features": entries, "numberMatched": self.declared}
        if path == "/api/v3/datasets":
            wanted = query["filter[slug]"].removeprefix("dependencia::datos-")
            found = self.find(self.name(int(wanted))) if wanted.isdigit() else None
            return 200, {"data": [{"id": found["id"], "type": "dataset"}] if found else []}
        if path.startswith(f"{self.listing}/"):
            found = self.find(path.removeprefix(f"{self.listing}/"))
            return (200, self.entry(found)) if found else (404, {"statusCode": 404, "message": "Not found"})
        return None

    def written(self, dataset: Entry) -> Any:
        properties = {
            "id": dataset["id"],
            "title": dataset["title"],
            "type": "CSV",
            "url": dataset["file"],
            "orgContactEmail": dataset["mail"],
        }
        return {"id": dataset["id"], "properties": properties}


class Udata(World):
    kind, listing, inside = "udata", "/api/1/datasets/", "/datasets/d-001/"

    @property
    def shown(self) -> str:
        return f"{self.listing}{self.name(0)}/"

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path == "/api/1/site/":
            return 200, {"title": "Datos", "metrics": {"datasets": len(self.datasets)}}
        if path == self.listing:
            number, size = int(query.get("page", 1)), min(int(query.get("page_size", 20)), self.clip)
            entries = self.page((number - 1) * size, size)
            if entries is None:
                return BROKEN
            more = self.stuck or number * size < len(self.datasets)
            following = f"{self.url}{path}?page={number if self.stuck else number + 1}" if more else None
            return 200, {"data": entries, "total": self.declared, "next_page": following}
        if path.startswith(self.listing):
            found = self.find(path.removeprefix(self.listing).strip("/"))
            return (200, self.entry(found)) if found else (404, {"message": "Dataset not found"})
        return None

    def written(self, dataset: Entry) -> Any:
        return {
            "id": dataset["id"],
            "title": dataset["title"],
            "contact_points": [{"email": dataset["mail"]}],
            "resources": [{"id": "r", "format": "csv", "url": dataset["file"]}],
        }


class Dkan(World):
    kind, listing, paged = "dkan", "/api/1/metastore/schemas/dataset/items", False

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path == "/api/1/metastore/schemas":
            return 200, {"dataset": {}, "distribution": {}}
        if path == "/api/1/search":
            return 200, {"total": self.declared, "results": {}}
        if path == self.listing:
            return 200, self.page(0, len(self.datasets))
        if path.startswith(f"{self.listing}/"):
            found = self.find(path.removeprefix(f"{self.listing}/"))
            return (
                (200, self.entry(found)) if found else (404, {"message": "Error: not found", "status": 404})
            )
        return None

    def page(self, offset: int, limit: int) -> list[Entry] | None:
        return [self.entry(it) for it in self.datasets]

    def written(self, dataset: Entry) -> Any:
        contact = {"fn": "Unidad", "hasEmail": dataset["mail"]}
        file = {"format": "csv", "downloadURL": dataset["file"]}
        about = {"identifier": dataset["id"], "title": dataset["title"], "contactPoint": contact}
        return {**about, "distribution": [{"identifier": "u", "data": file}]}


class DcatUs(World):
    kind, listing, inside, paged, counts = "dcat_us", "/data.json", "/datos/d-001", False, False
    shown = listing

    @property
    def address(self) -> str:
        return f"{self.url}{self.listing}"

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path != self.listing:
            return None
        return 200, {"title": "Datos", "dataset": [self.entry(it) for it in self.datasets]}

    def written(self, dataset: Entry) -> Any:
        contact = {"fn": "Unidad", "hasEmail": dataset["mail"]}
        file = {"format": "csv", "downloadURL": dataset["file"]}
        about = {"identifier": dataset["id"], "title": dataset["title"], "contactPoint": contact}
        return {**about, "landingPage": f"{self.url}/datos/{dataset['id']}", "distribution": [file]}


class Dcat(World):
    """A catalog in Turtle, its pages linked with hydra."""

    kind, listing, linked = "dcat", "/catalog.ttl", True
    shown = listing
    prefixes = "".join(
        f"@prefix {prefix}: <{meaning}> .\n"
        for prefix, meaning in {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "hydra": "http://www.w3.org/ns/hydra/core#",
        }.items()
    )

    @property
    def address(self) -> str:
        return f"{self.url}{self.listing}"

    def name(self, number: int) -> str:
        return f"{self.url}/dataset/{super().name(number)}"

    def described(self, number: int) -> Entry:
        return {**super().described(number), "file": f"{self.url}/{super().name(number)}.csv"}

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        if path != self.listing:
            return None
        number = int(query.get("page", 1))
        entries = self.page((number - 1) * self.clip, self.clip)
        if entries is None:
            return BROKEN
        more = self.stuck or number * self.clip < len(self.datasets)
        following = f"; hydra:next <{self.url}{path}?page={number + 1}>" if more else ""
        view = f"<urn:view> hydra:totalItems {_literal(str(self.declared))} {following} .\n"
        text = f"{self.prefixes}<urn:catalog> a dcat:Catalog .\n{view}{''.join(map(str, entries))}"
        return 200, (text.encode(), "text/turtle")

    def entry(self, dataset: Entry) -> Any:
        if "raw" in dataset:
            return f"<urn:catalog> dcat:dataset {_literal(json.dumps(dataset['raw']))} .\n"
        return self.written(dataset)

    def written(self, dataset: Entry) -> Any:
        file = str(dataset["file"])
        address = f"<{file}>" if re.fullmatch("[!-;=?-~]+", file) else _literal(file)
        return (
            f"<{dataset['id']}> a dcat:Dataset ;\n"
            f"  dct:title {_literal(dataset['title'])} ;\n"
            f"  dcat:contactPoint [ vcard:hasEmail {_literal(dataset['mail'])} ] ;\n"
            f'  dcat:distribution [ dct:format "CSV" ; dcat:downloadURL {address} ] .\n'
            f"<urn:catalog> dcat:dataset <{dataset['id']}> .\n"
        )


class OcdsApi(World):
    """Endpoints of releases, each paged with `links.next`: every one is a dataset, and nothing lists them."""

    kind, listing, inside = "ocds_api", "/api/d-000/releases", "/api/d-001/releases?page=1"
    paged, counts, lists, format = False, False, False, "json"
    shown = listing

    def name(self, number: int) -> str:
        return f"{self.url}/api/{super().name(number)}/releases?page=1"

    @property
    def address(self) -> str:
        return self.name(0)

    def answer(self, path: str, query: Mapping[str, str]) -> Told:
        found = self.find(f"{self.url}{path}?page=1")
        if found is None:
            return (404, {"message": "Not found"}) if path.startswith("/api/") else None
        number = int(query.get("page", 1))
        following = {"next": f"{self.url}{path}?page={number + 1}"} if number < 3 else {}
        releases = [{"ocid": f"ocds-abc123-{number}-{it}", "id": "1"} for it in range(self.clip)]
        publisher = {"name": found["title"]}
        return 200, {"version": "1.1", "publisher": publisher, "releases": releases, "links": following}


def _literal(text: str) -> str:
    """A literal of Turtle, which knows JSON's escapes but no half of a character."""
    return json.dumps(text.encode("utf-8", "replace").decode())


WORLDS: Mapping[str, type[World]] = {
    it.kind: it for it in (Arcgis, Ckan, Dcat, DcatUs, Dkan, OcdsApi, Opendatasoft, Socrata, Udata)
}
