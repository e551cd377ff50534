"""Themes, coverage, access rights and rights as three kinds of portal write them; where each property comes from."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.model import ContactPoint, Dataset
from pipelines.portals import ckan_package, dcat_dataset, dcat_us_entry, discover
from pipelines.portals.direct import declared
from pipelines.sources import Attested, Source, parse

YAML = """
version: 1
time_zone: UTC
sources:
  - id: s
    portal: ckan
    url: https://datos.example
    publisher: {name: P, country: MX}
    owner: {name: O}
    datasets:
      - {id: d, license: CC-BY-4.0, attested: {authoritative: true, change_control: false}}
"""


def source() -> Source:
    return parse(YAML).sources[0]


def coverage(of: Dataset) -> tuple[Any, ...]:
    return of.themes, of.spatial, of.temporal, of.access_rights, of.rights


NOTHING = ((), None, None, None, None)


def ckan(package: dict[str, Any]) -> Dataset:
    own = source()
    return ckan_package.dataset(own, own.datasets[0], {"name": "d", "title": "D", **package})


def test_ckan_tells_them_in_groups_extras_or_fields() -> None:
    told = ckan(
        {
            "groups": [{"title": "Contrataciones"}, {"name": "economia"}],
            "extras": [
                {"key": "spatial_uri", "value": "https://www.geonames.org/3996063"},
                {"key": "temporal_start", "value": "2025-01-01"},
                {"key": "theme", "value": "http://publications.europa.eu/resource/authority/data-theme/GOVE"},
            ],
            "access_rights": "public",
            "rights": "©",
        }
    )
    assert coverage(told) == (
        ("Contrataciones", "economia", "http://publications.europa.eu/resource/authority/data-theme/GOVE"),
        "https://www.geonames.org/3996063",
        "2025-01-01",
        "public",
        "©",
    )


@pytest.mark.parametrize("junk", [None, [], {}, "", [None, ""], {"a": None}])
def test_junk_tells_nothing(junk: object) -> None:
    told = ckan({"groups": junk, "spatial": None, "temporal": None, "access_rights": None, "extras": []})
    assert coverage(told) == NOTHING
    own = source()
    entry = {"title": "D", **dict.fromkeys(("theme", "spatial", "temporal", "accessRights", "rights"), junk)}
    told = dcat_us_entry.dataset(declared(own, own.datasets[0]), own.datasets[0], entry, "https://x.example/")
    assert coverage(told) == NOTHING


def test_dcat_us_tells_them_as_texts_terms_and_objects() -> None:
    own = source()
    entry = {
        "title": "D",
        "theme": ["Spending", {"prefLabel": "Contracts"}],
        "spatial": [{"type": "Polygon", "coordinates": [[1, 2]]}],
        "temporal": [{"@type": "PeriodOfTime", "startDate": "2025-01-01", "endDate": "2025-12-31"}],
        "accessLevel": "public",
        "rights": {"@id": "https://x.example/rights"},
    }
    told = dcat_us_entry.dataset(declared(own, own.datasets[0]), own.datasets[0], entry, "https://x.example/")
    assert told.themes == ("Spending", "Contracts")
    assert told.spatial
    assert (told.temporal, told.access_rights) == ("2025-01-01", "public")
    assert told.rights == "https://x.example/rights"


TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://x.example/d> a dcat:Dataset ; dct:title "D" ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;
  dct:spatial <http://publications.europa.eu/resource/authority/country/MEX> ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2025-01-01" ] ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> .
<https://x.example/e> a dcat:Dataset ; dct:title "E" ; dct:temporal [ a dct:PeriodOfTime ] .
"""


def test_rdf_tells_them_as_addresses_and_nodes_and_an_empty_node_tells_nothing() -> None:
    from rdflib import Graph

    own = source()
    found = {
        it.title: it
        for entry in dcat_dataset.entries(Graph().parse(data=TURTLE, format="turtle"))
        for it in [dcat_dataset.dataset(own, own.datasets[0], entry, "https://x.example/")]
    }
    assert found["D"].themes == ("http://publications.europa.eu/resource/authority/data-theme/GOVE",)
    assert found["D"].spatial == "http://publications.europa.eu/resource/authority/country/MEX"
    assert found["D"].temporal == "2025-01-01"
    assert found["D"].access_rights == "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    assert coverage(found["E"]) == NOTHING


def test_what_sources_yaml_says_in_the_portals_stead_is_marked() -> None:
    own = declared(source(), source().datasets[0])
    told = discover._with_origin(ckan({"notes": "What it holds"}), own)
    assert told.declared == ("publisher", "license")  # the owner has no address of its own
    assert told.attested == {"authoritative": True, "change_control": False}
    licensed = ckan({"license_id": "CC0-1.0", "organization": {"title": "Q"}})
    assert discover._with_origin(licensed, own).declared == ()
    with_mail = declared(source(), source().datasets[0])
    with_mail = Dataset(**{**with_mail.__dict__, "contact_point": ContactPoint("O", "o@x.example")})
    same = Dataset(**{**licensed.__dict__, "contact_point": ContactPoint("O", "o@x.example")})
    assert discover._with_origin(same, with_mail).declared == ("contact_point",)


def test_what_is_left_out_is_not_attested() -> None:
    assert Attested().given() == {}
    assert Attested(provenance=False).given() == {"provenance": False}
