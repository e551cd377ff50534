"""Evidence as a workbook that an officer can work through: the failing rows, and a sheet that sums them up.

Belongs here: the XLSX file. Rows are streamed into it, so that it takes no more memory than one row; what a sheet
cannot hold is counted and told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.model import Outcome, Severity, ValidationResult
from pipelines.validation.evidence.failing import Failing
from pipelines.validation.evidence.lines import HEADINGS, Said
from pipelines.validation.words import WORDS, why
from pipelines.workbooks import HEAD, LINE_HEIGHT, MAX_ROWS, printed, safe

WIDTHS = (9, 24, 34, 44, 50, 13, 13, 60, 40)
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "rows": "Rows",
        "summary": "Summary",
        "facts": "{distribution} · {rows:,} rows · suite {suite} {version} · layout {layout} · SHA-256 {sha256}",
        "all": "All {found:,} failures are in the sheet “Rows”.",
        "cut": "CUT: a sheet holds {limit:,} rows. {written:,} of {found:,} failures are in the sheet “Rows”, "
        "the last {left:,} of the file are not. Ask for .csv or .parquet to get all.",
        "headings": "outcome|severity|expectation|column|failing rows|rows looked at|rows in this file|"
        "what was found|advice|key",
        "whole": "It judges the column or table as a whole: there is no single row to show.",
    },
    "es": {
        "rows": "Filas",
        "summary": "Resumen",
        "facts": "{distribution} · {rows:,} filas · suite {suite} {version} · disposición {layout} · SHA-256 {sha256}",
        "all": "Los {found:,} incumplimientos están en la hoja «Filas».",
        "cut": "CORTADO: una hoja admite {limit:,} filas. En la hoja «Filas» están {written:,} de los {found:,} "
        "incumplimientos; faltan los últimos {left:,} del archivo. Pida .csv o .parquet para tenerlos todos.",
        "headings": "resultado|gravedad|expectativa|columna|filas que incumplen|filas examinadas|"
        "filas en este archivo|qué se encontró|consejo|clave",
        "whole": "Juzga la columna o la tabla en su conjunto: no hay una fila concreta que mostrar.",
    },
}
SUMMARY_WIDTHS = (15, 13, 48, 26, 12, 12, 12, 48, 70, 44)
COLOURS = {
    Outcome.PASSED: "#E2F0D9",
    Outcome.FAILED: "#F8D7DA",
    Outcome.NOT_APPLICABLE: "#EDEDED",
    Outcome.ERROR: "#FFF3CD",
}


def write_xlsx(
    path: Path, found: Failing, lines: list[Said], language: str, result: ValidationResult
) -> tuple[int, int]:
    """Write as many rows as a sheet holds; give their number and that of all."""
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix="veedor-workbook-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(path, options)
        workbook.use_zip64()
        head = workbook.add_format(HEAD)
        sheet = workbook.add_worksheet(TEXTS[language]["rows"])
        try:
            counts, every = _rows(sheet, found, lines, HEADINGS[language], head)
        except BaseException:
            sheet.row_data_fh.close()  # the library itself would leave it open
            raise
        written, total = sum(counts), sum(every)
        keys = {item.key: count for item, count in zip(found.expectations, counts, strict=True)}
        _summary(workbook, result, keys, found.silent, written, total, language)
        workbook.close()
    return written, total


def _rows(
    sheet: Any, found: Failing, lines: list[Said], headings: Sequence[str], head: Any
) -> tuple[list[int], list[int]]:
    """Fill the sheet; give how many rows of each expectation are in it, and how many there are."""
    for place, (heading, width) in enumerate(zip(headings, WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    sheet.freeze_panes(1, 1)
    counts, every = [0] * len(lines), [0] * len(lines)
    common = [[safe(line.column), *map(safe, line.rest)] for line in lines]
    at = 0
    for batch in found.batches:
        for row, place, value in zip(*batch.to_pydict().values(), strict=True):
            every[place] += 1
            if at + 1 >= MAX_ROWS:
                continue
            at += 1
            counts[place] += 1
            column, *rest = common[place]
            sheet.write_number(at, 0, row)
            sheet.write_string(at, 1, column)
            if value is not None:
                sheet.write_string(at, 2, safe(value))
            for offset, text in enumerate(rest, 3):
                sheet.write_string(at, offset, text)
    sheet.autofilter(0, 0, at, len(headings) - 1)
    printed(sheet, 0, at, len(headings))
    return counts, every


def _summary(
    workbook: Any,
    result: ValidationResult,
    counts: Mapping[str, int],
    silent: frozenset[str],
    written: int,
    total: int,
    language: str,
) -> None:
    texts, words = TEXTS[language], WORDS[language]
    sheet = workbook.add_worksheet(texts["summary"])
    bold, top = workbook.add_format({"bold": True}), {"valign": "top", "text_wrap": True}
    plain = workbook.add_format(top)
    number = workbook.add_format({**top, "align": "center", "num_format": "#,##0"})
    styles = {outcome: workbook.add_format(top | {"bg_color": colour}) for outcome, colour in COLOURS.items()}
    facts = texts["facts"].format(
        distribution=result.distribution,
        rows=result.rows,
        suite=result.suite,
        version=result.suite_version,
        layout=result.layout,
        sha256=result.sha256,
    )
    state = texts["all" if written == total else "cut"].format(
        found=total, written=written, left=total - written, limit=MAX_ROWS - 1
    )
    sheet.write_string(0, 0, safe(facts))
    sheet.write_string(1, 0, state, bold)
    headings = texts["headings"].split("|")
    wrapped = workbook.add_format({**HEAD, "text_wrap": True})
    sheet.set_row(3, 32)
    for place, (heading, width) in enumerate(zip(headings, SUMMARY_WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(3, place, heading, wrapped)
    sheet.freeze_panes(4, 0)
    at = 3
    for item in sorted(result.results, key=lambda each: (ORDER[each.outcome], SEVERITIES[each.severity])):
        at += 1
        note = texts["whole"] if item.key in silent else ""
        found = "" if item.outcome is Outcome.PASSED and not item.unexpected_count else why(item, language)
        said = {
            0: words[item.outcome],
            1: words[item.severity],
            2: item.title.get(language, item.key),
            3: item.column,
            7: f"{found}. {note}" if note else found,
            8: "" if item.outcome is Outcome.PASSED else item.advice.get(language, ""),
            9: item.key,
        }
        # Rows are not made higher by themselves in every spreadsheet.
        lines = max(-(-len(text) // (SUMMARY_WIDTHS[place] - 4)) for place, text in said.items())
        sheet.set_row(at, LINE_HEIGHT * max(lines, 1))
        for place, text in said.items():
            sheet.write_string(at, place, safe(text), plain if place else styles[item.outcome])
        for place, count in {
            4: item.unexpected_count,
            5: item.element_count,
            6: counts.get(item.key, 0),
        }.items():
            if count is not None:
                sheet.write_number(at, place, count, number)
    sheet.autofilter(3, 0, at, len(headings) - 1)
    printed(sheet, 3, at, len(headings))


ORDER = {Outcome.FAILED: 0, Outcome.ERROR: 1, Outcome.PASSED: 2, Outcome.NOT_APPLICABLE: 3}
SEVERITIES = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
