"""Values as standards write them: the classes for GX of `plans.identifiers`, `plans.dates` and `plans.codes`."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pipelines.validation.custom.of_values import OfValues, metric
from pipelines.validation.plans.codes import in_code_list
from pipelines.validation.plans.dates import iso8601_date
from pipelines.validation.plans.identifiers import valid_identifier


class ExpectColumnValuesToBeValidIdentifiers(OfValues):
    """Expect every value to be an identifier of a scheme: its form, its check digit, or both.

    The two are apart, because they are faults of different weight: what has another form joins nothing, while
    about one in seventy of the RFCs in use has a check digit that was never right. Values are judged as they
    are: blanks around them, lower case and separators that the scheme does not know are faults of form.

    Args:
        scheme: The code of a scheme, such as "MX-RFC", or a list of them, any of which will do.
        part: "both" (the default), "form", or "check_digit". The last finds no fault in what has another form, nor
            in schemes or numbers without a check digit.
        prefixes: The registered prefixes that an OCID may have, such as "ocds-213czf". The list of those that there
            are is the Open Contracting Partnership's; without this argument any six characters will do.

    Source of the rule: that of each scheme, below.
    """

    scheme: str | list[str]
    part: Literal["both", "form", "check_digit"] = "both"
    prefixes: list[str] | None = None

    says: ClassVar[str] = "be valid identifiers of $scheme (form, check digit or both: $part)"
    example: ClassVar[dict[str, Any]] = {
        "column": "supplier_id",
        "scheme": "MX-RFC",
        "part": "check_digit",
        "mostly": 0.98,
    }
    success_keys = ("scheme", "part", "prefixes", "mostly")
    args_keys = ("column", "scheme")
    map_metric = metric("valid_identifier", valid_identifier, ("scheme", "part", "prefixes"))


class ExpectColumnValuesToBeIso8601Dates(OfValues):
    """Expect every value to be a real date, written as ISO 8601 writes it: 2025-01-31, 2025-01-31T09:30:00Z.

    2023-02-29 and 2025-13-01 fail, and so do the basic format (20250131), week and ordinal dates, intervals, and a
    blank in place of the T. In a suite of Veedor the value is seen as published.

    Args:
        precision: The coarsest date that will do: "day" (the default), "month" (2025-01 too), "year" (2025 too).
        time: Whether a time of day is "allowed" (the default), "required" or "refused". A year or a month that
            `precision` lets pass has none.

    Source of the rule: ISO 8601-1:2019, extended format.
    """

    precision: Literal["day", "month", "year"] = "day"
    time: Literal["allowed", "required", "refused"] = "allowed"

    says: ClassVar[str] = "be real dates in ISO 8601, to the $precision at least (time of day: $time)"
    example: ClassVar[dict[str, Any]] = {"column": "signed", "time": "refused"}
    success_keys = ("precision", "time", "mostly")
    args_keys = ("column",)
    map_metric = metric("iso8601_date", iso8601_date, ("precision", "time"))


class ExpectColumnValuesToBeInCodeList(OfValues):
    """Expect every value to be a code of a shared list, in the list's own case.

    Args:
        code_list: "ISO 4217" (currencies), "ISO 3166-1 alpha-2" and "ISO 3166-1 alpha-3" (countries), or "ISO 639-1"
            (languages).
        withdrawn: Whether codes that are no longer in force will do, as in data about the past: HRK, AN, ANT.

    Source of the rule: the lists of the standards' maintenance agencies, as of January 2026. XXX (no currency) and XTS
    (for tests) are codes of ISO 4217.
    """

    code_list: Literal["ISO 4217", "ISO 3166-1 alpha-2", "ISO 3166-1 alpha-3", "ISO 639-1"]
    withdrawn: bool = False

    says: ClassVar[str] = "be codes of $code_list"
    example: ClassVar[dict[str, Any]] = {"column": "currency", "code_list": "ISO 4217"}
    success_keys = ("code_list", "withdrawn", "mostly")
    args_keys = ("column", "code_list")
    map_metric = metric("in_code_list", in_code_list, ("code_list", "withdrawn"))
