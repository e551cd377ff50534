"""The shapes themselves: what is right passes all of them, and each fails what it is there for."""

from __future__ import annotations

import pytest
from rdflib import Graph

from pipelines.site.dqv import catalog, names
from tests import shacl
from tests.dqv_facts import document, facts, few_terms, spoken

PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX v: <urn:veedor:dqv/metrics.ttl#>
"""


def taken(of: str, path: str) -> str:
    """Every `path` of the instances of a class is gone."""
    return f"DELETE {{ ?it {path} ?gone }} WHERE {{ ?it a {of} ; {path} ?gone }}"


def added(of: str, path: str, value: str) -> str:
    """Every instance of a class has one more `path`."""
    return f"INSERT {{ ?it {path} {value} }} WHERE {{ ?it a {of} }}"


M, A, D, F = "dqv:QualityMeasurement", "dqv:QualityAnnotation", "dcat:Dataset", "dcat:Distribution"
TWO_OF = "<urn:one>, <urn:two>"
# By the shape that must fail: what is done to a graph in which everything is right.
BROKEN = {
    "measurement-metric": taken(M, "dqv:isMeasurementOf"),
    "measurement-target": added(M, "dqv:computedOn", "<urn:else>"),
    "measurement-inverse": taken(D, "dqv:hasQualityMeasurement"),
    "measurement-value": taken(M, "dqv:value"),
    "measurement-night": taken(M, "dct:date"),
    "measurement-run": taken(M, "prov:wasGeneratedBy"),
    "measurement-comment": added(M, "rdfs:comment", '"one"@en, "two"@en'),
    "measurement-datatype": """DELETE { ?it dqv:value ?old } INSERT { ?it dqv:value "1" }
        WHERE { ?it a dqv:QualityMeasurement ; dqv:value ?old }""",
    "metric-dimension": taken("dqv:Metric", "dqv:inDimension"),
    "metric-datatype": taken("dqv:Metric", "dqv:expectedDataType"),
    "metric-words": taken("dqv:Metric", "skos:definition"),
    "dimension-category": added("dqv:Dimension", "dqv:inCategory", TWO_OF),
    "category-words": """DELETE { ?it skos:prefLabel ?old } WHERE
        { ?it a dqv:Category ; skos:prefLabel ?old FILTER (lang(?old) = "es") }""",
    "annotation-motivation": taken(A, "oa:motivatedBy"),
    "annotation-target": taken(A, "oa:hasTarget"),
    "annotation-inverse": taken(D, "dqv:hasQualityAnnotation"),
    "annotation-body": """DELETE { ?body rdf:value ?old } INSERT { ?body rdf:value "ohne Sprache" }
        WHERE { ?it oa:hasBody ?body . ?body rdf:value ?old }""",
    "annotation-tells": "DELETE { ?it v:outcome ?one } WHERE { ?it v:outcome ?one }",
    "annotation-unknown": added(A, "v:unknownMetric", "<urn:else>"),
    "annotation-dimension": added(A, "dqv:inDimension", "<urn:else>"),
    "annotation-known": """INSERT { ?it v:unknownMetric ?metric } WHERE
        { ?it oa:hasTarget ?target . ?one dqv:computedOn ?target ; dqv:isMeasurementOf ?metric }""",
    "metadata-topic": taken("dqv:QualityMetadata", "foaf:primaryTopic"),
    "metadata-run": taken("dqv:QualityMetadata", "prov:wasGeneratedBy"),
    "metadata-inverse": taken(D, "dqv:hasQualityMetadata"),
    "run-software": taken("prov:SoftwareAgent", "foaf:name"),
    "catalog-title": taken("dcat:Catalog", "dct:title"),
    "catalog-description": taken("dcat:Catalog", "dct:description"),
    "catalog-publisher": taken("dcat:Catalog", "dct:publisher"),
    "catalog-dataset": added("dcat:Catalog", "dcat:dataset", "<urn:else>"),
    "catalog-modified": added("dcat:Catalog", "dct:modified", '"yesterday"'),
    "catalog-homepage": added("dcat:Catalog", "foaf:homepage", TWO_OF),
    "agent-name": taken("foaf:Agent", "foaf:name"),
    "dataset-title": taken(D, "dct:title"),
    "dataset-description": taken(D, "dct:description"),
    "dataset-publisher": added(D, "dct:publisher", '"Secretaría"'),
    "dataset-keyword": added(D, "dcat:keyword", "<urn:else>"),
    "dataset-theme": added(D, "dcat:theme", '"Gobierno"'),
    "dataset-issued": added(D, "dct:issued", '"2026"'),
    "dataset-modified": added(D, "dct:modified", '"2026"'),
    "dataset-periodicity": added(D, "dct:accrualPeriodicity", "<urn:monthly>"),
    "dataset-rights": added(D, "dct:accessRights", '"public"'),
    "dataset-distribution": added(D, "dcat:distribution", "<urn:else>"),
    "dataset-landing-page": added(D, "dcat:landingPage", "<javascript:alert(1)>"),
    "dataset-things": added(D, "dct:spatial", '"México"'),
    "dataset-identifier": added(D, "dct:identifier", "<urn:else>"),
    "distribution-access": taken(F, "dcat:accessURL"),
    "distribution-download": added(F, "dcat:downloadURL", "<ftp://example.org/a.csv>"),
    "distribution-size": added(F, "dcat:byteSize", '"-1"^^xsd:integer'),
    "distribution-checksum": added(F, "spdx:checksum", "<urn:else>"),
    "distribution-format": added(F, "dct:format", '"csv"'),
    "distribution-media-type": added(F, "dcat:mediaType", '"text/csv"'),
    "distribution-license": added(F, "dct:license", '"CC-BY"'),
    "distribution-rights": added(F, "dct:rights", '"todos"'),
    "distribution-issued": added(F, "dct:issued", '"2026"'),
    "distribution-modified": added(F, "dct:modified", '"2026"'),
    "distribution-title": added(F, "dct:title", "<urn:else>"),
    "checksum-algorithm": taken("spdx:Checksum", "spdx:algorithm"),
    "checksum-value": taken("spdx:Checksum", "spdx:checksumValue"),
}


@pytest.fixture(scope="module")
def right() -> Graph:
    """A dataset, a catalog that lists it, and the terms that they use."""
    found = facts()
    graph = shacl.same(document(found).turtle(), document(found).jsonld())
    listed = catalog.document([found.verdict], names.Names(), spoken(), "Secretaría de Prueba")
    return graph + few_terms() + shacl.same(listed.turtle(), listed.jsonld())


def test_what_is_right_keeps_every_shape(right: Graph) -> None:
    assert shacl.violations(right) == {}


def test_every_shape_has_a_case_that_it_fails() -> None:
    assert set(BROKEN) == shacl.shape_names()


@pytest.mark.parametrize("shape", sorted(BROKEN))
def test_what_is_broken_fails_its_shape(right: Graph, shape: str) -> None:
    broken = Graph() + right
    broken.update(PREFIXES + BROKEN[shape])
    assert len(broken ^ right) > 0
    assert shape in shacl.violations(broken)
