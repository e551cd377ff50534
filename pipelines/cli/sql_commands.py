r"""Commands that begin with a backslash: `\views`, `\tables`, `\describe NAME`, each a question in SQL.

Belongs here: what they ask, and where one statement ends and the next begins. Does not belong here: the screen.
"""

from __future__ import annotations

import re

from pipelines.errors import QueryError
from pipelines.settings import Settings

Row = tuple[object, ...]

VIEWS = """
select view_name as "view", comment as meaning from duckdb_views()
where database_name = 'quality' and not internal order by view_name"""

TABLES = """
select table_name as "table", estimated_size as "rows", comment as meaning from duckdb_tables()
where database_name = 'quality' order by table_name"""

DESCRIBE = """
select column_name as "column", lower(data_type) as type, coalesce(comment, '') as meaning from duckdb_columns()
where database_name = 'quality' and lower(table_name) = lower($name) order by column_index"""

HELP = r"""End a question with a semicolon; it may be of several lines. Ctrl-C gives it up, Tab completes.
\views           what can be asked
\describe NAME   the columns of a view or table, and what they mean
\tables          the tables below the views
\quit            leave (also Ctrl-D)"""

# Short forms, as users of psql know them.
SHORT = {
    "\\d": "\\describe",
    "\\dv": "\\views",
    "\\dt": "\\tables",
    "\\q": "\\quit",
    "\\?": "\\help",
    "\\h": "\\help",
}
NAMES = ("\\views", "\\describe", "\\tables", "\\help", "\\quit")

# Quoted text and comments, also those that are not closed yet, in which a semicolon ends nothing.
_APART = re.compile(
    r"'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z)|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z)"
    r"|(\$\w*\$).*?(?:\1|\Z)",
    re.DOTALL,
)


def command(text: str) -> tuple[str, str] | None:
    """The command and its argument, when `text` is one; a short form is told by its long one."""
    stripped = text.strip().rstrip(";").rstrip()
    if not stripped.startswith("\\"):
        return None
    name, _, argument = stripped.partition(" ")
    name = SHORT.get(name.lower(), name.lower())
    argument = argument.strip().strip('"')
    return ("\\views", "") if (name, argument) == ("\\describe", "") else (name, argument)


def as_sql(text: str) -> tuple[str, dict[str, object] | None]:
    """The SQL of a question and its parameters. Raises `QueryError` for a command that there is not."""
    told = command(text)
    if told is None:
        return text, None
    name, argument = told
    if name == "\\views":
        return VIEWS, None
    if name == "\\tables":
        return TABLES, None
    if name == "\\describe":
        return DESCRIBE, {"name": argument}
    raise QueryError(f"There is no command {name}.", f"There are {', '.join(NAMES)}.")


def answer(text: str, settings: Settings, *, seconds: float, max_rows: int) -> tuple[list[str], list[Row]]:
    """Columns and rows of a question or command. Raises `QueryError` and `HistoryMissing`."""
    from pipelines.history.asking import columns_and_rows

    sql, params = as_sql(text)
    columns, rows = columns_and_rows(
        sql,
        params,
        public=settings.public,
        seconds=seconds,
        max_rows=max_rows,
        memory_limit=settings.memory_limit,
    )
    if sql is DESCRIBE and params and not rows:
        raise QueryError(f"There is no view or table {params['name']!r}.", "\\views lists what there is.")
    return columns, rows


def statements(text: str) -> tuple[list[str], str]:
    """The statements of `text` that a semicolon ends, and what follows the last of them."""
    ended, start = [], 0
    bare = _APART.sub(lambda found: "\0" * len(found[0]), text)
    for found in re.finditer(";", bare):
        if _spoken(text[start : found.start()]):
            ended.append(text[start : found.start()].strip())
        start = found.end()
    rest = text[start:]
    return ended, "" if not _spoken(rest) else rest


def _spoken(text: str) -> bool:
    """Whether there is anything but space and closed comments in it."""
    return bool(re.sub(r"--[^\n]*(\n|\Z)|/\*.*?\*/", "", text, flags=re.DOTALL).strip())
