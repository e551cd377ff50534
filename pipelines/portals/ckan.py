"""Portal `ckan`: the action API of CKAN (2.x, and the portals that speak it, such as DKAN).

Belongs here: asking for each declared dataset with `package_show`, for all with `package_search`, and what each
kind of answer means. Does not belong here: what a package says (`ckan_package`).

CKAN's status codes say little: a deleted or private dataset is 403, a missing action 400 with a bare string. The
envelope decides, `{"success": ..., "result" | "error": ...}`.
"""

from __future__ import annotations

from typing import Any

from pipelines.clock import Clock
from pipelines.errors import CatalogFault, PublisherFault
from pipelines.http_client import HttpClient, JsonResponse
from pipelines.http_client.addresses import printable
from pipelines.model import Catalog, FaultKind
from pipelines.portals import answers, ckan_package, values
from pipelines.portals.each import each_declared
from pipelines.portals.walk import Entry, Recognised, Walk, by_offset, number, undeclared, whole
from pipelines.sources import Source, SourceDataset

# The types of error with which CKAN answers for a dataset that is not there, was deleted, or is private.
GONE = frozenset({"Not Found Error", "Authorization Error"})

# What every package has, one or the other.
PACKAGE = frozenset({"name", "title", "resources"})
# What CKAN gives at most, unless a portal sets it otherwise; more than its own limit it cuts without a word.
ROWS = 1000


def catalog(source: Source, http: HttpClient, clock: Clock) -> Catalog:
    """The declared datasets as the portal has them (see `each_declared`)."""
    return each_declared(
        source, clock, lambda item: ckan_package.dataset(source, item, _package(source, item, http))
    )


def walk(url: str, http: HttpClient, clock: Clock) -> Walk:
    """All public packages, sorted by id: by relevance or date, pages lose some whenever one is edited meanwhile."""
    source = undeclared("ckan", url)

    def ask(start: int) -> tuple[list[Entry], object]:
        params = {"rows": str(ROWS), "start": str(start), "sort": "id asc"}
        found = _asked(http, source, "package_search", params, None)
        if "results" not in found:
            raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the portal answered without a list of datasets")
        return values.objects(found["results"]), found.get("count")

    return whole(
        source, clock, by_offset(ask), lambda it: values.first(it, ("id", "name"), 200), ckan_package.dataset
    )


def recognise(url: str, http: HttpClient) -> Recognised | None:
    """By `status_show`, which every CKAN from 2.0 answers, and how many packages a search finds."""
    for root in answers.roots(url, "/dataset/", "/organization/", "/group/", "/api/", "/datastore/"):
        status = answers.objects_told(http, f"{root}/api/3/action/status_show").get("result")
        if isinstance(status, dict) and "ckan_version" in status:
            found = answers.objects_told(http, f"{root}/api/3/action/package_search", {"rows": "0"}).get(
                "result"
            )
            count = number(found.get("count")) if isinstance(found, dict) else None
            return Recognised(root, values.plain(status.get("site_title"), values.TITLE), count)
    return None


def _package(source: Source, item: SourceDataset, http: HttpClient) -> dict[str, Any]:
    """The package as CKAN gives it. Raises `CatalogFault`, and `FetchFault` when there is no answer."""
    name = item.identifier or item.id
    package = _asked(http, source, "package_show", {"id": name}, name)
    if printable(package.get("state"), 20).lower() == "deleted":
        raise answers.gone(name, "the portal says that it was deleted")
    if not PACKAGE & package.keys():
        raise CatalogFault(FaultKind.CATALOG_UNREADABLE, "the portal answered with what is no dataset")
    return package


def _asked(
    http: HttpClient, source: Source, action: str, params: dict[str, str], name: str | None
) -> dict[str, Any]:
    """The result of an action; `name` is the dataset that is asked for, if it is one."""
    url = f"{(source.url or '').rstrip('/')}/api/3/action/{action}"
    try:
        answer = http.get_json(url, params)
    except PublisherFault as caught:
        if caught.kind is FaultKind.GONE:  # the API itself is gone: CKAN says so of a dataset in an envelope
            raise CatalogFault(
                FaultKind.CATALOG_UNREADABLE, f"there is no CKAN API at this address: {caught.message}"
            ) from caught
        raise
    return _result(answer, name)


def _result(answer: JsonResponse, name: str | None) -> dict[str, Any]:
    body = answer.body
    if not isinstance(body, dict) or "success" not in body:
        if answer.status in (401, 403):  # a firewall's own JSON, not CKAN's
            raise CatalogFault(
                FaultKind.BLOCKED,
                f"the server answered {answer.status} in a way that CKAN does not",
                "Ask the portal to let Veedor's requests through; the user agent says who is asking.",
            )
        said = f": {printable(body, 200)}" if isinstance(body, str) else ""
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE, f"the answer ({answer.status}) is not that of a CKAN API{said}"
        )
    if body["success"] is not True:
        raise _refused(body.get("error"), answer.status, name)
    result = body.get("result")
    if isinstance(result, list) and len(result) == 1:  # DKAN
        result = result[0]
    if not isinstance(result, dict):
        raise CatalogFault(
            FaultKind.CATALOG_UNREADABLE, f"the portal answered {answer.status} without a dataset"
        )
    return result


def _refused(error: object, status: int, name: str | None) -> CatalogFault:
    told = error if isinstance(error, dict) else {"message": error}
    kind = printable(told.get("__type"), 60)
    if name is not None and (kind in GONE or (not kind and status in (403, 404))):
        return answers.gone(name, "the portal says that it does not exist, or is not public")
    said = printable(told.get("message"), 200) or kind or "no reason given"
    return CatalogFault(FaultKind.CATALOG_UNREADABLE, f"the portal refused to show it: {said}")
