"""Whatever a catalog holds, reading it ends in a value or a fault of the publisher's."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import PublisherFault
from pipelines.portals import dcat_dataset, licences, rdf
from pipelines.snapshots import page_rules, pages
from pipelines.sources import parse

URL = "https://datos.example/catalog"
(SOURCE,) = parse(
    """
version: 1
time_zone: America/Mexico_City
sources:
  - id: p
    portal: dcat
    url: https://datos.example/catalog
    publisher: {name: P}
    owner: {name: U}
    datasets: [{id: d}]
"""
).sources
WORDS = st.sampled_from(
    [
        "@context",
        "@id",
        "@type",
        "@value",
        "@list",
        "@graph",
        "@import",
        "@reverse",
        "dcat:Dataset",
        "dcat:distribution",
        "dct:title",
        "dct:license",
        "title",
        "dataset",
        "distribution",
        "contactPoint",
        "hasEmail",
        "accrualPeriodicity",
        "mailto:a@b.mx",
        "https://x.example/c",
        "1E+99999",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=25,
)
PIECES = st.sampled_from(
    [
        *(
            '<?xml version="1.0"?>',
            "<rdf:RDF>",
            "</rdf:RDF>",
            "<!DOCTYPE a [",
            '<!ENTITY a "b">',
            "]>",
            "&a;",
            "<a>",
        ),
        *(
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"',
            "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        ),
        *(
            "<urn:a>",
            " a ",
            "dcat:Dataset",
            ".",
            ";",
            "[",
            "]",
            "{",
            "}",
            '"""',
            "\\u0000",
            "_:b",
            "^^",
            "@es",
            "\n",
        ),
    ]
)


def read(body: bytes) -> None:
    """Read the catalog and everything in it."""
    try:
        found = dcat_dataset.entries(rdf.read(body, URL).graph)
    except PublisherFault:
        return
    for entry in found:
        dcat_dataset.dataset(SOURCE, SOURCE.datasets[0], entry, URL)


@given(JSON)
def test_any_json_is_a_catalog_or_a_fault(value: Any) -> None:
    read(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_catalog_or_a_fault(body: bytes) -> None:
    read(body)


@given(st.lists(PIECES | st.text(max_size=6), max_size=25))
def test_any_text_that_looks_like_rdf_is_a_catalog_or_a_fault(pieces: list[str]) -> None:
    read("".join(pieces).encode("utf-8", "replace"))


@given(
    st.text(max_size=200)
    | st.lists(WORDS | st.sampled_from(["cc", "by", "nc", "sa", "nd", "4.0", "open", "odbl"])).map(" ".join)
)
def test_any_text_is_a_licence_or_none(text: str) -> None:
    found = licences.match(text)
    assert found is None or found.id


@given(
    st.permutations(["by", "nc", "nd", "sa"]),
    st.integers(1, 4),
    st.sampled_from(["-", "_", "+", " "]),
    st.sampled_from(["", "1.0", "2.5", "3.0", "4.0"]),
    st.sampled_from(
        [
            "cc{0}{1} {2}",
            "Creative Commons {1} {2} International",
            "https://creativecommons.org/licenses/{1}/{2}/",
        ]
    ),
)
def test_no_restriction_is_ever_open(
    elements: list[str], count: int, sign: str, version: str, form: str
) -> None:
    chosen = elements[:count]
    found = licences.match(form.format(sign, sign.join(chosen), version))
    if {"nc", "nd"} & {*chosen}:
        assert found is None or found.open is False


@given(
    st.sampled_from(["CC-BY-4.0", "odc-odbl", "Libre Uso MX", "lov2"]),
    st.text("bcdfgjkqxz", min_size=3, max_size=9),
)
def test_a_word_too_many_is_never_open(known: str, word: str) -> None:
    for text in (f"{known} {word}", f"{word} {known}"):
        assert licences.match(text) is None


@given(JSON, st.lists(JSON, max_size=5), st.sampled_from([None, 1, 4]))
def test_the_records_of_any_page_are_its_own_text(other: Any, records: list[Any], indent: int | None) -> None:
    body = {"a": other, "releases": records, "z": other}
    raw = json.dumps(body, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        told, found = pages._parsed(raw, page_rules.RULES["ocds"])
    except PublisherFault:
        return
    assert told == body
    assert [value for _, value in found] == records
    assert [json.loads(text) for text, _ in found] == records


@given(JSON)
def test_any_page_has_a_next_one_or_none(value: Any) -> None:
    body = value if isinstance(value, dict) else {"next": value, "links": value, "total": value}
    for rule in page_rules.RULES.values():
        page = page_rules.Page("https://api.example/r?page=1", body, 3, 3)
        following, total = rule.following(page), rule.total(body)
        assert following is None or isinstance(following, str)
        assert total is None or total >= 0
        assert isinstance(rule.name(value), str)
