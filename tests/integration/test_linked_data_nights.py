"""The demonstration's five nights, from a portal to linked data that two programs of others can read and judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from tests import shacl

ADDRESS = "https://datos.example.org/veedor/"


@pytest.mark.slow
def test_the_linked_data_of_real_nights_keeps_the_shapes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pipelines", "demo", "--folder", str(tmp_path / "demo")],
        check=True,
        timeout=240,
        capture_output=True,
        env={**os.environ, "VEEDOR_DATA": str(tmp_path)},
    )
    folder = tmp_path / "demo" / "public" / "dqv"
    together = Graph()
    datasets = sorted(folder.rglob("dataset/*/*.ttl"))
    assert len(datasets) == 6
    for path in (*datasets, folder / "catalog.ttl", folder / "metrics.ttl"):
        graph = shacl.same(
            path.read_text(encoding="utf-8"), path.with_suffix(".jsonld").read_text(encoding="utf-8")
        )
        together += graph
    assert shacl.violations(together) == {}
    # The question that data.europa.eu's own data are asked with.
    asked = together.query(
        """PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX dcat: <http://www.w3.org/ns/dcat#>
        SELECT ?metric ?value WHERE {
            ?dataset a dcat:Dataset ; dqv:hasQualityMeasurement ?it . ?it dqv:isMeasurementOf ?metric ; dqv:value ?value
            FILTER strstarts(str(?metric), "https://piveau.eu/ns/voc#") }"""
    )
    assert {row[0] for row in asked} >= {URIRef("https://piveau.eu/ns/voc#keywordAvailability")}  # type: ignore[index]


@pytest.mark.slow
def test_an_installation_with_an_address_names_everything_below_it(tmp_path: Path) -> None:
    from tests.unit.site.conftest import make_public

    public = make_public(tmp_path)
    subprocess.run(
        [sys.executable, "-m", "pipelines", "site"],
        check=True,
        timeout=120,
        capture_output=True,
        env={**os.environ, "VEEDOR_DATA": str(tmp_path), "VEEDOR_PUBLIC_URL": ADDRESS},
    )
    for path in (public / "dqv").rglob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        assert f"<{ADDRESS}dqv/metrics.ttl#>" in text
        assert "urn:veedor" not in text
