"""Tables that JSON holds in another shape than an array of objects.

Belongs here: the files that a package lists, columns of values, rows of values under named columns (CKAN's
datastore, Socrata's export, pandas), rows under a header row, objects under their keys. Each gives the place and
the records. Does not belong here: arrays of objects (`json_source`), or parsing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any

from pipelines.tables import header as headers
from pipelines.tables.header import column_name
from pipelines.tables.json_values import dumped, scalar

MAX_DEPTH = 3
_ROWS = ("records", "rows", "data", "values")
_COLUMNS = ("fields", "columns")
_OF_A_PACKAGE = frozenset({
    "contributors",
    "extras",
    "fields",
    "groups",
    "licenses",
    "relationships_as_object",
    "relationships_as_subject",
    "resources",
    "sources",
    "tags",
})  # fmt: skip
_KEYED = 3  # objects under keys that it takes to be a table

Shape = tuple[str, Iterable[Any]]
Made = Callable[[Iterable[Any]], Iterator[Any]]
_Rows = tuple[str, list[Any], Made]


def shaped(value: Any) -> Shape | None:
    """Where the records of `value` are, and the records, when it has one of these shapes; else None."""
    package = _package(value) if isinstance(value, dict) else None
    rows = None if package else _rows(value)
    if rows:
        where, items, made = rows
        return where, made(items)
    if package or not isinstance(value, dict):
        return package
    return _columns(value) or _keyed(value) or _inner_grid(value)


def _package(value: Mapping[str, Any]) -> Shape | None:
    """The files that a data package (Frictionless) or a dataset of CKAN lists; it describes, and holds no records."""
    files = value.get("resources")
    if not (isinstance(value.get("name"), str) and isinstance(files, list) and all(map(_is_object, files))):
        return None
    others = (key for key, inner in value.items() if isinstance(inner, list) and any(map(_is_object, inner)))
    return ("resources", files) if _OF_A_PACKAGE.issuperset(others) else None


def streamed(head: Any) -> tuple[str, Made] | None:
    """Where the rows are in a value of which only the `head` is known, and what makes records of them.

    None unless they are lists, under columns or a header that stand before them: nothing that follows can change
    what they mean.
    """
    rows = _rows(head)
    if not rows or not rows[1] or _is_object(rows[1][0]):
        return None
    return rows[0], rows[2]


def _rows(value: Any) -> _Rows | None:
    if isinstance(value, list):
        return ("", value, _under_header) if _is_grid(value) else None
    return _socrata(value) or _named_rows(value) if isinstance(value, dict) else None


def _socrata(value: Mapping[str, Any]) -> _Rows | None:
    """`rows.json` of Socrata: the columns under meta/view, the rows under data; its own columns left out."""
    meta, data = value.get("meta"), value.get("data")
    view = meta.get("view") if isinstance(meta, Mapping) else None
    columns = view.get("columns") if isinstance(view, Mapping) else None
    if not (isinstance(columns, list) and isinstance(data, list) and all(map(_is_object, columns))):
        return None
    names = _names([column.get("name") or column.get("fieldName") for column in columns])
    own = [column.get("dataTypeName") == "meta_data" for column in columns]
    if all(own):
        return None
    keep = [(index, name) for index, name in enumerate(names) if not own[index]]
    return "data", data, partial(_kept, keep)


def _kept(keep: list[tuple[int, str]], rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        known = isinstance(row, list)
        yield {name: row[index] if index < len(row) else None for index, name in keep} if known else row


def _named_rows(value: Mapping[str, Any], prefix: str = "", depth: int = 1) -> _Rows | None:
    """Rows beside the list of their columns: CKAN's datastore, pandas' `split` and `table`, and their like."""
    schema = value.get("schema")
    beside = [value, schema] if isinstance(schema, Mapping) else [value]
    columns = next(
        (found for place in beside for key in _COLUMNS if (found := _column_names(place.get(key)))), None
    )
    if columns:
        for key in _ROWS:
            rows = value.get(key)
            if isinstance(rows, list) and rows:
                if all(map(_is_object, rows[:100])):
                    return f"{prefix}{key}", rows, iter
                if all(isinstance(row, list) and len(row) == len(columns) for row in rows[:100]):
                    return f"{prefix}{key}", rows, partial(_zipped, _names(columns))
    for key, inner in value.items():
        if isinstance(inner, Mapping) and depth < MAX_DEPTH:
            below = _named_rows(inner, f"{prefix}{key}/", depth + 1)
            if below:
                return below
    return None


def _column_names(value: Any) -> list[Any] | None:
    """The names in a list of columns: texts, or objects with an id or a name."""
    if not isinstance(value, list) or not value:
        return None
    names = [
        next((item[key] for key in ("id", "name", "fieldName", "title") if item.get(key)), None)
        if isinstance(item, Mapping)
        else item
        for item in value
    ]
    return names if all(isinstance(name, str) and name for name in names) else None


def _columns(value: Mapping[str, Any]) -> Shape | None:
    """Two or more columns of equally many values, as lists or (pandas) under equal keys; nothing else beside."""
    columns = list(value.values())
    if len(columns) < 2:
        return None
    if all(isinstance(column, list) and column for column in columns):
        even = len({len(column) for column in columns}) == 1
        if even and all(_is_scalar(cell) for column in columns for cell in column):
            return "", _zipped(list(value), zip(*columns, strict=True))
    if all(isinstance(column, dict) and column for column in columns):
        keys = list(columns[0])
        counted = keys == [str(number) for number in range(len(keys))]
        if counted and all(list(column) == keys for column in columns):
            return "", _zipped(list(value), zip(*(column.values() for column in columns), strict=True))
    return None


def _keyed(value: Mapping[str, Any]) -> Shape | None:
    """Objects with the same fields under keys: the key becomes the column `key`."""
    if len(value) < _KEYED or not all(isinstance(item, Mapping) and item for item in value.values()):
        return None
    fields = [item.keys() for item in value.values()]
    if any(len(fields[0] & other) * 2 < len(fields[0] | other) for other in fields):
        return None
    return "", ({"key": key, **item} for key, item in value.items())


def _inner_grid(value: Mapping[str, Any]) -> Shape | None:
    """The largest list of rows that is directly inside, unless objects are there."""
    if any(isinstance(inner, list) and any(map(_is_object, inner[:100])) for inner in value.values()):
        return None
    grids = {key: inner for key, inner in value.items() if _is_grid(inner)}
    if not grids:
        return None
    where = max(grids, key=lambda key: len(grids[key]))
    return where, _under_header(grids[where])


def _is_grid(value: Any) -> bool:
    """Whether a list holds rows of two or more scalars; pairs of numbers are coordinates."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    first = value[:100]
    rows = all(isinstance(row, list) and len(row) >= 2 and all(map(_is_scalar, row)) for row in first)
    return rows and any(isinstance(cell, str) for row in first for cell in row)


def _under_header(rows: Iterable[Any]) -> Iterator[Any]:
    rest = iter(rows)
    first = list(islice(rest, headers.SAMPLE_ROWS))
    sample = [[scalar(cell) or "" for cell in row] for row in first if isinstance(row, list)]
    header = headers.find(sample)
    for row in chain(first[header.first :], rest):
        yield dict(zip(header.columns, row, strict=False)) if isinstance(row, list) else row


def _zipped(names: list[str], rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        yield dict(zip(names, row, strict=False)) if isinstance(row, list | tuple) else row


def _names(names: list[Any]) -> list[str]:
    seen: set[str] = set()
    return [
        column_name(name if isinstance(name, str) else dumped(name), index, seen)
        for index, name in enumerate(names, start=1)
    ]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, Mapping | list)
