"""XML as a stream of starts, ends and texts: no DTD, no entity, nothing from outside the file.

Belongs here: the one place where XML is parsed, its encoding, and what kept it from being parsed to its end.
Source: XML 1.0; the refusals are those that defusedxml offers. Does not belong here: what an element means.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import encoding as encodings
from pipelines.tables.encoding import Encoding
from pipelines.tables.header import clean

MAX_DEPTH = 200
_CHUNK = 1 << 20
_SAYS = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CUT = ("no element found", "unclosed token", "unclosed CDATA", "partial character")


@dataclass(frozen=True)
class Ended:
    """How the parsing ended: `fault` is None at the end of the document, `share` is how much of it was parsed.

    `share` is in [0, 1], in characters. `notes` says what was mended on the way.
    """

    encoding: str
    share: float = 1.0
    fault: ReadFault | None = None
    notes: tuple[str, ...] = ()


class Enough(Exception):
    """Raised by a handler that has seen all it wants."""


def parse(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Ended:
    """Call `start(name, attributes)`, `end(name)` and `text(characters)` for all of `path`, in bounded memory.

    A document that is cut off or not well-formed ends with `fault`, after everything before that point was
    given. Names keep their prefix. Raises `ReadFault` for a DTD and for absurd depth.
    """
    encoding = _encoding(path)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ReadFault(
                FaultKind.BROKEN_FILE, "The XML is nested too deeply to be data.", "Publish flat records."
            )
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    def refuse(*_: object) -> None:
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            "The XML has a document type declaration, which may hide other files or gigabytes; it is not read.",
            "Publish the XML without <!DOCTYPE>.",
        )

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    fed = mended = 0
    fault: ReadFault | None = None
    at = 0
    for chunk in _chunks(path, encoding):
        chunk, odd = _NOT_IN_XML.subn("\ufffd", chunk)
        mended += odd
        data = chunk.encode("utf-8", "replace")
        fed += len(data)
        if fault is None:
            try:
                parser.Parse(data, False)
            except expat.ExpatError as error:
                fault, at = _fault(error), parser.CurrentByteIndex
            except Enough:
                return Ended(encoding.name)
    if fault is None:
        try:
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            fault, at = _fault(error), parser.CurrentByteIndex
    notes = list(encoding.notes)
    if mended:
        notes.append(f"{mended:,} characters that XML does not allow were read as U+FFFD.")
    share = 1.0 if fault is None else min(at / max(fed, 1), 0.9999)
    return Ended(encoding.name, share, fault, tuple(notes))


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def _chunks(path: Path, encoding: Encoding) -> Iterator[str]:
    with encodings.text(path, encoding) as handle:
        begun = False
        while chunk := handle.read(_CHUNK):
            if not begun:  # blanks before the declaration are a common fault, and harmless
                chunk = chunk.lstrip("\ufeff \t\r\n")
                begun = bool(chunk)
            yield chunk


def _encoding(path: Path) -> Encoding:
    """What the bytes show; what the XML declaration says is believed where the bytes cannot tell."""
    encoding = encodings.detect(path)
    with path.open("rb") as handle:
        says = _SAYS.match(handle.read(400))
    if says and encoding.name in ("cp1252", "latin-1"):
        with suppress(LookupError, UnicodeError):
            name = codecs.lookup(says[1].decode("ascii")).name
            if name not in ("utf-8", "ascii", "iso8859-1") and not name.startswith("utf"):
                b"\xe9".decode(name)
                return Encoding(name)
    return encoding


def _fault(error: expat.ExpatError) -> ReadFault:
    message = clean(str(error))
    if message.startswith(_CUT):
        return ReadFault(
            FaultKind.TRUNCATED, f"The XML ends in the middle: {message}.", "Publish the whole file again."
        )
    return ReadFault(
        FaultKind.BROKEN_FILE,
        f"The XML is not well-formed: {message}.",
        "Correct the file there; escape & as &amp; and < as &lt;.",
    )
