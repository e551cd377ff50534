"""RDF as strangers publish it, read into a graph without asking anybody anything: RDF/XML, Turtle, JSON-LD.

Belongs here: which of the three it is (judged by the bytes, since content types lie), and what a hostile document
must not be able to do. Does not belong here: what the graph means (`dcat_dataset`, `dcat`).

- XML: an entity declaration is refused before anything is expanded. RDF inside another document, as in the answers
  of a CSW catalogue service, is taken out of it.
- JSON-LD: no `@context` is ever fetched. One that is an address stands for CONTEXT, the usual names of DCAT.
- Literals stay as they were written: to normalise 1E+999999999 as xsd:decimal takes a gigabyte.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.parsers import expat

from pipelines.errors import CatalogFault
from pipelines.http_client import pages
from pipelines.http_client.addresses import printable
from pipelines.model import FaultKind

if TYPE_CHECKING:
    from rdflib import Graph

# A page of hundred datasets has some 400 kB. Forty megabytes take a minute and 0.8 GB.
MAX_BYTES = 40_000_000
MAX_DEPTH = 200
# Of text that describes datasets, a statement takes some sixty bytes; a hostile one can take two.
MAX_STATEMENTS = 1_000_000
# rdflib takes the square of their number.
MAX_PREFIXES = 1000
_PREFIX = re.compile(rb"^\s*@?prefix\b", re.IGNORECASE | re.MULTILINE)

RDF_ROOT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# RDF"
SEARCH_RESULTS = "http://www.opengis.net/cat/csw/2.0.2 SearchResults"
_XML = re.compile(rb"<(\?xml|!|[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?[\s>/])")
# What stands at the root, or is inside, when XML is not RDF.
_OTHER_XML = {
    "http://www.isotc211.org/2005/gmd": "ISO 19139 metadata",
    "http://standards.iso.org/iso/19115/-3/mdb/2.0": "ISO 19115-3 metadata",
    "http://www.opengis.net/cat/csw/2.0.2": "an answer of a CSW catalogue service",
    "http://www.opengis.net/ows": "an error message of a catalogue service",
    "http://www.w3.org/2005/Atom": "an Atom feed",
    "http://www.w3.org/1999/xhtml": "a web page",
}

_PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TERMS = {
    "dcat": "Catalog CatalogRecord Dataset DatasetSeries Distribution accessURL byteSize contactPoint dataset "
    "distribution downloadURL inSeries keyword landingPage mediaType record theme",
    "dct": "accrualPeriodicity conformsTo creator description format identifier issued license modified publisher "
    "rights title",
    "foaf": "homepage mbox name page primaryTopic",
    "vcard": "fn hasEmail hasURL",
}
CONTEXT: dict[str, str] = {
    **_PREFIXES,
    **{name: f"{prefix}:{name}" for prefix, names in _TERMS.items() for name in names.split()},
    "describedBy": "http://www.w3.org/2007/05/powder-s#describedby",
}


@dataclass(frozen=True)
class Document:
    """A graph, and what the envelope around it says: how many records there are, where the next page begins."""

    graph: Graph
    total: int | None = None
    next_record: int | None = None


def read(body: bytes, url: str) -> Document:
    """The graph in `body`, its relative addresses resolved against `url`.

    Raises `CatalogFault` CATALOG_UNREADABLE, saying what came instead, and `FetchFault` HTML_INSTEAD for a page.
    """
    if len(body) > MAX_BYTES:
        raise _unreadable(f"the page of the catalog has {len(body):,} bytes; at most {MAX_BYTES:,} are read")
    if pages.is_page(body[: pages.HEAD_BYTES]):
        raise pages.page_instead(body[: pages.HEAD_BYTES], "a catalog in RDF")
    _prepare()
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if not start:
        raise _unreadable("the catalog is empty")
    if _XML.match(start) or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        if start.startswith(b"<?xml") or not _is_turtle(start):
            return _xml(body, url)
    elif start[:1] in b"{[":
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            if start.startswith(b"{"):
                raise _unreadable("the catalog begins like JSON and is none") from None
        else:
            return _json_ld(data, url)
    return _turtle(body, url)


def _is_turtle(start: bytes) -> bool:
    """`<urn:x> a dcat:Catalog` and `<a> <b> <c>` begin like XML: an address in angle brackets, then a word."""
    return re.match(rb"<[^<>\s]+>\s+(a\s|<|[\w-]*:[\w-]+\s)", start) is not None


def _prepare() -> None:
    import rdflib

    # For the whole process, which has no other use of rdflib. See the charter.
    rdflib.NORMALIZE_LITERALS = False
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # a stranger's odd literal is no news of ours


def _parsed(syntax: str, fill: Callable[[Graph], object]) -> Graph:
    graph = _bounded()
    try:
        fill(graph)
    except (MemoryError, CatalogFault):
        raise
    except Exception as error:  # whatever a parser of strangers' text raises says that it cannot be read
        line = getattr(error, "lines", None)
        where = f" at line {line + 1}" if isinstance(line, int) else ""
        why = getattr(error, "_why", None) or error
        raise _unreadable(f"the catalog is not valid {syntax}{where}: {printable(str(why), 200)}") from error
    return graph


def _bounded() -> Graph:
    """An empty graph that refuses to hold more than MAX_STATEMENTS."""
    from rdflib import Graph

    class Bounded(Graph):
        added = 0

        def add(self, triple: Any) -> Bounded:
            self.added += 1
            if self.added > MAX_STATEMENTS:
                raise _unreadable(f"the page of the catalog holds more than {MAX_STATEMENTS:,} statements")
            super().add(triple)
            return self

    return Bounded()


def _turtle(body: bytes, url: str) -> Document:
    if len(_PREFIX.findall(body)) > MAX_PREFIXES:
        raise _unreadable(f"the catalog declares more than {MAX_PREFIXES:,} prefixes")
    return Document(_parsed("Turtle", lambda graph: graph.parse(data=body, format="turtle", publicID=url)))


def _json_ld(data: Any, url: str) -> Document:
    from rdflib.plugins.parsers.jsonld import to_rdf

    def fill(graph: Graph) -> None:
        to_rdf(_without_addresses(data), graph, url)

    return Document(_parsed("JSON-LD", fill))


def _without_addresses(value: Any) -> Any:
    """The same JSON with CONTEXT wherever a context is an address, and without imports of contexts."""
    if isinstance(value, list):
        return [_without_addresses(it) for it in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_addresses(it) for name, it in value.items() if name != "@import"}
    if "@context" in kept:
        kept["@context"] = _local(kept["@context"])
    return kept


def _local(context: Any) -> Any:
    if isinstance(context, list):
        return [_local(it) for it in context]
    return CONTEXT if isinstance(context, str) else context


@dataclass
class _Outline:
    """What XML holds, learned without building anything of it."""

    root: str = ""
    depth: int = 0
    has_rdf: bool = False
    other: str = ""
    total: int | None = None
    next_record: int | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _unreadable(f"the catalog's XML is nested more than {MAX_DEPTH} deep")
        self.root = self.root or name
        self.has_rdf = self.has_rdf or name == RDF_ROOT
        # The innermost kind says most: ISO metadata in an answer of CSW.
        if self.depth <= 3:
            self.other = _OTHER_XML.get(name.rpartition(" ")[0], self.other)
        if name == SEARCH_RESULTS:
            self.total = _count(attributes.get("numberOfRecordsMatched"))
            self.next_record = _count(attributes.get("nextRecord")) or None

    def end(self, _: str) -> None:
        self.depth -= 1


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def _refuse_entity(*_: object) -> None:
    raise _unreadable(
        "the catalog's XML declares entities, which are not expanded: a few bytes can grow to gigabytes",
        "Publish the XML without a document type of its own.",
    )


def _outline(body: bytes) -> _Outline:
    outline = _Outline()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = outline.start
    parser.EndElementHandler = outline.end
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        seen = expat.errors.messages[error.code]
        raise _unreadable(f"the catalog is not valid XML at line {error.lineno}: {seen}") from None
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise _unreadable(f"the catalog's XML cannot be read: {printable(str(error), 100)}") from None
    return outline


def _xml(body: bytes, url: str) -> Document:
    outline = _outline(body)  # the same parser as everywhere below: what it let pass holds no entities
    if not outline.has_rdf:
        space, _, name = outline.root.rpartition(" ")
        seen = (
            outline.other
            or f"XML whose root is {printable(name, 60)!r} of {printable(space, 100) or 'nobody'}"
        )
        raise _unreadable(
            f"the catalog is {seen}, not RDF",
            "Give the address of the catalog as RDF: DCAT-AP or GeoDCAT-AP.",
        )

    def fill(graph: Graph) -> None:
        # Written anew in ASCII: rdflib takes all bytes for UTF-8, whatever the document declares.
        root = ElementTree.fromstring(body)  # noqa: S314
        for element in root.iter("{" + RDF_ROOT.replace(" ", "}")):
            graph.parse(data=ElementTree.tostring(element), format="xml", publicID=url)

    return Document(_parsed("RDF/XML", fill), outline.total, outline.next_record)


def _unreadable(message: str, advice: str | None = None) -> CatalogFault:
    return CatalogFault(FaultKind.CATALOG_UNREADABLE, message, advice)
