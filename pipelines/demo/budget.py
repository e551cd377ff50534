"""The budget (budgets): 600 lines of two years, the same on every night.

Belongs here: the rows of presupuesto.csv. The key of a line is year, branch, unit and item of expenditure
(partida específica); branch and unit are those of the contracts.
"""

from __future__ import annotations

from pipelines.demo.bodies import FEDERAL
from pipelines.demo.people import cents, decimal_point, stream

HEADER = (
    "Ciclo",
    "Ramo",
    "Descripción del ramo",
    "Unidad responsable",
    "Partida específica",
    "Monto aprobado",
    "Monto modificado",
    "Monto ejercido",
)
# Items of expenditure (five digits): pay, goods, services, works.
ITEMS = "11301 13201 14101 15401 21101 21401 22104 25301 26102 31101 32301 33901 35801 51501 62201"
# Year and the share of the year's money that had been spent when the file was published.
YEARS = ((2025, 0.88, 1.0), (2026, 0.04, 0.14))


def rows(seed: int) -> list[list[str]]:
    """The budget as presupuesto.csv writes it: one row a year, unit and item of expenditure."""
    rng = stream(seed, "budget")
    lines = []
    for year, least, most in YEARS:
        for body in FEDERAL:
            for item in ITEMS.split():
                approved = cents(rng, 200_000, 60_000_000)
                changed = round(approved * rng.uniform(0.85, 1.2))
                spent = round(changed * rng.uniform(least, most))
                amounts = [decimal_point(amount) for amount in (approved, changed, spent)]
                lines.append([str(year), body.branch, body.branch_name, body.unit, item, *amounts])
    return lines
