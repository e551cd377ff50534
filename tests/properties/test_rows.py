"""What must hold of our expectations about several rows, whatever the table.

Belongs here: properties of the plan's verdicts, and that names, periods and kinds are the same in Python and in SQL.
That the plan agrees with Great Expectations is the matter of `test_rows_parity`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines import duck
from pipelines.tables.layouts import lay
from pipelines.validation import naming, periods
from pipelines.validation.columns import columns_of
from pipelines.validation.plan import Plan
from pipelines.validation.suites import Suite
from tests.often import often
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, expectations_of
from tests.tables_of import table_of

quick = often(100)
fewer = often(25)
CONNECTION = duck.connect()


def sql(expression: str, value: Any) -> Any:
    return CONNECTION.execute(f"SELECT {expression} FROM (SELECT ? AS v)", [value]).fetchall()[0][0]


def failing(rows: list[list[str | None]], kind: str, **kwargs: Any) -> set[int]:
    """The numbers of the failing rows, counted from 0; of at most ten."""
    with table_of(list(ROLES), rows) as table:
        columns = columns_of(table, lay(LAYOUT, list(ROLES)), Suite("s", "1", "x", {}, ROLES, ()))
        raw = Plan(columns, expectations_of([(kind, kwargs)]), PARAMETERS).run(table)["0"]
    return {row["_row"] - 2 for row in raw["result"]["partial_unexpected_index_list"]}


# Scripts in which names are published; letters that Unicode got lately are not the same to everybody.
letters = st.one_of(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F),
    st.characters(min_codepoint=0x370, max_codepoint=0x4FF, exclude_categories=["Cn"]),
)
forms = st.sampled_from(["", " S.A. de C.V.", ", SA DE CV", " S. de R.L.", " Ltda.", " SAPI de CV", " Inc"])


@quick
@given(st.tuples(st.text(letters, max_size=12), forms).map("".join))
def test_a_name_is_the_same_in_python_and_in_sql(text: str) -> None:
    assert sql(naming.name_sql("v"), text) == naming.name(text)
    assert sql(naming.identifier_sql("v"), text) == naming.identifier(text)


@quick
@given(st.text(st.sampled_from("abcñÁ 1"), min_size=1), forms)
def test_a_legal_form_and_a_way_of_writing_make_no_other_name(text: str, form: str) -> None:
    plain = naming.name(text + " x")
    assert naming.name(f"{text}-x{form}") == naming.name(f"  {text.upper()} X{form.lower()}.") == plain


@quick
@given(st.sampled_from(periods.UNITS), st.dates(min_value=date(1000, 1, 1)))
def test_a_period_is_the_same_in_python_and_in_sql_and_is_named_by_what_it_reads(
    unit: str, day: date
) -> None:
    number = periods.number(unit, day)
    assert sql(periods.number_sql(unit, "date", "v::TIMESTAMP") or "", day.isoformat()) == number
    assert number is not None
    name = periods.name(unit, number)
    assert periods.number(unit, name) == number
    for text in (name, day.isoformat(), f"{day.isoformat()} 10:00"):
        assert sql(periods.number_sql(unit, "text", "v") or "", text) == periods.number(unit, text) == number


@quick
@given(st.sampled_from(periods.UNITS), st.text(st.sampled_from("0123456789-/ QTWt"), max_size=11))
def test_a_text_is_the_same_period_in_python_and_in_sql_or_none(unit: str, text: str) -> None:
    assert sql(periods.number_sql(unit, "text", "v") or "", text) == periods.number(unit, text)


@fewer
@given(st.lists(st.integers(2000, 2030), min_size=1, max_size=8, unique=True))
def test_what_is_missing_is_what_lies_between_and_is_not_there(years: list[int]) -> None:
    rows: list[list[str | None]] = [[str(year), *[None] * 5] for year in years]
    with table_of(list(ROLES), rows) as table:
        columns = columns_of(table, lay(LAYOUT, list(ROLES)), Suite("s", "1", "x", {}, ROLES, ()))
        asked = expectations_of([("expect_column_periods_to_have_no_gaps", {"column": "a", "unit": "year"})])
        raw = Plan(columns, asked, PARAMETERS).run(table)["0"]
    gone = sorted(set(range(min(years), max(years))) - set(years))
    told = [str(year) for year in gone[: periods.TOLD]] + [f"+{len(gone) - 20}"] * (len(gone) > 20)
    assert raw["result"]["observed_value"] == told


companies = st.lists(st.sampled_from(["Obras", "Puentes", "Agua"]), min_size=2, max_size=6)


@fewer
@given(companies, st.integers(0, 5), st.sampled_from([" S.A.", ", s.a. ", ""]))
def test_only_a_second_name_makes_a_pair_fail(names: list[str], place: int, form: str) -> None:
    assume(place < len(names))
    rows: list[list[str | None]] = [
        [f"id-{name}", name + form * (at % 2), *[None] * 4] for at, name in enumerate(names)
    ]
    pair = {"column_A": "a", "column_B": "b"}
    assert failing(rows, "expect_column_pair_values_to_be_one_to_one", **pair) == set()
    rows += [[rows[place][0], "Otra", *[None] * 4]]
    alike = names.count(names[place])
    wrong = {len(names)} if alike > 1 else {place, len(names)}
    assert failing(rows, "expect_column_pair_values_to_be_one_to_one", **pair) == wrong


amounts = st.lists(st.integers(1, 10**9), min_size=2, max_size=6)


@fewer
@given(st.lists(amounts, min_size=1, max_size=4))
def test_every_row_that_sums_up_those_above_it_is_found(blocks: list[list[int]]) -> None:
    rows: list[list[str | None]] = []
    totals = set()
    for block in blocks:
        rows += [["Obra", "TOTAL GAS, S.A.", str(amount), None, None, None] for amount in block]
        totals.add(len(rows))
        rows.append([None, None, str(sum(block)), None, None, None])
    totals.add(len(rows))
    rows.append([None, None, str(sum(map(sum, blocks))), None, None, None])
    named = {"column_list": ["a", "b", "n"]}
    assert failing(rows, "expect_records_to_hold_no_totals", **named) == totals
    records = [row for at, row in enumerate(rows) if at not in totals]
    assert failing(records, "expect_records_to_hold_no_totals", **named) == set()


@quick
@given(st.text(st.sampled_from("0123456789.,-/: eneroDICde+()'\u00a0T"), max_size=14))
def test_a_kind_is_the_same_in_python_and_in_sql(text: str) -> None:
    from pipelines.validation.custom.kinds import kind_of
    from pipelines.validation.plans import kinds

    assert sql(kinds.kind_of("v"), text) == kind_of(text)
