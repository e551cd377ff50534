"""A dataset in RDF: every wording of what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Catalog, Dataset
from pipelines.portals.dcat import walk
from pipelines.portals.discover import discover
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.unit.portals.rdf_pages import PATH, source, turtle


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(replace(settings, retries=0), clock, sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def asked(portal: PortalServer, http: HttpClient, clock: FixedClock) -> Callable[..., Catalog]:
    def catalog(*identifiers: str) -> Catalog:
        return discover(source(portal.url, *identifiers), http, clock)

    return catalog


@pytest.fixture
def dataset(portal: PortalServer, asked: Callable[..., Catalog]) -> Callable[[str], Dataset]:
    """The dataset `1` of a catalog whose dataset has these properties."""

    def only(properties: str, more: str = "") -> Dataset:
        portal.files[PATH] = turtle(
            f'<urn:d:1> a dcat:Dataset ; dct:identifier "1" ; dct:title "T" ; {properties} . {more}'
        )
        catalog = asked("1")
        assert catalog.fault is None
        (found,) = catalog.datasets
        assert found.fault is None
        return found

    return only


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("dcat:contactPoint [ vcard:hasURL <https://a.example/contacto> ]", "https://a.example/contacto"),
        ('dcat:contactPoint [ vcard:hasURL "https://a.example/contacto" ]', "https://a.example/contacto"),
        ("dcat:contactPoint [ vcard:hasEmail <https://a.example/contacto> ]", "https://a.example/contacto"),
        ("dcat:contactPoint [ vcard:hasEmail <datos@a.example> ]", None),  # relative, for want of mailto:
        ("dct:publisher [ vcard:hasURL <https://a.example/> ]", None),  # its home page is no contact
    ],
)
def test_the_page_of_a_contact(said: str, page: str | None, dataset: Callable[[str], Dataset]) -> None:
    assert dataset(said).contact_point.url == page


@pytest.mark.parametrize(
    "said",
    [
        "dcat:contactPoint [ vcard:hasEmail <mailto:datos@a.example> ]",
        'dcat:contactPoint [ vcard:hasEmail "datos@a.example" ]',
        "dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue <mailto:datos@a.example?subject=x> ] ]",
        "dcat:contactPoint [ vcard:hasEmail <datos@a.example> ]",  # relative, for want of mailto:
        'dcat:contactPoint "Datos <datos@a.example>"',
        "dcat:contactPoint <mailto:datos@a.example>",
        "dct:publisher [ foaf:mbox <mailto:datos@a.example> ]",
        'geo:custodian [ foaf:name "Unidad" ; foaf:mbox "datos@a.example" ]',
        "prov:qualifiedAttribution [ prov:agent [ vcard:hasEmail <mailto:datos@a.example> ] ]",
        "dcat:contactPoint [ vcard:hasEmail <mailto:no-reply@a.example> ] ; "
        "dct:publisher [ foaf:mbox <mailto:datos@a.example> ]",
    ],
)
def test_every_wording_of_a_contact(said: str, dataset: Callable[[str], Dataset]) -> None:
    assert dataset(said).contact_point.email == "datos@a.example"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("<http://publications.europa.eu/resource/authority/frequency/MONTHLY>", 30.4375),
        ("<http://purl.org/cld/freq/weekly>", 7),
        ('"anual"', 365.25),
        ('[ rdfs:label "Mensual"@es ]', 30.4375),
        ("[ rdf:value [ time:months 3 ] ]", 91.3125),
        ("[ rdf:value [ time:years 1.0 ] ]", 365.25),
        ('"cuando se pueda", "R/P1W"', 7),
        ('"cuando se pueda"', None),
    ],
)
def test_every_wording_of_the_periodicity(
    said: str, days: float | None, dataset: Callable[[str], Dataset]
) -> None:
    found = dataset(f"dct:accrualPeriodicity {said}")
    assert found.accrual_periodicity
    assert found.accrual_periodicity_days == (pytest.approx(days) if days else None)


CC_BY = "http://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("said", "known", "is_open"),
    [
        (f"dct:license <{CC_BY}>", "CC-BY-4.0", True),
        (f'dct:rights "{CC_BY}"', "CC-BY-4.0", True),
        ('dct:license [ rdfs:label "CC-BY-4.0" ]', "CC-BY-4.0", True),
        (
            'dct:rights [ a dct:RightsStatement ; rdfs:label "Términos de Libre Uso MX"@es ]',
            "libre-uso-mx",
            True,
        ),
        (f"dcat:distribution [ dcat:downloadURL <f.csv> ; dct:license <{CC_BY}> ]", "CC-BY-4.0", True),
        (f'dct:rights "Cite la fuente" ; dct:license <{CC_BY}>', "CC-BY-4.0", True),
        ("dct:license <http://creativecommons.org/licenses/by-nc/4.0/>", "CC-BY-NC-4.0", False),
        (f'dct:license <{CC_BY}> ; dct:rights "CC BY-NC 4.0"', "CC-BY-NC-4.0", False),  # the strictest holds
        ('dct:license "Solo para escuelas"', None, None),
        ('dct:license "License not specified"', None, None),
    ],
)
def test_every_place_of_a_licence(
    said: str, known: str | None, is_open: bool | None, dataset: Callable[[str], Dataset]
) -> None:
    found = dataset(said)
    assert (found.license_id, found.license_open) == (known, is_open)


def test_titles_are_in_the_owners_language_then_es_then_en(
    dataset: Callable[[str], Dataset], portal: PortalServer, asked: Callable[..., Catalog]
) -> None:
    for tags, title in ((["fr", "en", "es-MX"], "es-MX"), (["fr", "en"], "en"), (["fr", "de"], "de")):
        texts = ", ".join(f'"{tag}"@{tag}' for tag in tags)
        portal.files[PATH] = turtle(
            f"<urn:d:1> a dcat:Dataset ; dct:title {texts} ; dct:description {texts} ."
        )
        (found,) = asked("urn:d:1").datasets
        assert (found.title, found.description) == (title, title)


def test_distributions_are_files_first_and_in_an_order_that_stays(dataset: Callable[[str], Dataset]) -> None:
    said = """dcat:distribution
      <urn:f:1>, <urn:f:2>, [ dcat:accessURL <https://a.example/api> ; dct:format "API" ] ;
      <http://www.w3.org/2007/05/powder-s#describedby> <https://a.example/diccionario.pdf>"""
    files = """
    <urn:f:2> dcat:downloadURL <dos.csv> ; dct:title "Dos" ; dct:issued "2026-01-02"^^xsd:date ; dcat:byteSize 12.0 ;
      dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> .
    <urn:f:1> dcat:downloadURL "https://a.example/uno.xlsx" ; dct:identifier "uno" ;
      dct:format <http://publications.europa.eu/resource/authority/file-type/XLSX> ."""
    found = dataset(said, files)
    assert [
        (it.key, it.format, it.download_url.rpartition("/")[2], it.portal_id) for it in found.distributions
    ] == [
        ("prueba/d0/xlsx-1", "xlsx", "uno.xlsx", "uno"),
        ("prueba/d0/csv-1", "csv", "dos.csv", "urn:f:2"),
    ]
    csv = found.distributions[1]
    assert (csv.byte_size, csv.media_type, csv.issued, csv.title) == (
        12,
        "text/csv",
        "2026-01-02T00:00:00+00:00",
        "Dos",
    )
    assert found.data_dictionary == "https://a.example/diccionario.pdf"


def test_a_series_is_its_members_files(portal: PortalServer, asked: Callable[..., Catalog]) -> None:
    members = "".join(
        f"<urn:m:{year}> a dcat:Dataset ; dcat:inSeries <urn:s> ; "
        f"dcat:distribution [ dcat:downloadURL <{year}.csv> ; dct:format 'CSV' ; dct:issued '{year}-01-01' ] .\n"
        for year in (2025, 2024)
    )
    portal.files[PATH] = turtle(f'<urn:s> a dcat:DatasetSeries ; dct:title "Contratos" . {members}')
    (found,) = asked("urn:s").datasets
    assert [(it.key, it.download_url.rpartition("/")[2]) for it in found.distributions] == [
        ("prueba/d0/csv-1", "2024.csv"),
        ("prueba/d0/csv-2", "2025.csv"),
    ]


def test_what_is_only_mentioned_or_only_recorded_is_no_dataset(
    portal: PortalServer, http: HttpClient, clock: FixedClock
) -> None:
    portal.files[PATH] = turtle(
        "<urn:c> a dcat:Catalog ; dcat:dataset <urn:d:1>, <urn:d:2>, <urn:d:3> ; dcat:record <urn:r> ."
        '<urn:d:1> a dcat:Dataset . <urn:d:3> dct:title "Sin tipo" .'
        '<urn:r> a dcat:CatalogRecord ; foaf:primaryTopic <urn:d:1> ; dct:identifier "r" .'
    )
    found = walk(f"{portal.url}{PATH}", http, clock)
    assert [it.identifier for it in found.catalog.datasets] == ["urn:d:1", "urn:d:3"]


def test_nothing_that_a_catalog_writes_is_trusted(dataset: Callable[[str], Dataset]) -> None:
    hostile = '"A\\u202E\\u0000B' + "x" * 20_000 + '"'
    names = (
        "description",
        "license",
        "rights",
        "accrualPeriodicity",
        "issued",
        "modified",
        "publisher",
        "conformsTo",
    )
    said = " ; ".join(
        [f"dct:{name} {hostile}" for name in names]
        + [f"dcat:{name} {hostile}" for name in ("keyword", "landingPage", "contactPoint", "distribution")]
        + [
            f"dcat:distribution [ dcat:downloadURL {hostile} ; dct:format {hostile} ; dcat:byteSize {hostile} ]"
        ]
        + ["dct:publisher <urn:d:1> ; dcat:distribution <urn:d:1> ; dcat:landingPage <javascript:alert(1)>"]
    )
    found = dataset(said)
    assert found.landing_page is None
    texts = [found.description, found.license or "", found.accrual_periodicity or "", *found.keywords]
    texts += [text for it in found.distributions for text in (it.title, it.download_url, it.format or "")]
    assert all(text.isprintable() and len(text) <= 15_000 for text in texts)
