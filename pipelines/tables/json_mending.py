"""JSON that no strict parser takes: cut off, broken at one place, with commas too many, several values in a row.

Belongs here: reading as much of it as can be trusted, from the beginning to the first fault, and telling how much
that was. Does not belong here: a file that is whole (`json_source` reads it strictly first), or any guess at
what the missing part said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 12  # below this an object that is broken is given up as a whole
_WRAPPED = re.compile(r"\s*(?:/\*.*?\*/)?\s*[A-Za-z_$][\w$.]{0,100}\s*\(\s*(?=[\[{])", re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n,]*")


@dataclass
class Mended:
    """What could be read: `share` of the characters of `value`; `lost` counts records that were begun only."""

    value: Any
    share: float = 1.0
    lost: int = 0
    notes: tuple[str, ...] = ()


class _Stop(Exception):
    """The fault, or the end; nothing after it can be trusted."""


def unwrapped(text: str) -> str:
    """The JSON inside a call of JavaScript (JSONP), or `text` as it is."""
    call = _WRAPPED.match(text)
    if not call:
        return text
    inside = text[call.end() :].rstrip()
    return inside.removesuffix(";").rstrip().removesuffix(")")


def mended(text: str, number: Callable[[str], Any]) -> Mended | None:
    """Read `text`, which is not valid JSON, up to its first real fault; None when that leaves nothing.

    Commas before a closing bracket are passed over. Values in a row become one list. An object that is broken
    inside a list is lost and never given in part.
    """
    reader = _Reader(text, json.JSONDecoder(parse_float=number))
    values = []
    stopped = False
    while not stopped and reader.at < len(text):
        try:
            values.append(reader.value(MAX_DEPTH))
        except _Stop:
            stopped = True
            if reader.partial is not None:
                values.append(reader.partial)
        else:
            reader.skip(_BETWEEN)
    values = [value for value in values if isinstance(value, list | dict)]
    if not values:
        return None
    notes = []
    if reader.commas:
        notes.append(f"{reader.commas:,} commas before a closing bracket were passed over.")
    if len(values) > 1:
        notes.append(f"The file holds {len(values):,} JSON values in a row; they were read as one list.")
    joined = values[0]
    if len(values) > 1:
        joined = [item for value in values for item in (value if isinstance(value, list) else [value])]
    share = min(reader.good / max(len(text), 1), 0.9999) if stopped else 1.0
    return Mended(joined, share, int(reader.lost), tuple(notes))


class _Reader:
    """A cursor over the text: whole values by the strict decoder, broken ones taken apart."""

    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self.text = text
        self.decoder = decoder
        self.at = 0
        self.good = 0
        self.commas = 0
        self.lost = False
        self.partial: Any = None
        self.skip(_BLANK)

    def skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()

    def value(self, depth: int) -> Any:
        """The value at the cursor. On a fault raises `_Stop` with what was read so far in `partial`."""
        try:
            found, self.at = self.decoder.raw_decode(self.text, self.at)
        except ValueError:
            opening = self.text[self.at : self.at + 1]
            if not depth or opening not in ("{", "["):
                self.partial = None
                raise _Stop from None
            return self._list(depth) if opening == "[" else self._object(depth)
        self.good = self.at
        return found

    def _list(self, depth: int) -> list[Any]:
        items: list[Any] = []
        self.at += 1
        while not self._closes("]", items):
            begun = self.text[self.at : self.at + 1] in ("{", "[")
            try:
                items.append(self.value(depth - 1))
            except _Stop:
                self.lost = self.lost or begun
                self.partial = items
                raise
            self._comma("]", items)
        return items

    def _object(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        self.at += 1
        while not self._closes("}", fields):
            try:
                key, self.at = self.decoder.raw_decode(self.text, self.at)
                self.skip(_BLANK)
                if not isinstance(key, str) or self.text[self.at : self.at + 1] != ":":
                    raise ValueError
            except ValueError:
                self.partial = fields
                raise _Stop from None
            self.at += 1
            self.skip(_BLANK)
            try:
                fields[key] = self.value(depth - 1)
            except _Stop:
                if self.partial is not None:
                    fields[key] = self.partial
                self.partial = fields
                raise
            self._comma("}", fields)
        return fields

    def _closes(self, bracket: str, so_far: Any) -> bool:
        self.skip(_BLANK)
        if self.text[self.at : self.at + 1] == bracket:
            self.at += 1
            self.good = self.at
            return True
        if self.at >= len(self.text):
            self.partial = so_far
            raise _Stop
        return False

    def _comma(self, bracket: str, so_far: Any) -> None:
        self.skip(_BLANK)
        following = self.text[self.at : self.at + 1]
        if following == ",":
            self.at += 1
            self.skip(_BLANK)
            self.commas += self.text[self.at : self.at + 1] == bracket
        elif following != bracket:
            self.partial = so_far
            raise _Stop
