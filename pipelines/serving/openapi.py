"""The OpenAPI document of `/api/v1/`, made of the views and their comments.

Belongs here: paths, parameters and answers as OpenAPI 3.1 has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines import __version__
from pipelines.serving.published import COMPARED, LONGEST_VALUE, MOST_ROWS, ORDERED, ROWS, View

Node = dict[str, Any]

TYPES: Mapping[str, Node] = {
    "BOOLEAN": {"type": "boolean"},
    "BIGINT": {"type": "integer"},
    "INTEGER": {"type": "integer"},
    "UBIGINT": {"type": "integer"},
    "HUGEINT": {"type": "integer"},
    "DOUBLE": {"type": "number"},
    "DATE": {"type": "string", "format": "date"},
    "TIMESTAMP": {"type": "string", "format": "date-time"},
}
ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
REFUSED = {
    "400": "A parameter cannot be used.",
    "404": "Nothing was published yet.",
    "410": "The cursor is of an earlier copy: begin again without it.",
    "503": "Too much at once, or more than may be asked: `Retry-After` says when.",
}


def document(views: Mapping[str, View]) -> Node:
    """The whole document."""
    paths: Node = {
        "/api/v1/": {"get": _operation("views", "The views", {"type": "object"}, [])},
        "/api/v1/openapi.json": {"get": _operation("openapi", "This document", {"type": "object"}, [])},
    }
    for view in views.values():
        answer = {
            "type": "object",
            "properties": {
                "view": {"const": view.name},
                "rows": {"type": "array", "items": _row(view)},
                "next": {"type": ["string", "null"], "description": "Cursor of the rows that follow."},
            },
            "required": ["view", "rows", "next"],
        }
        paths[f"/api/v1/{view.name}"] = {
            "get": _operation(view.name, view.meaning, answer, list(_parameters(view)))
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Veedor: the quality of published anti-corruption data",
            "version": __version__,
            "description": "The documented views of the published history, read only. Compare scores only within "
            "equal rules. Everything at once is in `quality.duckdb`.",
        },
        "paths": paths,
    }


def _operation(name: str, summary: str, schema: Node, parameters: list[Node]) -> Node:
    described = {"ETag": {"schema": {"type": "string"}, "description": "Of the copy and the question."}}
    answers: Node = {
        "200": {
            "description": "The answer.",
            "headers": described,
            "content": {"application/json": {"schema": schema}},
        },
        "304": {"description": "What you have still stands."},
    }
    for status, meaning in REFUSED.items():
        answers[status] = {"description": meaning, "content": {"application/json": {"schema": ERROR}}}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}


def _parameters(view: View) -> Iterator[Node]:
    yield {
        "name": "limit",
        "in": "query",
        "description": "How many rows at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
    }
    yield {
        "name": "cursor",
        "in": "query",
        "description": "`next` of the page before.",
        "schema": {"type": "string", "maxLength": LONGEST_VALUE},
    }
    for column, (kind, meaning) in view.columns.items():
        for suffix, sign in COMPARED.items():
            if suffix and kind not in ORDERED:
                continue
            said = {"": "Equal to it", ".min": "At least", ".max": "At most"}[suffix]
            of_list = kind.endswith("[]")
            yield {
                "name": f"{column}{suffix}",
                "in": "query",
                "description": f"{'Holds it' if of_list else said} ({sign}). {meaning}".strip(),
                "schema": {
                    **TYPES.get(kind, {"type": "string"}),
                    **({"maxLength": LONGEST_VALUE} if kind not in TYPES else {}),
                },
            }


def _row(view: View) -> Node:
    properties = {column: _column(kind, meaning) for column, (kind, meaning) in view.columns.items()}
    return {"type": "object", "properties": properties, "required": list(view.columns)}


def _column(kind: str, meaning: str) -> Node:
    if kind.endswith("[]"):
        of: Node = {"type": ["array", "null"], "items": {"type": ["string", "null"]}}
    else:
        known = dict(TYPES.get(kind, {"type": "string"}))
        of = {**known, "type": [known["type"], "null"]}
    return {**of, "description": meaning}
