"""The page of the data: which files there are, and what each column means, from `public/datapackage.json`.

Belongs here: putting the data dictionary into the order of a page. Does not belong here: its content
(`pipelines.history.dictionary`), words, HTML.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.history.dictionary import PACKAGE


def facts(public: Path) -> dict[str, Any] | None:
    """What the template `data` needs: licence, as-of date, relations with fields and files; None without dictionary."""
    path = public / PACKAGE
    if not path.is_file():
        return None
    package = json.loads(path.read_text(encoding="utf-8"))
    database, *files = package["resources"]
    by_table = {it["name"].replace("-", "_"): [_file(path) for path in it["path"]] for it in files}
    as_of = package["veedor:as_of"]
    return {
        "as_of": date.fromisoformat(as_of) if as_of else None,
        "license": package["licenses"][0],
        "relations": [
            {**it, "files": by_table.get(it["name"], [])}
            for it in database["veedor:relations"]
            if not it["name"].endswith("_rows")
        ],
    }


def _file(path: str) -> dict[str, str]:
    """`parquet/score/month=2026-03/data.parquet` is labelled with its month, a whole table with its format."""
    month = path.split("/")[2].removeprefix("month=")
    return {"path": path, "label": month if month != "data.parquet" else "data.parquet"}
