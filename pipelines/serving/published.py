"""The published views for programs: which there are, what their columns are, and one page of rows of one of them.

Belongs here: questions to `public/quality.duckdb`, made of names that are known and values that are parameters, with
limits of memory, time and number. The history is never asked. Does not belong here: HTTP (`api`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines import duck
from pipelines.errors import QueryError
from pipelines.history import asking
from pipelines.history.publish import QUALITY
from pipelines.settings import Settings

SECONDS, MEMORY = 10.0, "256MB"
AT_ONCE, WAIT_SECONDS = 4, 5.0
LEAST_ROWS, MOST_ROWS, ROWS = 1, 1_000, 100
# Whoever wants more takes the file.
FARTHEST = 100_000
MOST_VALUES, LONGEST_VALUE = 50, 500

# By the suffix of a parameter: how a column is compared.
COMPARED = {"": "=", ".min": ">=", ".max": "<="}
ORDERED = ("DATE", "TIMESTAMP", "DOUBLE", "BIGINT", "INTEGER", "HUGEINT", "VARCHAR")

VIEWS = """
SELECT v.view_name, v.comment, c.column_name, c.data_type, c.comment AS meaning
FROM duckdb_views() v JOIN duckdb_columns() c ON c.table_name = v.view_name AND c.database_name = v.database_name
WHERE v.database_name = 'quality' AND NOT v.internal AND v.comment IS NOT NULL
ORDER BY v.view_name, c.column_index
"""


class Refused(Exception):
    """What was asked cannot be answered; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class View:
    """One documented view: its columns by name, with type and meaning."""

    name: str
    meaning: str
    columns: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor of those that follow, None at the end."""

    rows: list[dict[str, Any]]
    cursor: str | None


@dataclass
class Published:
    """The published copy. `mark` is another one for every copy."""

    settings: Settings
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE), repr=False
    )
    _views: tuple[str, Mapping[str, View]] | None = field(default=None, repr=False)

    def mark(self) -> str:
        """What stands for the copy as it is now. Raises `Refused` when there is none."""
        try:
            found = (self.settings.public / QUALITY).stat()
        except OSError:
            raise Refused(404, "nothing has been published yet") from None
        return hashlib.sha256(f"{found.st_ino} {found.st_mtime_ns} {found.st_size}".encode()).hexdigest()[:16]

    def views(self) -> Mapping[str, View]:
        """The documented views of the copy, by name."""
        mark = self.mark()
        if self._views is None or self._views[0] != mark:
            found: dict[str, View] = {}
            for name, meaning, column, kind, of_column in self._asked(VIEWS, [])[1]:
                view = found.setdefault(str(name), View(str(name), str(meaning), {}))
                view.columns[str(column)] = (str(kind), str(of_column or ""))  # type: ignore[index]
            self._views = (mark, found)
        return self._views[1]

    def page(self, name: str, asked: Sequence[tuple[str, str]]) -> Page:
        """One page of a view. `asked` are the parameters as they came. Raises `Refused`."""
        view = self.views().get(name)
        if view is None:
            raise Refused(404, f"there is no view {name[:100]!r}")
        limit, cursor, filters = _parameters(asked)
        conditions, values = _conditions(view, filters)
        offset = _offset(cursor, self.mark(), name, filters)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"SELECT * FROM {duck.quote(name)}{where} ORDER BY ALL LIMIT {limit + 1} OFFSET {offset}"
        columns, rows = self._asked(sql, values)
        told = [dict(zip(columns, map(_json, row), strict=True)) for row in rows[:limit]]
        more = len(rows) > limit and offset + limit < FARTHEST
        return Page(told, _cursor(offset + limit, self.mark(), name, filters) if more else None)

    def _asked(self, sql: str, values: Sequence[object]) -> tuple[list[str], list[tuple[object, ...]]]:
        with self._turn(), asking.opened(self.settings.public, memory_limit=MEMORY) as connection:
            try:
                return asking.ask(connection, sql, list(values), seconds=SECONDS, max_rows=100_000)
            except QueryError as error:
                if "longer than" in error.message or "memory" in error.message:
                    raise Refused(
                        503, f"{error.message} Filter by more columns, or take {QUALITY}."
                    ) from None
                raise Refused(400, "a value is not of the type of its column") from None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise Refused(503, "too much is asked at once; try again in some seconds")
        try:
            yield
        finally:
            self._turns.release()


def _parameters(asked: Sequence[tuple[str, str]]) -> tuple[int, str, list[tuple[str, str]]]:
    """How many rows, from where, and by what; raises `Refused`."""
    limit, cursor, filters = ROWS, "", []
    if len(asked) > MOST_VALUES or any(len(text) > LONGEST_VALUE for pair in asked for text in pair):
        raise Refused(
            400, f"more than {MOST_VALUES} parameters, or one of more than {LONGEST_VALUE} characters"
        )
    for name, value in asked:
        if name == "limit":
            if not (value.isascii() and value.isdecimal() and LEAST_ROWS <= int(value) <= MOST_ROWS):
                raise Refused(400, f"limit is no number from {LEAST_ROWS} to {MOST_ROWS}")
            limit = int(value)
        elif name == "cursor":
            cursor = value
        else:
            filters.append((name, value))
    return limit, cursor, sorted(filters)


def _conditions(view: View, filters: Sequence[tuple[str, str]]) -> tuple[list[str], list[object]]:
    """SQL and values: of one parameter given several times, any; of several, all. Raises `Refused`."""
    by_name: dict[str, list[str]] = {}
    for name, value in filters:
        by_name.setdefault(name, []).append(value)
    conditions, values = [], list[object]()
    for name, wanted in by_name.items():
        column, dot, suffix = name.rpartition(".") if name not in view.columns else (name, "", "")
        kind = view.columns.get(column, ("", ""))[0]
        if not kind or f"{dot}{suffix}" not in COMPARED:
            raise Refused(400, f"{view.name} has no column {name[:100]!r}")
        if suffix and kind not in ORDERED:
            raise Refused(400, f"{column} has no order")
        if kind.endswith("[]"):
            parts = [f"list_contains({duck.quote(column)}, ?)" for _ in wanted]
        else:
            sign = COMPARED[f"{dot}{suffix}"]
            parts = [f"{duck.quote(column)} {sign} CAST(? AS {kind})" for _ in wanted]
        if any("\0" in value for value in wanted):
            raise Refused(400, f"{name} holds a zero byte")
        conditions.append(f"({' OR '.join(parts)})")
        values += wanted
    return conditions, values


def _cursor(offset: int, mark: str, name: str, filters: Sequence[tuple[str, str]]) -> str:
    """Where to go on: in this copy and this question alone."""
    return base64.urlsafe_b64encode(f"{offset}.{_bound(mark, name, filters)}".encode()).decode().rstrip("=")


def _offset(cursor: str, mark: str, name: str, filters: Sequence[tuple[str, str]]) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
        number, _, bound = text.partition(".")
        offset = int(number) if number.isdecimal() else -1
    except ValueError:
        offset, bound = -1, ""
    if not 0 <= offset <= FARTHEST:
        raise Refused(400, "the cursor is not one that was given")
    if bound != _bound(mark, name, filters):
        raise Refused(410, "there is a newer copy, or other filters: begin again without the cursor")
    return offset


def _bound(mark: str, name: str, filters: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps([mark, name, list(filters)]).encode()).hexdigest()[:16]


def _json(value: Any) -> Any:
    """A value as JSON has it: instants in UTC, numbers that are none as null."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
