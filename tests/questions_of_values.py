"""What the parity test asks of our own types about one value, and values for it with and without faults.

Belongs here: strategies. What is done with them is the matter of `tests/properties/test_plan_parity.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

M = "expect_column_values_to_"
Arguments = st.SearchStrategy[dict[str, Any]]

# Each with and without faults: form, check digit, calendar, code, encoding. All of it invented or from documentation.
VALUES = [
    "GODE561231GR8",
    "GODE561231GR9",
    "GODE561331GR8",
    "gode561231GR8",
    "XAXX010101000",
    "XXXXXXXXXXXX",
    "Ñ&A000229AB1",
    "213800KUD8LAJWSQ9D15",
    "213800KUD8LXJWSQ9D15",
    "ocds-213czf-000-00001",
    "16.727.230/0001-97",
    "16727230000198",
    "76.086.428-5",
    "76086428-6",
    "2024-02-29",
    "2023-02-29",
    "2025-01",
    "2025",
    "2025-01-31T09:30:00-06:00",
    "31/01/2025",
    "MXN",
    "HRK",
    "mxn",
    "S/N",
    "Sin Dato ",
    "...",
    "0000000",
    "1900-01-01",
    "9999999.99",
    "AdquisiciÃ³n",
    "Adquisici\ufffdn",
    "Adquisición",
    "ana@example.org",
    "Tel. 55 1234 5678",
    "info@sub.example.com",
    "4111 1111 1111 1111",
]


def optional(**parts: st.SearchStrategy[Any]) -> Arguments:
    return st.fixed_dictionaries({}, optional=parts)


def asked_of_values(options: Callable[..., Arguments], *common: Arguments) -> dict[str, Arguments]:
    """Arguments for each type. `options` joins strategies, `common` are those that every type takes."""
    columns = st.sampled_from(["a", "b", "n", "d"])
    return {
        f"{M}have_no_mojibake": options(*common, column=columns),
        f"{M}be_valid_identifiers": options(
            *common,
            optional(
                part=st.sampled_from(["both", "form", "check_digit"]), prefixes=st.just(["ocds-213czf"])
            ),
            column=columns,
            scheme=st.sampled_from(
                ["MX-RFC", "LEI", "BR-CNPJ", "CL-RUT", "CO-NIT", ["MX-RFC", "CL-RUT"], ["OCID", "XI-LEI"]]
            ),
        ),
        f"{M}be_iso8601_dates": options(
            *common,
            optional(
                precision=st.sampled_from(["day", "month", "year"]),
                time=st.sampled_from(["allowed", "required", "refused"]),
            ),
            column=columns,
        ),
        f"{M}be_in_code_list": options(
            *common,
            optional(withdrawn=st.booleans()),
            column=columns,
            code_list=st.sampled_from(["ISO 4217", "ISO 3166-1 alpha-3", "ISO 639-1"]),
        ),
        f"{M}not_be_placeholders": options(
            *common,
            optional(
                kind=st.sampled_from(["text", "identifier", "number", "date"]),
                allow=st.sampled_from([["s/n"], ["", "1900-01-01"]]),
            ),
            column=columns,
        ),
        f"{M}hold_no_personal_data": options(
            *common,
            optional(
                kinds=st.lists(st.sampled_from(["email", "phone", "rfc", "card"]), min_size=1, unique=True),
                allow=st.sampled_from([["ana@example.org"], ["@example.com", "55-1234-5678"]]),
            ),
            column=columns,
        ),
    }
