"""The contracts CSV and the 25 expectations that every contender of `benchmarks.validate` judges.

Belongs here: the data and the rules, alike for all. Does not belong here: any contender. It needs nothing but the
standard library until our own suite is asked for, because the others run in an environment without Veedor.
"""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.validation.suites import Expectation, Suite

SEED = 2017
CURRENCIES = ("MXN", "USD", "EUR", "BRL", "CAD")
METHODS = ("open", "selective", "limited", "direct")
STATUSES = ("pending", "active", "cancelled", "terminated")
RFC = r"^[A-Z]{3}[0-9]{6}[A-Z0-9]{3}$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
OCID = r"^ocds-[a-z0-9]{6}-.+$"
ROLES = {
    "ocid": "identifier",
    "contract_id": "identifier",
    "title": "text",
    "description": "text",
    "status": "code",
    "buyer_id": "identifier",
    "buyer_name": "text",
    "supplier_id": "identifier",
    "supplier_name": "text",
    "value_amount": "number",
    "currency": "code",
    "date_signed": "date",
    "start_date": "date",
    "end_date": "date",
    "procurement_method": "code",
    "items": "text",
    "budget_line": "identifier",
    "document_url": "url",
    "state": "text",
    "notes": "text",
}
V, P = "expect_column_values_to_", "expect_column_pair_values_a_to_be_greater_than_b"
IGNORED = {"or_equal": True, "ignore_row_if": "either_value_is_missing"}
WITH_AMOUNT = {"row_condition": "value_amount.notnull()", "condition_parser": "pandas"}
# What rules on order and size compare: the value that the text stands for, missing where it stands for none.
TYPED = {"value_amount": "number", "date_signed": "date", "start_date": "date", "end_date": "date"}
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    *(
        (f"{V}not_be_null", {"column": name})
        for name in ("ocid", "contract_id", "buyer_name", "supplier_name")
    ),
    (f"{V}not_be_null", {"column": "supplier_id", "mostly": 0.95}),
    (f"{V}not_be_null", {"column": "date_signed", "mostly": 0.9}),
    (f"{V}not_be_null", {"column": "currency", **WITH_AMOUNT}),
    (f"{V}be_unique", {"column": "contract_id"}),
    ("expect_compound_columns_to_be_unique", {"column_list": ["ocid", "contract_id"]}),
    (f"{V}match_regex", {"column": "ocid", "regex": OCID}),
    (f"{V}match_regex", {"column": "supplier_id", "regex": RFC}),
    (f"{V}match_regex", {"column": "value_amount", "regex": NUMBER}),
    *(
        (f"{V}match_regex", {"column": name, "regex": DATE})
        for name in ("date_signed", "start_date", "end_date")
    ),
    (f"{V}not_match_regex", {"column": "buyer_name", "regex": r"^\s|\s$"}),
    (f"{V}be_in_set", {"column": "currency", "value_set": list(CURRENCIES)}),
    (f"{V}be_in_set", {"column": "procurement_method", "value_set": list(METHODS)}),
    (f"{V}be_in_set", {"column": "status", "value_set": list(STATUSES)}),
    (f"{V}be_between", {"column": "value_amount", "min_value": 0}),
    (
        f"{V}be_between",
        {"column": "value_amount", "min_value": 1, "max_value": 100_000_000_000, "mostly": 0.99},
    ),
    (f"{V}be_between", {"column": "date_signed", "min_value": "1990-01-01T00:00:00"}),
    (P, {"column_A": "start_date", "column_B": "date_signed", **IGNORED}),
    (P, {"column_A": "end_date", "column_B": "start_date", **IGNORED}),
    ("expect_column_value_lengths_to_be_between", {"column": "title", "min_value": 5, "max_value": 500}),
)


def generate(path: Path, rows: int) -> None:
    """Write a UTF-8 contracts CSV of `rows` records, one a line; some break each kind of rule.

    Alike for the same number, and a smaller file is the beginning of a larger one. No identifier is there three times.
    """
    dice = random.Random(SEED)  # noqa: S311 - test data, no secret
    chance, bits = dice.random, dice.getrandbits

    def below(limit: int) -> int:
        """`randrange`, number for number, in half the time."""
        width = limit.bit_length()
        drawn = bits(width)
        while drawn >= limit:
            drawn = bits(width)
        return drawn

    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(",".join(ROLES) + "\n")
        for number in range(rows):
            double = number - 1 if number and chance() < 0.0005 else number
            year, month, day = 2018 + below(8), 1 + below(12), 1 + below(28)
            signed = (
                f"{year}-{month:02}-{day:02}" if chance() > 0.02 else ("" if chance() < 0.9 else "31/02/2025")
            )
            start = f"{year}-{month:02}-{min(28, day + below(5)):02}"
            end = f"{year + (1 if chance() > 0.001 else -1)}-{month:02}-{day:02}"
            amount = f"{below(10**9) / 100}" if chance() > 0.001 else ("" if chance() < 0.5 else "N/D")
            supplier = f"PEJ{below(10**6):06}AB{below(10)}" if chance() > 0.03 else ""
            blank = " " if chance() < 0.002 else ""
            currency = CURRENCIES[below(5)] if chance() > 0.001 else "PESOS"
            handle.write(
                f"ocds-abc123-{double:09},C-2026-{double:09},Adquisición de «material» n.º {below(10**6)},"
                f"Contrato abierto para el suministro de bienes y servicios de la unidad {below(10**4)},"
                f'{STATUSES[below(4)]},B{below(200):04},"Secretaría {below(200)}, Oficialía{blank}",{supplier},'
                f"Proveedora Ejemplo {below(9000)} SA de CV,{amount},{currency},{signed},{start},{end},"
                f"{METHODS[below(4)]},Partida {below(99)},{below(10**5):05},"
                f"https://contratos.example/{number:09}.pdf,Estado {below(32)},{'' if chance() < 0.7 else 'nota'}\n"
            )


def head(source: Path, path: Path, rows: int) -> None:
    """The first `rows` records of a generated file, in `path`. Raises `ValueError` when there are fewer."""
    with source.open("rb") as lines, path.open("wb") as handle:
        written = sum(1 for line in islice(lines, rows + 1) if handle.write(line))
    if written != rows + 1:
        raise ValueError(f"{source} has {written - 1} records, not {rows}")


def expectations() -> tuple[Expectation, ...]:
    """The rules as a suite holds them, with the keys "0", "1", ..."""
    from pipelines.model import Severity
    from pipelines.validation.suites import Expectation

    return tuple(
        Expectation(
            key=str(number),
            type=kind,
            kwargs=kwargs,
            severity=Severity.WARNING,
            roles=_needs(kwargs),
            needs=_needs(kwargs),
            dimension="validity",
            principle="P2",
            basis="",
            title={},
            advice={},
            raw={"type": kind, "kwargs": kwargs, "meta": {"key": str(number)}},
        )
        for number, (kind, kwargs) in enumerate(ASKED)
    )


def suite() -> Suite:
    """The suite of all contenders."""
    from pipelines.validation.suites import Role, Suite

    roles = {name: Role.model_validate({"type": kind, "level": "core"}) for name, kind in ROLES.items()}
    return Suite("benchmark", "1.0.0", "contracts_register", {}, roles, expectations())


def _needs(kwargs: dict[str, Any]) -> tuple[str, ...]:
    named = {kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs}
    condition = {"value_amount"} if "row_condition" in kwargs else set()
    return tuple(sorted(named | set(kwargs.get("column_list", ())) | condition))
