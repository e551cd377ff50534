"""Every recorded answer of a real portal, replayed: catalogs are read whole, everything else is told for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.api_catalogs import Outcome, outcomes, summary
from pipelines.portals.discover import PORTALS

# Recordings that hold less than the portal counted, and why: each is read as far as it goes, and told to be a part.
SEARCH = "ckan/legado.dados.gov.br_api_3_action_package_search_q_"
PAGES = {
    f"{SEARCH}2A_3A_2A__200__46fced.json": "ten of 13,786 were asked for",
    f"{SEARCH}2A_3A_2A_rows_2__200__a92bbd.json": "two of 13,786 were asked for",
    f"{SEARCH}title_3AContratos+_7C_7C+title_3AFederal__200__574355.json": "ten of 554 were asked for",
    f"{SEARCH}title_3AContratos+_7C_7C+title_3AFederal__200__b797a1.json": "ten of 554 were asked for",
    "socrata/sodapy_get_datasets.txt": "seven of 150,680 were asked for",
    "arcgis/us-ca-tuolumne_us-ca-tuolumne-metadata.json": "15 rows of 469 were kept",
    "arcgis/us-esri-test_us-esri-test-metadata.json": "1,000 rows were kept of a layer that counted 312 another day",
    "arcgis/us-fl-polk_us-fl-polk-metadata.json": "10 rows of 338,142 were kept",
    "arcgis/us-mi-kent_us-mi-kent-metadata.json": "15 rows of 222,460 were kept",
    "arcgis/us-ms-madison_us-ms-madison-metadata.json": "1 row of 124 was kept",
}
# Catalogs that nobody can read whole, and why.
BROKEN = {
    "datajson/gsa_missing-catalog.data.json": "one of its two entries is an empty object",
    "datajson/gsa_missing-dataset-fields.data.json": "one of its two entries is an empty object",
}
# Of the kinds that read RDF and ISO 19139, what is no whole catalog, and why.
ELSEWHERE = ("dcat/", "waf/")


@pytest.fixture(scope="module")
def found(corpus: Path) -> list[Outcome]:
    return list(outcomes(corpus))


def test_every_recording_has_an_outcome(found: list[Outcome], manifest: list[dict[str, str]]) -> None:
    listed = {row["path"] for row in manifest if row["path"].startswith("api/")}
    listed = {it for it in listed if not it.endswith(".meta.json")}
    assert {f"api/{it.path}" for it in found} == listed


def test_every_catalog_is_read_whole_and_nothing_else_is_taken_for_one(found: list[Outcome]) -> None:
    judged = [it for it in found if not it.path.startswith(ELSEWHERE)]
    failed = {it.path: it.told for it in judged if it.right is False}
    assert set(failed) == set(BROKEN), failed
    assert all("1 have no identifier" in told for told in failed.values())
    assert summary(judged)["catalogs"] >= 100
    assert summary(judged)["api_read_whole"] > 0.98
    assert summary(judged)["api_refused"] == 1.0


def test_what_is_a_page_of_something_larger_is_told_to_be_one(found: list[Outcome]) -> None:
    told = {it.path for it in found if it.told.startswith("a page")}
    assert told == set(PAGES) | set(BROKEN)


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


def test_what_no_kind_reads_is_listed_apart(found: list[Outcome]) -> None:
    apart = [
        it
        for it in found
        if it.path.startswith(ELSEWHERE) and it.right is None and it.told.startswith("there is no")
    ]
    assert bool(apart) == ("dcat" not in PORTALS)
