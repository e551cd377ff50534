"""What a value should not hold: the classes for GX of `plans.placeholders` and `plans.personal`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pipelines.validation.custom.of_values import OfValues, metric
from pipelines.validation.plans.personal import no_personal_data
from pipelines.validation.plans.placeholders import no_placeholder

Kind = Literal["email", "phone", "curp", "rfc", "bank_account", "card"]


class ExpectColumnValuesToNotBePlaceholders(OfValues):
    """Expect no value to stand where a value should be: N/A, S/N, SIN DATO, NO APLICA, XXX, ".", 1900-01-01, "prueba".

    Whole values are judged, without regard to case, accents and punctuation, by words in English, Spanish,
    Portuguese and French. Words that are an answer somewhere (none, ninguno, pending) are not among them. A
    missing value is no placeholder. Codes need care: "NA" is Namibia, "unknown" a code of some lists.

    Args:
        kind: What the column holds. "text" (the default): words, bare punctuation, rows of X, and dates that systems
            write where there is none. "date": those, and a zero. "identifier": words, punctuation, zeros alone, one
            digit six times or more, 12345678. "number": words, punctuation, seven nines or more.
        allow: Placeholders that say something here, such as "S/N" for a house without a number.

    Source of the rule: ours, after the placeholders found in published files.
    """

    kind: Literal["text", "identifier", "number", "date"] = "text"
    allow: list[str] | None = None

    says: ClassVar[str] = "say something, and be no placeholders of kind $kind"
    example: ClassVar[dict[str, Any]] = {"column": "supplier_id", "kind": "identifier"}
    success_keys = ("kind", "allow", "mostly")
    args_keys = ("column",)
    map_metric = metric("no_placeholder", no_placeholder, ("kind", "allow"))


class ExpectColumnValuesToHoldNoPersonalData(OfValues):
    """Expect no value to hold personal data, anywhere in it, that is not allowed. No result shows what was found.

    Precise rather than complete: a CURP, a person's RFC and a CLABE need their check digits, an IBAN and a payment
    card too; a telephone needs its country's prefix with "+", an area code in parentheses, the usual grouping or a
    word before it. Street addresses are not looked for: no form tells them from other text.

    Args:
        kinds: Any of "email", "phone", "curp", "rfc" (of natural persons), "bank_account" (CLABE, IBAN), "card".
            All of them by default.
        allow: What may stand there: addresses ("info@example.org"), whole domains with what is below them
            ("@example.org") and numbers, written anyhow.

    Source of the rule: the identifiers' own (see the schemes); E.164 for telephones; ISO/IEC 7812 for cards.
    """

    kinds: list[Kind] | None = None
    allow: list[str] | None = None

    says: ClassVar[str] = "hold no personal data but what is allowed"
    example: ClassVar[dict[str, Any]] = {"column": "object", "allow": ["@example.org"]}
    success_keys = ("kinds", "allow", "mostly")
    args_keys = ("column",)
    map_metric = metric("no_personal_data", no_personal_data, ("kinds", "allow"))
