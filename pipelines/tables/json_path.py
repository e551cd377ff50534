"""The records at a given path inside a JSON value, and the paths at which a value holds any.

Belongs here: following the steps through objects and arrays. Does not belong here: how a path is written
(`pipelines.record_path`), or a file (`json_source`, `json_stream`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.record_path import written
from pipelines.tables import json_shapes
from pipelines.tables.part import NotThere

_MAX_DEPTH = 6
_MAX_PATHS = 1_000
_LOOKED_AT = 100


def inside(value: Any, keys: Sequence[str]) -> Any:
    """What stands at `keys`: one value, or the list of what stands there in all items of the arrays on the way.

    None when nothing does.
    """
    level = [value]
    for key in keys:
        level = [
            each[key] for item in level for each in _each(item) if isinstance(each, Mapping) and key in each
        ]
        if not level:
            return None
    if len(level) == 1:
        return level[0]
    return [each for item in level for each in (item if isinstance(item, list) else [item])]


def records(whole: Any, value: Any, keys: Sequence[str]) -> Iterable[Any]:
    """The records in the `value` that stands at `keys` of `whole`. Raises `NotThere` when it holds none."""
    beside = json_shapes.shaped(whole)
    if beside and beside[0] == "/".join(keys):  # rows, whose columns may be named beside them
        return beside[1]
    shape = json_shapes.shaped(value) if isinstance(value, list | Mapping) else None
    if shape and not shape[0]:
        return shape[1]
    found = [value] if isinstance(value, Mapping) else value
    if not isinstance(found, list) or not any(isinstance(item, Mapping) for item in found):
        raise not_there(keys, paths(whole))
    return found


def paths(value: Any) -> Counter[tuple[str, ...]]:
    """Where arrays of objects are inside `value`, and how many objects each place holds, as far as is looked."""
    found: Counter[tuple[str, ...]] = Counter()
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting and len(found) < _MAX_PATHS:
        at, here = waiting.pop()
        if isinstance(here, list):
            found[at] += sum(isinstance(item, Mapping) for item in here)
            waiting.extend((at, item) for item in here[:_LOOKED_AT] if isinstance(item, Mapping))
        elif isinstance(here, Mapping) and len(at) < _MAX_DEPTH:
            waiting.extend(
                ((*at, str(key)), inner) for key, inner in here.items() if isinstance(inner, list | dict)
            )
    return +found


def not_there(keys: Sequence[str], there: Mapping[tuple[str, ...], int]) -> NotThere:
    """The fault of a file without records at `keys`; it holds objects at the paths `there`, so many at each."""
    ranked = sorted((at for at in there if at), key=lambda at: -there[at])
    return NotThere(
        "The JSON has no records at",
        written(keys),
        "record_path",
        (f"{written(at)} ({there[at]:,})" for at in ranked),
    )


def _each(item: Any) -> Iterator[Any]:
    """The value itself, or the items of an array, however deep."""
    if isinstance(item, list):
        for inner in item:
            yield from _each(inner)
    else:
        yield item
