"""The door of this package: `write` puts every failing row into a file, whole or not at all.

Belongs here: which format a file's name asks for, and how many rows came into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines import duck
from pipelines.artifacts import replacing
from pipelines.model import ValidationResult
from pipelines.tables.layouts import Fit
from pipelines.tables.table import Table
from pipelines.validation.evidence.failing import failing
from pipelines.validation.evidence.files import write_csv, write_parquet
from pipelines.validation.evidence.lines import said
from pipelines.validation.evidence.workbook import write_xlsx
from pipelines.validation.suites import Suite

FORMATS = (".xlsx", ".csv", ".parquet")


@dataclass(frozen=True)
class Written:
    """What came of it: `written` of `found` failing rows are in the file.

    Fewer only where a sheet holds no more. `silent` are the keys of expectations that failed as a whole.
    """

    written: int
    found: int
    silent: frozenset[str]


def write(
    path: Path,
    table: Table,
    fit: Fit,
    suite: Suite,
    result: ValidationResult,
    today: datetime,
    language: str,
) -> Written:
    """Write every failing row of `result`, which `validate` gave for the same table and day, to `path`.

    Values stand as published, those of personal columns masked. A row that fails two expectations stands twice. On
    any fault `path` stays as it was. Raises `ValueError` for a name that ends in none of `FORMATS`, `OSError` when
    it cannot be written, and `MemoryLimitReached`.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise ValueError(f"{path.name} ends in none of {', '.join(FORMATS)}")
    with (
        duck.within_memory(),
        replacing(path) as temporary,
        failing(table, fit, suite, result, today) as found,
    ):
        lines = [said(item, suite, fit.roles, language) for item in found.expectations]
        if kind == ".xlsx":
            written, total = write_xlsx(temporary, found, lines, language, result)
        else:
            written = total = (write_csv if kind == ".csv" else write_parquet)(
                temporary, found, lines, language
            )
        return Written(written, total, found.silent)
