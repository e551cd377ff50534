"""How a published text becomes a role's text, number and date, in SQL."""

from __future__ import annotations

import pytest

from pipelines.tables.layouts import Fit, Layout, Locale
from pipelines.validation.columns import columns_of, typed_name
from pipelines.validation.suites import Role, Suite
from tests.tables_of import table_of

MEXICAN = Locale(decimal=".", group=",", date="dmy")
BRAZILIAN = Locale(decimal=",", group=".", date="dmy")
FRENCH = Locale(decimal=",", group=" ", date="dmy")
ISO = Locale()


def understood(
    kind: str, published: str | None, locale: Locale, tokens: tuple[str, ...] = ()
) -> tuple[object, object]:
    """(as text, as number or date) of one published cell."""
    role = Role(type=kind, level="core")  # type: ignore[arg-type]
    layout = Layout("x", "1", "x", {"role": ("Column",)}, locale=locale, null_tokens=tokens)
    with table_of(["Column"], [[published]]) as table:
        columns = columns_of(
            table, Fit(layout, {"role": "Column"}, ()), Suite("s", "1", "x", {}, {"role": role}, ())
        )
        query = columns.select(["role"], ["role"])
        ((text, typed),) = table.connection.execute(
            f'SELECT "role", "{typed_name("role")}" FROM {query}'
        ).fetchall()
    return text, typed


@pytest.mark.parametrize(
    ("published", "locale", "text", "number"),
    [
        ("1234.5", ISO, "1234.5", 1234.5),
        ("-1234.5", ISO, "-1234.5", -1234.5),
        ("+7", ISO, "7", 7.0),
        ("1,234,567.80", MEXICAN, "1234567.80", 1234567.8),
        ("12,34.5", MEXICAN, "12,34.5", None),
        (" 12 ", MEXICAN, "12", 12.0),
        ("1.234,56", BRAZILIAN, "1234.56", 1234.56),
        ("1.234", BRAZILIAN, "1234", 1234.0),
        ("1234.5", BRAZILIAN, "1234.5", 1234.5),
        ("454 000,50", FRENCH, "454000.50", 454000.5),
        (" 454\u00a0000,50  ", FRENCH, "454000.50", 454000.5),
        ("1\u202f454\u202f000", FRENCH, "1454000", 1454000.0),
        ("45 40,50", FRENCH, "45 40,50", None),
        ("$ 5", MEXICAN, "$ 5", None),
        ("1e3", ISO, "1e3", 1000.0),
        ("nan", ISO, "nan", None),
        ("-Infinity", ISO, "-Infinity", None),
        ("", ISO, None, None),
        ("   ", ISO, None, None),
        (None, ISO, None, None),
    ],
)
def test_numbers(published: str | None, locale: Locale, text: str | None, number: float | None) -> None:
    assert understood("number", published, locale) == (text, number)


@pytest.mark.parametrize(
    ("published", "locale", "text", "day"),
    [
        ("2025-12-31", MEXICAN, "2025-12-31", "2025-12-31"),
        (" 2025-12-31 ", ISO, "2025-12-31", "2025-12-31"),
        ("31/12/2025", MEXICAN, "2025-12-31", "2025-12-31"),
        ("31/12/2025 10:15:00 a.m.", MEXICAN, "2025-12-31", "2025-12-31"),
        ("2025-12-31T10:15:00Z", ISO, "2025-12-31", "2025-12-31"),
        ("2025-1-5", ISO, "2025-01-05", "2025-01-05"),
        ("31/02/2025", MEXICAN, "31/02/2025", None),
        ("2025-02-31", ISO, "2025-02-31", None),
        ("-025-01-01", ISO, "-025-01-01", None),
        ("+025-01-01", ISO, "+025-01-01", None),
        ("2025-1a-01", ISO, "2025-1a-01", None),
        ("2025- 1-01", ISO, "2025- 1-01", None),
        ("5-1-1", ISO, "5-1-1", None),
        ("12/31/2025", MEXICAN, "12/31/2025", None),
        ("2025", ISO, "2025", None),
    ],
)
def test_dates(published: str, locale: Locale, text: str, day: str | None) -> None:
    found, instant = understood("date", published, locale)
    assert (found, str(instant)) == (text, f"{day} 00:00:00" if day else "None")


def test_null_tokens_and_blanks_are_missing_and_texts_stay_as_published() -> None:
    assert understood("text", " s/n ", ISO, ("S/N",)) == (None, None)
    assert understood("text", " a ", ISO, ("S/N",)) == (" a ", " a ")
    assert understood("text", " ñ", ISO) == (" ñ", " ñ")
    assert understood("text", "\t", ISO) == ("\t", "\t")
