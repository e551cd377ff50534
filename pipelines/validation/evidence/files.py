"""Evidence as CSV and as Parquet, a batch of rows at a time.

Belongs here: these two formats. CSV is UTF-8 with a byte order mark, by which Excel knows it, and its cells are
neutralised; Parquet is for programs and holds values as they were published.
"""

from __future__ import annotations

import csv
from pathlib import Path

from pipelines.validation.evidence.failing import Failing
from pipelines.validation.evidence.lines import HEADINGS, NAMES, Said
from pipelines.workbooks import neutral


def write_csv(path: Path, found: Failing, lines: list[Said], language: str) -> int:
    """Write every row; give their number."""
    written = 0
    common = [(neutral(line.column), *map(neutral, line.rest)) for line in lines]
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(HEADINGS[language])
        for batch in found.batches:
            for row, place, value in zip(*batch.to_pydict().values(), strict=True):
                column, *rest = common[place]
                rows.writerow((row, column, None if value is None else neutral(value), *rest))
            written += batch.num_rows
    return written


def write_parquet(path: Path, found: Failing, lines: list[Said], language: str) -> int:
    """Write every row, under the names that are the same in each language; give their number."""
    import pyarrow
    import pyarrow.parquet

    written = 0
    rest = list(zip(*((line.column, *line.rest) for line in lines), strict=True)) or [()] * (len(NAMES) - 2)
    common = [pyarrow.array(texts, pyarrow.string()) for texts in rest]
    kinds = {name: pyarrow.string() for name in NAMES} | {"row": pyarrow.int64()}
    schema = pyarrow.schema(list(kinds.items()))
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for batch in found.batches:
            row, place, value = batch.columns
            column, *others = (texts.take(place) for texts in common)
            writer.write_batch(
                pyarrow.RecordBatch.from_arrays(
                    [row, column, value.cast(pyarrow.string()), *others], schema=schema
                )
            )
            written += batch.num_rows
    return written
