"""How a text is written, whatever it says: the classes for GX of `plans.texts` and `plans.encodings`."""

from __future__ import annotations

from typing import Any, ClassVar

from pipelines.validation.custom.of_values import OfValues, metric
from pipelines.validation.plans.encodings import no_mojibake
from pipelines.validation.plans.texts import without_outer_blanks


class ExpectColumnValuesToHaveNoOuterBlanks(OfValues):
    """Expect no value to begin or end with a blank: two spellings of one name join nothing.

    In a suite of Veedor the value is seen as published.
    """

    says: ClassVar[str] = "neither begin nor end with a blank"
    example: ClassVar[dict[str, Any]] = {"column": "supplier_name"}
    map_metric = metric("no_outer_blanks", without_outer_blanks)


class ExpectColumnValuesToHaveNoMojibake(OfValues):
    """Expect no value to show that its bytes were decoded as another encoding: "AdquisiciÃ³n", U+FFFD.

    UTF-8 read as Windows-1252, Latin-1 or Mac Roman, once or more; DOS code pages read as Windows-1252; control
    characters. Each sequence looked for is one that no text in Spanish, Portuguese, French or English has; a
    letter that became a question mark is not seen.

    Source of the rule: the encodings' own tables; the library ftfy agrees (it is asked in the tests).
    """

    says: ClassVar[str] = "show no sign of having been decoded wrongly"
    example: ClassVar[dict[str, Any]] = {"column": "supplier_name"}
    map_metric = metric("no_mojibake", no_mojibake)
