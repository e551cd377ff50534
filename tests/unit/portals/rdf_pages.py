"""Catalogs in Turtle for tests: a page of datasets, and the declaration of a source that reads it."""

from __future__ import annotations

from pipelines.sources import Source, parse

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: dcat
    url: {url}/catalog.ttl
    publisher: {{name: "Secretaría de Prueba", country: MX}}
    owner: {{name: "Unidad de Datos"}}
    datasets:
"""
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix time: <http://www.w3.org/2006/time#> .
@prefix geo: <http://data.europa.eu/930/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PATH = "/catalog.ttl"


def turtle(text: str) -> bytes:
    return (PREFIXES + text).encode()


def page(numbers: range | list[int], more: str = "") -> bytes:
    listed = "".join(
        f'<urn:d:{it}> a dcat:Dataset ; dct:identifier "{it}" ; dct:title "T{it}" .\n' for it in numbers
    )
    return turtle(listed + more)


def source(url: str, *identifiers: str) -> Source:
    """A source whose datasets `d0`, `d1`, ... have these identifiers at the portal."""
    text = HEAD.format(url=url)
    text += "".join(f"      - {{id: d{at}, identifier: '{name}'}}\n" for at, name in enumerate(identifiers))
    (found,) = parse(text).sources
    return found
