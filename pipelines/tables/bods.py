"""Beneficial Ownership Data Standard, 0.1 to 0.4: one table for each kind of statement.

Belongs here: telling statements, and their tables: `ownership_or_control` (main when there is one), `entity`,
`person`, each array inside a statement as a table of its own with the statement's id. `_row` is the number of
the statement in the file. Beside each statement stand its first identifier, name, address and interest
(`identifiers/0/id`), as most have no more, and beside each interest both ends of it, its state and its date. The
last table, `statements`, holds the statements of every kind, each as a whole in JSON (`statement`): only there can be
seen whether what one refers to exists, and whether it follows the standard, for which JSON's own types and what is
absent count. Of a statement before 0.4 it has little else, as nothing else is asked of it there.
Source: BODS 0.1-0.3 (`statementType`) and 0.4 (`recordType`). Does not belong here: JSON itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.json_children import Tables, add_child, table_name
from pipelines.tables.json_records import finished
from pipelines.tables.json_source import Found
from pipelines.tables.json_values import dumped, flatten
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace

_KINDS = {
    "ownershipOrControlStatement": "ownership_or_control",
    "relationship": "ownership_or_control",
    "entityStatement": "entity",
    "entity": "entity",
    "personStatement": "person",
    "person": "person",
}
ALL, WHOLE = "statements", "statement"
KINDS = ("ownership_or_control", "entity", "person", "statement")
_BESIDE = ("identifiers", "names", "addresses", "interests")
_BESIDE_INTERESTS = ("subject", "interestedParty", "recordStatus", "statementDate")
_OLDER = ("statementID", "statementType", "statementDate", "publicationDetails/publicationDate")
_OF_A_STATEMENT = {"statementID", "statementId", "statementDate", "recordId", "recordDetails", "bodsVersion"}


def unpacked(value: Any) -> list[Any] | None:
    """A single statement as a list; None for everything else (arrays are found as in any JSON)."""
    return [value] if recognises(value) else None


def recognises(value: Any) -> bool:
    """Whether an object is a statement, of a known kind or not."""
    if not isinstance(value, Mapping):
        return False
    return _kind(value) != "statement" and bool(_OF_A_STATEMENT & value.keys())


def read(source: Found, space: Workspace) -> list[Table]:
    """Put statements into tables. Raises `ReadFault` when there is none."""
    built = Tables(space)
    mains: dict[str, Records] = {}
    together = Records(space, space.relation())
    for number, item in source.items:
        if not isinstance(item, Mapping):
            source.lose(number)
            continue
        kind = _kind(item)
        if kind not in mains:
            mains[kind] = Records(space, space.relation())
        flat, arrays = flatten(item)
        parents = {"statement_id": flat.get("statementID") or flat.get("statementId")}
        ends = {path: value for path, value in flat.items() if _of_record(path).startswith(_BESIDE_INTERESTS)}
        for path, array in arrays:
            name = _of_record(path)
            context = ends if name == "interests" else {}
            for child in array:
                add_child(built, table_name(kind, name, kind), child, parents, context, 1)
            if name in _BESIDE and array and isinstance(array[0], Mapping):
                flat |= {f"{path}/0/{field}": value for field, value in flatten(array[0])[0].items()}
        mains[kind].add(number, flat)
        asked = {path: flat[path] for path in _OLDER if path in flat} if "statementType" in item else flat
        together.add(number, {**asked, WHOLE: dumped(item)})
    if not mains:
        raise source.broken or ReadFault(
            FaultKind.NO_TABLE, "The file holds no statements.", "Publish an array of BODS statements."
        )
    main, *others = [kind for kind in KINDS if kind in mains]
    statements = sum(table.rows for table in mains.values())
    return [
        finished(mains[main], source, main, "bods", read=statements),
        *(mains[kind].finish(space.report(kind, "bods")) for kind in others),
        *(table.finish(space.report(name, "bods")) for name, table in built.tables.items()),
        together.finish(space.report(ALL, "bods")),
    ]


def _of_record(path: str) -> str:
    return path.removeprefix("recordDetails/")


def _kind(item: Mapping[str, Any]) -> str:
    name = item.get("statementType", item.get("recordType"))
    return _KINDS.get(name, "statement") if isinstance(name, str) else "statement"
