"""Every way in which a portal was seen to write how often a dataset changes."""

from __future__ import annotations

import pytest

from pipelines.portals.periodicity import days

EU = "http://publications.europa.eu/resource/authority/frequency/"
DUBLIN_CORE = "http://purl.org/cld/freq/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R/P1Y", 365.25),
        ("R/P1M", 30.44),
        ("R/P0.5M", 15.22),
        ("R/P0.33W", 2.31),
        ("R/P2W", 14),
        ("R5/P3.5D", 3.5),
        ("R/PT1H", 1 / 24),
        ("P1Y6M", 547.9),
        ("p1d", 1),
        (EU + "MONTHLY", 30.44),
        (EU + "ANNUAL_2", 182.6),
        (EU + "BIMONTHLY", 60.9),
        (EU + "UPDATE_CONT", 1),
        (DUBLIN_CORE + "threeTimesAYear", 121.75),
        (DUBLIN_CORE + "semimonthly", 15.22),
        (DUBLIN_CORE + "biweekly/", 14),
        ("fortnightly", 14),
        ("Annually", 365.25),
        ("Mensual", 30.44),
        ("  QUINCENAL ", 15.22),
        ("Anual (enero)", 365.25),
        ("Actualización trimestral", 91.3),
        ("cada 3 meses", 91.3),
        ("cada 2 años", 730.5),
        ("Every 2  weeks", 14),
        ("tous les 6 mois", 182.6),
        ("Hebdomadaire", 7),
        ("Diária", 1),
        ("tiempo real", 1),
        ("cuatrimestral", 121.75),
    ],
)
def test_known_ways(text: str, expected: float) -> None:
    assert days(text) == pytest.approx(expected, rel=0.002)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "irregular",
        "eventual",
        "no se actualiza",
        EU + "IRREG",
        EU + "NEVER",
        DUBLIN_CORE + "irregular",
        "asNeeded",
        "unknown",
        "anual o mensual",
        "R/P",
        "P",
        "PT",
        "R/P0D",
        "R/P1..5M",
        "R/P999999Y",
        "cada 0 meses",
        "cada 3 lunas",
        "http://",
        "\x00" * 5000,
    ],
)
def test_what_tells_no_period(text: str | None) -> None:
    assert days(text) is None
