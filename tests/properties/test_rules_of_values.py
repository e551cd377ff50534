"""Rules for one value: DuckDB's SQL says what Python's rule says, and the rule what others' libraries say.

Belongs here: texts that are right, nearly right and arbitrary, for every rule of ours about one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import lei
from stdnum.br import cnpj
from stdnum.mx import curp, rfc

from pipelines import duck
from pipelines.identifiers import SCHEMES
from pipelines.identifiers.mexico import RFC_GENERIC, RFC_SUPPRESSED
from pipelines.tables.layouts import Locale
from pipelines.validation.columns import FEW, Columns
from pipelines.validation.compiled import Predicates, View
from pipelines.validation.plans import ROWWISE
from pipelines.validation.plans.codes import in_code_list
from pipelines.validation.plans.dates import iso8601_date
from pipelines.validation.plans.encodings import no_mojibake
from pipelines.validation.plans.identifiers import valid_identifier
from pipelines.validation.plans.personal import KINDS, no_personal_data
from pipelines.validation.plans.placeholders import no_placeholder

M = "expect_column_values_to_"
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


# No table is needed: the columns only name what is looked at, of few rows and of many.
COLUMNS = [
    Columns("t", Locale(), False, rows, {}, {}, {"a": "text"}, ("a",), {}, {}) for rows in (0, FEW + 1)
]


@cache
def connected() -> duckdb.DuckDBPyConnection:
    return duck.connect()


def by_sql(columns: Columns, what: str, texts: Sequence[str], **kwargs: Any) -> list[bool]:
    """Whether each text meets the expectation, as the plan's SQL judges it."""
    view = View(columns, False, Predicates())
    rows = ROWWISE[M + what](view, "a", **kwargs)
    connection = connected()
    for name, function in view.predicates.functions.items():
        connection.create_function(name, function, ["VARCHAR"], "BOOLEAN")
    try:
        found = connection.execute(
            f'SELECT {rows.unexpected} FROM (SELECT unnest(?) AS "a", unnest(range(?)) AS n) ORDER BY n',
            [list(texts), len(texts)],
        ).fetchall()
    finally:
        for name in view.predicates.functions:
            connection.remove_function(name)
    assert view.predicates.raised == {}
    return [not unexpected for (unexpected,) in found]


def agree(what: str, rule: Callable[..., bool], texts: Sequence[str], **kwargs: Any) -> None:
    wanted = [rule(text, **kwargs) for text in texts]
    for columns in COLUMNS:
        got = by_sql(columns, what, texts, **kwargs)
        assert [(text, sql) for text, sql in zip(texts, got, strict=True)] == list(
            zip(texts, wanted, strict=True)
        )


def texts_of(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(alphabet), min_size=size, max_size=size)


@st.composite
def written(draw: st.DrawFn, parts: Sequence[st.SearchStrategy[str]]) -> str:
    return "".join(draw(part) for part in parts)


days = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: day.strftime("%y%m%d"))
consonants = "BCDFGHJKLMNPQRSTVWXYZ"
RFCS = written(
    [texts_of(LETTERS + "Ñ&", 3), st.sampled_from(["", "A", "Ñ", "&"]), days, texts_of(DIGITS[1:] + "ABT", 2)]
).map(lambda text: text + rfc.calc_check_digit(text))
CURPS = written(
    [
        texts_of(LETTERS, 4),
        days,
        st.sampled_from("HM"),
        st.sampled_from(["DF", "MC", "NE", "JC"]),
        texts_of(consonants, 3),
        st.sampled_from("0A5Z"),
    ]
).map(lambda text: text + curp.calc_check_digit(text))
LEIS = texts_of(LETTERS + DIGITS, 18).map(lambda text: text + lei.mod_97_10.calc_check_digits(text))
CNPJS = texts_of(LETTERS + DIGITS, 12).map(lambda text: text + cnpj.calc_check_digits(text))
CLABES = texts_of(DIGITS, 17).map(
    lambda text: text + str(-sum(int(c) * (3, 7, 1)[i % 3] for i, c in enumerate(text)) % 10)
)
arbitrary = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
near = st.tuples(
    st.integers(0, 25), st.sampled_from([*LETTERS, *DIGITS, "Ñ", "&", " ", "-", ".", "\n", "x", "é", ""])
)


def misspelt(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A valid text, and one with a character put in place of another, or taken out."""
    changed = st.tuples(of, near).map(
        lambda both: both[0][: both[1][0]] + both[1][1] + both[0][both[1][0] + 1 :]
    )
    return st.one_of(of, changed, changed, arbitrary)


GENERATED = {
    "MX-RFC": st.one_of(RFCS, st.sampled_from([*RFC_GENERIC, *RFC_SUPPRESSED])),
    "MX-CURP": CURPS,
    "MX-CLABE": CLABES,
    "XI-LEI": LEIS,
    "BR-CNPJ": st.one_of(CNPJS, CNPJS.map(cnpj.format)),
    "OCID": texts_of("abc019-_/ ", 8).map(lambda text: f"ocds-213czf-{text}"),
    "CO-NIT": st.integers(100_000, 10**10).map(str),
}


@pytest.mark.parametrize("code", sorted(SCHEMES))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_identifiers_in_sql_and_in_python(code: str, data: st.DataObject) -> None:
    of = GENERATED.get(code, st.just(SCHEMES[code].example))
    texts = data.draw(st.lists(misspelt(of), min_size=1, max_size=30))
    for part in ("both", "form", "check_digit"):
        agree("be_valid_identifiers", valid_identifier, texts, scheme=code, part=part)
    agree("be_valid_identifiers", valid_identifier, texts, scheme=[code, "OCID"], prefixes=["ocds-213czf"])


@pytest.mark.parametrize("code", ["MX-CURP", "MX-CLABE", "XI-LEI", "BR-CNPJ"])
@settings(max_examples=50)
@given(data=st.data())
def test_what_is_made_by_the_rule_is_valid(code: str, data: st.DataObject) -> None:
    text = data.draw(GENERATED[code])
    scheme = SCHEMES[code]
    if scheme.form(text):  # a CURP may begin with a refused word, and a day of 1900 may not be one of 2000
        assert scheme.valid(text), text
    else:
        assert code in ("MX-CURP", "BR-CNPJ"), text


@settings(max_examples=200)
@given(misspelt(RFCS))
def test_rfc_as_stdnum_judges_it(text: str) -> None:
    """Apart: what stdnum corrects before it looks, the ten characters of a person without homoclave, and X alone."""
    if text != rfc.compact(text) or len(text) == 10 or text in (*RFC_GENERIC, *RFC_SUPPRESSED):
        return
    assert SCHEMES["MX-RFC"].valid(text) == rfc.is_valid(text, validate_check_digits=True), text


@settings(max_examples=200)
@given(misspelt(CURPS))
def test_curp_as_stdnum_judges_it(text: str) -> None:
    """Apart: what stdnum corrects, the sex X, and vowels in places 14 to 16, which it does not look at."""
    if text != curp.compact(text) or text[10:11] == "X" or set(text[13:16]) & set("AEIOU"):
        return
    assert SCHEMES["MX-CURP"].valid(text) == curp.is_valid(text), text


@settings(max_examples=200)
@given(misspelt(LEIS))
def test_lei_as_stdnum_judges_it(text: str) -> None:
    """Apart: what stdnum corrects, and the length, which it does not look at."""
    if text != lei.compact(text) or len(text) != 20 or not text[18:].isdigit() or not text.isascii():
        return
    assert SCHEMES["XI-LEI"].valid(text) == lei.is_valid(text), text


@settings(max_examples=200)
@given(misspelt(st.one_of(CNPJS, CNPJS.map(cnpj.format))))
def test_cnpj_as_stdnum_judges_it(text: str) -> None:
    """Apart: what stdnum corrects, and digits beyond ASCII."""
    if text not in (cnpj.compact(text), cnpj.format(text)) or not text.isascii():
        return
    assert SCHEMES["BR-CNPJ"].valid(text) == cnpj.is_valid(text), text


numbered = st.tuples(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
clocks = st.sampled_from(
    [
        "",
        "T00:00",
        "T24:00:00",
        "T24:01",
        "T09:30:00Z",
        "T09:30:00.5-06:00",
        " 09:30",
        "T9:30",
        "T23:59:60Z",
        "T10:00-00:00",
        "Z",
    ]
)
dated = st.tuples(numbered, clocks).map(lambda both: "{:04}-{:02}-{:02}".format(*both[0]) + both[1])
dates = st.lists(
    st.one_of(
        dated, numbered.map(lambda n: f"{n[0]:04}-{n[1]:02}"), numbered.map(lambda n: f"{n[0]:04}"), arbitrary
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=30, deadline=None)
@given(dates, st.sampled_from(["day", "month", "year"]), st.sampled_from(["allowed", "required", "refused"]))
def test_dates_in_sql_and_in_python(texts: list[str], precision: str, time: str) -> None:
    agree("be_iso8601_dates", iso8601_date, texts, precision=precision, time=time)


@settings(max_examples=400)
@given(numbered)
def test_days_are_real_where_the_calendar_has_them(parts: tuple[int, int, int]) -> None:
    text = "{:04}-{:02}-{:02}".format(*parts)
    try:
        real = date(*parts) is not None
    except ValueError:
        real = False
    assert iso8601_date(text) == real, text


@settings(max_examples=200)
@given(st.datetimes(timezones=st.one_of(st.none(), st.timezones())))
def test_what_python_writes_is_iso8601(moment: datetime) -> None:
    text = moment.isoformat()
    if re.search(r"[+-]\d\d:\d\d:\d\d", text):  # zones with seconds, before 1900
        return
    assert iso8601_date(text, time="required"), text


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.one_of(arbitrary, texts_of(LETTERS, 2), texts_of(LETTERS, 3)), min_size=1, max_size=30),
    st.booleans(),
)
@pytest.mark.parametrize("code_list", ["ISO 4217", "ISO 3166-1 alpha-2", "ISO 3166-1 alpha-3", "ISO 639-1"])
def test_codes_in_sql_and_in_python(code_list: str, texts: list[str], withdrawn: bool) -> None:
    agree("be_in_code_list", in_code_list, texts, code_list=code_list, withdrawn=withdrawn)


SAYING_NOTHING = [
    "S/N",
    "n.a.",
    "SIN DATO",
    "Não informado",
    "XXX",
    "...",
    "0000",
    "999999999",
    "1900-01-01 00:00:00",
    "Test",
]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(misspelt(st.sampled_from(SAYING_NOTHING)), min_size=1, max_size=30),
    st.sampled_from(["text", "identifier", "number", "date"]),
    st.sampled_from([[], ["s/n"], ["0000", "Sin dato"]]),
)
def test_placeholders_in_sql_and_in_python(texts: list[str], kind: str, allow: list[str]) -> None:
    agree("not_be_placeholders", no_placeholder, texts, kind=kind, allow=allow)


latin = st.text(st.sampled_from("aeinorst AEINORST áéíóúñüçãõêàÁÉÍÓÚÑÜÇÃÕÊ¿¡ºª°"), min_size=1, max_size=20)
ENCODINGS = ["cp1252", "latin-1", "mac-roman"]


@st.composite
def mojibake(draw: st.DrawFn) -> str:
    return draw(latin).encode("utf-8").decode(draw(st.sampled_from(ENCODINGS)), "replace")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(arbitrary, latin, mojibake()), min_size=1, max_size=20))
def test_mojibake_in_sql_and_in_python(texts: list[str]) -> None:
    agree("have_no_mojibake", no_mojibake, texts)


PERSONAL = ["ana@example.org", "Tel. 55 1234 5678", "+52 55 1234 5678", "BOXW310820HNERXN09", "GODE561231GR8"]
PERSONAL += ["002010077777777771", "4111 1111 1111 1111", "GB33BUKB20201555555555"]
around = st.tuples(arbitrary, misspelt(st.sampled_from(PERSONAL)), arbitrary).map("".join)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(around, min_size=1, max_size=20),
    st.lists(st.sampled_from(KINDS), min_size=1, unique=True),
    st.sampled_from([[], ["@example.org", "4111-1111-1111-1111"]]),
)
def test_personal_data_in_sql_and_in_python(texts: list[str], kinds: list[str], allow: list[str]) -> None:
    agree("hold_no_personal_data", no_personal_data, texts, kinds=kinds, allow=allow)
