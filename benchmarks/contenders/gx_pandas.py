"""Great Expectations on pandas, with frames as somebody would read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.suite import TYPED, suite


def judge(path: Path) -> dict[str, Any]:
    """The suite as it stands, over a frame of text and one with numbers and dates."""
    import pandas as pd

    from pipelines.validation import reference

    text = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    text.insert(0, "_row", range(2, len(text) + 2))
    typed = text.copy(deep=False)
    for name, kind in TYPED.items():
        if kind == "number":
            typed[name] = pd.to_numeric(typed[name], errors="coerce")
        else:
            typed[name] = pd.to_datetime(typed[name], format="%Y-%m-%d", errors="coerce")
    asked = suite().expectations
    results = reference.run(text, [item.raw for item in asked if not item.typed], {})
    results |= reference.run(typed, [item.raw for item in asked if item.typed], {})
    counts = {key: {"failing": item["result"]["unexpected_count"]} for key, item in results.items()}
    return {"rows": len(text), "counts": counts}
