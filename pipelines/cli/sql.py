"""`veedor sql QUERY`: ask the whole quality history. Always read-only, always the published copy."""

from __future__ import annotations

import csv
import json
import sys
from typing import Annotated, Literal

import typer

from pipelines.cli.console import AsJson, out, plain, table
from pipelines.settings import Settings


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT. `show tables` lists what there is.")],
    format_: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="How to give the answer.")
    ] = "table",
    as_json: AsJson = False,
) -> None:
    """Answer a question in SQL from the published history, even while a night is writing."""
    from pipelines.history.query import columns_and_rows

    settings = Settings.from_env()
    columns, rows = columns_and_rows(query, public=settings.public, memory_limit=settings.memory_limit)
    chosen = "json" if as_json else format_
    if chosen == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, default=plain) + "\n")
    elif chosen == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        out.print(table(columns, rows))
        out.print(f"[dim]{len(rows)} rows[/dim]")
