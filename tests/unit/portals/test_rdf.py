"""RDF: the same graph from every syntax, and nothing that a document says makes us ask, expand or fall over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.errors import PublisherFault
from pipelines.model import FaultKind
from pipelines.portals import rdf
from pipelines.portals.dcat_dataset import entries
from tests.portal_server import PortalServer

URL = "https://datos.example/catalog"
XML = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/">
<dcat:Dataset rdf:about="https://datos.example/d/1"><dct:title>Uno</dct:title></dcat:Dataset></rdf:RDF>"""
TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://datos.example/d/1> a dcat:Dataset ; dct:title "Uno" ."""
TRIPLES = (
    b"<https://datos.example/d/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    b"<http://www.w3.org/ns/dcat#Dataset> .\n"
)
JSON_LD = json.dumps(
    [
        {
            "@id": "https://datos.example/d/1",
            "@type": "http://www.w3.org/ns/dcat#Dataset",
            "http://purl.org/dc/terms/title": "Uno",
        }
    ]
).encode()


@pytest.mark.parametrize(
    "body",
    [
        XML,
        b"\xef\xbb\xbf" + XML,
        XML.removeprefix(b'<?xml version="1.0"?>\n'),
        b"\n<!-- x -->" + XML.partition(b"?>\n")[2],
        XML.replace(b"1.0", b"1.0").decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
        b"<Envelope><inside>" + XML.partition(b"?>\n")[2] + b"</inside></Envelope>",
        TURTLE,
        TRIPLES,
        JSON_LD,
        b"  \n" + JSON_LD,
        b"[ a <http://www.w3.org/ns/dcat#Dataset> ] .",
    ],
)
def test_every_syntax_is_known_by_its_bytes(body: bytes) -> None:
    assert len(entries(rdf.read(body, URL).graph)) == 1


def test_relative_addresses_are_those_of_the_page() -> None:
    found = rdf.read(b"<d/1> a <http://www.w3.org/ns/dcat#Dataset> .", f"{URL}/page")
    assert [it.names for it in entries(found.graph)] == [("https://datos.example/catalog/d/1",)]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><r>&c;</r>"""
EXTERNAL = (
    b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>"""
    + XML.partition(b"?>")[2]
)


@pytest.mark.parametrize("body", [BOMB, EXTERNAL], ids=["bomb", "external"])
def test_entities_are_refused_before_they_are_expanded(body: bytes) -> None:
    with pytest.raises(PublisherFault, match="declares entities") as caught:
        rdf.read(body, URL)
    assert caught.value.kind is FaultKind.CATALOG_UNREADABLE


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"", FaultKind.CATALOG_UNREADABLE, "empty"),
        (b"<!doctype html><title>Entrar</title>", FaultKind.HTML_INSTEAD, "Entrar"),
        (b"<rss version='2.0'><channel/></rss>", FaultKind.CATALOG_UNREADABLE, "'rss'"),
        (
            b"<gmd:MD_Metadata xmlns:gmd='http://www.isotc211.org/2005/gmd'/>",
            FaultKind.CATALOG_UNREADABLE,
            "ISO 19139 metadata",
        ),
        (XML[:-20], FaultKind.CATALOG_UNREADABLE, "not valid XML at line"),
        (TURTLE[:-30], FaultKind.CATALOG_UNREADABLE, "not valid Turtle at line"),
        (b'{"@id": "x", ', FaultKind.CATALOG_UNREADABLE, "begins like JSON"),
        (b"id,nombre\n1,a\n", FaultKind.CATALOG_UNREADABLE, "not valid Turtle"),
        (b"[" * 100_000, FaultKind.CATALOG_UNREADABLE, "Turtle"),
        (b"<a>" * 1000, FaultKind.CATALOG_UNREADABLE, "nested more than"),
        (b"\x00\xff\xfe" * 10, FaultKind.CATALOG_UNREADABLE, "not valid"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', FaultKind.CATALOG_UNREADABLE, "XML"),
        (b"x" * (rdf.MAX_BYTES + 1), FaultKind.CATALOG_UNREADABLE, "at most"),
    ],
)
def test_what_is_no_rdf_is_named(body: bytes, kind: FaultKind, said: str) -> None:
    with pytest.raises(PublisherFault) as caught:
        rdf.read(body, URL)
    assert (caught.value.kind, said in caught.value.message) == (kind, True), caught.value.message


@pytest.mark.parametrize(
    "context",
    [
        "{url}/context.jsonld",
        ["{url}/context.jsonld", {"x": "http://x.example/"}],
        {"@import": "{url}/context.jsonld"},
        {"title": {"@id": "http://purl.org/dc/terms/title", "@context": "{url}/context.jsonld"}},
    ],
)
def test_no_context_is_fetched(context: object) -> None:
    with PortalServer({"/context.jsonld": b'{"@context": {}}'}) as portal:
        told = json.loads(json.dumps(context).replace("{url}", portal.url))
        inner = {"@context": f"{portal.url}/context.jsonld", "@type": "dcat:Distribution"}
        body = {"@context": told, "@type": "dcat:Dataset", "title": "Uno", "distribution": inner}
        rdf.read(json.dumps(body).encode(), f"{portal.url}/catalog")
        assert portal.requests == []


def test_a_context_that_is_an_address_stands_for_the_usual_names() -> None:
    body = {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dataset": [{"@type": "dcat:Dataset", "identifier": "1", "title": "Uno"}],
    }
    (entry,) = entries(rdf.read(json.dumps(body).encode(), URL).graph)
    assert entry.names == ("1",)


@pytest.mark.parametrize(
    "body",
    [
        b"<a> <b> (" + b" 1" * 200 + b") .",
        b"<a> <b> " + b"_:c,_:d," * 200 + b"1 .",
        b'{"@context":{"a":{"@id":"http://a/","@container":"@list"}},"a":[' + b"1," * 200 + b"1]}",
        XML.replace(b"</dcat:Dataset>", b"<dct:subject>x</dct:subject>" * 200 + b"</dcat:Dataset>"),
    ],
    ids=["list", "objects", "json", "xml"],
)
def test_a_few_bytes_do_not_become_a_great_many_statements(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdf, "MAX_STATEMENTS", 100)
    with pytest.raises(PublisherFault, match="more than 100 statements"):
        rdf.read(body, URL)


def test_prefixes_are_bounded() -> None:
    with pytest.raises(PublisherFault, match="prefixes"):
        rdf.read(b"".join(b"PREFIX p%d: <http://a/>\n" % it for it in range(1001)), URL)


def test_a_number_that_would_fill_the_memory_stays_text() -> None:
    body = (
        TURTLE
        + b' <https://datos.example/d/1> <http://x.example/p> "1E+999999999"^^'
        + (b"<http://www.w3.org/2001/XMLSchema#decimal> .")
    )
    graph = rdf.read(body, URL).graph
    assert "1E+999999999" in {str(it) for it in graph.objects()}


def test_an_answer_of_csw_says_how_many_records_there_are() -> None:
    body = (
        b'<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults '
        b'numberOfRecordsMatched="6" nextRecord="3">' + XML.partition(b"?>\n")[2]
    ) + b"</csw:SearchResults></csw:GetRecordsResponse>"
    found = rdf.read(body, URL)
    assert (found.total, found.next_record, len(entries(found.graph))) == (6, 3, 1)


# Of each file of the corpus: how many datasets and distributions it describes, or the words of the fault.
CORPUS: dict[str, tuple[int, int] | str] = {
    "ckanextdcat_catalog.rdf": (2, 5),
    "ckanextdcat_catalog_datasets_list.rdf": (2, 5),
    "ckanextdcat_catalog_with_at_graph.jsonld": (1, 1),
    "ckanextdcat_dataset.rdf": (1, 1),
    "ckanextdcat_dataset.ttl": "not bound",
    "ckanextdcat_dataset_deri.ttl": (1, 1),
    "ckanextdcat_dataset_gob_es.ttl": (1, 1),
    "ckanextdcat_dataset_gov_de.rdf": (1, 9),
    "ckanextdcat_dataset_health.ttl": (1, 1),
    "ckanextdcat_dataset_health_no_blank.ttl": (1, 0),
    "mqa_dcatap-ch_catalog.ttl": (100, 199),
    "mqa_dcatap_catalog.ttl": (2, 3),
    "mqa_geodcat-ap_catalog.rdf": (0, 0),
    "udata_bnodes.jsonld": (3, 5),
    "udata_bnodes.xml": (3, 5),
    "udata_datara--f40c3860-7236-4b30-a141-23b8ae33f7b2.rdf.xml": (1, 0),
    "udata_evian.json": (8, 34),
    "udata_flat.jsonld": (3, 5),
    "udata_geoide-iso19139-single-dataset.xml": "ISO 19139",
    "udata_geonetwork-geodcatap-page-1.xml": (2, 4),
    "udata_geonetwork-geodcatap-page-3.xml": (2, 4),
    "udata_geonetwork-geodcatap-page-5.xml": (2, 4),
    "udata_geonetwork-iso19139-page-1.xml": "ISO 19139",
    "udata_geonetwork-iso19139-page-3.xml": "ISO 19139",
    "udata_geonetwork-iso19139-page-5.xml": "ISO 19139",
    "udata_geoplateforme-iso19139-IGNF_RPG.xml": "ISO 19139",
    "udata_partial-collection-1.jsonld": (3, 3),
    "udata_partial-collection-2.jsonld": (1, 1),
    "udata_person.jsonld": (0, 0),
    "udata_series.xml": (1, 2),
    "udata_sig.oreme.rdf": (1, 1),
    "udata_udata.xml": (2, 6),
}


def test_every_file_of_the_corpus_gives_what_is_in_it_or_says_why_not(corpus: Path) -> None:
    from rdflib.namespace import DCAT

    found: dict[str, tuple[int, int] | str] = {}
    for file in sorted((corpus / "api" / "dcat").iterdir()):
        try:
            graph = rdf.read(file.read_bytes(), URL).graph
        except PublisherFault as caught:
            words = CORPUS.get(file.name, "")
            found[file.name] = words if isinstance(words, str) and words in caught.message else caught.message
        else:
            found[file.name] = (len(entries(graph)), len(set(graph.objects(None, DCAT.distribution))))
    assert found == CORPUS
