"""Damage that files really have, and damage that somebody hostile would do.

Belongs here: bytes to other bytes, blindly or inside a container that is put together again around them. Does not
belong here: what a reader makes of it (`trial`).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from random import Random

from tests.published_files import seven_zip, tar, zipped, zstd

MAX_BYTES = 400_000
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1)
_DIGITS = (
    b"0",
    b"-1",
    b"1048576",
    b"4294967295",
    b"99999999999999999999",
    b"1e999",
    b"1e-99999999999999999999",
    b"9" * 5000,
)
_TOKENS = (
    b'"', b"'", b'""', b"\\", b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b",", b";", b"\t", b"|", b" ", b"\x1a", b"\x1f",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\xf1",
    b"{", b"}", b"[", b"]", b":", b'"a":', b"null", b"NaN", b"true", b'"\\ud800"', b'{"a":1}', b"[[[[[[[[", b"/*",
    b"<a>", b"</a>", b"<a/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&x;", b"<?xml?>",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<html>", b"<table>", b"<tr><td colspan=999999999 rowspan=999999>",
    b' r="XFD1048576"', b' t="e"', b' t="s"', b' table:number-rows-repeated="1048576"', b' spans="1:99999"',
    b' table:number-columns-repeated="16384"', b' ss:Index="1048576"', b' ss:MergeAcross="16384"',
)  # fmt: skip
_RUN_OF_DIGITS = re.compile(rb"\d+")

Change = Callable[[bytes, bytes, Random], bytes]


def _flip(content: bytes, _: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, _: bytes, chance: Random) -> bytes:
    return (
        content[: chance.randrange(len(content))]
        if chance.random() < 0.7
        else content[chance.randrange(len(content)) :]
    )


def _block(content: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(content))
    return start, min(len(content), start + chance.choice((1, 2, 4, 16, 100, 2000)))


def _remove(content: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _block(content, chance)
    return content[:start] + content[end:]


def _repeat(content: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _block(content, chance)
    return content[:start] + content[start:end] * chance.choice((2, 3, 50, 1000)) + content[end:]


def _splice(content: bytes, other: bytes, chance: Random) -> bytes:
    here, there = chance.randrange(len(content)), chance.randrange(len(other)) if other else 0
    if chance.random() < 0.5:
        return content[:here] + other[there:]
    start, end = _block(other, chance) if other else (0, 0)
    return content[:here] + other[start:end] + content[here:]


def _swap(content: bytes, _: bytes, chance: Random) -> bytes:
    first, second = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[second:] + content[first:second] + content[:first]


def _number(content: bytes, _: bytes, chance: Random) -> bytes:
    size = chance.choice((1, 2, 4, 8))
    value = chance.choice(_NUMBERS) & ((1 << 8 * size) - 1)
    at = chance.randrange(len(content)) if chance.random() < 0.6 else chance.randrange(min(len(content), 64))
    return content[:at] + value.to_bytes(size, chance.choice(("little", "big"))) + content[at + size :]


def _digits(content: bytes, other: bytes, chance: Random) -> bytes:
    runs = list(_RUN_OF_DIGITS.finditer(content))
    if not runs:
        return _number(content, other, chance)
    run = chance.choice(runs)
    return content[: run.start()] + chance.choice(_DIGITS) + content[run.end() :]


def _token(content: bytes, _: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    token = chance.choice(_TOKENS) * chance.choice((1, 1, 1, 1, 3, 300, 20_000))
    return content[:at] + token + content[at + chance.choice((0, 0, 1, len(token))) :]


_BLIND: tuple[Change, ...] = (_flip, _cut, _remove, _repeat, _splice, _swap, _number, _digits, _token, _token)


def blind(content: bytes, other: bytes, chance: Random) -> bytes:
    """One to four changes of bytes, whatever they mean; `other` lends pieces."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        content = chance.choice(_BLIND)(content or b"\0", other, chance)[:MAX_BYTES]
    return content


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()[:50]}


def _tape(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {it.name: archive.extractfile(it).read() for it in archive if it.isfile()}  # type: ignore[union-attr]


def _unseven(content: bytes) -> dict[str, bytes]:
    return {"a.csv": b"id,monto\n1,2\n", "b.json": b'[{"a":1},{"a":2}]'}


_NAMED: dict[str, tuple[Callable[[bytes], dict[str, bytes]], Callable[[dict[str, bytes]], bytes]]] = {
    **dict.fromkeys(("zip", "xlsx", "xlsb", "ods"), (_members, zipped)),
    "tar": (_tape, tar),
    "7z": (_unseven, seven_zip),
}
_NAMELESS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (gzip.decompress, lambda content: gzip.compress(content, 1)),
    "bzip2": (bz2.decompress, bz2.compress),
    "xz": (lzma.decompress, lambda content: lzma.compress(content, preset=0)),
    "zstd": (lambda content: b"id,monto\n1,2\n", zstd),
}


def inside(format: str, content: bytes, other: bytes, chance: Random) -> bytes:
    """A change of what a container holds, which is then as whole as it was; else a blind change.

    A member is changed, becomes `other`, is left out, or is doubled under another name.
    """
    try:
        if format in _NAMELESS:
            unpack, pack = _NAMELESS[format]
            return pack(other if chance.random() < 0.4 else blind(unpack(content), other, chance))
        if format not in _NAMED:
            return blind(content, other, chance)
        taken, put = _NAMED[format]
        members = taken(content)
        name = chance.choice(list(members))
        match chance.randrange(6):
            case 0:
                members[name] = other
            case 1:
                del members[name]
            case 2:
                members[f"{name}{chance.randrange(9)}.xlsx"] = blind(other, members[name], chance)
            case _:
                members[name] = blind(members[name], other, chance)
        return put(members)
    except Exception:  # a seed that is itself damaged, or names that an archive cannot hold
        return blind(content, other, chance)


def mutated(format: str, content: bytes, other: bytes, chance: Random) -> bytes:
    """One damaged file out of `content`, a file of `format`."""
    if chance.random() < 0.5:
        content = inside(format, content, other, chance)
        return content if chance.random() < 0.8 else blind(content, other, chance)
    return blind(content, other, chance)
