"""DCAT-US: what becomes of an entry, in all the dialects in which entries are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset
from pipelines.portals import dcat_us
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: dcat_us
    url: {url}/datos/data.json
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"}}
    datasets:
"""
PATH = "/datos/data.json"
Discover = Callable[..., Catalog]
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def discover(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Discover]:
    """The catalog that comes of a body for the declared identifiers."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(body: object, *identifiers: str, declared: str = "") -> Catalog:
            portal.files[PATH] = body if isinstance(body, bytes) else json.dumps(body).encode()
            text = HEAD.format(url=portal.url)
            for number, identifier in enumerate(identifiers):
                text += f"      - id: d{number}\n        identifier: {json.dumps(identifier)}\n"
            text += "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(text).sources
            return dcat_us.catalog(source, http, clock)

        yield discovered


@pytest.fixture
def show(discover: Discover) -> Show:
    """The dataset that comes of one entry."""

    def shown(entry: dict[str, Any], declared: str = "") -> Dataset:
        (dataset,) = discover({"dataset": [{"identifier": "x", **entry}]}, "x", declared=declared).datasets
        return dataset

    return shown


def test_an_entry_becomes_a_dataset(show: Show) -> None:
    dataset = show(
        {
            "title": "Contratos 2025",
            "description": "Los contratos.\r\n\r\nCada mes.",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "publisher": {"name": "Dirección de Compras", "mbox": "publica@dependencia.example"},
            "contactPoint": {"fn": "Una Persona", "hasEmail": "mailto:compras@dependencia.example?subject=x"},
            "accrualPeriodicity": "R/P1Y",
            "issued": "2025-01-01",
            "modified": "2026-02-01T10:00:00-06:00",
            "landingPage": "https://portal.example/contratos",
            "keyword": ["compras", None, "gasto"],
            "distribution": [
                {
                    "identifier": "1.1",
                    "title": "Contratos en CSV",
                    "mediaType": "Text/CSV",
                    "downloadURL": "contratos.csv",
                    "accessURL": "https://portal.example/contratos/ver",
                    "byteSize": "1234",
                    "issued": "2025-01-01T08:00:00Z",
                    "modified": "2026-01-31",
                }
            ],
        }
    )
    assert dataset.fault is None
    assert (dataset.key, dataset.title) == ("prueba/d0", "Contratos 2025")
    assert dataset.description == "Los contratos. Cada mes."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Dirección de Compras", "MX")
    assert dataset.contact_point.name == "Unidad de Datos"
    assert dataset.contact_point.email == "compras@dependencia.example"
    assert dataset.license == "https://creativecommons.org/licenses/by/4.0/"
    assert (dataset.accrual_periodicity, dataset.accrual_periodicity_days) == ("R/P1Y", 365.25)
    assert dataset.issued == "2025-01-01T00:00:00+00:00"
    assert dataset.modified == "2026-02-01T16:00:00+00:00"
    assert dataset.landing_page == "https://portal.example/contratos"
    assert dataset.keywords == ("compras", "gasto")
    (csv,) = dataset.distributions
    assert (csv.key, csv.title, csv.portal_id) == ("prueba/d0/csv-1", "Contratos en CSV", "1.1")
    assert (csv.format, csv.media_type, csv.byte_size) == ("csv", "text/csv", 1234)
    assert csv.download_url.endswith("/datos/contratos.csv")
    assert (csv.issued, csv.modified) == ("2025-01-01T08:00:00+00:00", "2026-01-31T00:00:00+00:00")


def test_one_entry_may_stand_where_a_list_should(discover: Discover) -> None:
    (dataset,) = discover(
        {
            "dataset": {
                "identifier": "a",
                "title": "uno",
                "publisher": "Compras",
                "contactPoint": [{"hasEmail": "no-reply@dependencia.example"}, "x", {"email": "b@c.example"}],
                "distribution": {"format": "json", "downloadURL": "https://x.example/a"},
            }
        },
        "a",
    ).datasets
    assert (dataset.title, dataset.publisher.name) == ("uno", "Compras")
    assert dataset.contact_point.email == "b@c.example"
    assert [it.key for it in dataset.distributions] == ["prueba/d0/json-1"]


@pytest.mark.parametrize(
    ("entry", "email"),
    [
        ({"contactPoint": {"hasEmail": {"@id": "mailto:a@b.example"}}}, "a@b.example"),
        ({"contactPoint": "mailto:a@b.example"}, "a@b.example"),
        ({"contactPoint": {"fn": "x"}, "publisher": {"mbox": "a@b.example"}}, "a@b.example"),
        ({"contactPoint": {"hasEmail": "teléfono 55 1234"}}, None),
        ({"contactPoint": None}, None),
    ],
)
def test_contact_points_come_in_many_forms(entry: dict[str, Any], email: str | None, show: Show) -> None:
    assert show(entry).contact_point.email == email


@pytest.mark.parametrize(
    ("contact", "page"),
    [
        ({"hasURL": "https://datos.example/contacto"}, "https://datos.example/contacto"),
        ({"hasURL": {"@id": "https://datos.example/contacto"}}, "https://datos.example/contacto"),
        ({"hasEmail": "https://datos.example/contacto"}, "https://datos.example/contacto"),
        ({"hasEmail": "mailto:a@b.example", "hasURL": "ver el sitio"}, None),
    ],
)
def test_a_contact_may_have_a_page(contact: dict[str, Any], page: str | None, show: Show) -> None:
    assert show({"contactPoint": contact}).contact_point.url == page


def test_a_declared_owner_is_written_to(portal: PortalServer, settings: Settings, clock: FixedClock) -> None:
    entry = {
        "identifier": "x",
        "title": "T",
        "contactPoint": {"hasEmail": "mailto:portal@dependencia.example"},
    }
    portal.files[PATH] = json.dumps([entry]).encode()
    owner = 'owner: {{name: "Unidad de Datos"'
    text = HEAD.replace(owner, f"{owner}, email: unidad@dependencia.example") + "      - id: x\n"
    with HttpClient(settings, clock, sleep=lambda _: None) as http:
        (source,) = parse(text.format(url=portal.url)).sources
        (dataset,) = dcat_us.catalog(source, http, clock).datasets
    assert dataset.contact_point.email == "unidad@dependencia.example"


@pytest.mark.parametrize(
    ("modified", "instant", "periodicity"),
    [
        ("2016-04-14", "2016-04-14T00:00:00+00:00", None),
        ("2016-04-14T19:48:05.433640-03:00", "2016-04-14T22:48:05.433640+00:00", None),
        ("2015-01-01/2016-04-14", "2016-04-14T00:00:00+00:00", None),
        ("2016-04-14/P1M", "2016-04-14T00:00:00+00:00", None),
        ("R/P1W", None, "R/P1W"),
        ("r/pt1h", None, "r/pt1h"),
        ("2016/04/14", None, None),
        ("14/04/2016", None, None),
        ("siempre", None, None),
        (None, None, None),
        (20160414, "2016-04-14T00:00:00+00:00", None),
    ],
)
def test_modified_is_an_instant_an_interval_or_a_repetition(
    modified: object, instant: str | None, periodicity: str | None, show: Show
) -> None:
    dataset = show({"modified": modified})
    assert (dataset.modified, dataset.accrual_periodicity) == (instant, periodicity)
    assert show({"modified": modified, "accrualPeriodicity": "R/P1Y"}).accrual_periodicity == "R/P1Y"


@pytest.mark.parametrize(
    ("licenses", "found"),
    [
        (("ODbL-1.0", None), "ODbL-1.0"),
        ((None, "https://a.example/licencia"), "https://a.example/licencia"),
        (("License not specified", "MIT"), "MIT"),
        (("No se especificó la licencia", ""), "declarada"),
        (({"@id": "https://a.example/l"}, None), "https://a.example/l"),
        (("<p align='center'>CC <b>BY</b></p>", None), "CC BY"),
    ],
)
def test_a_licence_is_the_datasets_else_its_files_else_the_declared(
    licenses: tuple[Any, Any], found: str, show: Show
) -> None:
    entry = {"license": licenses[0], "distribution": [{"license": licenses[1]}]}
    assert show(entry, "license: declarada").license == found


@pytest.mark.parametrize(
    ("media_type", "format_"),
    [
        ("text/csv", "csv"),
        ("application/rdf+xml", "rdf"),
        ("application/vnd.ms-excel", "xls"),
        ("application/octet-stream", None),
        ("CSV", "csv"),
        ("", None),
    ],
)
def test_a_media_type_is_a_declared_format_too(media_type: str, format_: str | None, show: Show) -> None:
    file = {"downloadURL": "https://x.example/a"}
    for told in (
        {"mediaType": media_type},
        {"format": media_type},
        {"format": None, "mediaType": media_type},
    ):
        (found,) = show({"distribution": [{**file, **told}]}).distributions
        assert found.format == format_


def test_pages_and_apis_are_left_alone_beside_files(show: Show) -> None:
    page = {"accessURL": "https://x.example/ver", "format": "HTML", "mediaType": "text/html"}
    api = {"accessURL": "https://x.example/api", "format": "JSON"}
    csv = {"downloadURL": "https://x.example/a.csv", "format": "CSV", "accessURL": "https://x.example/ver"}
    for entries, expected in (
        ([page, api, csv], ["csv-1"]),
        ([page, api], ["json-1"]),
        ([page], ["html-1"]),
        ([{}, csv], ["csv-1"]),
        ([], []),
    ):
        found = show({"distribution": entries}).distributions
        assert [it.key.rpartition("/")[2] for it in found] == expected
    declared = "distributions:\n  - {id: json}\n  - {id: csv}\n  - {id: lost, portal_id: z}"
    found = show({"distribution": [page, api, csv]}, declared).distributions
    assert [it.download_url for it in found] == ["https://x.example/api", "https://x.example/a.csv", ""]


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(show: Show) -> None:
    dataset = show(
        {"accrualPeriodicity": "R/P1D", "modified": None, "landingPage": "javascript:alert(1)"},
        'title: "Título"\ndescription: "Texto"\nlicense: MIT\naccrual_periodicity: quarterly',
    )
    assert (dataset.title, dataset.description, dataset.license) == ("Título", "Texto", "MIT")
    assert (dataset.accrual_periodicity, dataset.publisher.name) == ("quarterly", "Secretaría de Prueba")
    assert (dataset.landing_page, dataset.issued, dataset.keywords) == (None, None, ())


JUNK = [
    None,
    7,
    True,
    "x",
    "A\u202e\x00\r\nB\ud800" + "x" * 20_000,
    [],
    [None],
    [[[]]],
    {},
    {"name": {}},
    1e400,
]
FIELDS = ("title", "description", "license", "publisher", "contactPoint", "issued", "modified", "keyword")
MORE = ("accrualPeriodicity", "landingPage", "distribution")
FILE = ("@id", "identifier", "format", "mediaType", "downloadURL", "accessURL", "byteSize", "fileName")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_nothing_that_a_publisher_writes_is_trusted(junk: object, show: Show) -> None:
    file = dict.fromkeys([*FIELDS, *FILE], junk)
    entry = dict.fromkeys([*FIELDS, *MORE], junk)
    for distribution in (junk, file, [file, junk, file]):
        dataset = show({**entry, "distribution": distribution, "keyword": [junk] * 60})
        assert dataset.fault is None
        assert dataset.contact_point.email is None
        assert len(dataset.keywords) <= 50
        texts = [dataset.title, dataset.description, dataset.publisher.name, *dataset.keywords]
        texts += [text or "" for it in dataset.distributions for text in (it.key, it.title, it.format)]
        assert all(text.isprintable() and len(text) <= 5000 for text in texts)
        assert all(it.download_url.isprintable() and it.title for it in dataset.distributions)
