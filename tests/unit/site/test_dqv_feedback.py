"""Feedback as linked data: both formats say the same, by shapes that fail for what they are there for."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import OWL, RDF, SH, Graph

from pipelines.history import feedback, publish
from pipelines.site.dqv.feedback import document
from pipelines.site.dqv.names import Names
from tests import shacl
from tests.unit.history import feedback_inbox, run_folders

SHAPES = shacl.SHAPES / "feedback" / "feedback.ttl"
P = "PREFIX dct: <http://purl.org/dc/terms/> PREFIX dqv: <http://www.w3.org/ns/dqv#> PREFIX oa: <http://www.w3.org/ns/oa#>"
P += " PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
F, A = "dqv:UserQualityFeedback", "oa:Annotation"


def taken(of: str, path: str) -> str:
    return f"DELETE {{ ?it {path} ?gone }} WHERE {{ ?it a {of} ; {path} ?gone }}"


BROKEN = {
    "motivation": f"DELETE {{ ?it oa:motivatedBy dqv:qualityAssessment }} WHERE {{ ?it a {F} }}",
    "own-motivation": f"DELETE {{ ?it oa:motivatedBy oa:commenting }} WHERE {{ ?it a {F} }}",
    "target": f"INSERT {{ ?it oa:hasTarget <urn:else> }} WHERE {{ ?it a {F} }}",
    "inverse": "DELETE { ?it dqv:hasQualityAnnotation ?one } WHERE { ?it dqv:hasQualityAnnotation ?one }",
    "accepted": taken(F, "dct:dateAccepted"),
    "created": taken(F, "dct:created"),
    "body": f"INSERT {{ ?it oa:hasBody [ rdf:value 'one' ], [ rdf:value 'two' ] }} WHERE {{ ?it a {F} }}",
    "answer-motivation": taken(A, "oa:motivatedBy"),
    "answer-target": f"INSERT {{ ?it oa:hasTarget <urn:else> }} WHERE {{ ?it a {A} }}",
    "answer-body": taken(A, "oa:hasBody"),
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("feedback")
    run_folders.write(data / "runs")
    feedback_inbox.write(data / "runs")
    feedback.record_feedback(data / "history.duckdb", data / "runs")
    publish.publish(data / "history.duckdb", data / "public")
    return data / "public"


def violated(graph: Graph) -> set[str]:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        _, report, text = validate(graph, shacl_graph=Graph().parse(SHAPES), inference="none")
    assert isinstance(report, Graph), text
    return {
        str(report.value(it, SH.sourceShape)).rpartition("#")[2]
        for it in report.subjects(RDF.type, SH.ValidationResult)
    }


@pytest.mark.parametrize("address", [None, "https://datos.example.org/veedor/"])
def test_turtle_and_json_ld_say_the_same_and_keep_the_shapes(public: Path, address: str | None) -> None:
    told = document(public, Names(address))
    graph = shacl.same(told.turtle(), told.jsonld())
    assert violated(graph) == set()
    assert len(set(graph.subjects(RDF.type))) > 4
    for word in (feedback_inbox.UNMODERATED, feedback_inbox.REJECTED, feedback_inbox.ERASED, "lectora@"):
        assert word not in told.turtle()
    assert "Se corrige hoy." in told.turtle()
    assert (None, OWL.sameAs, None) not in graph


def test_one_dataset_is_told_alone(public: Path) -> None:
    told = document(public, Names(), "estatal/padron").turtle()
    assert "Se corrige hoy." in told
    assert "federal/contratos" not in told
    assert document(public, Names(), "no/such").nodes == []


@pytest.mark.parametrize("shape", BROKEN)
def test_each_shape_fails_for_what_it_is_there_for(public: Path, shape: str) -> None:
    graph = Graph().parse(data=document(public, Names()).turtle(), format="turtle")
    graph.update(P + BROKEN[shape])
    assert shape in violated(graph)


def test_every_shape_is_broken_once() -> None:
    shapes = Graph().parse(SHAPES)
    assert {str(it).rpartition("#")[2] for it in shapes.subjects(RDF.type, SH.PropertyShape)} == set(BROKEN)
