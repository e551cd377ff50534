"""`veedor validate FILE --suite KEY`: look at a file before it is published, without any database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.read import File, Member, RecordPath, Sheet, part, worked_file
from pipelines.errors import ConfigurationError, ReadFault
from pipelines.model import ExpectationResult, FaultKind, Outcome, Severity, ValidationResult
from pipelines.settings import Settings
from pipelines.validation.words import WORDS as SAID
from pipelines.validation.words import why

if TYPE_CHECKING:
    from pipelines.tables.layouts import Fit
    from pipelines.tables.table import Opened, Table
    from pipelines.validation.suites import Suite

Language = Annotated[str, typer.Option("--language", help="Language of the answer: es or en.")]
ShowAll = Annotated[
    bool, typer.Option("--all", help="List the expectations that passed or do not apply, too.")
]


def validate(
    file: File,
    suite: Annotated[
        str, typer.Option("--suite", help="Key of the guide's dataset, e.g. contracts_register.")
    ],
    layout: Annotated[
        str | None,
        typer.Option(
            help="Layout to use; `roles` when the columns bear the suite's own role names. "
            "Left out: chosen by the columns of the file."
        ),
    ] = None,
    member: Member = None,
    sheet: Sheet = None,
    record_path: RecordPath = None,
    language: Language = "es",
    rows: Annotated[
        Path | None,
        typer.Option("--rows", help="Write every failing row to this file: .xlsx, .csv or .parquet."),
    ] = None,
    gx: Annotated[
        Path | None,
        typer.Option("--gx", help="Write the result as Great Expectations' own JSON to this file."),
    ] = None,
    data_docs: Annotated[
        Path | None,
        typer.Option("--data-docs", help="Write Great Expectations' own page of the result to this file."),
    ] = None,
    show_all: ShowAll = False,
    as_json: AsJson = False,
) -> None:
    """Apply a suite to a file. Exit code 1 when a critical expectation fails."""
    from pipelines.cli import validate_files
    from pipelines.validation.suites import load_suites
    from pipelines.validation.validate import validate as validate_table

    settings = Settings.from_env()
    validate_files.refuse(file, rows=rows, gx=gx, data_docs=data_docs)
    if language not in ("es", "en"):
        raise ConfigurationError(f"--language {language!r} is not known.", "Use es or en.")
    suites = load_suites(settings.expectations)
    if suite not in suites:
        raise ConfigurationError(f"there is no suite {suite!r}.", f"Use one of: {', '.join(suites)}.")

    def work(content: Opened) -> ValidationResult:
        found, fit = _laid(content, suites[suite], layout, settings)
        with err.status("validating ..."):
            today = datetime.now(UTC)
            result = validate_table(found, fit, suites[suite], today)
        if rows is not None:
            for each in content.tables:
                each.settle()  # what is written and told now is so
            with err.status("writing the rows ..."):
                validate_files.write_rows(rows, found, fit, suites[suite], result, today, language)
        return result

    result = worked_file(file, settings, part(member, sheet, record_path), work)
    if gx is not None or data_docs is not None:
        with err.status("converting ..."):
            validate_files.write_gx(result, suites[suite], gx, data_docs)
    if as_json:
        print_json(result)
    else:
        _show(result, language, show_all=show_all)
    critical = [item for item in result.results if _critical(item)]
    if critical:
        raise typer.Exit(1)


def _critical(item: ExpectationResult) -> bool:
    return item.outcome in DETAILED and item.severity is Severity.CRITICAL


def _laid(content: Opened, suite: Suite, layout: str | None, settings: Settings) -> tuple[Table, Fit]:
    from pipelines.tables.layouts import choose, load_layouts, of_roles

    known = (*load_layouts(settings.expectations), of_roles(suite.guide_dataset, suite.roles))
    if layout is not None:
        known = tuple(item for item in known if item.name == layout)
        if not known:
            raise ConfigurationError(
                f"there is no layout {layout!r}.", "See the folder expectations/layouts, or use `roles`."
            )
    fits = []
    for item in content.tables:
        report = item.report
        fit = choose(
            known, report.columns, suite.guide_dataset, table=report.table, minimum=suite.minimum_roles
        )
        if fit is not None:
            fits.append((item, fit))
    if not fits:
        names = ", ".join(content.tables[0].report.columns[:12]) if content.tables else ""
        raise ReadFault(
            FaultKind.NO_TABLE,
            f"no known layout of {suite.guide_dataset} fits the columns: {names}",
            "`veedor layout` proposes a layout of this file for expectations/layouts (docs/add-a-layout.md); or "
            "name the columns by the suite's roles.",
        )
    return max(fits, key=lambda pair: len(pair[1].roles))


DETAILED = (Outcome.FAILED, Outcome.ERROR)
STYLES = {
    Outcome.PASSED: ("green", "✓"),
    Outcome.FAILED: ("red", "✗"),
    Outcome.NOT_APPLICABLE: ("dim", "–"),
    Outcome.ERROR: ("yellow", "!"),
}
WORDS = {
    "en": {
        "headings": "outcome|severity|expectation|column|failing",
        "summary": "{rows:,} rows, layout {layout}, suite {suite}",
        "row": "row {row}",
    },
    "es": {
        "headings": "resultado|gravedad|expectativa|columna|incumplen",
        "summary": "{rows:,} filas, disposición {layout}, suite {suite}",
        "row": "fila {row}",
    },
}


def _show(result: ValidationResult, language: str, *, show_all: bool) -> None:
    """The summary, then what failed as a table, then each failure with rows, reason and advice."""
    words = {**WORDS[language], **SAID[language]}
    summary = words["summary"].format(
        rows=result.rows, layout=result.layout, suite=f"{result.suite} {result.suite_version}"
    )
    out.print(f"[bold]{cell(summary)}[/bold]")
    for outcome in STYLES:
        count = sum(item.outcome is outcome for item in result.results)
        if count:
            out.print(f"{_mark(outcome, words)}: {count}")
    listed = [item for item in result.results if show_all or item.outcome in DETAILED]
    if listed:
        shown = table(words["headings"].split("|"), ())
        for item in listed:
            count_of = (
                "" if item.unexpected_count is None else f"{item.unexpected_count} / {item.element_count}"
            )
            title = cell(item.title.get(language, item.key))
            shown.add_row(
                _mark(item.outcome, words), words[item.severity], title, cell(item.column), count_of
            )
        out.print()
        out.print(shown)
    for item in listed:
        if item.outcome in DETAILED:
            _show_failure(item, language)


def _show_failure(item: ExpectationResult, language: str) -> None:
    words = WORDS[language]
    out.print(f"\n[bold]{cell(item.title.get(language, item.key))}[/bold] [dim]{cell(item.key)}[/dim]")
    out.print(f"  {cell(why(item, language))}")
    for example in item.examples[:5]:
        where = "" if example.row is None else words["row"].format(row=example.row)
        if where and example.record not in (None, example.value):
            where += f" ({cell(example.record)})"
        where += ": " if where else ""
        out.print(f"  {where}{cell(example.value)}")
    out.print(f"  [italic]{cell(item.advice.get(language, ''))}[/italic]")


def _mark(outcome: Outcome, words: Mapping[str, str]) -> str:
    style, sign = STYLES[outcome]
    return f"[{style}]{sign} {words[outcome]}[/{style}]"
