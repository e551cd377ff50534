"""Judged: the nights that detection has looked at, as it saw them. What later nights are compared with.

Belongs here: reading them strictly before a night, so that a night can be judged again with the same result; only of
the datasets that are asked for, since most are as they were. Does not belong here: what a difference means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipelines.model import Access, DatasetNight

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# States are compared over so many nights, readings over so many: an age of a yearly file is seen once a year.
NIGHTS_OF_STATES, NIGHTS_OF_READINGS = 90, 800
READINGS_OF_LEVELS = 24

_COLUMNS = (
    "dataset, night, access, listed, moved_to, usable, whole, content, modified, as_of, changed_on, period_days, "
    '"rows", rows_lost, rules, score_rules, software, contact_dead'
)
# A reading is a night whose content is not that of the last night with any.
_READ = """
    SELECT *, read AND content IS DISTINCT FROM lag(content) OVER (PARTITION BY dataset, read ORDER BY night) AS fresh
    FROM (SELECT *, content IS NOT NULL AND whole IS DISTINCT FROM false AS read
          FROM judged_dataset SEMI JOIN chosen USING (dataset) WHERE night < $before AND night >= $first)"""


@dataclass(frozen=True)
class PastLevel:
    """One expectation or dimension of one dataset on an earlier night: percent failing, or score.

    `fresh`: the data were new, or are judged by other rules for the first time.
    """

    dataset: str
    name: str
    night: date
    value: float
    rules: str
    fresh: bool


def last_content(connection: DuckDBPyConnection, before: date) -> dict[str, str]:
    """The last known content of each dataset before the night."""
    return dict(
        connection.execute(
            "SELECT dataset, arg_max(content, night) FROM judged_dataset "
            "WHERE night < ? AND content IS NOT NULL AND whole IS DISTINCT FROM false GROUP BY dataset",
            [before],
        ).fetchall()
    )


def last_nights(connection: DuckDBPyConnection, before: date, count: int) -> list[tuple[date, list[str]]]:
    """The last judged nights, newest first, each with the software that made it."""
    return connection.execute(
        "SELECT night, list(DISTINCT software) FROM judged_dataset WHERE night < ? GROUP BY night "
        "ORDER BY night DESC LIMIT ?",
        [before, count],
    ).fetchall()


def nights(
    connection: DuckDBPyConnection, before: date, datasets: Iterable[str]
) -> list[tuple[DatasetNight, bool]]:
    """The earlier nights of some datasets, oldest first, and whether each was a reading of new data.

    All of the last NIGHTS_OF_STATES nights; of older ones, those of new data and those before them. Without levels.
    """
    _choose(connection, datasets)
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS}, fresh FROM (
            SELECT *, lead(fresh, 1, false) OVER (PARTITION BY dataset ORDER BY night) AS next_is FROM ({_READ}))
        WHERE night >= $before - {NIGHTS_OF_STATES} OR fresh OR next_is
        ORDER BY dataset, night
        """,
        _between(before),
    ).fetchall()
    return [(_night(row[:-1]), row[-1]) for row in rows]


def _night(row: Sequence[object]) -> DatasetNight:
    values = dict(zip(_NAMES, row, strict=True))
    values["access"] = Access(str(values["access"]))
    for name in ("rules", "score_rules", "software"):
        values[name] = values[name] or ""
    return DatasetNight(**values)  # type: ignore[arg-type]


_NAMES = [name.strip().strip('"') for name in _COLUMNS.split(",")]


def levels(connection: DuckDBPyConnection, before: date, datasets: Iterable[str]) -> list[PastLevel]:
    """The percentages of failing values of some datasets on their last readings and on the last nights, oldest first.

    Where a dataset has several files, the worst speaks for it; without a percentage all values fail or none. A file
    that was read in part says nothing.
    """
    return _past(
        connection,
        before,
        datasets,
        "rules",
        """SELECT n.dataset, r.key AS name, n.night, n.fresh, n.rules,
                  max(coalesce(r.unexpected_percent, CASE r.outcome WHEN 'failed' THEN 100.0 ELSE 0.0 END)) AS value
           FROM looked n JOIN dataset_night d ON d.dataset = n.dataset AND d.night = n.night
           JOIN expectation_result_rows r ON r.block = d.expectation_result_block AND r.dataset = d.dataset
           WHERE r.outcome IN ('passed', 'failed') GROUP BY ALL""",
    )


def scores(connection: DuckDBPyConnection, before: date, datasets: Iterable[str]) -> list[PastLevel]:
    """The scores of the dimensions of content of some datasets on the same nights, oldest first."""
    return _past(
        connection,
        before,
        datasets,
        "score_rules",
        """SELECT n.dataset, s.dimension AS name, n.night, n.fresh, s.rules, s.score AS value
           FROM looked n JOIN dataset_night d ON d.dataset = n.dataset AND d.night = n.night
           JOIN score_rows s ON s.block = d.score_block AND s.dataset = d.dataset
           WHERE s.category = 'content' AND s.dimension <> s.category AND s.score IS NOT NULL""",
    )


def _past(
    connection: DuckDBPyConnection, before: date, datasets: Iterable[str], rules: str, question: str
) -> list[PastLevel]:
    _choose(connection, datasets)
    rows = connection.execute(
        f"""
        WITH read_under AS (
            SELECT * REPLACE (fresh OR {rules} IS DISTINCT FROM
                lag({rules}) OVER (PARTITION BY dataset ORDER BY night) AS fresh)
            FROM ({_READ}) WHERE whole IS DISTINCT FROM false AND {rules} <> ''),
        looked AS (
            SELECT * FROM read_under
            QUALIFY night >= $before - 7 OR (fresh AND
                row_number() OVER (PARTITION BY dataset, fresh ORDER BY night DESC) <= {READINGS_OF_LEVELS}))
        SELECT dataset, name, night, value, rules, fresh FROM ({question}) ORDER BY dataset, name, night
        """,
        _between(before),
    ).fetchall()
    return [PastLevel(*row) for row in rows]


def _between(before: date) -> dict[str, date]:
    return {"before": before, "first": before - timedelta(days=NIGHTS_OF_READINGS)}


def _choose(connection: DuckDBPyConnection, datasets: Iterable[str]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE chosen (dataset VARCHAR)")
    connection.execute("INSERT INTO chosen SELECT unnest($names)", {"names": sorted(set(datasets))})
