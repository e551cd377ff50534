"""The text of `sources.yaml`: plain values with each key's line, and complaints that name it.

Belongs here: how YAML is read (text stays text, no key twice), and what a fault is called. Does not belong here:
which keys there are (`sources`).
"""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.errors import SourcesError


def plain(
    node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], file: str
) -> Any:
    """Give a YAML node as plain values, noting each key's line and refusing a key that stands twice."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                raise SourcesError(
                    f"the key {key!r} stands twice in the same block (first at line {lines[(*path, key)]}).",
                    "Keep one of the two: YAML would silently drop the first.",
                    file=file,
                    line=line,
                )
            lines[(*path, key)] = line
            result[key] = plain(value_node, (*path, key), lines, file)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [plain(item, (*path, index), lines, file) for index, item in enumerate(node.value)]
    # Text stays text: a publisher's code such as 0123 or NO must not turn into a number or false.
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool" and node.value in ("true", "false"):
        return node.value == "true"
    if path == ("version",) and node.value.isdecimal():
        return int(node.value)
    return node.value


REMEDIES = {
    "missing": "Add the missing key.",
    "extra_forbidden": "Remove the key or correct its spelling; docs/reference/sources.md lists them all.",
}


def complaint(error: ValidationError, lines: dict[tuple[str | int, ...], int], file: str) -> SourcesError:
    """What pydantic says of a file, in words, with the line of the key that it is about."""
    first = error.errors()[0]
    where = tuple(first["loc"])
    known = where
    while known and known not in lines:
        known = known[:-1]
    # Of what may be one of several blocks, pydantic names the chosen one too; of a bad key, that it is one.
    own = where[:2] + where[3:] if where[:1] == ("channels",) and len(where) > 3 else where
    named = ".".join(str(part) for part in own if part != "[key]") or "the file"
    kind = first["type"]
    if kind == "union_tag_not_found":
        kind, named = "missing", f"{named}.kind"
    if kind == "missing":
        text = f"{named} is missing."
    elif kind == "extra_forbidden":
        text = f"{named} is not a key that is known here."
    else:
        text = f"{named}: {first['msg'].removeprefix('Value error, ')}."
    more = error.error_count() - 1
    if more:
        text += f" ({more} more fault{'s' if more > 1 else ''} after this one.)"
    return SourcesError(
        text, REMEDIES.get(kind, "Correct the value at this line."), file=file, line=lines.get(known)
    )
