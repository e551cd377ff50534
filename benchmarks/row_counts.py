"""How many real and broken files give as many records as the corpus says, and whether any fails unhandled.

    python -m benchmarks.row_counts [--all]

Every file of `real/` and `dirty/` whose number of records is in MANIFEST.csv. The corpus counted by machine, so
`corrections.csv` beside this file holds, with the reason seen in the file, the counts that are wrong there: the
last line has both shares, `row_count_right` after the corrections and `as_the_manifest_says` before them.
`unhandled` counts exceptions other than `ReadFault`. Files in a format that is not read at all, web pages among
them, are listed apart, as `unread`, and are not in the shares.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORRECTIONS = Path(__file__).with_name("corrections.csv")


@dataclass(frozen=True)
class Case:
    """A file of the corpus: `rows` as the manifest says, `expected` and `reason` after correction."""

    path: str
    sha256: str
    format: str
    bytes: int
    rows: int
    expected: int
    reason: str


def cases(corpus: Path) -> Iterator[Case]:
    """The files that the manifest gives a number of records for."""
    with CORRECTIONS.open(encoding="utf-8", newline="") as handle:
        corrections = {row["path"]: row for row in csv.DictReader(handle)}
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["path"].startswith(("real/", "dirty/")) and row["rows"]:
                mended = corrections.get(row["path"], {"rows": row["rows"], "reason": "as the manifest says"})
                yield Case(
                    row["path"],
                    row["sha256"],
                    row["format"],
                    int(row["bytes"]),
                    int(row["rows"]),
                    int(mended["rows"]),
                    mended["reason"],
                )


def read(corpus: Path, case: Case) -> int | str:
    """The records of the main table, or the kind of the fault. Other exceptions pass."""
    from pipelines.errors import ReadFault
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint

    hint = Hint("bench/rows/file", case.sha256, file_name=Path(case.path).name)
    try:
        with opened(corpus / case.path, hint) as content:
            return content.tables[0].report.rows
    except ReadFault as fault:
        return fault.kind.value


def right(found: int | str, expected: int) -> bool:
    """Whether as many records were read as there are; a file without any may also be said to be empty."""
    return found == expected or (expected == 0 and found in ("empty", "no_table"))


def main() -> None:
    """Read them all, print the misses and the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    corpus = Path(os.environ.get("VEEDOR_CORPUS") or ROOT.parent / "shared" / "corpus")
    parser.add_argument("--corpus", type=Path, default=corpus)
    parser.add_argument("--all", action="store_true", help="also name the corrected files")
    chosen = parser.parse_args()
    total = right_now = right_before = unhandled = unread = 0
    for case in cases(chosen.corpus):
        try:
            found = read(chosen.corpus, case)
        except Exception as error:
            unhandled += 1
            found = f"{type(error).__name__}: {error}"[:100]
        if found in ("unknown_format", "html_instead"):
            unread += 1
            print(f"unread   {case.path}: {case.format}")
            continue
        total += 1
        right_before += right(found, case.rows)
        right_now += right(found, case.expected)
        if not right(found, case.expected) or (chosen.all and case.rows != case.expected):
            word = "corrected" if right(found, case.expected) else "miss    "
            print(f"{word} {case.path}: read {found}, manifest {case.rows}, {case.reason}")
    figures = {
        "row_count_right": round(right_now / max(total, 1), 4),
        "as_the_manifest_says": round(right_before / max(total, 1), 4),
        "files": total,
        "unread": unread,
        "unhandled": unhandled,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
