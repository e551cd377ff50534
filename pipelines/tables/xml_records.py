"""XML elements as flat records: attributes as `@name`, nested elements as `a/b`, repeated texts joined by ";".

Belongs here: one record from one element, and the tables of records. Repeated elements that hold something are
JSON text in their column, or, where a standard asks for it, rows of a table of their own. Does not belong here:
which elements are records (`xml_outline`, `iati`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import xml_source
from pipelines.tables.json_values import dumped, flatten
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace
from pipelines.tables.xml_outline import At, Outline
from pipelines.tables.xml_source import Ended

MAX_RECORD = 64_000_000
MAX_TABLES = 20


@dataclass(frozen=True)
class Children:
    """Elements that are rows of a table of their own: their `names`, and the `key` of the record they are of."""

    names: frozenset[str] = frozenset()
    key: str = ""


@dataclass
class _Element:
    path: At
    fields: dict[str, Any]
    text: list[str] = field(default_factory=list)

    def value(self) -> Any:
        """Text when there is nothing else, else its fields, its own text being the one without a name."""
        text = "".join(self.text).strip()
        if not self.fields:
            return text
        return {**self.fields, **({"": text} if text else {})}


def read(
    path: Path, space: Workspace, found: Outline, records: list[At], format: str, children: Children
) -> list[Table]:
    """Put the elements at `records` into a table each, and `children` into theirs, the first table first.

    When the document breaks off, what stood before is kept and the main report says so. Raises `ReadFault`
    when nothing did.
    """
    tables = {at: Records(space, space.relation()) for at in records[:MAX_TABLES]}
    below: dict[str, Records] = {}

    def add(at: At, fields: dict[str, Any]) -> None:
        table = tables[at]
        flat, arrays = flatten(fields)
        row = {_named(name): value for name, value in flat.items()}
        for name, array in arrays:
            if name in children.names:
                _add_children(space, below, name, array, {children.key: row.get(children.key)})
            elif array:
                row[_named(name)] = dumped(array)
        table.add(table.rows + 1, row)

    ended, broken = _walk(path, found, set(tables), children.names, add)
    main = tables[records[0]]
    if ended.fault and not main.rows:
        raise ended.fault
    if not main.columns:
        raise ReadFault(FaultKind.NO_TABLE, "The XML holds no records.", "Publish records with fields.")
    notes = list(ended.notes)
    if len(records) > MAX_TABLES:
        notes.append(f"{len(records) - MAX_TABLES} more kinds of records were not read.")
    if ended.fault:
        notes.append(f"{ended.fault.message} {main.rows:,} records before that were read.")
    report = replace(
        space.report("/".join(records[0]), format),
        encoding=ended.encoding,
        lost=int(broken is not None),
        lost_rows=(main.rows + 1,) if broken == records[0] else (),
        share_read=ended.share,
        notes=tuple(notes),
    )
    others = {"/".join(at): table for at, table in tables.items() if at != records[0] and table.rows} | below
    return [
        main.finish(report),
        *(
            table.finish(replace(space.report(name, format), encoding=ended.encoding, share_read=ended.share))
            for name, table in others.items()
        ),
    ]


def _walk(
    path: Path,
    found: Outline,
    records: set[At],
    always: frozenset[str],
    add: Callable[[At, dict[str, Any]], None],
) -> tuple[Ended, At | None]:
    """Build each record and give it to `add`; returns how the parsing ended and which record it broke."""
    here: list[str] = []
    stack: list[_Element] = []
    size = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal size
        here.append(name)
        at = tuple(here)
        if stack or at in records:
            if not stack:
                size = 0
            size += 100 + sum(map(len, attributes.values()))
            own = {f"@{key}": value for key, value in attributes.items() if not key.startswith("xmlns")}
            stack.append(_Element(at, own))

    def text(characters: str) -> None:
        nonlocal size
        if stack:
            stack[-1].text.append(characters)
            size += len(characters)
            if size > MAX_RECORD:
                raise ReadFault(
                    FaultKind.TOO_LARGE,
                    f"One record of the XML is longer than {MAX_RECORD:,} characters.",
                    "Publish texts apart from the records.",
                )

    def end(name: str) -> None:
        here.pop()
        if not stack:
            return
        element = stack.pop()
        value = element.value()
        if not stack:
            add(element.path, value if isinstance(value, dict) else {"": value} if value else {})
            return
        fields = stack[-1].fields
        if found.node(element.path).repeats or (len(stack) == 1 and name in always):
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = value

    ended = xml_source.parse(path, start, end, text)
    return ended, stack[0].path if stack and ended.fault else None


def _add_children(
    space: Workspace, tables: dict[str, Records], name: str, array: list[Any], key: dict[str, str | None]
) -> None:
    if name not in tables:
        tables[name] = Records(space, space.relation())
    table = tables[name]
    for child in array:
        flat, arrays = flatten(child if isinstance(child, dict) else {"": child})
        row = {**key, **{_named(below): value for below, value in flat.items()}}
        row.update({_named(below): dumped(items) for below, items in arrays if items})
        table.add(table.rows + 1, row)


def _named(path: str) -> str:
    """The column of a path: an element's own text has the element's name, a record's own text is `text`."""
    return path.removesuffix("/") or "text"
