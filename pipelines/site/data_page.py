"""The page of the data: which files there are, and what each column means, from `public/datapackage.json`.

Belongs here: putting the data dictionary into the order of a page. Does not belong here: its content
(`pipelines.history.dictionary`), words, HTML.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.history.dictionary import PACKAGE

# Of each table the files of so many months are linked; all of them are in the data dictionary.
MONTHS = 12


def facts(public: Path) -> dict[str, Any] | None:
    """What the template `data` needs: licence, as-of date, relations with fields and files; None without dictionary."""
    path = public / PACKAGE
    if not path.is_file():
        return None
    package = json.loads(path.read_text(encoding="utf-8"))
    database, *files = package["resources"]
    by_table = {it["name"].replace("-", "_"): [_file(path) for path in it["path"]] for it in files}
    as_of = package["veedor:as_of"]
    relations = [it for it in database["veedor:relations"] if not it["name"].endswith("_rows")]
    glossary = _glossary(relations)
    return {
        "as_of": date.fromisoformat(as_of) if as_of else None,
        "license": package["licenses"][0],
        "glossary": [(name, said, _with(relations, name, said)) for name, said in sorted(glossary.items())],
        "relations": [
            {
                "name": it["name"],
                "description": it["description"],
                "fields": [
                    {**field, "own": field["description"] != glossary[field["name"]]}
                    for field in it["fields"]
                ],
                "files": by_table.get(it["name"], [])[-MONTHS:],
                "files_before": max(0, len(by_table.get(it["name"], [])) - MONTHS),
            }
            for it in relations
        ],
    }


def _glossary(relations: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each column means in most of the relations that have it: said once."""
    found: dict[str, Counter[str]] = {}
    for relation in relations:
        for field in relation["fields"]:
            found.setdefault(field["name"], Counter())[field["description"]] += 1
    return {name: said.most_common(1)[0][0] for name, said in found.items()}


def _with(relations: Sequence[dict[str, Any]], column: str, description: str) -> str:
    """A relation in which the column means that."""
    said = {"name": column, "description": description}
    return next(
        str(it["name"]) for it in relations if any(said.items() <= field.items() for field in it["fields"])
    )


def _file(path: str) -> dict[str, str]:
    """`parquet/score/month=2026-03/data.parquet` is labelled with its month, a whole table with its format."""
    month = path.split("/")[2].removeprefix("month=")
    return {"path": path, "label": month if month != "data.parquet" else "data.parquet"}
