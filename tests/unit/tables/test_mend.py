"""Lines that do not split into the columns are made whole where exactly one reading fits."""

from __future__ import annotations

import pytest

from pipelines.tables.dialect import Dialect
from pipelines.tables.mend import Mender

ROWS = [
    [str(n), f"2026-01-{n:02}", f"{n}.50", f"Obra {n}, tramo norte", f"https://ejemplo.mx/{n}"]
    for n in range(10, 30)
]
WHOLE = ("31", "2026-01-31", "7.50", "Puente, ampliado", "https://ejemplo.mx/31")


@pytest.fixture
def mender() -> Mender:
    found = Mender.of(Dialect(), ROWS, 5)
    assert found
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('31,2026-01-31,7.50,"Puente, ampliado",https://ejemplo.mx/31', WHOLE),
        ('31,2026-01-31,,7.50,"Puente, ampliado",https://ejemplo.mx/31', WHOLE),
        ('31,2026-01-31,7.50"Puente, ampliado",https://ejemplo.mx/31', WHOLE),
        ('31,2026-01-31,7.50,"Puente, ampliado""https://ejemplo.mx/31"', WHOLE),
        ('31;2026-01-31;7.50;"Puente, ampliado";https://ejemplo.mx/31', WHOLE),
        ('31 2026-01-31 7.50 "Puente, ampliado" https://ejemplo.mx/31', WHOLE),
        ("31 2026-01-31 7.50 Puente ampliado https://ejemplo.mx/31", (*WHOLE[:3], "Puente ampliado", WHOLE[4])),
        ("31,2026-01-31,7.50,Puente ya, ampliado,https://ejemplo.mx/31", (*WHOLE[:3], "Puente ya, ampliado", WHOLE[4])),
        ('31,"2026-01-31,7.50,"Puente, ampliado",https://ejemplo.mx/31', ("31", '"2026-01-31', *WHOLE[2:])),
    ],
)  # fmt: skip
def test_the_one_reading(mender, line, expected):
    assert mender.mend(line) == expected


@pytest.mark.parametrize(
    "line", ["", "31", "a,b,c,d,e,f,g", '"', "31,2026-01-31,7.50", 'x"' * 3000, '"",' * 4000]
)
def test_no_reading(mender, line):
    assert mender.mend(line) is None


def test_two_readings_are_none():
    rows = [[f"{n} uno", f"{n} dos", "tres y"] for n in range(20)]
    mender = Mender.of(Dialect(), rows, 3)
    assert mender
    assert mender.mend("a b,c d,e f,g h") is None


def test_a_table_without_a_width_has_no_mender():
    assert Mender.of(Dialect(), [["a"] * (n % 5 + 1) for n in range(50)], 3) is None
    assert Mender.of(Dialect(), ROWS[:3], 5) is None
