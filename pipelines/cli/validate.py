"""`veedor validate FILE --suite KEY`: look at a file before it is published, without any database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.cli.read import File, Member, RecordPath, Sheet, opened_file, part
from pipelines.errors import ConfigurationError, ReadFault
from pipelines.model import ExpectationResult, FaultKind, Outcome, Severity, ValidationResult
from pipelines.settings import Settings

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
    show_all: ShowAll = False,
    as_json: AsJson = False,
) -> None:
    """Apply a suite to a file. Exit code 1 when a critical expectation fails."""
    from pipelines.validation.suites import load_suites
    from pipelines.validation.validate import validate as validate_table

    settings = Settings.from_env()
    if language not in ("es", "en"):
        raise ConfigurationError(f"--language {language!r} is not known.", "Use es or en.")
    suites = load_suites(settings.expectations)
    if suite not in suites:
        raise ConfigurationError(f"there is no suite {suite!r}.", f"Use one of: {', '.join(suites)}.")
    wanted = part(member, sheet, record_path)
    with opened_file(file, settings, wanted) as content:
        found, fit = _laid(content, suites[suite], layout, settings)
        with err.status("validating ..."):
            result = validate_table(found, fit, suites[suite], datetime.now(UTC))
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
            "Add a layout for this file to expectations/layouts (see docs/add-a-layout.md), or name the "
            "columns by the suite's roles.",
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
        "passed": "passed",
        "failed": "failed",
        "not_applicable": "not applicable",
        "error": "error",
        "critical": "critical",
        "warning": "warning",
        "info": "info",
        "summary": "{rows:,} rows, layout {layout}, suite {suite}",
        "row": "row {row}",
        "failing": "{count:,} of {elements:,} rows do not meet it",
        "mostly": "; at least {mostly:.0%} of the values should meet it",
        "no_column": "the file has no column for {role}",
        "observed": "observed: {value}",
        "could_not": "it could not be judged: {reason}",
    },
    "es": {
        "headings": "resultado|gravedad|expectativa|columna|incumplen",
        "passed": "cumple",
        "failed": "no cumple",
        "not_applicable": "no aplica",
        "error": "error",
        "critical": "crítica",
        "warning": "advertencia",
        "info": "informativa",
        "summary": "{rows:,} filas, disposición {layout}, suite {suite}",
        "row": "fila {row}",
        "failing": "{count:,} de {elements:,} filas no cumplen",
        "mostly": "; debería cumplir al menos el {mostly:.0%} de los valores",
        "no_column": "el archivo no tiene columna para {role}",
        "observed": "se observó: {value}",
        "could_not": "no se pudo juzgar: {reason}",
    },
}


def _show(result: ValidationResult, language: str, *, show_all: bool) -> None:
    """The summary, then what failed as a table, then each failure with rows, reason and advice."""
    words = WORDS[language]
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
    out.print(f"  {cell(_why(item, words))}")
    for example in item.examples[:5]:
        where = "" if example.row is None else words["row"].format(row=example.row) + ": "
        out.print(f"  {where}{cell(example.value)}")
    out.print(f"  [italic]{cell(item.advice.get(language, ''))}[/italic]")


def _why(item: ExpectationResult, words: Mapping[str, str]) -> str:
    """The reason in the reader's language, from the numbers; the stored reason is in English."""
    if item.outcome is Outcome.ERROR:
        return words["could_not"].format(reason=item.reason)
    if item.unexpected_count is not None:
        mostly = "" if item.mostly is None else words["mostly"].format(mostly=item.mostly)
        counts = words["failing"].format(count=item.unexpected_count, elements=item.element_count or 0)
        return counts + mostly
    if not item.column:
        return words["no_column"].format(role=item.role)
    return words["observed"].format(value=item.observed_value)


def _mark(outcome: Outcome, words: Mapping[str, str]) -> str:
    style, sign = STYLES[outcome]
    return f"[{style}]{sign} {words[outcome]}[/{style}]"
