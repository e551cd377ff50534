"""Every recorded answer of a real portal, replayed: catalogs are read whole, everything else is told for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.api_catalogs import Outcome, outcomes, summary

# Recordings that hold less than the portal counted, and why: each is read as far as it goes, and told to be a part.
SEARCH = "ckan/legado.dados.gov.br_api_3_action_package_search_q_"
PAGES = {
    f"{SEARCH}2A_3A_2A__200__46fced.json": "ten of 13,786 were asked for",
    f"{SEARCH}2A_3A_2A_rows_2__200__a92bbd.json": "two of 13,786 were asked for",
    f"{SEARCH}title_3AContratos+_7C_7C+title_3AFederal__200__574355.json": "ten of 554 were asked for",
    f"{SEARCH}title_3AContratos+_7C_7C+title_3AFederal__200__b797a1.json": "ten of 554 were asked for",
    "socrata/sodapy_get_datasets.txt": "seven of 150,680 were asked for",
    "dcat/mqa_dcatap-ch_catalog.ttl": "the first 100 of 350",
    "dcat/udata_geonetwork-geodcatap-page-1.xml": "two of six; the next pages are recorded beside it",
    "dcat/udata_geonetwork-geodcatap-page-3.xml": "two of six",
    "dcat/udata_geonetwork-geodcatap-page-5.xml": "two of six",
    "dcat/udata_partial-collection-1.jsonld": "three of four; the next page is recorded beside it",
    "dcat/udata_partial-collection-2.jsonld": "one of four",
    "arcgis/us-ca-tuolumne_us-ca-tuolumne-metadata.json": "15 rows of 469 were kept",
    "arcgis/us-esri-test_us-esri-test-metadata.json": "1,000 rows were kept of a layer that counted 312 another day",
    "arcgis/us-fl-polk_us-fl-polk-metadata.json": "10 rows of 338,142 were kept",
    "arcgis/us-mi-kent_us-mi-kent-metadata.json": "15 rows of 222,460 were kept",
    "arcgis/us-ms-madison_us-ms-madison-metadata.json": "1 row of 124 was kept",
}
# Told to be no catalog, and why; the folders of `waf/` hold other metadata than DCAT in every file.
NO_DCAT = {
    "dcat/ckanextdcat_dataset.ttl": "not valid Turtle",  # it uses a prefix that it does not declare
    "dcat/mqa_geodcat-ap_catalog.rdf": "without a catalog or a dataset",
    "dcat/udata_person.jsonld": "without a catalog or a dataset",
    **dict.fromkeys(
        (
            "dcat/udata_geoide-iso19139-single-dataset.xml",
            "dcat/udata_geonetwork-iso19139-page-1.xml",
            "dcat/udata_geonetwork-iso19139-page-3.xml",
            "dcat/udata_geonetwork-iso19139-page-5.xml",
            "dcat/udata_geoplateforme-iso19139-IGNF_RPG.xml",
        ),
        "ISO 19139 metadata, not RDF",
    ),
}


@pytest.fixture(scope="module")
def found(corpus: Path) -> list[Outcome]:
    return list(outcomes(corpus))


def test_every_recording_has_an_outcome(found: list[Outcome], manifest: list[dict[str, str]]) -> None:
    listed = {row["path"] for row in manifest if row["path"].startswith("api/")}
    listed = {it for it in listed if not it.endswith(".meta.json")}
    assert {f"api/{it.path}" for it in found} == listed


def test_every_catalog_is_read_whole_and_nothing_else_is_taken_for_one(found: list[Outcome]) -> None:
    assert {it.path: it.told for it in found if it.right is False} == {}
    figures = summary(found)
    assert (figures["api_read_whole"], figures["api_refused"]) == (1.0, 1.0)
    assert figures["catalogs"] >= 125
    assert all(it.path.startswith("arcgis/") for it in found if it.right is None)


def test_an_entry_without_a_name_is_told_and_its_catalog_is_whole_but_for_it(found: list[Outcome]) -> None:
    told = {it.path for it in found if "without any name cannot be a dataset" in it.told}
    assert told == {
        "datajson/gsa_missing-catalog.data.json",
        "datajson/gsa_missing-dataset-fields.data.json",
    }


def test_what_is_a_page_of_something_larger_is_told_to_be_one(found: list[Outcome]) -> None:
    assert {it.path for it in found if it.told.startswith("a page")} == set(PAGES)


def test_what_is_no_dcat_is_told_for_what_it_is(found: list[Outcome]) -> None:
    told = {it.path: it.told for it in found if it.holds is None and it.path.startswith(("dcat/", "waf/"))}
    assert {path for path in told if path.startswith("dcat/")} == set(NO_DCAT)
    assert all(why in told[path] for path, why in NO_DCAT.items())
    folders = [it for path, it in told.items() if path.startswith("waf/")]
    assert len(folders) == 13
    assert all(it.startswith("catalog_unreadable: the catalog is ") for it in folders)


def test_refusals_and_pages_keep_their_reasons(found: list[Outcome]) -> None:
    told = {it.path: it.told.partition(":")[0] for it in found if it.holds is None and it.right}
    assert {told[path] for path in told if path.startswith("html/")} == {"html_instead"}
    assert told["datajson/ar_missing_dataset.json"] == "catalog_unreadable"
    assert set(told.values()) <= {
        "html_instead",
        "catalog_unreadable",
        "blocked",
        "gone",
        "http_status",
        "empty",
    }
