"""Whatever publishers write, the linked data can be read, says the same in both formats and keeps the shapes.

Belongs here: hostile and broken texts, addresses, dates and sizes, made by hypothesis.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, Graph, Literal, Namespace, URIRef

from pipelines.site.dqv import catalog, names
from pipelines.site.untrusted import harmless, http_iri
from tests import shacl
from tests.dqv_facts import document, facts, few_terms, spoken

DQV = Namespace("http://www.w3.org/ns/dqv#")
# A title as DuckDB can hold it: any text in UTF-8.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    [
        '"""',
        "'",
        "\\",
        "\\u0041",
        "<urn:a>",
        "@es",
        "^^xsd:date",
        "} . <a> <b> <c> .",
        "\x00\x01\n\r\t",
        "\u202egnp",
    ]
)
ADDRESSES = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(
        [
            *(
                "javascript:alert(1)",
                "http://",
                "https:///a",
                "http://[::1",
                "http://h:99999/",
                "http://h:x/",
            ),
            *(
                "http://a b/c",
                "http://h/a b.csv",
                'http://h/<>"{}|\\^`',
                "http://u:p@h/",
                "ftp://h/",
                "urn:a:b",
            ),
            *(
                "http://españa.example/año?ñ=1",
                "http://h/%zz%41%",
                "http://[::1]:80/a[1]",
                "HTTP://H/",
                "//h/a",
            ),
            *(
                "http://h/\u202e",
                "http://h/\ue000\U000e0001",
                "http://h\u2028/a",
                " http://h/a ",
                "d:dataset",
                "v:x",
            ),
        ]
    ),
    st.builds("http://h{}".format, TEXTS),
    st.builds("http://h/{}".format, TEXTS),
)
OPTIONAL = st.none() | TEXTS
DESCRIBED = st.fixed_dictionaries(
    {
        **dict.fromkeys(("identifier", "contact_name", "issued", "modified", "language", "rights"), OPTIONAL),
        **dict.fromkeys(("landing_page", "license", "spatial", "temporal", "access_rights"), ADDRESSES),
        **dict.fromkeys(("data_dictionary", "accrual_periodicity"), ADDRESSES),
        "keywords": st.none() | st.lists(TEXTS, max_size=3),
        "themes": st.none() | st.lists(TEXTS | ADDRESSES.filter(bool), max_size=3),
    }
)
FILES = st.fixed_dictionaries(
    {
        **dict.fromkeys(("title", "format", "media_type", "issued", "modified"), OPTIONAL),
        "download_url": ADDRESSES,
        "byte_size": st.none() | st.integers(-(2**63), 2**63 - 1),
    }
)
VERDICTS = st.fixed_dictionaries({"title": OPTIONAL, "publisher": OPTIONAL, "reason": OPTIONAL})
# RFC 3987, section 2.2: an IRI of http or https with a host and no user name.
_UCS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd"
_PCHAR = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:@{_UCS}-]|%[0-9A-Fa-f]{{2}})"
IRI = re.compile(
    rf"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._{_UCS}-]+)(?::\d*)?(?:/{_PCHAR}*)*"
    rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:\#(?:{_PCHAR}|[/?])*)?"
)


@given(ADDRESSES)
@settings(max_examples=500)
def test_what_is_taken_for_an_address_is_an_iri_and_is_taken_for_itself(address: str | None) -> None:
    iri = http_iri(address)
    if iri is not None:
        assert IRI.fullmatch(iri)
        assert http_iri(iri) == iri


@pytest.mark.parametrize(
    ("address", "iri"),
    [
        ("http://h/a b.csv", "http://h/a%20b.csv"),
        ("http://h/año.csv?x=1&y=ñ#z", "http://h/año.csv?x=1&y=ñ#z"),
        ("http://h/100%.csv", "http://h/100%25.csv"),
        ("http://h/a%20b.csv", "http://h/a%20b.csv"),
        ("http://h/a[1]|2.csv", "http://h/a%5B1%5D%7C2.csv"),
        ("HTTPS://Datos.Example.org:8443", "https://datos.example.org:8443"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("javascript:alert(1)", None),
        ("http://user:password@h/", None),
        ("http://a b/c", None),
        ("http://h:port/", None),
        ("http://h/\u202egpj.exe", None),
        ("datos/contratos.csv", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_becomes_the_iri_that_names_the_same(address: str | None, iri: str | None) -> None:
    assert http_iri(address) == iri


@pytest.mark.slow
@given(DESCRIBED, FILES, VERDICTS, ADDRESSES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_published_can_be_read_and_keeps_the_shapes(
    described: dict[str, Any], file: dict[str, Any], verdict: dict[str, Any], led_to: str | None
) -> None:
    found = facts(described, file, verdict, {"url": file["download_url"], "final_url": led_to})
    graph = shacl.same(document(found).turtle(), document(found).jsonld())
    assert shacl.violations(graph + few_terms()) == {}
    title = str(harmless((verdict["title"] or "").strip())) or "federal/contratos"
    assert Literal(title) in set(graph.objects(None, DCTERMS.title))
    listed = catalog.document([found.verdict], names.Names(), spoken(), None)
    assert shacl.violations(shacl.same(listed.turtle(), listed.jsonld())) == {}
    # No text has become a statement, nor an address of another kind a name.
    plain = Graph().parse(data=document(facts()).turtle(), format="turtle")
    known = set(plain.predicates()) | {
        URIRef(f"urn:veedor:dqv/metrics.ttl#{it}") for it in ("publishedAddress",)
    }
    assert set(graph.predicates()) <= known | {
        DCTERMS.temporal,
        DCTERMS.rights,
        URIRef("http://xmlns.com/foaf/0.1/page"),
    }
    named = {str(it) for it in {*graph.subjects(), *graph.objects()} if isinstance(it, URIRef)}
    assert {it.partition(":")[0] for it in named} <= {"urn", "http", "https"}
    assert {it for it in named if it.startswith("urn:") and not it.startswith("urn:veedor:dqv/")} == set()


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=30)


@pytest.mark.slow
@given(KEYS, KEYS, KEYS)
@settings(max_examples=60, deadline=None)
def test_whatever_keys_are_called_they_make_names(source: str, key: str, file: str) -> None:
    dataset = f"{source}/{key}"
    measured = {"metric": "structure.rows", "metric_version": "1", "value": 5.0, "reason": ""}
    found = facts(
        verdict={"source": source, "dataset": dataset},
        file={"distribution": f"{dataset}/{file}"},
        measurements=[{**measured, "dataset": dataset, "computed_on": f"{dataset}/{file}"}],
    )
    for it in (found.failed[0], *found.measurements):
        it.update(dataset=dataset, distribution=f"{dataset}/{file}")
    found.snapshots.clear()
    graph = shacl.same(document(found).turtle(), document(found).jsonld())
    assert shacl.violations(graph + few_terms()) == {}
    (measurement,) = graph.subjects(
        DQV.isMeasurementOf, URIRef("urn:veedor:dqv/metrics.ttl#structure.rows.v1")
    )
    assert (graph.value(measurement, DQV.computedOn), DQV.hasQualityMeasurement, measurement) in graph
