"""`veedor sql QUERY`: ask the whole quality history. Always read-only, always the published copy.

Belongs here: where the question comes from (the command line, a file, a pipe, the shell) and where the answer goes.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import artifacts
from pipelines.cli import sql_formats
from pipelines.cli.console import AsJson, cell, err, out
from pipelines.cli.sql_commands import answer, as_sql
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

FORMATS = {".csv": "csv", ".json": "json", ".md": "markdown", ".parquet": "parquet", ".txt": "table"}
# A query is a page or two; what is longer is another file by mistake.
LONGEST_QUERY_BYTES = 1_000_000


def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            help=r"One SELECT, or \views, \tables or \describe NAME. Without it a shell opens, or the question is "
            "read from a pipe."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the question from this file (- for the pipe).")
    ] = None,
    format_: Annotated[
        Literal["table", "csv", "json", "markdown", "parquet"] | None,
        typer.Option(
            "--format", help="How to give the answer. Default: by the name of --output, else table."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the answer to this file. Parquet needs one."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long the question may run.")] = 30.0,
    max_rows: Annotated[int, typer.Option(min=1, help="How many rows the answer may have.")] = 1_000_000,
    as_json: AsJson = False,
) -> None:
    """Answer a question in SQL from the published history, even while a night is writing."""
    from pipelines.history import answer_file

    settings = Settings.from_env()
    form = "json" if as_json else format_ or (FORMATS.get(output.suffix.lower()) if output else None)
    if output and form is None:
        raise ConfigurationError(
            f"The name of {output} does not tell a format.",
            "Add --format, or end it in .csv, .json, .md or .parquet.",
        )
    if form == "parquet" and output is None:
        raise ConfigurationError("Parquet is not for the screen.", "Name a file: --output answer.parquet")
    question = _question(query, file)
    if question is None:
        from pipelines.cli import sql_shell

        sql_shell.run(settings, seconds=seconds, max_rows=max_rows)
        return
    if form == "parquet" and output:
        statement, params = as_sql(question)
        count = answer_file.write_parquet(
            statement,
            output,
            params,
            public=settings.public,
            seconds=seconds,
            max_rows=max_rows,
            memory_limit=settings.memory_limit,
        )
    else:
        columns, rows = answer(question, settings, seconds=seconds, max_rows=max_rows)
        count = len(rows)
        if output:
            text = io.StringIO(newline="")
            sql_formats.write(columns, rows, form or "table", text)
            artifacts.write_text(output, text.getvalue())
        elif form in (None, "table"):
            out.print(sql_formats.shown(columns, rows, out.width))
            out.print(f"[dim]{count} {'row' if count == 1 else 'rows'}[/dim]")
        else:
            sql_formats.write(columns, rows, form or "table", sys.stdout)
    if output:
        err.print(f"{count} {'row' if count == 1 else 'rows'} in {cell(str(output))}", soft_wrap=True)


def _question(query: str | None, file: Path | None) -> str | None:
    """The SQL that is asked; None: ask a person. Raises `ConfigurationError`."""
    if query is not None and file is not None:
        raise ConfigurationError("There are two questions.", "Give either a query or --file.")
    if query is not None:
        return query
    if file is not None and str(file) != "-":
        try:
            with file.open("rb") as handle:
                return _decoded(handle.read(LONGEST_QUERY_BYTES + 1), str(file))
        except OSError as error:
            raise ConfigurationError(
                f"{file} cannot be read: {error.strerror}.", "Name a file with one SELECT."
            ) from None
    if file is None and sys.stdin.isatty() and sys.stdout.isatty():
        return None
    return _decoded(sys.stdin.buffer.read(LONGEST_QUERY_BYTES + 1), "The pipe")


def _decoded(content: bytes, where: str) -> str:
    if len(content) > LONGEST_QUERY_BYTES:
        raise ConfigurationError(f"{where} is longer than a query is.", "Name the file with the SELECT.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{where} is not UTF-8 text.", "Name the file with the SELECT.") from None
    if not text.strip():
        raise ConfigurationError(f"{where} holds no question.", "Write one SELECT into it.")
    return text
