"""What is published on which night: five editions of six files, and the one change for the worse.

Night 1 is the first edition. On nights 2 to 5 contracts, tenders, sanctions and officials grow a little;
companies and budget stay as they are, byte for byte. On night 4 contratos.csv has lost its column of
suppliers and every third amount; on night 5 both are back. Belongs here: that story and the sources file
that watches it. Does not belong here: how a record is made, or the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files as package_files

from pipelines.demo import budget, companies, contracts, officials, sanctions, tenders
from pipelines.demo.dates import FIRST_NIGHT as FIRST_NIGHT
from pipelines.demo.dates import NIGHTS as NIGHTS
from pipelines.demo.dates import night_date as night_date
from pipelines.demo.faults import spoil_contracts, spoil_officials, spoil_sanctions
from pipelines.demo.files import csv_bytes, json_bytes, xlsx_bytes, zip_bytes

BROKEN_NIGHT = 4
LOST_COLUMN = "Proveedor"
BLANKED_COLUMN = "Importe"


def edition(seed: int, night: int) -> Mapping[str, bytes]:
    """The six files of `night` (1 to 5) by name: the same seed and night always give the same bytes.

    Raises `ValueError` for a night that the story does not have.
    """
    day = night_date(night)
    firms = companies.firms(seed)
    signed = contracts.contracts(seed, night, firms)
    table = contracts.rows(spoil_contracts(seed, signed), day)
    header, table = broken(contracts.HEADER, table) if night == BROKEN_NIGHT else (contracts.HEADER, table)
    sanctioned = sanctions.rows(spoil_sanctions(seed, sanctions.sanctions(seed, night, firms)), day)
    employed = officials.rows(spoil_officials(seed, officials.officials(seed, night)))
    servidores = csv_bytes(officials.HEADER, employed, newline="\n")
    return {
        "contratos.csv": csv_bytes(header, table, encoding="latin-1", delimiter=";"),
        "licitaciones.json": json_bytes(tenders.package(seed, signed, firms, day)),
        "sancionados.csv": csv_bytes(sanctions.HEADER, sanctioned, encoding="utf-8-sig"),
        "empresas.xlsx": xlsx_bytes(companies.TITLE, companies.HEADER, companies.rows(firms)),
        "servidores.zip": zip_bytes({"servidores.csv": servidores}),
        "presupuesto.csv": csv_bytes(budget.HEADER, budget.rows(seed), encoding="utf-8-sig"),
    }


def broken(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], list[list[str]]]:
    """The same table as an export that went wrong: one column is gone, every third amount is blank."""
    lost, blanked = header.index(LOST_COLUMN), header.index(BLANKED_COLUMN)
    kept = [column for column in range(len(header)) if column != lost]
    return tuple(header[column] for column in kept), [
        ["" if column == blanked and number % 3 == 0 else row[column] for column in kept]
        for number, row in enumerate(rows, 1)
    ]


def sources(portal: str) -> str:
    """The text of the demo's sources.yaml for a portal at the address `portal`."""
    text = package_files("pipelines.demo").joinpath("sources.yaml").read_text(encoding="utf-8")
    return text.replace("{portal}", portal)
