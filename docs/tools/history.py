"""reference/views.md: the published database, as its own comments describe it."""

from __future__ import annotations

from docs.tools.markdown import table


def published() -> list[tuple[str, str, str | None, list[tuple[str, str, str | None]]]]:
    """Views and tables of the published database: (kind, name, comment, [(column, type, comment)])."""
    from pipelines import duck
    from pipelines.history.migrate import migrate
    from pipelines.history.publish import PRIVATE_TABLES, VIEWS

    connection = duck.connect()
    try:
        migrate(connection)
        connection.execute(VIEWS.read_text(encoding="utf-8"))
        found = connection.execute(
            "SELECT 'view', view_name, comment FROM duckdb_views() WHERE NOT internal UNION ALL "
            "SELECT 'table', table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY 1 DESC, 2"
        ).fetchall()
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal "
            "ORDER BY table_name, column_index"
        ).fetchall()
    finally:
        connection.close()
    return [
        (kind, name, comment, [column[1:] for column in columns if column[0] == name])
        for kind, name, comment in found
        if name not in PRIVATE_TABLES
    ]


def views() -> str:
    """reference/views.md"""
    from pipelines.history.meanings import COLUMNS

    parts = [
        "# Views and tables of the history\n",
        "What `public/quality.duckdb` holds. The views are the public interface: a column is never renamed or "
        "given another meaning silently. The tables below them are there for whoever needs more. Instants are "
        "UTC, `night` is the calendar date in the declared time zone.\n",
    ]
    for kind, name, comment, columns in published():
        parts += [f"## {kind.capitalize()} `{name}`\n", (comment or "") + "\n"]
        meanings = COLUMNS if kind == "view" else {}
        rows = [
            (f"`{column}`", type_.lower(), note or meanings.get(column, ""))
            for column, type_, note in columns
        ]
        parts.append(table(("column", "type", "meaning"), rows))
    return "\n".join(parts)
