"""Identifiers and names one to one: the class for GX of `plans.names`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pipelines.validation.custom.of_rows import OfPair, of_pair
from pipelines.validation.naming import identifier, name
from pipelines.validation.plans.names import DIRECTIONS


def not_one_to_one(frame: Any, column_A: str, column_B: str, direction: str, normalise: bool) -> Any:
    """The rows whose pair is not the one that their A, or their B, mostly stands in."""
    import pandas as pd

    pairs = pd.DataFrame({"a": frame[column_A], "b": frame[column_B]}, index=frame.index).dropna()
    if normalise:
        pairs["a"] = [identifier(str(value)) for value in pairs["a"]]
        pairs["b"] = [name(str(value)) for value in pairs["b"]]
        pairs = pairs[(pairs["a"] != "") & (pairs["b"] != "")]
    failing = pd.Series(False, index=frame.index)
    for of, what in DIRECTIONS[direction]:
        for _, rows in pairs.groupby(of):
            counts = rows[what].value_counts()
            if len(counts) == 1:
                continue
            first = counts[counts == counts.max()].index
            wrong = rows.index if len(first) > 1 else rows.index[rows[what] != first[0]]
            failing.loc[wrong] = True
    return failing


class ExpectColumnPairValuesToBeOneToOne(OfPair):
    """Expect each identifier (A) to have one name (B), and each name one identifier.

    `direction` is "both", "one_b_for_each_a" or "one_a_for_each_b". With `normalise`, identifiers are compared without
    case, accents, blanks and punctuation, and names also without their legal form ("S.A. de C.V."). Of an identifier
    with several names the rows with the most common one are right and all others fail; without a most common one all
    of its rows do. A row without one of the two never fails.
    """

    direction: Literal["both", "one_b_for_each_a", "one_a_for_each_b"] = "both"
    normalise: bool = True

    example: ClassVar[dict[str, Any]] = {
        "column_A": "supplier_id",
        "column_B": "supplier_name",
        "direction": "one_b_for_each_a",
        "mostly": 0.99,
    }
    map_metric = of_pair("not_one_to_one", not_one_to_one, ("direction", "normalise"))
    success_keys = ("mostly", "direction", "normalise")
    args_keys = ("column_A", "column_B", "direction")
