"""The data dictionary: what is published, in which files, and what each column means, for people and programs.

A Data Package (https://datapackage.org/standard/data-package/): `public/datapackage.json`. Belongs here: that file.
Does not belong here: the meanings, which the published database carries as comments, nor the page made of it (`site`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines import __version__, artifacts, duck
from pipelines.history.parquet import FOLDER, MANIFEST
from pipelines.history.publish import QUALITY
from pipelines.public_licenses import PUBLIC_LICENSES

PACKAGE = "datapackage.json"
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "UBIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
    "DOUBLE": "number",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "BOOLEAN": "boolean",
}


def write(public: Path, licence: str) -> Path:
    """Write `public/datapackage.json` about `quality.duckdb` and the Parquet files; gives its path.

    `licence` is a key of `PUBLIC_LICENSES`, and about what is published here, not about the data watched.
    The same history gives the same bytes.
    """
    target = public / PACKAGE
    artifacts.write_text(target, json.dumps(describe(public, licence), ensure_ascii=False, indent=1) + "\n")
    return target


def describe(public: Path, licence: str) -> dict[str, Any]:
    """The Data Package as a value: `veedor:as_of` is the newest night, `veedor:relations` the database's own."""
    connection = duck.connect()
    try:
        connection.execute(f"ATTACH {duck.literal(str(public / QUALITY))} AS quality (READ_ONLY)")
        connection.execute("USE quality")
        ((as_of,),) = connection.execute("SELECT max(night) FROM run").fetchall()
        relations = connection.execute(
            "SELECT 'view' AS kind, view_name AS name, comment FROM duckdb_views()"
            " WHERE database_name = 'quality' AND NOT internal"
            " UNION ALL SELECT 'table', table_name, comment FROM duckdb_tables() WHERE database_name = 'quality'"
            " ORDER BY kind DESC, name"
        ).fetchall()
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns()"
            " WHERE database_name = 'quality' AND NOT internal ORDER BY table_name, column_index"
        ).fetchall()
    finally:
        connection.close()
    fields: dict[str, list[dict[str, str]]] = {}
    for table, column, kind, meaning in columns:
        of_type = "array" if kind.endswith("[]") else _TYPES.get(kind, "any")
        fields.setdefault(table, []).append({"name": column, "type": of_type, "description": meaning})
    meanings = {name: comment or "" for _, name, comment in relations}
    title, address = PUBLIC_LICENSES[licence]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "veedor-quality-history",
        "title": "Quality of published anti-corruption data, night by night",
        "description": "What Veedor found of each dataset that it watches: whether it could be had, what every"
        " expectation came to, measurements and scores. Compare scores only within equal rules.",
        "licenses": [{"name": licence, "title": title, "path": address}],
        "veedor:as_of": str(as_of) if as_of else None,
        "veedor:software": f"veedor {__version__}",
        "resources": [
            {
                "name": "quality",
                "path": QUALITY,
                "title": "Everything, with its views, for DuckDB 1.0 and later",
                "format": "duckdb",
                "veedor:relations": [
                    {"name": name, "kind": kind, "description": comment or "", "fields": fields[name]}
                    for kind, name, comment in relations
                ],
            },
            *(
                {
                    "name": name.replace("_", "-"),
                    "path": paths,
                    "title": meanings[name],
                    "format": "parquet",
                    "mediatype": "application/vnd.apache.parquet",
                    "schema": {"fields": fields[name]},
                }
                for name, paths in _parquet(public).items()
            ),
        ],
    }


def _parquet(public: Path) -> dict[str, list[str]]:
    """The Parquet files by table, relative to the public folder."""
    manifest = public / FOLDER / MANIFEST
    if not manifest.is_file():
        return {}
    found: dict[str, list[str]] = {}
    for path in sorted(json.loads(manifest.read_text(encoding="utf-8"))):
        found.setdefault(path.partition("/")[0], []).append(f"{FOLDER}/{path}")
    return found
