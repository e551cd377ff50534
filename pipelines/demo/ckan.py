"""The words of CKAN: what the demo's portal answers to each action of the API.

Belongs here: the actions and the shapes of their results (package, resource, organization are CKAN's words).
Does not belong here: HTTP (`portal.py`), or which datasets there are (`packages.py`). Shapes and status codes
are those of CKAN 2.11's action API: an unknown id is a 404 `Not Found Error`, a missing one a 409
`Validation Error`, timestamps are UTC without saying so, `hash` is empty even for uploads.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.demo.packages import (
    NAMESPACE,
    NOTICE,
    PACKAGES,
    Organization,
    Package,
    PublishedFile,
)
from pipelines.demo.people import plain

MOST_ROWS = 1000  # ckan.search.rows_max: more is clipped without a word
DEFAULT_SORT = "score desc, metadata_modified desc"
SORTABLE = ("id", "name", "title", "metadata_created", "metadata_modified")

Result = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """What an action may look at: the portal's address, its files by name, the instant it opened."""

    url: str
    files: Mapping[str, PublishedFile]
    opened: datetime


class ActionError(Exception):
    """A refusal: the HTTP status and CKAN's `error` object."""

    def __init__(self, status: int, kind: str, error: Mapping[str, Any]) -> None:
        super().__init__(kind)
        self.status = status
        self.error = {**error, "__type": kind}


def package_show(site: Site, params: Mapping[str, str]) -> Result:
    """One dataset with its resources, by name or id."""
    wanted = _required(params, "id")
    for package in PACKAGES:
        if wanted in (package.name, package.id):
            return _package(site, package)
    raise ActionError(404, "Not Found Error", {"message": "Not found"})


def package_list(site: Site, params: Mapping[str, str]) -> list[str]:
    """The names of all datasets, in alphabetical order."""
    names = sorted(package.name for package in PACKAGES)
    start = _number(params, "offset", 0)
    return names[start : start + _number(params, "limit", len(names))]


def package_search(site: Site, params: Mapping[str, str]) -> Result:
    """The datasets in which every word of `q` stands (`*:*` or nothing: all), a page at a time."""
    query = params.get("q", "")
    words = [] if query == "*:*" else plain(query).casefold().split()
    sort = params.get("sort") or DEFAULT_SORT
    rows, start = min(_number(params, "rows", 10), MOST_ROWS), _number(params, "start", 0)
    found = [
        shown
        for shown in (_package(site, package) for package in PACKAGES)
        if all(
            word in plain(f"{shown['name']} {shown['title']} {shown['notes']}").casefold() for word in words
        )
    ]
    found = _sorted(found, sort)
    return {
        "count": len(found),
        "facets": {},
        "results": found[start : start + rows],
        "sort": sort,
        "search_facets": {},
    }


def status_show(site: Site, params: Mapping[str, str]) -> Result:
    """The portal's own description."""
    return {
        "site_title": "Datos abiertos (demostración)",
        "site_description": NOTICE,
        "site_url": site.url,
        "ckan_version": "2.11.2",
        "error_emails_to": None,
        "locale_default": "es",
        "extensions": [],
    }


def organization_show(site: Site, params: Mapping[str, str]) -> Result:
    """One organization, by name or id."""
    wanted = _required(params, "id")
    for package in PACKAGES:
        shown = _organization(site, package.organization)
        if wanted in (shown["name"], shown["id"]):
            count = sum(other.organization == package.organization for other in PACKAGES)
            return {**shown, "display_name": shown["title"], "package_count": count, "extras": []}
    raise ActionError(404, "Not Found Error", {"message": "Not found: Group was not found."})


ACTIONS: Mapping[str, Callable[[Site, Mapping[str, str]], Result | list[str]]] = {
    action.__name__: action
    for action in (package_show, package_list, package_search, status_show, organization_show)
}


def _required(params: Mapping[str, str], name: str) -> str:
    if not params.get(name):
        raise ActionError(409, "Validation Error", {name: ["Missing value"]})
    return params[name]


def _number(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ActionError(409, "Validation Error", {name: ["Must be a natural number"]})
    return int(text) if text else default


def _sorted(found: list[Result], sort: str) -> list[Result]:
    if sort == DEFAULT_SORT:
        return sorted(found, key=lambda shown: str(shown["metadata_modified"]), reverse=True)
    field, _, order = sort.strip().partition(" ")
    if field not in SORTABLE or order.strip() not in ("", "asc", "desc"):
        raise ActionError(400, "Search Query Error", {"message": f"Invalid sort: {sort}"})
    return sorted(found, key=lambda shown: str(shown[field]), reverse=order.strip() == "desc")


def _instant(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")


def _organization(site: Site, organization: Organization) -> Result:
    return {
        "id": str(uuid.uuid5(NAMESPACE, f"organization/{organization.name}")),
        "name": organization.name,
        "title": organization.title,
        "type": "organization",
        "description": NOTICE,
        "image_url": "",
        "created": _instant(site.opened),
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def _package(site: Site, package: Package) -> Result:
    organization = _organization(site, package.organization)
    file = site.files.get(package.file)
    return {
        "id": package.id,
        "name": package.name,
        "title": package.title,
        "notes": f"{package.title}. {NOTICE}",
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": True,
        "license_id": "cc-by",
        "license_title": "Creative Commons Attribution",
        "license_url": "http://www.opendefinition.org/licenses/cc-by",
        "author": package.organization.title,
        "author_email": "",
        "maintainer": package.organization.title,
        "maintainer_email": package.organization.mail,
        "metadata_created": _instant(site.opened),
        "metadata_modified": _instant(file.modified if file else site.opened),
        "organization": organization,
        "owner_org": organization["id"],
        "num_resources": 1 if file else 0,
        "num_tags": 0,
        "url": "",
        "version": "",
        "resources": [_resource(site, package, file)] if file else [],
        "tags": [],
        "extras": [{"key": "frequency", "value": package.frequency}, {"key": "language", "value": "es"}],
        "groups": [],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _resource(site: Site, package: Package, file: PublishedFile) -> Result:
    return {
        "id": package.resource_id,
        "package_id": package.id,
        "name": package.file,
        "description": package.title,
        "url": f"{site.url}{package.download_path}{package.file}",
        "url_type": "upload",
        "format": package.file.rpartition(".")[2].upper(),
        "mimetype": package.media_type,
        "mimetype_inner": None,
        "size": len(file.content),
        "hash": "",
        "created": _instant(site.opened),
        "last_modified": _instant(file.modified),
        "metadata_modified": _instant(file.modified),
        "datastore_active": False,
        "state": "active",
        "position": 0,
        "resource_type": None,
        "cache_url": None,
        "cache_last_updated": None,
    }
