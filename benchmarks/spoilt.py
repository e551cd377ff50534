"""A small contracts CSV in which rows break each of the 25 rules, and that for more reasons than one.

Belongs here: the file on which all contenders have to count alike before their speed is compared. The large file breaks
a few kinds of rules only, and a contender that never looks would pass there. Left out is where languages mean different
things: cells of blanks alone (missing to us), 2024-3-1 (understood by us), text in the form of a date that is none
(2025-02-31), missing values that are repeated, line ends in cells.
"""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.suite import ROLES, generate

GOOD = {
    "ocid": "ocds-abc123-{number}",
    "contract_id": "X-{number}",
    "title": "Papelería",
    "status": "active",
    "buyer_name": "Ayuntamiento de Ejemplo",
    "supplier_id": "PEJ010203AB1",
    "supplier_name": "Proveedora Ejemplo",
    "value_amount": "1500.50",
    "currency": "MXN",
    "date_signed": "2024-03-01",
    "start_date": "2024-03-01",
    "end_date": "2024-12-31",
    "procurement_method": "open",
}
SPOILT: tuple[dict[str, str], ...] = (
    *(
        {name: ""}
        for name in ("ocid", "contract_id", "buyer_name", "supplier_name", "supplier_id", "date_signed")
    ),
    {"currency": ""},
    {"currency": "", "value_amount": ""},
    *({"contract_id": "X-twice"} for _ in range(2)),
    *({"contract_id": "X-again", "ocid": "ocds-abc123-again"} for _ in range(2)),
    *({"ocid": text} for text in ("ocds-ABC123-1", "ocds-abc123-", "abc123-1", " ocds-abc123-2")),
    *({"supplier_id": text} for text in ("PEJ0102AB1", "pej010203ab1", "PEJ010203AB12", "PÉJ010203AB1")),
    *({"value_amount": text} for text in ("N/D", "1.234,56", "$12", "12 pesos", "-")),
    *({"value_amount": text} for text in ("-5", "-0.01", "0", "0.5", "100000000000", "100000000001")),
    *(
        {"date_signed": text}
        for text in ("31/12/2024", "2024-03", "S/F", "1989-12-31", "1990-01-01", "2024-03-02")
    ),
    *({"start_date": text} for text in ("01/03/2024", "2024-02-29", "", "pronto")),
    *({"end_date": text} for text in ("31/12/2024", "2024-02-29", "2024-03-01", "", "indefinido")),
    *({"buyer_name": text} for text in (" Ayuntamiento", "Ayuntamiento ", "\tAyuntamiento")),
    *({"currency": text} for text in ("PESOS", "mxn", "MXN ")),
    *({"procurement_method": text} for text in ("licitación", "Open", "")),
    *({"status": text} for text in ("?", "ACTIVE", "")),
    *({"title": text} for text in ("Obra", "Obras", "ñandú", "x" * 500, "x" * 501, "")),
)


def write(path: Path, rows: int = 2_000) -> int:
    """Write `rows` generated records and the spoilt ones; the number of all of them."""
    generate(path, rows)
    with path.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(ROLES), restval="", lineterminator="\n")
        for number, changes in enumerate(SPOILT):
            good = {name: text.format(number=number) for name, text in GOOD.items()}
            writer.writerow(good | changes)
    return rows + len(SPOILT)
