"""What is published as RDF, read back with rdflib and held against the shapes of `tests/shapes/` with pyshacl.

Belongs here: the judges of the linked data. Does not belong here: what should be in it.
"""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

from pyshacl import validate
from rdflib import RDF, SH, Graph
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.term import Node

SHAPES = Path(__file__).parent / "shapes"


@cache
def shapes() -> Graph:
    """All our shapes."""
    graph = Graph()
    for path in sorted(SHAPES.glob("*.ttl")):
        graph.parse(path)
    return graph


def violations(graph: Graph) -> dict[str, str]:
    """The shapes that `graph` does not keep, by the last part of their names, with a message."""
    with warnings.catch_warnings(
        action="ignore", category=DeprecationWarning
    ):  # rdflib's, of its own classes
        _, report, text = validate(graph, shacl_graph=shapes(), advanced=False, inference="none")
    assert isinstance(report, Graph), text
    found = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        source = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        message = f"{report.value(result, SH.focusNode)}: {report.value(result, SH.resultMessage)}"
        found[str(source).rpartition("#")[2]] = message
    return found


def same(turtle: str, jsonld: str) -> Graph:
    """The graph of both; fails when they say different things."""
    first = Graph().parse(data=turtle, format="turtle")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        second = Graph().parse(data=jsonld, format="json-ld")
    assert len(first) == len(second)
    assert isomorphic(first, second), sorted(map(str, to_isomorphic(first) ^ to_isomorphic(second)))[:10]
    return first


def shape_names() -> set[str]:
    """Every property shape and constraint of ours that has a name."""
    kinds: list[Node] = [SH.PropertyShape, SH.SPARQLConstraint]
    return {str(it).rpartition("#")[2] for kind in kinds for it in shapes().subjects(RDF.type, kind)}
