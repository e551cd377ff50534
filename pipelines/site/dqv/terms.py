"""Terms: the prefixes and properties that our documents use, as one JSON-LD context.

Belongs here: the name of each property in a document, its IRI, and what its values are. Both writers follow it, so that
JSON-LD and Turtle cannot say different things. Does not belong here: which dataset has which property.
"""

from __future__ import annotations

from typing import Any

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "pv": "https://piveau.eu/ns/voc#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sdmx": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "unit": "http://qudt.org/vocab/unit/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What a property's values are: other things; text of no language, or by language; or literals of a datatype.
THING, TEXT = "@id", "text"
DATES = {"day": "xsd:date", "instant": "xsd:dateTime"}

# By its name in a document: the property and what its values are.
TERMS: dict[str, tuple[str, str]] = {
    # dcat:Catalog, dcat:Dataset, dcat:Distribution
    "dataset": ("dcat:dataset", THING),
    "distribution": ("dcat:distribution", THING),
    "title": ("dct:title", TEXT),
    "description": ("dct:description", TEXT),
    "identifier": ("dct:identifier", TEXT),
    "publisher": ("dct:publisher", THING),
    "contactPoint": ("dcat:contactPoint", THING),
    "contactName": ("vcard:fn", TEXT),
    "name": ("foaf:name", TEXT),
    "homepage": ("foaf:homepage", THING),
    "keyword": ("dcat:keyword", TEXT),
    "theme": ("dcat:theme", THING),
    "subject": ("dct:subject", THING),
    "language": ("dct:language", THING),
    "landingPage": ("dcat:landingPage", THING),
    "page": ("foaf:page", THING),
    "accrualPeriodicity": ("dct:accrualPeriodicity", THING),
    "spatial": ("dct:spatial", THING),
    "temporal": ("dct:temporal", THING),
    "accessRights": ("dct:accessRights", THING),
    "rights": ("dct:rights", THING),
    "license": ("dct:license", THING),
    "issuedDay": ("dct:issued", "xsd:date"),
    "issuedInstant": ("dct:issued", "xsd:dateTime"),
    "modifiedDay": ("dct:modified", "xsd:date"),
    "modifiedInstant": ("dct:modified", "xsd:dateTime"),
    "accessURL": ("dcat:accessURL", THING),
    "downloadURL": ("dcat:downloadURL", THING),
    "format": ("dct:format", THING),
    "mediaType": ("dcat:mediaType", THING),
    "byteSize": ("dcat:byteSize", "xsd:nonNegativeInteger"),
    "checksum": ("spdx:checksum", THING),
    "algorithm": ("spdx:algorithm", THING),
    "checksumValue": ("spdx:checksumValue", "xsd:hexBinary"),
    # dqv:QualityMeasurement, dqv:QualityAnnotation, dqv:QualityMetadata
    "hasQualityMeasurement": ("dqv:hasQualityMeasurement", THING),
    "hasQualityAnnotation": ("dqv:hasQualityAnnotation", THING),
    "hasQualityMetadata": ("dqv:hasQualityMetadata", THING),
    "isMeasurementOf": ("dqv:isMeasurementOf", THING),
    "computedOn": ("dqv:computedOn", THING),
    "value": ("dqv:value", "xsd:double"),
    "number": ("dqv:value", "xsd:integer"),
    "flag": ("dqv:value", "xsd:boolean"),
    "unitMeasure": ("sdmx:unitMeasure", THING),
    "night": ("dct:date", "xsd:date"),
    "wasGeneratedBy": ("prov:wasGeneratedBy", THING),
    "generatedAtTime": ("prov:generatedAtTime", "xsd:dateTime"),
    "primaryTopic": ("foaf:primaryTopic", THING),
    "hasTarget": ("oa:hasTarget", THING),
    "hasBody": ("oa:hasBody", THING),
    "motivatedBy": ("oa:motivatedBy", THING),
    "text": ("rdf:value", TEXT),
    # dqv:UserQualityFeedback
    "created": ("dct:created", "xsd:dateTime"),
    "accepted": ("dct:dateAccepted", "xsd:dateTime"),
    "source": ("dct:source", THING),
    "withdrawn": ("prov:invalidatedAtTime", "xsd:dateTime"),
    # prov:Activity, prov:SoftwareAgent
    "startedAtTime": ("prov:startedAtTime", "xsd:dateTime"),
    "endedAtTime": ("prov:endedAtTime", "xsd:dateTime"),
    "wasAssociatedWith": ("prov:wasAssociatedWith", THING),
    # dqv:Metric, dqv:Dimension, dqv:Category, skos:Concept
    "inDimension": ("dqv:inDimension", THING),
    "inCategory": ("dqv:inCategory", THING),
    "expectedDataType": ("dqv:expectedDataType", THING),
    "prefLabel": ("skos:prefLabel", TEXT),
    "definition": ("skos:definition", TEXT),
    "notation": ("skos:notation", TEXT),
    "inScheme": ("skos:inScheme", THING),
    "exactMatch": ("skos:exactMatch", THING),
    "closeMatch": ("skos:closeMatch", THING),
    "version": ("owl:versionInfo", TEXT),
    "deprecated": ("owl:deprecated", "xsd:boolean"),
    "isDefinedBy": ("rdfs:isDefinedBy", THING),
    "range": ("rdfs:range", THING),
    "label": ("rdfs:label", TEXT),
    "comment": ("rdfs:comment", TEXT),
    "seeAlso": ("rdfs:seeAlso", THING),
    # Ours, defined in the vocabulary of the installation (`vocabulary`).
    "rules": ("v:rules", TEXT),
    "known": ("v:known", "xsd:double"),
    "most": ("v:most", "xsd:double"),
    "outcome": ("v:outcome", THING),
    "severity": ("v:severity", THING),
    "unknownMetric": ("v:unknownMetric", THING),
    "publishedAddress": ("v:publishedAddress", TEXT),
}


def context(prefixes: dict[str, str]) -> dict[str, Any]:
    """The JSON-LD context of a document: `prefixes` with ours, and every term."""
    terms: dict[str, Any] = {}
    for name, (iri, kind) in TERMS.items():
        if kind == THING:
            terms[name] = {"@id": iri, "@type": "@id"}
        elif kind == TEXT:
            terms[name] = {"@id": iri, "@container": "@language"}
        else:
            terms[name] = {"@id": iri, "@type": kind}
    return {"@version": 1.1, **PREFIXES, **prefixes, **terms}
