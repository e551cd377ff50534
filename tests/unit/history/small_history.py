"""Small histories written by hand, to be asked through the public views."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipelines import artifacts, duck
from pipelines.history import store
from pipelines.history.lines import KINDS
from pipelines.history.migrate import migrate
from pipelines.history.publish import VIEWS
from pipelines.history.record import NIGHT_TABLES

FIRST = date(2026, 1, 1)
DATASET = "salud/contratos"
FILE = f"{DATASET}/csv"

Row = dict[str, object]


class History:
    """An empty history with its views, and the ways to fill it (before it is first asked) and to ask it."""

    def __init__(self) -> None:
        self.connection = duck.connect()
        migrate(self.connection)
        self.rows: dict[str, list[Row]] = {}
        self.published = False

    def add(self, table: str, *rows: Row) -> None:
        self.rows.setdefault(table, []).extend(rows)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows, {}
        store.add(self.connection, rows, self.lines_of(rows))
        for table in NIGHT_TABLES:
            store.insert(self.connection, table, rows.get(table, []))
        if not self.published:  # some of what is published is made of what is there
            self.connection.execute(VIEWS.read_text(encoding="utf-8"))
            self.published = True
        return self.connection.execute(sql).fetchall()

    def lines_of(self, rows: dict[str, list[Row]]) -> dict[str, str]:
        """Rows as the lines of artifacts that they come from: relations by artifact."""
        lines: dict[str, list[Row]] = {artifact: [] for artifact in KINDS}
        for table, artifact in ARTIFACTS.items():
            for it in rows.pop(table, []):
                source = str(it["run_id"]).partition("/")[2]
                fields = {name: value for name, value in it.items() if name not in ("run_id", "night")}
                lines[artifact].append({"night": it["night"], "source": source, "text": json.dumps(fields)})
        schema = pa.schema({"night": pa.date32(), "source": pa.string(), "text": pa.string()})
        names = {artifact: artifact.replace(".", "_") for artifact in lines}
        for artifact, found in lines.items():
            self.connection.register(names[artifact], pa.Table.from_pylist(found, schema))
        return names


ARTIFACTS = {
    "score": artifacts.SCORES,
    "scale_score": artifacts.SCALES,
    "fix": artifacts.FIXES,
    "quality_measurement": artifacts.MEASUREMENTS,
}


def night(number: int) -> date:
    """The night that is `number` days after the first."""
    return FIRST + timedelta(days=number)


def of(number: int, dataset: str = DATASET, **more: object) -> Row:
    return {"run_id": f"{night(number)}/x", "night": night(number), "dataset": dataset, **more}


def score(number: int, value: float | None, dimension: str = "validity", **more: object) -> Row:
    named = {"category": "content", "dimension": dimension, "score": value, "rules": "weights 1"}
    return of(number, **{**named, **more})  # type: ignore[arg-type]


def described(dataset: str, publisher: str, number: int = 0, **more: object) -> Row:
    named = {"source": dataset.partition("/")[0], "title": f"Título de {dataset}", "country": "MX"}
    return of(number, dataset, publisher=publisher, **{**named, **more})


def measured(number: int, metric: str, value: float | None, **more: object) -> Row:
    named = {"computed_on": FILE, "metric": metric, "metric_version": "1", "value": value, "reason": ""}
    return of(number, **{**named, **more})  # type: ignore[arg-type]
