"""Quality measurements: lines of JSON become the narrow table `measurement`, all in DuckDB.

Belongs here: the one kind of result of which a night has so many (60 a dataset) that Python would be the slow part.
The lines are those of `measurements.jsonl`, whether from run folders or from a compacted month. Does not belong here:
what is measured.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.errors import ArtifactDamaged
from pipelines.history.rows import TEXT_LIMIT
from pipelines.measurement.metrics import METRICS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIELDS = {
    "computed_on": "VARCHAR",
    "dataset": "VARCHAR",
    "metric": "VARCHAR",
    "metric_version": "VARCHAR",
    "value": "DOUBLE",
    "reason": "VARCHAR",
    "sha256": "VARCHAR",
}

# Ids are given in the order of first appearance; they mean nothing outside one database.
_ADD = (
    """
    INSERT INTO computed_on BY NAME
    SELECT (SELECT coalesce(max(id), 0) FROM computed_on)
           + row_number() OVER (ORDER BY dataset, computed_on, sha256) AS id, *
    FROM (SELECT DISTINCT source, dataset, computed_on, sha256 FROM measured) m
    WHERE NOT EXISTS (FROM computed_on c WHERE c.source = m.source AND c.dataset = m.dataset
                      AND c.computed_on = m.computed_on AND c.sha256 IS NOT DISTINCT FROM m.sha256)
    """,
    """
    INSERT INTO metric BY NAME
    SELECT (SELECT coalesce(max(id), 0) FROM metric) + row_number() OVER (ORDER BY metric, metric_version) AS id, *
    FROM (SELECT DISTINCT metric, metric_version FROM measured) m
    WHERE NOT EXISTS (FROM metric k WHERE k.metric = m.metric AND k.metric_version = m.metric_version)
    """,
    """
    INSERT INTO measurement BY NAME
    SELECT m.night, c.id AS computed_on, k.id AS metric, m.value, m.reason
    FROM measured m
    JOIN computed_on c ON c.source = m.source AND c.dataset = m.dataset AND c.computed_on = m.computed_on
        AND c.sha256 IS NOT DISTINCT FROM m.sha256
    JOIN metric k ON k.metric = m.metric AND k.metric_version = m.metric_version
    """,
)


def add(connection: DuckDBPyConnection, lines: str) -> int:
    """Add the measurements of the relation `lines` (night, source, text), all of them new; gives how many.

    Raises `duckdb.InvalidInputException` on a line that is no JSON and `ArtifactDamaged` on one that is no measurement;
    `lines.find_damage` says which.
    """
    names = ", ".join(f"m.{name}" for name in FIELDS if name != "reason")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE measured AS SELECT night, source, {names},"
        f" if(length(m.reason) > {TEXT_LIMIT}, left(m.reason, {TEXT_LIMIT - 1}) || '…', m.reason) AS reason"
        f" FROM (SELECT night, source, from_json(text, '{json.dumps(FIELDS)}') AS m FROM {lines})"
    )
    count, *known = connection.execute(
        "SELECT count(*), count(dataset), count(computed_on), count(metric), count(metric_version) FROM measured"
    ).fetchall()[0]
    if min(known) != count:
        raise ArtifactDamaged(f"{count - min(known)} measurements are not what Veedor wrote")
    for statement in _ADD:
        connection.execute(statement)
    _define(connection)
    connection.execute("DROP TABLE temp.measured")
    return int(count)


def _define(connection: DuckDBPyConnection) -> None:
    """Say of metrics that are new to the history, and whose version is today's, what they mean."""
    for name, version in connection.execute(
        "SELECT metric, metric_version FROM metric WHERE dimension IS NULL"
    ).fetchall():
        known = METRICS.get(name)
        if known and known.version == version:
            words = [known.title[it] for it in ("en", "es")] + [known.definition[it] for it in ("en", "es")]
            connection.execute(
                "UPDATE metric SET dimension = ?, unit = ?, title_en = ?, title_es = ?, definition_en = ?,"
                " definition_es = ? WHERE metric = ? AND metric_version = ?",
                [known.dimension, known.unit, *words, name, version],
            )
