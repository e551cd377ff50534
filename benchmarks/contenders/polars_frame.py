"""The file as a polars frame, for both of the contenders that judge one.

Belongs here: reading, every column as text and what rules on order and size compare once more as a value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.suite import TYPED


def frame(path: Path) -> Any:
    """A `polars.DataFrame` with the columns of the file and `typed_<column>` for those of `TYPED`."""
    import polars as pl  # type: ignore[import-not-found,unused-ignore]

    values = [
        pl.col(name).cast(pl.Float64, strict=False).alias(f"typed_{name}")
        if kind == "number"
        else pl.col(name).str.to_date("%Y-%m-%d", strict=False).alias(f"typed_{name}")
        for name, kind in TYPED.items()
    ]
    return pl.scan_csv(path, infer_schema=False).with_columns(values).collect()
