"""How many real and broken files give as many records as the corpus says, and whether any fails unhandled.

    python -m benchmarks.row_counts [--all]

Every file of `real/` and `dirty/` whose number of records is in MANIFEST.csv. The corpus counted by machine, so
`corrections.csv` beside this file holds, with the reason seen in the file, the counts that are wrong there, and in
its column `miss` why a file is still read otherwise: the last line has both shares, `row_count_right` after the
corrections and `as_the_manifest_says` before them. Any fault of a file that holds records is a miss, a format that is
not known too. `unhandled` counts exceptions other than `ReadFault`. Files of the kinds in `NO_TABLE` hold no records;
when they are refused, as they must be, they are listed as `apart` and are in no share.

The records counted are those of the main table, but for a standard whose one list of records becomes a table for each
kind (`SPLIT`): there those of all its kinds, and of no array inside them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.tables import bods

ROOT = Path(__file__).resolve().parent.parent
CORRECTIONS = Path(__file__).with_name("corrections.csv")
SPLIT = {"bods": frozenset(bods.KINDS)}
# Kinds of files that are no tables, by the manifest's format or, for XML, by the root element, and why
NO_TABLE = {
    "html": "a page for reading, in which a table is one thing among others",
    "rdf/xml": "a graph: what is a row in it depends on the question",
    "kml": "a drawing of places for a map",
    "WFS_Capabilities": "the description of a service, not its data",
    "WMT_MS_Capabilities": "the description of a service, not its data",
    "CoverageDescriptions": "the description of a service, not its data",
}
_ROOT = re.compile(r"root <(\w+)>")


@dataclass(frozen=True)
class Case:
    """A file of the corpus: `rows` as the manifest says, `expected` and `reason` after correction.

    `kind` is its format, or the root element of XML; `miss` says why it is read otherwise, if it is.
    """

    path: str
    sha256: str
    format: str
    kind: str
    bytes: int
    rows: int
    expected: int
    reason: str
    miss: str


def cases(corpus: Path) -> Iterator[Case]:
    """The files that the manifest gives a number of records for."""
    with CORRECTIONS.open(encoding="utf-8", newline="") as handle:
        corrections = {row["path"]: row for row in csv.DictReader(handle)}
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["path"].startswith(("real/", "dirty/")) and row["rows"]:
                mended = corrections.get(row["path"], row | {"reason": "as the manifest says", "miss": ""})
                root = _ROOT.search(row["notes"]) if row["format"] == "xml" else None
                yield Case(
                    row["path"],
                    row["sha256"],
                    row["format"],
                    root[1] if root else row["format"],
                    int(row["bytes"]),
                    int(row["rows"]),
                    int(mended["rows"]),
                    mended["reason"],
                    mended["miss"],
                )


def read(corpus: Path, case: Case) -> int | str:
    """The records in the file, or the kind of the fault. Other exceptions pass."""
    from pipelines.errors import ReadFault
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint

    hint = Hint("bench/rows/file", case.sha256, file_name=Path(case.path).name)
    try:
        with opened(corpus / case.path, hint) as content:
            main = content.tables[0].report
            kinds = SPLIT.get(main.format)
            if kinds is None:
                return main.rows
            return sum(report.rows for report in content.reports if report.table in kinds)
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
    total = right_now = right_before = unhandled = apart = 0
    for case in cases(chosen.corpus):
        try:
            found = read(chosen.corpus, case)
        except Exception as error:
            unhandled += 1
            found = f"{type(error).__name__}: {error}"[:100]
        if case.kind in NO_TABLE and not isinstance(found, int):
            apart += 1
            print(f"apart    {case.path}: {found}; {NO_TABLE[case.kind]}")
            continue
        total += 1
        right_before += right(found, case.rows)
        right_now += right(found, case.expected)
        if not right(found, case.expected) or (chosen.all and case.rows != case.expected):
            word = "corrected" if right(found, case.expected) else "miss    "
            print(f"{word} {case.path}: read {found}, {case.expected} expected, {case.reason}; {case.miss}")
    figures = {
        "row_count_right": round(right_now / max(total, 1), 4),
        "as_the_manifest_says": round(right_before / max(total, 1), 4),
        "files": total,
        "apart": apart,
        "unhandled": unhandled,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
