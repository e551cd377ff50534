"""JSON: a standard with a reader of its own, or records of no known standard.

Belongs here: which standards there are, one line each, and the choice by the first records. Does not belong here:
where records are in a file (`json_source`), or any standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import bods, delimited, geojson, grants360, json_records, json_source, ocds
from pipelines.tables.json_source import Found
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace

# So many records are looked at: that the first one is empty or damaged says nothing of the others
_FIRST = 5
_TEXT = frozenset({"csv", "tsv", "tab", "txt", "text"})


@dataclass(frozen=True)
class Standard:
    """`unpacked(value)` gives the records inside a whole file's value, `recognises(record)` tells one record."""

    unpacked: Callable[[Any], list[Any] | None]
    recognises: Callable[[Any], bool]
    read: Callable[[Found, Workspace], list[Table]]


STANDARDS = (
    Standard(ocds.unpacked, ocds.recognises, ocds.read),
    Standard(bods.unpacked, bods.recognises, bods.read),
    Standard(geojson.unpacked, geojson.recognises, geojson.read),
    Standard(grants360.unpacked, grants360.recognises, grants360.read),
)


def read(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    """Read the records of a JSON file. Raises `ReadFault` when it holds none."""
    packages: list[Standard] = []

    def unpacked(value: Any) -> list[Any] | None:
        for standard in STANDARDS:
            inside = standard.unpacked(value)
            if inside is not None:
                packages.append(standard)
                return inside
        return None

    try:
        with json_source.found(path, space, unpacked) as source:
            first = list(islice(source.items, _FIRST))
            source.items = chain(first, source.items)
            known = packages or [each for _, record in first for each in STANDARDS if each.recognises(record)]
            return (known[0].read if known else json_records.read)(source, space)
    except ReadFault as error:
        if error.kind is FaultKind.BROKEN_FILE and declared in _TEXT:
            return delimited.read(path, space)  # a header may begin with a bracket
        raise
