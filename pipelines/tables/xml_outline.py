"""Which elements of an XML file are its records, by their number and their place.

Belongs here: counting elements by path in one pass, and the choice. The rule is ours: records are the outermost
elements that repeat and hold something (children or attributes); an element that holds nothing but one kind of
such elements is a wrapper, and what is inside it is looked at. Does not belong here: reading the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import xml_source
from pipelines.tables.xml_source import Ended, local

MAX_PATHS = 20_000

At = tuple[str, ...]


@dataclass
class Node:
    """What is known of all elements at one path; `repeats` when one parent holds several of them."""

    count: int = 0
    repeats: bool = False
    attributes: bool = False
    text: bool = False
    children: dict[str, Node] = field(default_factory=dict)

    @property
    def structured(self) -> bool:
        """Whether it holds anything but text."""
        return self.attributes or bool(self.children)

    @property
    def wraps(self) -> bool:
        """Whether it holds one kind of structured elements and no text."""
        return not self.text and len(self.children) == 1 and next(iter(self.children.values())).structured


@dataclass(frozen=True)
class Outline:
    """The paths in a file, below a nameless top; `ended` says how far it could be parsed."""

    top: Node
    ended: Ended

    def node(self, path: At) -> Node:
        """What is known of the elements at `path`."""
        node = self.top
        for name in path:
            node = node.children[name]
        return node

    def records(self) -> list[At]:
        """The paths of the records, the most numerous first; one path at least."""
        root = next(iter(self.top.children))
        found = list(_repeated((root,), self.top.children[root]))
        if not found:
            path: At = (root,)
            node = self.top.children[root]
            while node.wraps:
                name, node = next(iter(node.children.items()))
                path = (*path, name)
            found = [path]
        return sorted(found, key=lambda path: -self.node(path).count)

    def at(self, keys: Sequence[str], *, from_root: bool) -> list[At]:
        """The paths that end in `keys`, or are `keys`, the most numerous first; none of them lies in another.

        A name without a prefix is meant with any.
        """
        found: list[At] = []
        waiting: list[tuple[At, Node]] = [((), self.top)]
        while waiting:
            path, node = waiting.pop()
            own = path if from_root else path[-len(keys) :]
            if len(own) == len(keys) and all(
                key in (name, local(name)) for key, name in zip(keys, own, strict=True)
            ):
                found.append(path)
            else:
                waiting.extend(((*path, name), child) for name, child in node.children.items())
        return sorted(found, key=lambda path: -self.node(path).count)

    def places(self) -> list[str]:
        """Every path of elements that hold something, as it is given: `/export/list/item`, with their number."""
        found: list[At] = []
        waiting: list[tuple[At, Node]] = [((), self.top)]
        while waiting:
            path, node = waiting.pop()
            if path and node.structured:
                found.append(path)
            waiting.extend(((*path, name), child) for name, child in node.children.items())
        ranked = sorted(found, key=lambda path: -self.node(path).count)
        return [f"/{'/'.join(path)} ({self.node(path).count:,})" for path in ranked]


def outline(path: Path) -> Outline:
    """Walk the whole file once. Raises `ReadFault` when it holds no element, or too many different ones."""
    top = Node()
    stack: list[Node] = [top]
    siblings: list[set[str]] = [set()]
    paths = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal paths
        parent = stack[-1]
        node = parent.children.get(name)
        if node is None:
            paths += 1
            if paths > MAX_PATHS:
                raise ReadFault(
                    FaultKind.NO_TABLE,
                    f"The XML has more than {MAX_PATHS:,} different kinds of elements.",
                    "Publish records with the same fields.",
                )
            node = parent.children[name] = Node()
        node.count += 1
        node.attributes = node.attributes or any(not key.startswith("xmlns") for key in attributes)
        node.repeats = node.repeats or name in siblings[-1]
        siblings[-1].add(name)
        stack.append(node)
        siblings.append(set())

    def end(_: str) -> None:
        stack.pop()
        siblings.pop()

    def text(characters: str) -> None:
        if not stack[-1].text and characters.strip():
            stack[-1].text = True

    ended = xml_source.parse(path, start, end, text)
    if not top.children:
        raise ended.fault or ReadFault(FaultKind.NO_TABLE, "The XML holds no element.")
    return Outline(top, ended)


def _repeated(path: At, node: Node) -> list[At]:
    if node.repeats and node.structured and not node.wraps:
        return [path]
    found = []
    for name, child in node.children.items():
        found.extend(_repeated((*path, name), child))
    return found or ([path] if node.repeats and node.structured else [])
