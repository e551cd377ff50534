"""`veedor guide`: the guide's 30 datasets, what is asked of each, and how far the history covers them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.cli.console import AsJson, out, print_json, table
from pipelines.errors import ConfigurationError, HistoryMissing
from pipelines.settings import Settings

WATCHED = """
SELECT d.guide_dataset, count(DISTINCT d.dataset), round(avg(s.score), 1)
FROM latest_dataset d
LEFT JOIN latest_score s ON s.dataset = d.dataset AND s.dimension = 'content'
WHERE d.guide_dataset IS NOT NULL GROUP BY ALL
"""
COLUMNS = (
    "no.",
    "guide dataset",
    "suite",
    "rules",
    "checks answered",
    "read",
    "adapted",
    "ours",
    "watched",
    "content",
)
ANSWERED = ("check", "kind", "severity", "basis", "answered by", "what")


def guide(
    dataset: Annotated[str | None, typer.Argument(help="Key of one of the 30: show its checks.")] = None,
    language: Annotated[str, typer.Option(help="Of titles and reasons: en or es.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show the guide's 30 datasets: suite, rules and what they rest on, and how many the history watches."""
    if language not in ("en", "es"):
        raise ConfigurationError(f"--language is {language!r}.", "Give en or es.")
    columns, rows = _overview(language) if dataset is None else _checks(dataset, language)
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    out.print(table(columns, rows))
    if dataset is None:
        suites, watched = sum(row[2] != "" for row in rows), sum(row[8] != "" for row in rows)
        out.print(f"\n{suites} of {len(rows)} have a suite; the history watches {watched} of them.")


def _overview(language: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    from pipelines.guide import load_guide
    from pipelines.validation.account import answers, basis_shares, load_checks
    from pipelines.validation.suites import load_suites

    settings = Settings.from_env()
    suites, checks = load_suites(settings.expectations), load_checks(settings.expectations)
    watched = _watched(settings)
    rows: list[tuple[Any, ...]] = []
    for entry in load_guide(settings.expectations).values():
        count, score = watched.get(entry.key, ("", None))
        name = f"{entry.key} ({entry.name[language]})"
        suite = suites.get(entry.key)
        asked = [check for check in checks if check.partition(".")[0] == entry.key]
        told: tuple[Any, ...] = ("", "", f"0/{len(asked)}", "", "", "")
        if suite is not None:
            found = answers(suite)
            answered = sum(found[check].by != "nothing" for check in asked if check in found)
            shares = (f"{share:.0%}" for share in basis_shares(suite).values())
            told = (suite.version, len(suite.expectations), f"{answered}/{len(asked)}", *shares)
        rows.append((entry.number, name, *told, count, "" if score is None else score))
    return COLUMNS, rows


def _checks(key: str, language: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    from pipelines.guide import load_guide
    from pipelines.validation.account import Answer, answers, load_checks
    from pipelines.validation.suites import load_suites

    expectations = Settings.from_env().expectations
    if key not in load_guide(expectations):
        raise ConfigurationError(f"the guide has no dataset {key!r}.", "`veedor guide` lists its 30.")
    suite = load_suites(expectations).get(key)
    found = answers(suite) if suite else {}
    rows = []
    for check in load_checks(expectations).values():
        if check.id.partition(".")[0] != key:
            continue
        answer = found.get(check.id, Answer("nothing"))
        what = (answer.reason or {}).get(language, "") if answer.by == "nothing" else ", ".join(answer.keys)
        rows.append((check.id, check.kind, check.severity, check.rule, answer.by, what))
    return ANSWERED, rows


def _watched(settings: Settings) -> dict[str, tuple[int, float | None]]:
    """Datasets of each key in the published history and their mean content score; nothing before the first night."""
    from pipelines.history.asking import columns_and_rows

    try:
        _, rows = columns_and_rows(WATCHED, public=settings.public)
    except HistoryMissing:
        return {}
    return {
        str(key): (int(str(count)), None if score is None else float(str(score)))
        for key, count, score in rows
    }
