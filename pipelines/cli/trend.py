"""`veedor trend DATASET`: a dataset's scores over the nights, drawn in the terminal.

Belongs here: which nights and scores are drawn, and the words beside them. Does not belong here: geometry (`plot`).
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from pipelines.cli import plot
from pipelines.cli.console import AsJson, cell, out, print_json, score
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.site.chart import Point

# As wide as a terminal was for fifty years; in a wider one a line of scores only gets flatter.
WIDEST = 100
PIPED = 80
CATEGORIES = ("access", "content")

NIGHTS = "select night, any_value(title) from verdict_history where dataset = $dataset group by night order by night"
SCORES = """
select night, dimension, score, rules, explanation_en from score_history
where dataset = $dataset and list_contains($dimensions, dimension) order by night"""
DATASETS = "select distinct dataset from verdict_history order by dataset"
DIMENSIONS = "select distinct dimension from score_history where dataset = $dataset order by dimension"


@dataclass(frozen=True)
class Trend:
    """One dimension of one dataset over the nights; `explanation` is of the newest night."""

    dimension: str
    points: Sequence[Point]
    explanation: str


def trend(
    dataset: Annotated[str, typer.Argument(help="Key of the dataset: source/dataset.")],
    dimension: Annotated[
        list[str] | None,
        typer.Option(help="Draw this dimension; may be repeated. Default: access and content."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Only the newest so many days.")] = None,
    ascii_: Annotated[
        bool, typer.Option("--ascii", help="Draw with plain characters, for fonts without Braille.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draw a dataset's scores over the nights, as the published history has them."""
    settings = Settings.from_env()
    title, trends = _read(dataset, tuple(dimension or CATEGORIES), days, settings)
    if as_json:
        print_json(
            [
                {"night": night, "dimension": item.dimension, "score": value, "rules": rules}
                for item in trends
                for night, value, rules in item.points
            ]
        )
        return
    fine = not ascii_ and (sys.stdout.encoding or "").lower().startswith("utf")
    width = min(out.width, WIDEST) if sys.stdout.isatty() else PIPED
    out.print(f"[bold]{cell(title or dataset)}[/bold]  {cell(dataset)}", soft_wrap=True)
    for item in trends:
        out.print()
        out.print(f"[bold]{cell(item.dimension)}[/bold]  {said(item.points)}", width=width)
        for line in plot.draw(item.points, width, signs=plot.FINE if fine else plot.PLAIN):
            out.print(line, markup=False, no_wrap=True, overflow="crop")
        if item.explanation:
            out.print(f"[dim]Newest night: {cell(item.explanation)}[/dim]", width=width)
    if changed := sorted({night for item in trends for night in changes_of_rules(item.points)}):
        mark = (plot.FINE if fine else plot.PLAIN).gap_of_rules
        nights = ", ".join(str(night) for night in changed[-5:])
        more = f" and {len(changed) - 5} times before" if len(changed) > 5 else ""
        out.print()
        out.print(
            f"{mark} The rules changed on {nights}{more}. Scores on two sides of it cannot be compared.",
            width=width,
        )


def said(points: Sequence[Point]) -> str:
    """The line in words: where it stands, and since when and by how much it moved under the rules of today."""
    changed = changes_of_rules(points)
    known = [
        (night, value)
        for night, value, _ in points
        if value is not None and (not changed or night >= changed[-1])
    ]
    missing = sum(value is None for _, value, _ in points)
    gaps = f"; {missing} {'night' if missing == 1 else 'nights'} without a score" if missing else ""
    if not known:
        return f"no score under the rules of today{gaps}" if changed else f"no score{gaps}"
    (first, was), (last, now) = known[0], known[-1]
    if first == last:
        return f"{score(now).strip()} on {last}{gaps}"
    lowest = min(known, key=lambda item: item[1])
    low = f", lowest {score(lowest[1]).strip()} on {lowest[0]}" if lowest[1] < min(was, now) else ""
    moved = "unchanged" if abs(now - was) < 0.05 else f"{now - was:+.1f}"
    return f"{score(now).strip()} on {last}, {moved} since {first}{low}{gaps}"


def changes_of_rules(points: Sequence[Point]) -> list[date]:
    """The first nights under other rules than the nights before."""
    nights, rules = [], ""
    for night, _, of_rules in points:
        if rules and of_rules and of_rules != rules:
            nights.append(night)
        rules = of_rules or rules
    return nights


def _read(
    dataset: str, dimensions: tuple[str, ...], days: int | None, settings: Settings
) -> tuple[str, list[Trend]]:
    from pipelines.history.asking import ask, opened

    with opened(settings.public, memory_limit=settings.memory_limit) as connection:
        _, nights = ask(connection, NIGHTS, {"dataset": dataset})
        if not nights:
            _, rows = ask(connection, DATASETS)
            raise _unknown("dataset", dataset, [str(row[0]) for row in rows])
        _, rows = ask(connection, SCORES, {"dataset": dataset, "dimensions": list(dimensions)})
        _, there = ask(connection, DIMENSIONS, {"dataset": dataset})
    known = [str(row[0]) for row in there]
    for wanted in dimensions:
        if wanted not in known and dimensions != CATEGORIES:
            raise _unknown("dimension", wanted, known)
    all_nights: list[Any] = [row[0] for row in nights]
    if days is not None:
        all_nights = [night for night in all_nights if night > all_nights[-1] - timedelta(days=days)]
    by_key: dict[tuple[Any, Any], tuple[Any, ...]] = {(row[0], row[1]): row[2:] for row in rows}
    trends = []
    for wanted in dimensions:
        values = [by_key.get((night, wanted), (None, "", "")) for night in all_nights]
        points = [
            (night, value, rules or "") for night, (value, rules, _) in zip(all_nights, values, strict=True)
        ]
        trends.append(Trend(wanted, points, values[-1][2] or ""))
    return str(nights[-1][1] or ""), trends


def _unknown(what: str, given: str, known: Sequence[str]) -> ConfigurationError:
    near = [name for name in known if given.lower() in name.lower()]
    near = (near or difflib.get_close_matches(given, known, cutoff=0.5) or list(known))[:8]
    return ConfigurationError(
        f"There is no {what} {given!r} in the published history.",
        f"Did you mean {', '.join(near)}?" if near else "Nothing was published yet: run a night.",
    )
