"""Dirty CSV read right: the Pollock files parsed by us and by four other readers, cell by cell.

    python -m benchmarks.pollock [--misses]

Pollock (Vitagliano et al., VLDB 2023) pollutes one clean file in 29 ways and gives the clean parse of each; its
survey adds 11 files found on the web. The last line is one JSON object: for each reader the share of the files
whose parse equals the clean one. A reader runs in a process of its own, the others than ours in an environment
of their own (`benchmarks/requirements/readers.txt`); pandas runs with its defaults and with `sep=None`, and the
better counts.

**What is compared.** Names of columns and every cell of every record, in order. Equal, for all readers alike: a
missing cell and an empty one; white space around a cell; trailing empty cells and columns (names included); wholly
empty records. A name joined from several header rows is compared with each word once, because rows that say the
same name nothing more. Names that a reader makes up are free where the file has none.

**What is clean.** As the corpus gives it: a missing delimiter is put back, a surplus one taken out, a line under
another delimiter is split by that one, a stray quote stays as a character, a preamble is gone, rows of a header
are joined, and of two tables under each other the first one is the table (a reader that gives tables apart is
judged by the first). For the survey there are only annotations: files said to have no header hold a record a line, and
the one with a header of several rows has four (names, units, long names, numbers of sensors), of which any joining
will do.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.environments import python_of

ROOT = Path(__file__).resolve().parent.parent
SURVEY_HEADER_ROWS = {"18-12-06.CSV": 4}

Parse = tuple[list[str | None], list[list[str | None]]]


def veedor(path: Path) -> Parse:
    """The first table that a night would make of the file."""
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint

    with opened(path, Hint("bench/pollock/file", "0" * 64, file_name=path.name)) as content:
        table = content.tables[0]
        rows = table.connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY 1').fetchall()
        return list(table.report.columns), [list(row[1:]) for row in rows]


def duckdb(path: Path) -> Parse:
    """DuckDB's sniffer alone, everything kept as text."""
    import duckdb

    found = duckdb.connect().execute("SELECT * FROM read_csv(?, all_varchar = true)", [str(path)])
    return [column[0] for column in found.description or ()], [list(row) for row in found.fetchall()]


def pandas(path: Path, **options: Any) -> Parse:
    """pandas, told to keep text as it is."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False, **options)
    return list(map(str, frame.columns)), frame.values.tolist()


def pandas_sniffing(path: Path) -> Parse:
    """pandas with the delimiter guessed."""
    return pandas(path, sep=None, engine="python")


def csv_detective(path: Path) -> Parse:
    """csv-detective's detection and loading, without its casting."""
    from csv_detective.parsing.load import load_file  # type: ignore[import-not-found,unused-ignore]

    frame = load_file(file_path=str(path), num_rows=-1)[0]
    return list(map(str, frame.columns)), frame.values.tolist()


def frictionless(path: Path) -> Parse:
    """frictionless' own detection of encoding, dialect and header, every field a string."""
    from frictionless import Detector, Resource, system  # type: ignore[import-not-found,unused-ignore]

    system.trusted = True
    with Resource(path=str(path), detector=Detector(field_type="string")) as resource:
        return list(resource.header.labels), [list(row.cells) for row in resource.row_stream]


READERS: dict[str, Callable[[Path], Parse]] = {
    "veedor": veedor,
    "duckdb": duckdb,
    "pandas": pandas,
    "pandas_sniffing": pandas_sniffing,
    "csv_detective": csv_detective,
    "frictionless": frictionless,
}


def cases(folder: Path) -> Iterator[tuple[Path, Parse, bool]]:
    """Each file of Pollock in `folder`, its clean parse, and whether names count."""
    for path in sorted((folder / "csv").iterdir()):
        names, *records = _strict(folder / "clean" / path.name)
        yield path, (names, records), True
    for path in sorted((folder / "survey").glob("*.CSV")):
        annotations = json.loads(path.with_name(f"{path.name}_annotations.json").read_text())
        headers = SURVEY_HEADER_ROWS.get(path.name, 0 if annotations["table_no_header"] else 1)
        yield path, ([], _strict(path)[headers:]), False


def same(parse: Parse, clean: Parse, names_count: bool) -> bool:
    """The rule of the module's docstring."""
    if _records(parse[1]) != _records(clean[1]):
        return False
    return not names_count or _names(parse[0]) == _names(clean[0])


def _names(cells: list[str | None]) -> list[str]:
    return _cut([" ".join(dict.fromkeys((cell or "").split())) for cell in cells])


def _records(rows: list[list[str | None]]) -> list[list[str]]:
    # NaN, by which pandas says missing, is the value that is unlike itself
    cut = (_cut([str(cell).strip() if cell and cell == cell else "" for cell in row]) for row in rows)
    return [row for row in cut if row]


def _cut(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _strict(path: Path) -> list[list[str | None]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return [list(row) for row in csv.reader(handle)]


def parsed(reader: str, folder: Path) -> None:
    """Print one line of JSON a file: its name and what `reader` makes of it, or the error."""
    for path, *_ in cases(folder):
        try:
            result: Any = READERS[reader](path)
        except Exception as error:
            result = f"{type(error).__name__}: {error}"[:200]
        print(json.dumps([path.name, result], default=str))


def figures(folder: Path) -> tuple[dict[str, float], dict[str, list[str]]]:
    """For each reader the share of files read right, and the names of the others."""
    other = python_of("readers")
    expected = {path.name: (clean, names) for path, clean, names in cases(folder)}
    missed: dict[str, list[str]] = {}
    for reader in READERS:
        python = sys.executable if reader in ("veedor", "duckdb") else other
        command = [python, "-m", "benchmarks.pollock", "--reader", reader, "--folder", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        # A library may print too; our lines are arrays
        results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('["')]
        right = {
            name for name, parse in results if not isinstance(parse, str) and same(parse, *expected[name])
        }
        missed[reader] = [name for name in expected if name not in right]
    sniffing = missed.pop("pandas_sniffing")
    missed["pandas"] = min(missed["pandas"], sniffing, key=len)
    return {name: round(1 - len(files) / len(expected), 3) for name, files in missed.items()}, missed


def main() -> None:
    """Compare, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    corpus = Path(os.environ.get("VEEDOR_CORPUS") or ROOT.parent / "shared" / "corpus")
    parser.add_argument("--folder", type=Path, default=corpus / "dirty" / "pollock")
    parser.add_argument("--reader", choices=sorted(READERS))
    parser.add_argument("--misses", action="store_true", help="name the files that each reader gets wrong")
    chosen = parser.parse_args()
    if chosen.reader:
        parsed(chosen.reader, chosen.folder.resolve())
        return
    shares, missed = figures(chosen.folder.resolve())
    for reader, files in missed.items():
        if chosen.misses or reader == "veedor":
            print(f"{reader} misses {len(files)}: {', '.join(files)}")
    print(json.dumps({"pollock": shares}))


if __name__ == "__main__":
    main()
