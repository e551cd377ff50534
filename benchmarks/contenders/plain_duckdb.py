"""What DuckDB alone takes: its bare parse of the file, and one query written by hand for these very rules.

Belongs here: the two floors. The query is what somebody who knows the rules and the file would write: every count in
one pass straight over the CSV, with neither evidence nor thresholds. It is kept as fast as it can be made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.suite import CURRENCIES, DATE, METHODS, NUMBER, OCID, RFC, ROLES, STATUSES


def parse(path: Path) -> int:
    """DuckDB's own parse of every cell, with nothing kept."""
    from pipelines import duck

    columns = ", ".join(f"hash({name})" for name in ROLES)
    query = f"SELECT count(*), bit_xor(hash({columns})) FROM read_csv(?, all_varchar = true)"
    return int(duck.connect().execute(query, [str(path)]).fetchall()[0][0])


def by_hand(path: Path) -> dict[str, Any]:
    """Every count of the rules, by one query over the CSV."""
    from pipelines import duck

    rows, *counted = duck.connect().execute(BY_HAND, [str(path)]).fetchall()[0]
    counts = {str(number): {"conforming": count} for number, count in enumerate(counted)}
    missing = rows > counts["1"]["conforming"]  # which has a hash, too, and is no repeated value
    counts["7"] = {"repeated": counts["1"]["conforming"] + missing - counts["7"]["conforming"]}
    counts["8"] = {"repeated": rows - counts["8"]["conforming"]}
    counts["15"] = {"failing": counts["15"]["conforming"]}
    return {"rows": rows, "counts": counts}


def _members(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


BY_HAND = f"""
SELECT count(*), count(ocid), count(contract_id), count(buyer_name), count(supplier_name), count(supplier_id),
  count(date_signed), count(currency) FILTER (value_amount IS NOT NULL),
  count(DISTINCT hash(contract_id)), count(DISTINCT hash(ocid, contract_id)),
  count_if(regexp_matches(ocid, '{OCID}')), count_if(regexp_matches(supplier_id, '{RFC}')),
  count_if(regexp_matches(value_amount, '{NUMBER}')), count_if(regexp_matches(date_signed, '{DATE}')),
  count_if(regexp_matches(start_date, '{DATE}')), count_if(regexp_matches(end_date, '{DATE}')),
  count_if(regexp_matches(buyer_name, '^\\s|\\s$')), count_if(currency IN ({_members(CURRENCIES)})),
  count_if(procurement_method IN ({_members(METHODS)})), count_if(status IN ({_members(STATUSES)})),
  count_if(amount >= 0), count_if(amount BETWEEN 1 AND 100000000000), count_if(signed >= DATE '1990-01-01'),
  count_if(started >= signed), count_if(ended >= started), count_if(length(title) BETWEEN 5 AND 500)
FROM (
  SELECT *, try_cast(value_amount AS DOUBLE) AS amount, try_cast(date_signed AS DATE) AS signed,
    try_cast(start_date AS DATE) AS started, try_cast(end_date AS DATE) AS ended
  FROM read_csv(?, all_varchar = true)
)
"""
