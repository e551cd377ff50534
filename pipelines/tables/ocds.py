"""Open Contracting Data Standard: release and record packages, single releases, lists and lines of them.

Belongs here: which releases a file holds and how a release becomes tables: `releases`, and one table for each
array of objects in it (`parties`, `awards`, `awards_suppliers`, `tender_items`, ...), every child row with
the ids of its parents (`ocid`, `release_id`, `award_id`, ...) and a `_row` of its own. Source: OCDS 1.1
reference, release and record schema. Does not belong here: JSON itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.json_children import MAX_TABLES, Tables, add_child, table_name
from pipelines.tables.json_records import finished
from pipelines.tables.json_source import Found
from pipelines.tables.json_values import flatten, scalar
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace

RELEASES = "releases"
_FIRST = ("ocid", "id", "date", "tag", "initiationType", "buyer/id", "buyer/name")
_OF_A_RELEASE = {"tag", "initiationType", "parties", "buyer", "planning", "tender", "awards", "contracts"}
_OF_A_RECORD = {"compiledRelease", "versionedRelease", "releases"}
_OF_A_PACKAGE = {"uri", "publishedDate", "publisher", "version", "license", "extensions"}


def unpacked(value: Any) -> list[Any] | None:
    """The releases or records that one JSON value holds: a package's, or the one that it is; else None."""
    if not isinstance(value, Mapping):
        return None
    if _is_one(value):
        return [value]
    inside = value.get("records", value.get("releases"))
    if not isinstance(inside, list):
        return None
    # What says of itself that it is a package is one even if what is inside has lost its identifiers.
    package = len(_OF_A_PACKAGE & value.keys()) >= (3 if inside else 2)
    known = package or any(map(recognises, inside[:10]))
    return inside if known else None


def recognises(value: Any) -> bool:
    """Whether an object is a release, a record, or a package of them."""
    return unpacked(value) is not None


def _is_one(value: Mapping[str, Any]) -> bool:
    """Whether an object is a release or a record; some publishers leave the `ocid` out."""
    named = isinstance(value.get("ocid"), str) and bool((_OF_A_RELEASE | _OF_A_RECORD) & value.keys())
    compiled = isinstance(value.get("compiledRelease"), Mapping)
    return named or compiled or len(_OF_A_RELEASE & value.keys()) >= 3


def read(source: Found, space: Workspace) -> list[Table]:
    """Put releases and records into tables, `releases` first. Raises `ReadFault` when there is nothing."""
    main = Records(space, space.relation())
    for name in _FIRST:
        main.grow(name)
    built = Tables(space, {RELEASES: main})
    row = 0
    for number, item in source.items:
        if isinstance(item, Mapping):
            for release in _releases(item):
                row = max(
                    row + 1, number
                )  # the item's number, unless an item before it held several releases
                _add_release(built, row, release)
        else:
            source.lose(number)
    if not main.rows and source.lost:
        raise ReadFault(FaultKind.NO_TABLE, "The package holds no releases.", "Publish releases or records.")
    if built.dropped:
        source.notes.append(f"{built.dropped} objects in arrays after the first {MAX_TABLES} were not read.")
    del built.tables[RELEASES]
    return [
        finished(main, source, RELEASES, "ocds"),
        *(table.finish(space.report(name, "ocds")) for name, table in built.tables.items()),
    ]


def _releases(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A record's compiled release, else the releases embedded in it (or in a package), else the object."""
    compiled = item.get("compiledRelease")
    if isinstance(compiled, Mapping):
        return [{"ocid": item.get("ocid"), **compiled}]
    inside = item.get("records", item.get("releases"))
    embedded = [
        release
        for each in (inside if isinstance(inside, list) else [])
        if recognises(each) and "url" not in each  # a linked release is only an address, a date and a tag
        for release in _releases(each)
    ]
    return embedded or [{key: value for key, value in item.items() if key not in _OF_A_RECORD}]


def _add_release(built: Tables, row: int, release: Mapping[str, Any]) -> None:
    flat, arrays = flatten(release)
    built.tables[RELEASES].add(row, flat)
    parents = {"ocid": flat.get("ocid"), "release_id": flat.get("id")}
    buyer = _buyer(flat, release)
    awards = _by_id(release.get("awards"))
    for path, array in arrays:
        for child in array:
            context = {**buyer, **_of_contract(child, awards)} if path == "contracts" else {}
            add_child(built, table_name("", path, RELEASES), child, parents, context, depth=1)


def _buyer(flat: Mapping[str, str | None], release: Mapping[str, Any]) -> dict[str, str | None]:
    """Who buys and how, for each contract: the release's `buyer`, else its first party with that role."""
    given = _given(flat, {name: name for name in ("buyer/id", "buyer/name", "tender/procurementMethod")})
    parties = release.get("parties")
    for party in parties if isinstance(parties, list) else ():
        if not {"buyer/id", "buyer/name"} & given.keys() and isinstance(party, Mapping):
            known, _ = flatten(party)
            if "buyer" in (known.get("roles") or "").split(";"):
                given.update(_given(known, {"buyer/id": "id", "buyer/name": "name"}))
    return given


def _by_id(awards: Any) -> dict[str, dict[str, str | None]]:
    """What a register of contracts needs to know of each award, by the award's id."""
    known = {}
    for award in awards if isinstance(awards, list) else ():
        if isinstance(award, Mapping):
            flat = {**flatten(award)[0], **_first_supplier(award)}
            names = ("date", "suppliers/0/id", "suppliers/0/name")
            known[flat.get("id") or ""] = _given(flat, {f"award/{name}": name for name in names})
    return known


def _of_contract(contract: Any, awards: Mapping[str, dict[str, str | None]]) -> dict[str, str | None]:
    """The award that a contract belongs to (OCDS: `awardID` is the `id` of an award of the same release).

    Also the contract's own first supplier, which Mexico's federal publisher adds to the standard.
    """
    if not isinstance(contract, Mapping):
        return {}
    key = contract.get("awardID")
    award = awards.get(scalar(key) or "", {}) if isinstance(key, str | int) else {}
    return {**award, **_first_supplier(contract)}


def _first_supplier(item: Mapping[str, Any]) -> dict[str, str | None]:
    suppliers = item.get("suppliers")
    first = suppliers[0] if isinstance(suppliers, list) and suppliers else None
    flat = flatten(first)[0] if isinstance(first, Mapping) else {}
    return _given(flat, {f"suppliers/0/{name}": name for name in ("id", "name")})


def _given(flat: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, str | None]:
    return {new: flat[old] for new, old in names.items() if flat.get(old) is not None}
