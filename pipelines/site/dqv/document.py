"""A document: what one file says, and the two ways in which it is written.

Belongs here: the value and its writers, Turtle and JSON-LD; a file of either says the same. Does not belong here: any
term (`terms`). A node is a mapping of term to value or list of values, as JSON-LD has it: `@id` its name, `@type` its
classes, a text or a mapping of language to text, and for things their names, or a node without a name.

Names are ours, safe by the way in which they are made (`names`), or went through `untrusted.http_iri`. Any text may
stand in a literal: the writers escape it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pipelines.site.dqv.terms import PREFIXES, TERMS, TEXT, THING, context
from pipelines.site.untrusted import harmless

Node = Mapping[str, Any]

_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Names in full; every other name is a prefix and a local name.
_FULL = ("http://", "https://", "urn:")
# Literals that Turtle writes bare.
_BARE = ("xsd:integer", "xsd:boolean")


@dataclass(frozen=True)
class Document:
    """`prefixes` are those of this installation and file, beside the well-known ones."""

    prefixes: dict[str, str]
    nodes: Sequence[Node]

    @cached_property
    def clean(self) -> list[dict[str, Any]]:
        """The nodes without what is not known, and with harmless texts."""
        return [_clean(node) for node in self.nodes]

    def jsonld(self) -> str:
        """As JSON-LD 1.1, its context inside: it can be read without asking anybody for anything. A node is a line."""
        dumped = json.JSONEncoder(ensure_ascii=False).encode
        head = dumped(context(self.prefixes))
        graph = ",\n".join(map(dumped, self.clean))
        return f'{{"@context": {head},\n"@graph": [\n{graph}\n]}}\n'

    def turtle(self) -> str:
        """As Turtle 1.1."""
        body = "\n".join(map(_subject, self.clean))
        prefixes = (f"@prefix {name}: <{iri}> .\n" for name, iri in (PREFIXES | self.prefixes).items())
        return f"{''.join(prefixes)}\n{body}"


def _clean(node: Node) -> dict[str, Any]:
    """The node without what is not known, and with harmless texts. Most values are plain texts: a number may be 0."""
    return {
        term: value if type(value) is str and value.isprintable() else _cleaned(value)
        for term, value in node.items()
        if value or value == 0
    }


def _cleaned(value: Any) -> Any:
    if type(value) is str:
        return value if value.isprintable() else harmless(value)
    if isinstance(value, Mapping):
        return _clean(value)
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return harmless(value)


def _subject(node: dict[str, Any]) -> str:
    return f"{_name(node['@id'])} {_properties(node)} .\n"


def _properties(node: dict[str, Any], between: str = " ;\n    ") -> str:
    """Nearly all values are plain texts, and are told at once."""
    told = [
        _property(term, value) if type(value) is str else _told(term, value)
        for term, value in node.items()
        if term[0] != "@"
    ]
    if "@type" in node:
        told.insert(0, f"a {', '.join(_each(node['@type']))}")
    return between.join(told)


def _told(term: str, value: Any) -> str:
    iri, kind = TERMS[term]
    return f"{iri} {', '.join([_object(item, kind) for item in _values(value, kind)])}"


@lru_cache(maxsize=1 << 15)  # the same metric, night and run stand in hundreds of nodes
def _property(term: str, value: str) -> str:
    iri, kind = TERMS[term]
    return f"{iri} {_literal(value, kind)}"


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values(value: Any, kind: str) -> Iterator[Any]:
    """The values of a property; of a text by language, pairs of text and language."""
    for item in _each(value):
        if kind == TEXT and isinstance(item, dict):
            for language, texts in item.items():
                yield from ((text, language) for text in _each(texts))
        else:
            yield item


def _object(value: Any, kind: str) -> str:
    if isinstance(value, dict):
        return f"[ {_properties(value, ' ; ')} ]"
    if isinstance(value, tuple):
        return f"{_quoted(value[0])}@{value[1]}"
    return _literal(str(value).lower() if isinstance(value, bool) else str(value), kind)


def _literal(text: str, kind: str) -> str:
    if kind == THING:
        return f"<{text}>" if text.startswith(_FULL) else text
    if kind == TEXT:
        return _quoted(text)
    return text if kind in _BARE else f"{_quoted(text)}^^{kind}"


def _name(name: str) -> str:
    return f"<{name}>" if name.startswith(_FULL) else name


def _quoted(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + _ESCAPED.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04X}"), text) + '"'
