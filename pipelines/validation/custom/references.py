"""Values that exist elsewhere: the classes for GX of `plans.references`."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import ColumnMapExpectation

from pipelines.validation.custom.of_rows import OfPair, of_column, of_pair
from pipelines.validation.naming import identifier


def keys_of(reference: object, column: str | None) -> set[str]:
    """The keys in a list, or in a column of a Parquet or CSV file; raises `ValueError` when there are none."""
    import pandas as pd

    if isinstance(reference, str):
        if reference.endswith(".parquet"):
            file = pd.read_parquet(reference)
        elif reference.endswith(".csv"):
            file = pd.read_csv(reference, dtype=str)
        else:
            raise ValueError("a reference is a list, or the path of a .parquet or .csv file")
        values = file[column] if column else file.iloc[:, 0]
        keys = set(values.dropna().astype(str))
    elif isinstance(reference, list | tuple | set | frozenset):
        keys = {str(key) for key in reference if key is not None}
    else:
        raise ValueError("a reference is a list, or the path of a .parquet or .csv file")
    if not keys:
        raise ValueError("the reference has no key")
    return keys


def not_in_reference(
    frame: Any, column: str, reference: object, normalise: bool, reference_key: str | None = None
) -> Any:
    """The rows whose value is no key of the reference."""
    keys, values = keys_of(reference, reference_key), frame[column].astype(str)
    if normalise:
        keys = {identifier(key) for key in keys}
        values = values.map({value: identifier(value) for value in values.unique()})
    return ~values.isin(keys)


def not_in_b(frame: Any, column_A: str, column_B: str) -> Any:
    """The rows whose A is the B of no row."""
    return frame[column_A].notna() & ~frame[column_A].isin(frame[column_B].dropna())


class ExpectColumnValuesToExistInReference(ColumnMapExpectation):
    """Expect every value of a column to be a key of another dataset.

    `reference` is a list of keys, the path of a Parquet or CSV file, or a suite parameter that holds one of these. Of a
    file `reference_key` names the column; without it the first one is meant. With `normalise`, values and keys are
    compared without case, accents, blanks and punctuation. A reference without any key raises.
    """

    reference: list[str] | str | dict[str, Any]
    reference_key: str | None = None
    normalise: bool = False

    example: ClassVar[dict[str, Any]] = {
        "column": "supplier_id",
        "reference": {"$PARAMETER": "company_ids"},
        "normalise": True,
        "mostly": 0.8,
    }
    map_metric = of_column("not_in_reference", not_in_reference, ("reference", "reference_key", "normalise"))
    success_keys = ("mostly", "reference", "reference_key", "normalise")
    args_keys = ("column", "reference")


class ExpectColumnPairValuesAToExistInB(OfPair):
    """Expect every value of column A to stand in column B of some row, as a parent's identifier does."""

    example: ClassVar[dict[str, Any]] = {"column_A": "parent_id", "column_B": "unit_id"}
    map_metric = of_pair("not_in_b", not_in_b)
    args_keys = ("column_A", "column_B")
