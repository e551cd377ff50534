"""udata: what its answers mean, and what becomes of a dataset and its resources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals import files, udata
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: udata
    url: {url}/
    publisher: {{name: "Ministère d'essai", country: FR}}
    owner: {{name: "Bureau des données"}}
    datasets:
      - id: marches
        identifier: 5c0a7845634f4139b2ee8883
"""
PATH = "/api/1/datasets/5c0a7845634f4139b2ee8883/"
RID = "e0fa9423-3362-4821-bc05-7d2e7a490d7a"
FORM = "https://ministere.example/contact"
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of an answer; `declared` are further lines of its entry in sources.yaml."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(told: dict[str, Any] | None = None, declared: str = "") -> Dataset:
            if told is not None:
                portal.files[PATH] = json.dumps({"id": "x", "title": "T", **told}).encode()
            lines = "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(HEAD.format(url=portal.url) + lines).sources
            (dataset,) = udata.catalog(source, http, clock).datasets
            return dataset

        yield discovered


def keys(dataset: Dataset) -> list[str]:
    return [it.key.rpartition("/")[2] for it in dataset.distributions]


def test_an_answer_becomes_a_dataset(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "id": "5c0a7845634f4139b2ee8883",
            "slug": "marches-publics",
            "title": "Marchés publics",
            "description": "<p>Les marchés,<br>chaque <b>mois</b>.</p><script>alert(1)</script>",
            "license": "lov2",
            "organization": {"name": "Direction des achats", "slug": "achats"},
            "owner": {"first_name": "Une", "last_name": "Personne"},
            "contact_points": [
                {"name": "x", "email": "editeur@ministere.example", "role": "publisher"},
                {"name": "x", "email": "no-reply@ministere.example", "role": "contact"},
                {"name": "x", "email": "achats@ministere.example", "contact_form": FORM, "role": "contact"},
            ],
            "created_at": "2018-12-07T14:40:21.198000+00:00",
            "last_modified": "2026-02-28T00:00:00+00:00",
            "last_update": "2026-02-01T10:00:00+01:00",
            "frequency": "monthly",
            "page": "https://www.portail.example/fr/datasets/marches-publics/",
            "tags": ["marches", "achats", None, 7],
            "resources": [
                {
                    "id": RID,
                    "title": "marches.csv",
                    "format": "CSV",
                    "mime": "text/csv",
                    "filesize": 73933,
                    "type": "main",
                    "created_at": "2024-10-17T22:30:08",
                    "last_modified": "2024-10-18T00:00:00+02:00",
                    "url": "https://statique.example/20241017/marches.csv",
                }
            ],
        }
    )
    assert [it.path for it in portal.requests] == [PATH]
    assert dataset.fault is None
    assert (dataset.key, dataset.title) == ("prueba/marches", "Marchés publics")
    assert dataset.description == "Les marchés, chaque mois."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Direction des achats", "FR")
    assert dataset.contact_point.name == "Bureau des données"
    assert dataset.contact_point.email == "achats@ministere.example"
    assert dataset.contact_point.url == FORM
    assert (dataset.license, dataset.keywords) == ("lov2", ("marches", "achats", "7"))
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("monthly", 365.25 / 12)
    assert dataset.issued == "2018-12-07T14:40:21.198000+00:00"
    assert dataset.modified == "2026-02-01T09:00:00+00:00"
    assert dataset.landing_page == "https://www.portail.example/fr/datasets/marches-publics/"
    (csv,) = dataset.distributions
    assert (csv.key, csv.title) == ("prueba/marches/csv-1", "marches.csv")
    assert (csv.format, csv.media_type, csv.byte_size) == ("csv", "text/csv", 73933)
    assert (csv.portal_id, csv.download_url) == (RID, f"{portal.url}/api/1/datasets/r/{RID}")
    assert (csv.issued, csv.modified) == ("2024-10-17T22:30:08+00:00", "2024-10-17T22:00:00+00:00")


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(
    show: Show, portal: PortalServer
) -> None:
    dataset = show(
        {"title": "", "description": None, "license": "notspecified", "frequency": "daily", "slug": "a b"},
        'title: "Titre"\ndescription: "Texte"\nlicense: MIT\naccrual_periodicity: quarterly',
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Titre", "Texte", "MIT")
    assert dataset.accrual_periodicity == "quarterly"
    assert (dataset.publisher.name, dataset.contact_point.email) == ("Ministère d'essai", None)
    assert dataset.landing_page == f"{portal.url}/datasets/a%20b/"
    assert (dataset.issued, dataset.modified, dataset.distributions) == (None, None, ())


@pytest.mark.parametrize(
    ("frequency", "text", "days"),
    [
        ("weekly", "weekly", 7.0),
        ("semidaily", "semidaily", 0.5),
        ("fiveTimesAWeek", "fiveTimesAWeek", 1.4),
        ("threeTimesADay", "threeTimesADay", 1 / 3),
        ("punctual", "punctual", None),
        ("notPlanned", "notPlanned", None),
        ("unknown", None, None),
        (None, None, None),
        ({"id": "daily"}, None, None),
    ],
)
def test_frequencies_are_of_udatas_vocabulary(
    frequency: object, text: str | None, days: float | None, show: Show
) -> None:
    dataset = show({"frequency": frequency})
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == (text, days)


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "//portail.example/x", "https://", "http://[", None, 7]
)
def test_a_page_that_cannot_be_linked_to_is_not(page: object, show: Show, portal: PortalServer) -> None:
    assert show({"page": page}).landing_page == f"{portal.url}/datasets/x/"


def test_a_resource_without_a_proper_id_keeps_its_own_address(show: Show, portal: PortalServer) -> None:
    urls = [" https://a.example/x y.csv\n", "datos/a.csv", "http://[", None, 7, ""]
    dataset = show({"resources": [{"id": "../..", "format": "csv", "url": url} for url in urls]})
    assert [it.download_url for it in dataset.distributions] == [
        "https://a.example/x y.csv",
        f"{portal.url}/datos/a.csv",
        "http://[",
        "",
        "",
        "",
    ]


def test_documentation_and_what_holds_no_table_are_left_alone_beside_data(show: Show) -> None:
    page = {"format": "html", "type": "main"}
    guide = {"format": "csv", "type": "documentation"}
    service = {"format": "json", "type": "api"}
    assert keys(show({"resources": [page, guide, service, {"format": ".CSV"}]})) == ["csv-1"]
    assert keys(show({"resources": [page, guide]})) == ["html-1"]
    assert keys(show({"resources": [guide]})) == []


def test_the_media_type_tells_the_format_when_nothing_else_does(show: Show) -> None:
    mimes = [
        "text/csv; charset=utf-8",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
        "application/json",
    ]
    dataset = show({"resources": [{"mime": mime} for mime in mimes]})
    assert [it.format for it in dataset.distributions] == ["csv", "xlsx", None, "json"]
    assert keys(dataset) == ["csv-1", "xlsx-1", "file-1", "json-1"]


def test_keys_stay_when_files_are_added_or_put_in_another_order(show: Show) -> None:
    old = {"id": "old", "format": "csv", "created_at": "2024-05-01T00:00:00.5"}
    new = {"id": "new", "format": "csv", "created_at": "2025-05-01T00:00:00"}
    for resources in ([old], [old, new], [new, old]):
        dataset = show({"resources": resources})
        found = {it.portal_id: it.key.rpartition("/")[2] for it in dataset.distributions}
        assert found["old"] == "csv-1"
        assert found.get("new", "csv-2") == "csv-2"


def test_of_too_many_files_the_youngest_are_kept_under_their_own_names(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    resources = [{"format": "json", "created_at": f"2025-0{month}-01"} for month in (3, 1, 2)]
    assert keys(show({"resources": resources})) == ["json-3", "json-2"]


def test_declared_distributions_choose_by_id_then_by_format(show: Show) -> None:
    resources = [
        {"id": "g", "format": "CSV", "url": "https://x.example/g", "type": "documentation"},
        {"id": "a", "format": "CSV", "url": "https://x.example/a"},
        {"id": "b", "format": "CSV", "url": "https://x.example/b"},
        {"id": "c", "format": "JSON", "url": "https://x.example/c"},
    ]
    dataset = show(
        {"resources": resources},
        "distributions:\n  - {id: first, format: text/csv}\n  - {id: named, portal_id: a}\n  - {id: json}\n"
        "  - {id: guide, portal_id: g}\n"
        '  - {id: lost, portal_id: z, title: "Perdu", format: XLSX}\n  - {id: xml}',
    )
    found = {it.key.rpartition("/")[2]: it.download_url.rpartition("/")[2] for it in dataset.distributions}
    assert found == {"first": "b", "named": "a", "json": "c", "guide": "g", "lost": "", "xml": ""}
    lost = dataset.distributions[4]
    assert (lost.title, lost.format, lost.portal_id) == ("Perdu", "xlsx", "z")
    assert dataset.fault is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"message": "Dataset not found"}, FaultKind.GONE),
        (410, {"message": "Dataset has been deleted"}, FaultKind.GONE),
        (200, {"status": 410, "message": "Dataset has been deleted"}, FaultKind.GONE),
        (200, {"id": "x", "title": "T", "deleted": "2025-01-01T00:00:00"}, FaultKind.GONE),
        (404, {"detail": "Not Found"}, FaultKind.CATALOG_UNREADABLE),
        (404, "Not Found", FaultKind.CATALOG_UNREADABLE),
        (401, {"message": "Unauthorized"}, FaultKind.BLOCKED),
        (403, {"message": "Forbidden"}, FaultKind.BLOCKED),
        (451, ["no"], FaultKind.BLOCKED),
        (200, {"error": {"code": 403, "message": "Forbidden"}}, FaultKind.BLOCKED),
        (429, {"message": "Slow down"}, FaultKind.THROTTLED),
        (200, {"code": 429, "message": "Slow down"}, FaultKind.THROTTLED),
        (400, {"errors": {"id": "bad"}, "message": "Bad"}, FaultKind.CATALOG_UNREADABLE),
        (202, {"message": "pending"}, FaultKind.CATALOG_UNREADABLE),
        (202, {"id": "x", "title": "T"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"id": "x"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"code": True, "status": "404", "message": 7}, FaultKind.CATALOG_UNREADABLE),
        (200, {}, FaultKind.CATALOG_UNREADABLE),
        (200, [], FaultKind.CATALOG_UNREADABLE),
        (200, "error", FaultKind.CATALOG_UNREADABLE),
        (200, None, FaultKind.CATALOG_UNREADABLE),
        (204, None, FaultKind.CATALOG_UNREADABLE),
    ],
)
def test_every_answer(status: int, body: Any, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=status, body=json.dumps(body).encode())
    dataset = show()
    assert dataset.fault is not None
    assert dataset.fault.kind is kind
    assert dataset.fault.transient is (kind is FaultKind.THROTTLED or status == 202)
    assert dataset.distributions == ()


JUNK = [
    None,
    7,
    True,
    "x",
    "A\u202e\x00\r\nB\ud800" + "x" * 20_000,
    [],
    [None],
    [[]],
    {},
    {"name": {}},
    1e400,
]


EVERYTHING = (
    "id",
    "title",
    "slug",
    "description",
    "license",
    "created_at",
    "last_modified",
    "last_update",
    "url",
)
PERSONS = (
    "organization",
    "owner",
    "contact_points",
    "contact_point",
    "frequency",
    "page",
    "tags",
    "resources",
)
FILE = ("format", "mime", "filesize", "type")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_nothing_that_a_portal_writes_is_trusted(junk: object, show: Show) -> None:
    told = dict.fromkeys([*EVERYTHING, *PERSONS], junk)
    inner = dict.fromkeys([*EVERYTHING, *FILE], junk)
    for resources in (junk, [inner, junk, inner]):
        dataset = show(
            {**told, "resources": resources, "tags": [junk] * 60, "contact_points": [{"email": junk}]}
        )
        assert dataset.fault is None
        assert dataset.contact_point.email is None
        assert len(dataset.keywords) <= 50
        texts = [dataset.title, dataset.description, dataset.publisher.name, *dataset.keywords]
        texts += [text or "" for it in dataset.distributions for text in (it.key, it.title, it.format)]
        assert all(text.isprintable() and len(text) <= 5000 for text in texts)
        assert all(it.download_url.isprintable() and it.title for it in dataset.distributions)


def test_the_recorded_answer_of_a_real_portal(corpus: Path, show: Show, portal: PortalServer) -> None:
    body = (corpus / "api" / "udata" / "api1_dataset_decp_emarchespublics.json").read_bytes()
    portal.files[PATH] = body
    told = json.loads(body)
    dataset = show()
    assert dataset.fault is None
    assert (dataset.title, dataset.license) == (told["title"], "fr-lo")
    assert (dataset.publisher.name, dataset.accrual_periodicity_days) == (told["organization"]["name"], 1.0)
    assert dataset.modified == told["last_update"]
    assert dataset.landing_page == told["page"]
    # 1,222 files: the youngest are kept, and keep the number that they have among all.
    assert len(dataset.distributions) == len(set(keys(dataset))) == files.MAX_FILES
    youngest = max(told["resources"], key=lambda it: it["created_at"])
    (found,) = (it for it in dataset.distributions if it.portal_id == youngest["id"])
    assert found.key == f"prueba/marches/json-{len(told['resources'])}"
    assert found.download_url == f"{portal.url}/api/1/datasets/r/{youngest['id']}"
