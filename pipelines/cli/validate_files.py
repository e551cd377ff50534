"""The files that `veedor validate` writes when asked: failing rows, and the result in Great Expectations' forms.

Belongs here: refusing names that cannot be written before any work is done, and telling on standard error what was
written. Does not belong here: what stands in the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.artifacts import write_text
from pipelines.cli.console import cell, err
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.model import ValidationResult
    from pipelines.tables.layouts import Fit
    from pipelines.tables.table import Table
    from pipelines.validation.suites import Suite

SUFFIXES = {
    "--rows": (".xlsx", ".csv", ".parquet"),
    "--gx": (".json",),
    "--data-docs": (".html", ".htm"),
}
TOLD = {
    "en": {
        "all": "All {found:,} failures are in {path}.",
        "cut": "CUT: {path} holds {written:,} of {found:,} failures, which is all that a sheet can hold; "
        "the last {left:,} are not in it. Ask for .csv or .parquet to get all.",
        "silent": "Without rows to show, because the column or table is judged as a whole: {keys}",
    },
    "es": {
        "all": "Los {found:,} incumplimientos están en {path}.",
        "cut": "CORTADO: {path} contiene {written:,} de los {found:,} incumplimientos, que es lo que admite una "
        "hoja; faltan los últimos {left:,}. Pida .csv o .parquet para tenerlos todos.",
        "silent": "Sin filas que mostrar, porque se juzga la columna o la tabla en su conjunto: {keys}",
    },
}


def refuse(file: Path, *, rows: Path | None, gx: Path | None, data_docs: Path | None) -> None:
    """Raise `ConfigurationError` for a file that cannot be written: of another kind, or the very file to look at."""
    named = {"--rows": rows, "--gx": gx, "--data-docs": data_docs}
    for option, path in named.items():
        if path is None:
            continue
        if path.suffix.lower() not in SUFFIXES[option]:
            raise ConfigurationError(
                f"{option} {path} has no ending that says what to write.",
                f"Let the name end in {' or '.join(SUFFIXES[option])}.",
            )
        if path.is_dir():
            raise ConfigurationError(f"{option} {path} is a folder.", "Name a file in it.")
        if path.resolve() == file.resolve():
            raise ConfigurationError(f"{option} {path} is the file to look at.", "Name another file.")


def write_rows(
    path: Path,
    table: Table,
    fit: Fit,
    suite: Suite,
    result: ValidationResult,
    today: datetime,
    language: str,
) -> None:
    """Write every failing row, and say how many there are and whether all found room."""
    from pipelines.validation.evidence import write

    with _named(path):
        done = write(path, table, fit, suite, result, today, language)
    said = TOLD[language]
    counts = {"written": done.written, "found": done.found, "left": done.found - done.written}
    err.print(
        cell(said["all" if done.written == done.found else "cut"].format(path=path, **counts)), soft_wrap=True
    )
    if done.silent:
        err.print(cell(said["silent"].format(keys=", ".join(sorted(done.silent)))), soft_wrap=True)


def write_gx(result: ValidationResult, suite: Suite, gx: Path | None, page: Path | None) -> None:
    """Write the result as GX's JSON and as GX's page."""
    from pipelines.validation.gx_result import data_docs, gx_json

    if gx is not None:
        with _named(gx):
            write_text(gx, json.dumps(gx_json(result, suite), ensure_ascii=False, indent=1) + "\n")
    if page is not None:
        text, left_out = data_docs(result, suite)
        with _named(page):
            write_text(page, text)
        if left_out:
            err.print(
                cell(
                    f"Great Expectations has no such types, so that these are not on its page: {', '.join(left_out)}"
                ),
                soft_wrap=True,
            )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file that was asked for, not the temporary one beside it, when it cannot be written."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Look at the folder, its permissions and the disk.",
        ) from error
