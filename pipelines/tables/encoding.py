"""Which characters the bytes mean: byte order mark, strict UTF-8, UTF-8 with a few faults, then a single-byte one.

Belongs here: the decision, and reading as text under it. Does not belong here: any guess by letter frequency; on
Spanish files detectors answer cp1250 where this rule is right. Among single-byte encodings cp1252 is the rule; Mac
Roman and cp850 need evidence: what stands inside words is letters under them, and is not under cp1252.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

CHUNK = 1 << 18
# More than the sample in which dialect and header are looked for
_PRESUMED_BY = 4 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_INSIDE_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff](?=[A-Za-z])")
_LETTERS = frozenset("áéíóúñüàèìòùâêîôûãõçäöëïÁÉÍÓÚÑÜÀÈÇÃÕÂÊÔßœ")
_OLD = ("mac_roman", "cp850")
_ENOUGH_INSIDE = 3
_UNDEFINED_IN_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


@dataclass(frozen=True)
class Encoding:
    """`name` is Python's; `bad` counts the byte sequences that it cannot decode; `notes` is for the report.

    `confidence` in [0, 1] is 1 where the bytes prove it (a mark, valid UTF-8), below for what is only likely.
    """

    name: str
    bad: int = 0
    notes: tuple[str, ...] = ()
    confidence: float = 1.0


def detect(path: Path) -> Encoding:
    """Decide the encoding of a whole file, streaming it once, or twice when it is not clean UTF-8."""
    with path.open("rb") as handle:
        head = handle.read(4096)
    name = by_head(head)
    if name.startswith("utf-16"):
        bad = _undecodable(path, name)[0]
    elif _decodes(path, "utf-8"):
        return Encoding(name)
    else:
        bad, beyond_ascii = _undecodable(path, "utf-8")
        if name != "utf-8-sig" and beyond_ascii < bad * 10:
            return _single_byte(path)
    notes = (f"{bad} byte sequences are not valid {name}; they are read as U+FFFD.",) if bad else ()
    return Encoding(name, bad, notes, 0.9 if bad else 1.0)


def presumed(path: Path) -> Encoding | None:
    """UTF-8, when the first bytes say so; None when only all of them can tell. Whoever goes on has to prove it."""
    with path.open("rb") as handle:
        head = handle.read(_PRESUMED_BY)
    name = by_head(head[:4096])
    if name.startswith("utf-16"):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return None
    return Encoding(name)


def by_head(head: bytes) -> str:
    """What the first bytes say: a byte order mark, or UTF-16 without one; else `utf-8` for lack of evidence."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    half = max(1, len(head) // 2)
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else "utf-8"


@contextmanager
def text(path: Path, encoding: Encoding) -> Iterator[TextIO]:
    """Open `path` as text; line ends are left as published and bad sequences become U+FFFD."""
    with path.open(encoding=encoding.name, errors="replace", newline="") as handle:
        yield handle


def transcode(path: Path, encoding: Encoding, target: Path) -> None:
    """Write `path` to `target` as UTF-8 without a byte order mark, in bounded memory."""
    with text(path, encoding) as source, target.open("wb") as out:
        while chunk := source.read(CHUNK):
            out.write(chunk.encode("utf-8", "replace"))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(path: Path, name: str) -> tuple[int, int]:
    """Sequences that `name` cannot decode, and (for UTF-8) bytes that continue a valid character."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    bad = read = characters = 0
    for chunk in chain(_chunks(path), [b""]):
        decoded = decoder.decode(chunk, final=not chunk)
        published = chunk.count("\ufffd".encode()) if name == "utf-8" else 0
        bad += decoded.count("\ufffd") - published
        read += len(chunk)
        characters += len(decoded)
    return max(bad, 0), max(read - characters, 0)


def _single_byte(path: Path) -> Encoding:
    undefined = any(chunk.count(byte) for chunk in _chunks(path) for byte in _UNDEFINED_IN_CP1252)
    usual = "latin-1" if undefined else "cp1252"
    inside: Counter[bytes] = Counter()
    for chunk in _chunks(path):
        inside.update(_INSIDE_WORD.findall(chunk))
    shares = {name: _letters(inside, name) for name in (usual, *_OLD)}
    best = max(_OLD, key=lambda name: shares[name])
    if inside.total() >= _ENOUGH_INSIDE and shares[best] >= 0.9 and shares[usual] < 0.5:
        note = f"The bytes inside words are letters in {best}, and are not in {usual}."
        return Encoding(best, notes=(note,), confidence=0.8)
    return Encoding(usual, confidence=0.9 if shares[usual] >= 0.5 else 0.7)


def _letters(inside: Counter[bytes], name: str) -> float:
    """The share of the bytes inside words that are letters under `name`; 1 when there are none."""
    good = sum(count for byte, count in inside.items() if byte.decode(name, "replace") in _LETTERS)
    return good / inside.total() if inside else 1.0
