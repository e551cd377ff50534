"""How a text is written, whatever it says: the classes for GX of `plans.texts`."""

from __future__ import annotations

from great_expectations.expectations.expectation import ColumnMapExpectation

from pipelines.validation.custom.of_values import metric
from pipelines.validation.plans.texts import without_outer_blanks


class ExpectColumnValuesToHaveNoOuterBlanks(ColumnMapExpectation):
    """Expect no value to begin or end with a blank: two spellings of one name join nothing."""

    map_metric = metric("no_outer_blanks", without_outer_blanks)
    success_keys = ("mostly",)
    args_keys = ("column",)
