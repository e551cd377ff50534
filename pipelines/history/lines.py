"""Lines: artifacts of which a night has very many become rows in DuckDB, without a Python object for each.

Belongs here: scores, scales, fixes and validation results, one JSON object a line, as the columns of their
tables. The lines come from run folders or from compacted nights. Does not belong here: artifacts of a few lines a
source (`rows`), measurements, which are stored another way (`measurements`), and where rows go (`store`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import artifacts, duck
from pipelines.errors import ArtifactDamaged
from pipelines.history.rows import EXAMPLES_KEPT, TEXT_LIMIT
from pipelines.model import Fix, QualityMeasurement, ScaleScore, Score, ValidationResult

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS: dict[str, type] = {
    artifacts.MEASUREMENTS: QualityMeasurement,
    artifacts.VALIDATION_RESULTS: ValidationResult,
    artifacts.SCORES: Score,
    artifacts.SCALES: ScaleScore,
    artifacts.FIXES: Fix,
}

# Those of which a dataset's rows are stored once for all nights on which they were so (`store.BLOCKS`).
BLOCK_ARTIFACTS = (artifacts.VALIDATION_RESULTS, artifacts.SCORES, artifacts.SCALES, artifacts.FIXES)

_TEXT, _WORDS = "VARCHAR", {"en": "VARCHAR", "es": "VARCHAR"}
_RESULT = {
    **dict.fromkeys(
        ("key", "type", "outcome", "severity", "dimension", "principle", "role", "column"), _TEXT
    ),
    **dict.fromkeys(("reason", "observed_value", "basis", "executed_by"), _TEXT),
    **dict.fromkeys(("element_count", "missing_count", "unexpected_count"), "BIGINT"),
    **dict.fromkeys(("unexpected_percent", "mostly"), "DOUBLE"),
    "examples": [{"row": "BIGINT", "value": _TEXT, "record": _TEXT}],
    "title": _WORDS,
    "advice": _WORDS,
}


@dataclass(frozen=True)
class Lines:
    """How lines of `artifact`, of the JSON `structure`, become rows: a SELECT over `line` (run_id, night, m)."""

    artifact: str
    structure: Mapping[str, Any]
    select: str


def _flat(artifact: str, numbers: Sequence[str], words: Sequence[str], *texts: str) -> Lines:
    structure = dict.fromkeys(("dataset", *texts), _TEXT) | dict.fromkeys(numbers, "DOUBLE")
    named = ", ".join(f"m.{word}.{it} AS {word}_{it}" for word in words for it in ("en", "es"))
    chosen = ", ".join([*(f"m.{name}" for name in structure), *([named] if named else [])])
    return Lines(
        artifact, structure | dict.fromkeys(words, _WORDS), f"SELECT run_id, night, {chosen} FROM line"
    )


_VALIDATION: dict[str, Any] = {
    **dict.fromkeys(
        ("distribution", "table", "suite", "suite_version", "sha256", "layout", "reused_from"), _TEXT
    ),
    "rows": "BIGINT",
    "results": [_RESULT],
}
_EACH = (
    '(SELECT run_id, night, m.distribution, m."table", m.suite, m.suite_version, m."rows", m.layout, m.sha256,'
    " m.reused_from, regexp_replace(m.distribution, '/[^/]*$', '') AS dataset,"
    " unnest(m.results) AS r FROM line)"
)
_WORDED = "r.title.en AS title_en, r.title.es AS title_es, r.advice.en AS advice_en, r.advice.es AS advice_es"

TABLES = {
    "score": _flat(artifacts.SCORES, ("score",), ("explanation",), "category", "dimension", "rules"),
    "scale_score": _flat(
        artifacts.SCALES,
        ("points", "known", "most"),
        ("title",),
        *("scale", "part", "item", "evidence", "metric", "rules"),
    ),
    "fix": _flat(
        artifacts.FIXES,
        ("place", "gain", "gain_in_category"),
        ("title", "advice"),
        *("subject", "kind", "category", "dimension", "rules"),
    ),
    "expectation_result": Lines(
        artifacts.VALIDATION_RESULTS,
        _VALIDATION,
        'SELECT run_id, night, dataset, distribution, "table" AS table_name, suite, suite_version, rows, layout,'
        ' sha256, reused_from, r.* EXCLUDE (examples, title, advice, "column"), r."column" AS col'
        f" FROM {_EACH}",
    ),
    "expectation_example": Lines(
        artifacts.VALIDATION_RESULTS,
        _VALIDATION,
        'SELECT run_id, night, dataset, distribution, "table" AS table_name, r.key, position,'
        " r.examples[position].row AS row_number, r.examples[position].value AS value,"
        " r.examples[position].record AS record"
        f" FROM (SELECT *, unnest(range(1, least(len(r.examples), {EXAMPLES_KEPT}) + 1)) AS position FROM {_EACH})",
    ),
    "expectation": Lines(
        artifacts.VALIDATION_RESULTS,
        _VALIDATION,
        "SELECT run_id, night, suite, suite_version, r.key, r.type, r.severity, r.dimension, r.principle, r.role,"
        f" r.basis, {_WORDED} FROM {_EACH}"
        " QUALIFY row_number() OVER (PARTITION BY suite, suite_version, r.key ORDER BY run_id DESC) = 1",
    ),
}


def hash_of(content: bytes) -> int:
    """A hash of 64 bits of an artifact's bytes, and of how they become rows today."""
    import hashlib

    return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=_how()).digest(), "big")


@cache
def _how() -> bytes:
    import hashlib

    return hashlib.blake2b(repr((TABLES, TEXT_LIMIT, EXAMPLES_KEPT)).encode(), digest_size=16).digest()


def hashes_of(folders: Sequence[Path]) -> dict[tuple[Path, str], int]:
    """The hash of each artifact that becomes blocks."""
    from concurrent.futures import ThreadPoolExecutor

    def hashed(folder: Path) -> dict[tuple[Path, str], int]:
        found = {}
        for artifact in BLOCK_ARTIFACTS:
            try:
                content = (folder / artifact).read_bytes()
            except FileNotFoundError:
                continue
            found[folder, artifact] = hash_of(content)
        return found

    with ThreadPoolExecutor(duck.THREADS) as threads:  # hashing lets other threads run
        return {key: value for found in threads.map(hashed, folders) for key, value in found.items()}


def lines_of(
    folders: Sequence[Path], wanted: Callable[[Path, str], bool] = lambda folder, artifact: True
) -> dict[str, str]:
    """The lines of run folders, by artifact, as relations (night, source, text) in SQL; only of artifacts `wanted`."""
    return {
        artifact: _of([folder / artifact for folder in folders if wanted(folder, artifact)])
        for artifact in KINDS
    }


def _of(paths: Sequence[Path]) -> str:
    there = [path for path in paths if path.is_file() and path.stat().st_size > 0]
    if not there:
        return "(SELECT NULL::DATE AS night, NULL::VARCHAR AS source, NULL::VARCHAR AS text WHERE false)"
    # DuckDB takes a path for a pattern.
    literal = ", ".join(duck.literal(re.sub(r"([*?\[])", r"[\1]", str(path))) for path in there)
    return (
        "(SELECT string_split(filename, '/')[-3]::DATE AS night, string_split(filename, '/')[-2] AS source,"
        f" json::VARCHAR AS text FROM read_ndjson_objects([{literal}], filename = true))"
    )


@contextmanager
def beside(
    connection: DuckDBPyConnection, lines: Mapping[str, str], more: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[dict[str, str]]:
    """The relations `lines` by artifact, with the lines `more`, by run (`<night>/<source>`) and artifact, in them."""
    import pyarrow as pa

    marks = [
        (date.fromisoformat(run[:10]), run[11:], name) for (run, name), found in more.items() for _ in found
    ]
    if not marks:
        yield dict(lines)
        return
    columns = dict(zip(("night", "source", "artifact"), zip(*marks, strict=True), strict=True))
    columns["text"] = tuple(line for found in more.values() for line in found)
    connection.register("more_lines", pa.table({name: pa.array(column) for name, column in columns.items()}))
    try:
        yield {
            artifact: f"(FROM {there} UNION ALL"
            f" SELECT night, source, text FROM more_lines WHERE artifact = '{artifact}')"
            for artifact, there in lines.items()
        }
    finally:
        connection.unregister("more_lines")


def parse(connection: DuckDBPyConnection, lines: Mapping[str, str]) -> None:
    """Parse validation results into the temporary table `parsed`: three tables are made of them, and they are long."""
    how = TABLES["expectation_result"]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE parsed AS {_parsed(how, lines)}")


def _parsed(how: Lines, lines: Mapping[str, str]) -> str:
    structure = duck.literal(json.dumps(how.structure))
    return (
        f"SELECT night || '/' || source AS run_id, night, from_json(text, {structure}) AS m"
        f" FROM {lines[how.artifact]}"
    )


def prepare(connection: DuckDBPyConnection, table: str, lines: Mapping[str, str]) -> int:
    """Make the temporary table `incoming` of all rows that `lines` have for `table`, after `parse`; gives how many.

    Texts are cut at TEXT_LIMIT. Raises `duckdb.Error` on a line that is no JSON, and `ArtifactDamaged` on one that
    lacks what every line has; `find_damage` says which.
    """
    how = TABLES[table]
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS FROM {table} LIMIT 0")
    cut = f"if(length(x.{{0}}) > {TEXT_LIMIT}, left(x.{{0}}, {TEXT_LIMIT - 1}) || '…', x.{{0}}) AS {{0}}"
    named = [f'"{name}"' for name, *_ in columns]
    chosen = ", ".join(
        cut.format(name) if kind == "VARCHAR" else f"x.{name}"
        for name, (_, kind, *_) in zip(named, columns, strict=True)
    )
    line = "FROM parsed" if how.artifact == artifacts.VALIDATION_RESULTS else _parsed(how, lines)
    connection.execute(f"INSERT INTO incoming WITH line AS ({line}) SELECT {chosen} FROM ({how.select}) x")
    (count, whole) = connection.execute(
        f"SELECT count(*), count({'suite' if table == 'expectation' else 'dataset'}) FROM incoming"
    ).fetchall()[0]
    if count != whole:
        raise ArtifactDamaged(f"{how.artifact}: {count - whole} lines are not what Veedor wrote")
    return int(count)


def find_damage(folders: Sequence[Path]) -> None:
    """Read all lines the slow way. Raises `ArtifactDamaged` naming file and line of the first damage."""
    for folder in folders:
        for artifact, kind in KINDS.items():
            if (folder / artifact).is_file():
                artifacts.read_values(folder / artifact, kind)
