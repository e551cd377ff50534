"""The plan against Great Expectations for our own types about one value, on values made for what they look for.

Belongs here: identifiers, dates, codes, placeholders, personal data, right and nearly right, besides the tables of
`test_plan_parity`: random words would hardly ever be any of these.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.often import often
from tests.parity_of import Asked, differences, of_rows
from tests.properties.test_plan_parity import (
    DATES,
    NUMBERS,
    TEXTS,
    cells,
    conditions,
    mostly,
    options,
    text_columns,
)
from tests.properties.test_plan_parity import rows as any_rows

M = "expect_column_values_to_"
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


def optional(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


OURS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    f"{M}have_no_mojibake": options(conditions, mostly, column=text_columns),
    f"{M}be_valid_identifiers": options(
        conditions,
        mostly,
        optional(part=st.sampled_from(["both", "form", "check_digit"]), prefixes=st.just(["ocds-213czf"])),
        column=text_columns,
        scheme=st.sampled_from(
            ["MX-RFC", "LEI", "BR-CNPJ", "CL-RUT", "CO-NIT", ["MX-RFC", "CL-RUT"], ["OCID", "XI-LEI"]]
        ),
    ),
    f"{M}be_iso8601_dates": options(
        conditions,
        mostly,
        optional(
            precision=st.sampled_from(["day", "month", "year"]),
            time=st.sampled_from(["allowed", "required", "refused"]),
        ),
        column=text_columns,
    ),
    f"{M}be_in_code_list": options(
        conditions,
        mostly,
        optional(withdrawn=st.booleans()),
        column=text_columns,
        code_list=st.sampled_from(["ISO 4217", "ISO 3166-1 alpha-3", "ISO 639-1"]),
    ),
    f"{M}not_be_placeholders": options(
        conditions,
        mostly,
        optional(
            kind=st.sampled_from(["text", "identifier", "number", "date"]),
            allow=st.sampled_from([["s/n"], ["", "1900-01-01"]]),
        ),
        column=text_columns,
    ),
    f"{M}hold_no_personal_data": options(
        conditions,
        mostly,
        optional(
            kinds=st.lists(st.sampled_from(["email", "phone", "rfc", "card"]), min_size=1, unique=True),
            allow=st.sampled_from([["ana@example.org"], ["@example.com", "55-1234-5678"]]),
        ),
        column=text_columns,
    ),
}

Row = tuple[str | None, ...]


def rows_of(values: set[str]) -> st.SearchStrategy[list[Row]]:
    """Rows of a few different values, so that all of a column may be right."""
    value = st.one_of(st.none(), st.sampled_from(sorted(values)))
    others = (cells(NUMBERS), cells(NUMBERS), cells(DATES), cells(DATES))
    return st.lists(st.tuples(value, cells(TEXTS), *others), max_size=12)


rows = st.sets(st.sampled_from(VALUES), min_size=1, max_size=3).flatmap(rows_of)
mixed = st.lists(
    st.tuples(*[st.sampled_from(VALUES)] * 2, cells(NUMBERS), cells(NUMBERS), cells(DATES), cells(DATES)),
    max_size=12,
)
questions = st.tuples(*(st.tuples(st.just(kind), OURS[kind]) for kind in sorted(OURS)))


@often(50, shrink=False)
@given(st.one_of(rows, mixed, any_rows), questions)
def test_plan_and_great_expectations_agree(table: list[Row], asked: tuple[Asked, ...]) -> None:
    assert differences(asked, of_rows(table, asked)) == ""


# Arguments, a value that is right and one that is wrong.
ONE_OF_EACH: dict[str, tuple[dict[str, Any], str, str]] = {
    f"{M}have_no_mojibake": ({}, "Adquisición", "AdquisiciÃ³n"),
    f"{M}be_valid_identifiers": ({"scheme": "MX-RFC"}, "GODE561231GR8", "GODE561231GR9"),
    f"{M}be_iso8601_dates": ({}, "2024-02-29", "2023-02-29"),
    f"{M}be_in_code_list": ({"code_list": "ISO 4217"}, "MXN", "HRK"),
    f"{M}not_be_placeholders": ({}, "Obra", "Sin Dato "),
    f"{M}hold_no_personal_data": ({"allow": ["@example.com"]}, "info@sub.example.com", "ana@example.org"),
}


def test_both_know_right_from_wrong() -> None:
    assert set(ONE_OF_EACH) == set(OURS)
    for kind, (kwargs, right, wrong) in ONE_OF_EACH.items():
        table = [(value, *[None] * 5) for value in (right, wrong)]
        asked: list[Asked] = [(kind, {"column": "a", **kwargs})]
        ((plan, gx),) = of_rows(table, asked)
        assert plan == gx
        assert plan["rows"] == [3], kind
