"""Samples of a guide dataset: rows that its rules pass, and the same rows broken so that one rule, or many, fail.

Belongs here: breaking `good.csv` as the rules say, and writing `bad.csv` and `expected.json` from it:

    python -m tests.suite_samples lobbying_register ...

What was written is looked at before it is committed; from then on it is what the suite has to give.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from math import floor
from pathlib import Path

from pipelines.model import ValidationResult
from pipelines.rules.schema import Example, Rule, Rules, load
from pipelines.rules.suite import FILE, all_rules, key_of
from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import lay, of_roles
from pipelines.validation.suites import Suite, load_suite
from pipelines.validation.validate import validate
from tests.tables_of import table_of_csv

SAMPLES = Path(__file__).resolve().parent / "samples"
TODAY = datetime(2026, 6, 30, tzinfo=UTC)
# Kinds that are broken by the table as a whole
WHOLE = {"exists", "no_row_twice"}

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """The rows of a CSV, as text."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, rows: Sequence[Row]) -> None:
    """`rows` as CSV; all have the same columns."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def broken(rule: Rule, rows: Sequence[Row]) -> list[Row]:
    """Copies of `rows` that break `rule`, and as little else as can be."""
    rows = [dict(row) for row in rows]
    if rule.kind == "exists":
        return [{role: cell for role, cell in row.items() if role != rule.of[0]} for row in rows]
    if rule.kind == "no_row_twice":
        return [*rows, dict(rows[0])]
    for row, cells in zip(rows, _cells(rule, rows), strict=False):
        _put(row, cells)
    return rows


def _cells(rule: Rule, rows: Sequence[Row]) -> list[Example]:
    """The cells that break a rule, one mapping for each row from the first on; as many as it takes."""
    cells = _examples(rule, rows)
    tolerated = floor(round((1 - (rule.mostly or 1)) * len(rows), 6))  # 0.1 of 120 rows is 12, not 11.99
    least = len(rows) if rule.everywhere else tolerated + 1
    return list(islice(cycle(cells), max(least, len(cells))))


def _examples(rule: Rule, rows: Sequence[Row]) -> list[Example]:
    if rule.bad is not None:
        return list(rule.bad) if isinstance(rule.bad, tuple) else [rule.bad]
    if rule.kind == "present":
        return [{rule.of[0]: None}]
    if rule.kind == "unique":
        return [{role: rows[0][role] for role in rule.of}] * 2
    if rule.kind == "no_totals":
        return [{rule.of[0]: "Subtotal"}]
    raise AssertionError(f"{rule.kind} of {', '.join(rule.of)} does not say what is bad")


def _put(row: Row, cells: Example) -> None:
    row |= {role: value or "" for role, value in cells.items()}


def changed(before: Sequence[Row], after: Sequence[Row]) -> set[str]:
    """The roles of which some cell is not what it was; all of them when rows came or went."""
    if len(before) != len(after):
        return set(before[0])
    return {
        role for was, now in zip(before, after, strict=True) for role in was if was[role] != now.get(role)
    }


def companions(rules: Rules, rule: Rule) -> set[str]:
    """The keys that cannot but fail when `rule` does."""
    also = {f"{rules.guide_dataset}.{key}" for key in rule.also}
    if rule.kind == "no_row_twice":  # what is unique is not when a row stands there twice
        also |= {key_of(rules, other) for other in all_rules(rules) if other.kind == "unique"}
    return also


def all_broken(rules: Rules, rows: Sequence[Row]) -> list[Row]:
    """One table in which as many rules fail as fit into it: each breaks cells that no other one did."""
    rows = [dict(row) for row in rows]
    touched: set[tuple[int, str]] = set()
    for rule in all_rules(rules):
        if rule.kind in WHOLE or rule.everywhere:
            continue
        cells = _cells(rule, rows)
        for start in _starts(cells, len(rows), touched):
            for place, cell in enumerate(cells, start):
                _put(rows[place], cell)
                touched |= {(place, role) for role in cell}
            break
    return rows


def _starts(cells: Sequence[Example], count: int, touched: set[tuple[int, str]]) -> Iterator[int]:
    for start in range(1, count - len(cells) + 1):
        if all((place, role) not in touched for place, cell in enumerate(cells, start) for role in cell):
            yield start


def validated(suite: Suite, rows: Sequence[Row]) -> ValidationResult:
    """What the suite says of `rows`, whose columns are called like the roles."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        write(path, rows)
        with table_of_csv(path) as table:
            fit = lay(of_roles(suite.guide_dataset, suite.roles), table.report.columns)
            return validate(table, fit, suite, TODAY)


def main(names: Sequence[str]) -> None:
    """Write the bad sample and the expected outcomes of each dataset."""
    for name in names:
        folder = packaged_expectations() / name
        rules, suite = load(folder / FILE), load_suite(folder / "suite.json")
        good = read(SAMPLES / name / "good.csv")
        write(SAMPLES / name / "bad.csv", all_broken(rules, good))
        expected = {}
        for which in ("good", "bad"):
            result = validated(suite, read(SAMPLES / name / f"{which}.csv"))
            expected[which] = {it.key: [str(it.outcome), it.unexpected_count] for it in result.results}
            failed = [it.key for it in result.results if str(it.outcome) != "passed"]
            print(f"{name}, {which}.csv: {len(failed)} of {len(expected[which])} do not pass")
            if which == "good":
                print(*failed, sep="\n")
        lines = ",\n".join(
            f'  "{which}": {{\n'
            + ",\n".join(f"    {json.dumps(key)}: {json.dumps(outcome)}" for key, outcome in of.items())
            + "\n  }"
            for which, of in expected.items()
        )
        (SAMPLES / name / "expected.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
