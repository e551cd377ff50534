"""The standing faults: what is wrong with the data on every night, and how often.

Belongs here: the table `KNOWN_FAULTS`, which says what a careful reader must find, and the functions that
put it in. Does not belong here: the change for the worse of the fourth night (`story.py`). Faults fall on
records of the first edition only, each record has at most one, and later editions add none, so that every
count holds on every night and for every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipelines.demo import officials, sanctions
from pipelines.demo.contracts import FIRST_EDITION, Contract
from pipelines.demo.officials import Official
from pipelines.demo.people import stream
from pipelines.demo.sanctions import DEBARRED, Sanction
from pipelines.demo.tenders import FIRST_RELEASES

# The release package is made from the last contracts of the first edition; those are left sound.
SPOILABLE = FIRST_EDITION - FIRST_RELEASES


@dataclass(frozen=True)
class KnownFault:
    """A fault of one dataset (its name on the demo's portal) and the number of rows that have it."""

    dataset: str
    fault: str
    count: int
    description: str


KNOWN_FAULTS: tuple[KnownFault, ...] = (
    KnownFault("contratos", "blank_supplier_rfc", FIRST_EDITION * 4 // 100, "RFC del proveedor is blank"),
    KnownFault("contratos", "misshapen_supplier_rfc", 6, "RFC del proveedor has lost its last character"),
    KnownFault("contratos", "ends_before_start", 3, "Fecha de fin is before Fecha de inicio"),
    KnownFault("contratos", "duplicated_code", 2, "Código del contrato is that of another contract"),
    KnownFault("contratos", "placeholder_procedure_code", 5, "Código del expediente is S/N"),
    KnownFault("contratos", "signed_in_the_future", 1, "all three dates are 36 years too late"),
    KnownFault("contratos", "trailing_blank", 7, "Institución ends in a blank"),
    KnownFault("contratos", "malformed_currency", 1, "Moneda is M.N. instead of a code of ISO 4217"),
    KnownFault("sancionados", "debarred_without_end", 2, "Fecha de término of an Inhabilitación is blank"),
    KnownFault("servidores", "missing_body_code", 5, "Clave de la dependencia is blank"),
)


def _later(day: date) -> date:
    return day.replace(year=day.year + 36)  # 2026 typed as 2062; 36 years keep a 29 February


def _ends_early(item: Contract) -> Contract:
    start = item.signed + timedelta(days=20)
    return replace(item, start=start, end=start - timedelta(days=10))


# `duplicated_code` is missing here because it takes two records.
CONTRACT_FAULTS: dict[str, Callable[[Contract], Contract]] = {
    "blank_supplier_rfc": lambda item: replace(item, supplier_rfc=""),
    "misshapen_supplier_rfc": lambda item: replace(item, supplier_rfc=item.supplier_rfc[:-1]),
    "ends_before_start": _ends_early,
    "placeholder_procedure_code": lambda item: replace(item, procedure_code="S/N"),
    "signed_in_the_future": lambda item: replace(
        item, signed=_later(item.signed), start=_later(item.start), end=_later(item.end)
    ),
    "trailing_blank": lambda item: replace(item, body_name=item.body_name + " "),
    "malformed_currency": lambda item: replace(item, currency="M.N."),
}


def _count(fault: str) -> int:
    return next(known.count for known in KNOWN_FAULTS if known.fault == fault)


def spoil_contracts(seed: int, records: Sequence[Contract]) -> list[Contract]:
    """The contracts with their standing faults."""
    spoiled, rng = list(records), stream(seed, "faults", "contratos")
    places = iter(rng.sample(range(SPOILABLE), SPOILABLE))
    for fault, spoil in CONTRACT_FAULTS.items():
        for _ in range(_count(fault)):
            place = next(places)
            spoiled[place] = spoil(spoiled[place])
    for _ in range(_count("duplicated_code")):
        place, other = next(places), next(places)
        spoiled[place] = replace(spoiled[place], code=spoiled[other].code)
    return spoiled


def spoil_sanctions(seed: int, records: Sequence[Sanction]) -> list[Sanction]:
    """The sanctions with their standing faults."""
    spoiled, rng = list(records), stream(seed, "faults", "sancionados")
    debarred = [place for place in range(sanctions.FIRST_EDITION) if records[place].sanction == DEBARRED]
    for place in rng.sample(debarred, _count("debarred_without_end")):
        spoiled[place] = replace(spoiled[place], end=None)
    return spoiled


def spoil_officials(seed: int, records: Sequence[Official]) -> list[Official]:
    """The officials with their standing faults."""
    spoiled, rng = list(records), stream(seed, "faults", "servidores")
    for place in rng.sample(range(officials.FIRST_EDITION), _count("missing_body_code")):
        spoiled[place] = replace(spoiled[place], body_code="")
    return spoiled
